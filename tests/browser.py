"""A Chromium for the browser tests and the screenshots, found or unpacked, never downloaded by Playwright.

Order: the path in ``CHROMIUM``, a system Chromium or Chrome, else the headless Chromium that
``@sparticuz/chromium`` carries (Linux on x86-64; fetched by ``npm ci``, see tools/boot.py). That one is brotli-packed
and is unpacked once into the user's cache, with the few libraries it needs, so that no root and no apt is wanted.

Pages are drawn with the Noto Sans SC that Anye ships: without a Chinese font Chromium draws boxes, and with the
machine's own fonts two machines would draw two different pages.
"""

import io
import json
import os
import platform
import shutil
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import brotli
import platformdirs

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
FONTS = ROOT / "src" / "anye" / "doors" / "static" / "vendor" / "fonts"
CACHE = Path(platformdirs.user_cache_dir("anye-tests"))
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# A browser under test asks nobody for updates, lists or start-up experiments.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)


class NoBrowser(Exception):
    """No Chromium can be had on this machine; the text says how to get one."""


def system_browser() -> Path | None:
    """The Chromium that the machine has, or None. ``CHROMIUM`` wins; a wrong path there is an error, not a skip."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NoBrowser(f"CHROMIUM names {named!r}, which is no program: mend or unset it")
        return Path(found)
    for name in SYSTEM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    return MAC_CHROME if MAC_CHROME.exists() else None


def unpacked_browser() -> Path:
    """The packaged Chromium, unpacked into the user's cache on first use. Raises NoBrowser with the remedy."""
    if not (sys.platform == "linux" and platform.machine() in {"x86_64", "AMD64"}):
        raise NoBrowser("no Chromium found: install Chromium or Chrome, or set CHROMIUM to its path")
    if not (PACKAGE / "bin" / "chromium.br").exists():
        raise NoBrowser(
            "no Chromium found: run `python3 tools/boot.py --tests`, or install Chromium, or set CHROMIUM to its path"
        )
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    home = CACHE / f"chromium-{version}"
    if not home.exists():
        _unpack_into(home)
    return home / "chromium"


def _unpack_into(home: Path) -> None:
    """Unpack beside and rename, so that parallel test workers never see half a browser."""
    home.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=home.parent))
    try:
        program = scratch / "chromium"
        program.write_bytes(brotli.decompress((PACKAGE / "bin" / "chromium.br").read_bytes()))
        program.chmod(0o755)
        libraries = brotli.decompress((PACKAGE / "bin" / "al2023.tar.br").read_bytes())
        with tarfile.open(fileobj=io.BytesIO(libraries)) as archive:
            archive.extractall(scratch / "al2023", filter="data")
        scratch.chmod(0o755)
        try:
            scratch.rename(home)
        except OSError:
            if not home.exists():  # any other cause than a worker that was faster
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def font_settings() -> Path:
    """A fontconfig file that offers the shipped fonts and nothing else."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / "fonts.conf"
    path.write_text(
        f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{escape(str(FONTS))}</dir>
  <cachedir>{escape(str(CACHE / "fontconfig"))}</cachedir>
</fontconfig>
""",
        encoding="utf-8",
    )
    return path


@cache
def launch_options() -> dict[str, Any]:
    """Arguments for Playwright's ``chromium.launch(**launch_options())``. Raises NoBrowser."""
    arguments = list(QUIET)
    # Chromium's own sandbox refuses root, which is who runs tests in most containers.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    environment = {**os.environ, "FONTCONFIG_FILE": str(font_settings())}
    program = system_browser()
    if program is None:
        program = unpacked_browser()
        environment["LD_LIBRARY_PATH"] = str(_library_folder(program.parent))
        arguments += ["--headless=shell", "--no-zygote", "--disable-gpu"]
    return {"executable_path": str(program), "args": arguments, "env": environment, "headless": True}


def _library_folder(home: Path) -> Path:
    """The folder of the packaged libraries: the archive may or may not hold its own top folder."""
    return next(path.parent for path in (home / "al2023").rglob("libnss3.so"))
