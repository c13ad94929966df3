"""Somebody with a browser of their own, who looks at every page as axe does and listens to what the browser says."""

from playwright.sync_api import ConsoleMessage, Page

from anye.records.accounts.actions import new_sign_in_link
from anye.records.accounts.models import User
from tests import factories
from tests.browser import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 10_000
_AXE_RUN = """axe.run({resultTypes: ['violations']}).then(r => r.violations.map(
    v => [v.id, v.impact, v.nodes[0].html, v.nodes[0].failureSummary]))"""
_CHANGING = ".htmx-request, .htmx-swapping, .htmx-added, .htmx-settling"
# what slides or fades in is looked at once it stands
_STANDS = """Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime !== Infinity)
    .map(a => a.finished.catch(() => null))).then(() => null)"""
# what sticks out, where the page can be pushed sideways at all
_TOO_WIDE = """(() => { const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > page.clientWidth + 1)
        .map(e => e.outerHTML.slice(0, 160)); })()"""


class Visitor:
    """A page and what it complained about."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type not in {"error", "warning"}:
            return
        # that a page itself answers 404 or 422 is the page's matter; a file that it asks for must be there
        where = said.location.get("url", "")
        if "Failed to load resource" in said.text and "/static/" not in where and "status of 5" not in said.text:
            return
        self.complaints.append(f"{said.text} {where}")

    def go(self, path: str, *, looks: bool = True) -> int:
        """Open an address, look at the page (unless the journey looked at it before), and give its status."""
        response = self.page.goto(self.base + path)
        if looks:
            self.look()
        assert response is not None
        return response.status

    def press(self, name: str) -> None:
        """Press a button of the page that leads to another page, and look at that one."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.look()

    def look(self) -> None:
        """Nothing is wider than the screen, and axe finds nothing."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_selector(_CHANGING, state="detached")
        self.page.evaluate(_STANDS)
        wide = self.page.evaluate(_TOO_WIDE)
        assert wide == [], f"{self.page.url}: {wide}"
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(_AXE_RUN)
        assert found == [], f"{self.page.url}: {found}"

    @property
    def text(self) -> str:
        """What the page shows."""
        return self.page.locator("body").inner_text()

    def sign_in_by_link(self, username: str, button: str = "登录") -> None:
        with factories.as_owner():
            token = new_sign_in_link(user=User.objects.get(username=username), by="operator")
        assert self.go(f"/link/{token}/") == 200
        self.press(button)
