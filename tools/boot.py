"""Build .venv from the locks: ``python3 tools/boot.py [--tests]``.

Three steps, each remembered by a stamp in ``.venv`` so that a second run does nothing:
uv from ``requirements/boot.lock``, everything else from ``build.lock`` and ``dev.lock``, then Anye itself, editable.
Every wheel is checked against its hash. Where packages come from is the machine's business: pip reads its own
configuration, and the same addresses are handed to uv through its environment, so no file here names a registry.
When uv cannot do it (a proxy it does not understand, a platform it has no wheel for), pip does the same more slowly.

Standard library only: this runs before anything is installed.
"""

import ast
import hashlib
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)
# pip's setting -> uv's variable, and what joins several values.
UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
}


def say(text: str) -> None:
    """One line of progress, at once: pip's own output is kept quiet."""
    sys.stderr.write(f"anye: {text}\n")
    sys.stderr.flush()


def refuse_what_cannot_work() -> None:
    """Stop with the remedy where no wheels exist, instead of failing in a compiler an hour later."""
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        found = platform.python_version()
        sys.exit(f"anye: needs Python {wanted} or newer, this is {found}; try: make PYTHON=python3.12")
    libc, version = platform.libc_ver()
    if sys.platform == "linux":
        if libc != "glibc":
            sys.exit("anye: needs a Linux with glibc (Debian, Ubuntu, RHEL, openEuler ...): no wheels exist for musl")
        if tuple(map(int, version.split(".")[:2])) < (2, 28):
            sys.exit(f"anye: needs glibc 2.28 or newer, this machine has {version}: use Debian 10, RHEL 8 or later")


def digest_of(*paths: Path) -> str:
    """Digest of the files' contents and of the interpreter, so that a new Python builds a new environment."""
    found = hashlib.sha256(f"{sys.version}\n{ROOT}\n".encode())
    for path in paths:
        found.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return found.hexdigest()


def is_stamped(step: str, digest: str) -> bool:
    """True when this step was finished for exactly these inputs."""
    stamp = VENV / f".{step}.stamp"
    return stamp.exists() and stamp.read_text() == digest


def stamp(step: str, digest: str) -> None:
    """Remember that a step was finished."""
    (VENV / f".{step}.stamp").write_text(digest)


def uv_environment() -> dict[str, str]:
    """The environment that makes uv ask the same places as this machine's pip.

    ``pip config list`` prints ``scope.name='value'``; for several scopes the last one wins in pip, and
    a value may hold several addresses split by white space.
    """
    environment = dict(os.environ)
    environment.setdefault("UV_NATIVE_TLS", "1")
    # pip takes the best of all places; uv would stop at the first that knows the name, be it a partial mirror.
    # Mixing them up is no danger here: the hash says which file is meant.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    asked = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    for line in asked.stdout.splitlines():
        key, _, quoted = line.partition("=")
        name = key.rpartition(".")[2].replace("_", "-")
        if name not in UV_NAMES or not quoted:
            continue
        variable, joint = UV_NAMES[name]
        value = joint.join(str(ast.literal_eval(quoted)).split())
        if value and variable not in os.environ:
            environment[variable] = value
    return environment


def run(*command: str, env: dict[str, str] | None = None) -> bool:
    """Run a command in the repository; True when it worked."""
    return subprocess.run(command, env=env, check=False, cwd=ROOT).returncode == 0


def pip(*arguments: str) -> bool:
    """Run the environment's own pip, quietly."""
    return run(str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments)


def make_environment() -> None:
    """Create .venv with this interpreter, or again when it was made by another one."""
    digest = digest_of()
    if PYTHON.exists() and is_stamped("venv", digest):
        return
    say("creating .venv")
    venv.EnvBuilder(with_pip=True, clear=VENV.exists(), symlinks=os.name != "nt").create(VENV)
    stamp("venv", digest)


def install_packages() -> None:
    """Install what the locks name: by uv, and by pip where uv fails."""
    locks = [LOCKS / "boot.lock", LOCKS / "build.lock", LOCKS / "dev.lock"]
    digest = digest_of(*locks)
    if is_stamped("packages", digest):
        return
    say("installing packages from requirements/*.lock (half a minute, longer on a slow line)")
    boot, *rest = locks
    wanted = [argument for lock in rest for argument in ("-r", str(lock))]
    has_uv = pip("install", "-qq", "--require-hashes", "-r", str(boot))
    uv = [str(BIN / "uv"), "pip", "install", "--quiet", "--no-deps", "--python", str(PYTHON), "--require-hashes"]
    if not (has_uv and run(*uv, "--compile-bytecode", *wanted, env=uv_environment())):
        say("uv could not do it; trying pip, which takes longer")
        # the locks hold everything, so that nothing need be resolved
        if not pip("install", "-qq", "--require-hashes", "--no-deps", *wanted):
            sys.exit("anye: packages could not be installed, see above; check the network and `pip config list`")
    stamp("packages", digest)


def install_anye(*, for_tests: bool) -> None:
    """Install Anye itself, editable, and bring its front-end assets up to date.

    For the tests also what they need in a browser: axe-core, and a Chromium for machines without one.
    """
    digest = digest_of(ROOT / "pyproject.toml")
    if not is_stamped("anye", digest):
        say("installing anye and its front-end assets")
        if not pip("install", "--quiet", "--no-build-isolation", "--no-deps", "--editable", str(ROOT)):
            sys.exit("anye: the package itself could not be installed; see above")
        stamp("anye", digest)
    options = ["--tests"] if for_tests else []
    if not run(str(PYTHON), str(ROOT / "hatch_build.py"), *options):
        sys.exit("anye: the front-end assets could not be fetched; see above")


def main() -> None:
    """Do whatever of the three steps is not done yet; with ``--tests`` fetch what the browser tests need, too."""
    refuse_what_cannot_work()
    make_environment()
    install_packages()
    install_anye(for_tests="--tests" in sys.argv[1:])


if __name__ == "__main__":
    main()
