"""Screenshots of the demo for the docs: ``make screens``. A demo registry of its own is made, shown and removed.

The demo is drawn from a seed and the pages are drawn with the shipped font, so that a picture changes when the page does.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser import launch_options
from tools.paper import photograph

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "img"
ANYE = [sys.executable, "-m", "anye.cli"]
PORT = 8976
SCALE = "1"
DESK = (1280, 800)
PHONE = (390, 844)


@dataclass(frozen=True)
class Screen:
    """A picture: whose page, in which language, on what. `opens`: the link to follow on the page of the path."""

    name: str
    user: str
    path: str = "/"
    locale: str = "zh-CN"
    size: tuple[int, int] = DESK
    opens: str = ""


SCREENS = (
    Screen("today", "village"),
    Screen("today-en", "village", locale="en"),
    Screen("today-phone", "village", size=PHONE),
    Screen("district", "district"),
    Screen("district-en", "district", locale="en"),
    Screen("report", "district", "/report/"),
    Screen("report-en", "district", "/report/", locale="en"),
    Screen("briefing", "district", "/report/briefings/", opens=".listing a[href$='/show/']"),
    Screen("briefing-en", "district", "/report/briefings/", locale="en", opens=".listing a[href$='/show/']"),
)


@contextmanager
def served_demo() -> Iterator[tuple[Path, dict[str, str]]]:
    """A demo registry in a temporary home, served: its home and the one-time link of each user. Removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="anye-screens-"))
    folder.chmod(0o755)  # a database server started by root runs as somebody else and must reach its data
    environment = {**os.environ, "ANYE_HOME": str(folder / "home")}
    demo = {**os.environ, "ANYE_HOME": str(folder / "home-demo")}
    command = [*ANYE, "demo", "--port", str(PORT), "--scale", SCALE]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT) as served:
        try:
            yield folder / "home-demo", _links(served)
        finally:
            served.send_signal(signal.SIGINT)
            served.wait(60)
            subprocess.run([*ANYE, "stop"], env=demo, check=False, stdout=subprocess.DEVNULL)
            shutil.rmtree(folder, ignore_errors=True)


def _links(served: subprocess.Popen[str]) -> dict[str, str]:
    """Wait for the line with the address and the links."""
    assert served.stdout
    for line in served.stdout:
        found = dict(re.findall(r"(\w+) (http://\S+/link/\S+)", line))
        if found:
            return found
    raise SystemExit("the demo ended without an address; run `make demo` to see why")


def signed_in(browser: Browser, link: str) -> Any:
    """The cookies of a user who followed their link; a link works once, the cookies for all pictures."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    # a link may ask to be confirmed, so that a preview by a chat program does not use it up
    if "/link/" in page.url:
        page.locator("#content form[method=post] button").first.click()
        page.wait_for_load_state("networkidle")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, screen: Screen, state: Any) -> None:
    """Open the page as its user and keep the picture."""
    width, height = screen.size
    context = browser.new_context(
        locale=screen.locale, viewport={"width": width, "height": height}, storage_state=state
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{PORT}{screen.path}")
    if screen.opens:
        page.locator(screen.opens).first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{screen.name}.png")
    context.close()


def main() -> int:
    """Take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with served_demo() as (home, links), sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        states = {user: signed_in(browser, links[user]) for user in {screen.user for screen in SCREENS}}
        for screen in SCREENS:
            take(browser, screen, states[screen.user])
        browser.close()
        with tempfile.TemporaryDirectory() as scratch:
            for missing in photograph(home, Path(scratch)):
                sys.stderr.write(f"{missing}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
