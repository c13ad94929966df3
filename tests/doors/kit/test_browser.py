"""The kit in a real browser: keyboard, dialogs, paging without a reload, narrow screens, axe, no policy violations."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser import ROOT, NoBrowser, launch_options

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["/style/", "/style/listing/", "/style/form/", "/style/empty/"]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: object) -> None:
        """The tests' output is for faults."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The style page on a port of this machine, without a database."""
    chosen = override_settings(
        ROOT_URLCONF="tests.doors.kit.site_urls",
        FORM_RENDERER="anye.doors.kit.fields.KitRenderer",
        ANYE_STYLE_PAGE=True,
        MIDDLEWARE=MIDDLEWARE,
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    )
    with chosen, make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module; a machine without one fails, for a skipped test proves nothing."""
    if not AXE.exists():
        pytest.fail("axe-core is missing: run `make setup-tests`")
    try:
        options = launch_options()
    except NoBrowser as reason:
        pytest.fail(str(reason))
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as play:
        found = play.chromium.launch(**options)
        yield found
        found.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """open_page(path, width=1440, language="en") → a page; a script error or a blocked resource fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def go(path: str, *, width: int = 1440, height: int = 900, language: str = "en", scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale=language, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        page.goto(site + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


def _until(page: Page, expression: str) -> None:
    """Wait until an expression holds; Playwright's own waiting evaluates text, which the policy forbids."""
    for _attempt in range(100):
        try:
            if page.evaluate(expression):
                return
        except Error as fault:  # the page is being changed for another
            if "context was destroyed" not in str(fault):
                raise
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (360, "light"), (320, "light")])
def test_axe_finds_nothing_and_nothing_overflows(open_page: Open, path: str, width: int, scheme: str) -> None:
    page = open_page(path, width=width, language="zh-CN", scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.impact, v.nodes[0].html]))"
    )
    assert found == []


def test_rows_are_walked_and_opened_by_keys(open_page: Open) -> None:
    page = open_page("/style/listing/")
    names = page.locator("tbody th a").all_text_contents()
    page.keyboard.press("j")
    assert _focused(page) == names[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert _focused(page) == names[1]
    page.keyboard.press("Enter")
    page.wait_for_url("**/style/listing/sample*/")


def test_a_page_is_swapped_in_and_back_leads_back(open_page: Open) -> None:
    page = open_page("/style/listing/")
    page.evaluate("window.stays = true")
    first = page.locator("tbody th a").first.text_content()
    page.keyboard.press("]")
    page.wait_for_url("**place=*")
    _until(page, "document.querySelector('.pager-count').textContent.includes('51')")
    assert page.evaluate("window.stays") is True
    assert _focused(page) == page.locator("tbody th a").first.text_content()
    page.go_back()
    _until(page, "document.querySelector('.pager-count').textContent.includes('1–50')")
    assert page.locator("tbody th a").first.text_content() == first
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.includes('history-cache')).length") == 0


def test_a_search_leaves_no_name_in_the_address(open_page: Open) -> None:
    page = open_page("/style/listing/")
    page.keyboard.press("/")
    page.keyboard.type("秀")
    page.keyboard.press("Enter")
    page.wait_for_url("**found=*")
    page.wait_for_selector(".chip")
    assert "秀" not in page.evaluate("decodeURIComponent(location.href)")
    assert all("秀" in name for name in page.locator("tbody th a").all_text_contents())


def test_g_and_a_letter_goes_somewhere(open_page: Open) -> None:
    page = open_page("/style/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/style/listing/")


def test_the_keys_explain_themselves_and_can_be_switched_off(open_page: Open) -> None:
    page = open_page("/style/listing/")
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    assert not page.locator("#keys-help").is_visible()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tbody')") is None


def test_keys_typed_into_a_field_stay_there(open_page: Open) -> None:
    page = open_page("/style/form/")
    page.locator("#id_name").fill("")
    page.locator("#id_name").press_sequentially("j?g/")
    assert page.locator("#id_name").input_value() == "j?g/"
    assert not page.locator("#keys-help").is_visible()


def test_a_form_in_error_is_focused_and_its_errors_lead_to_the_fields(open_page: Open) -> None:
    page = open_page("/style/form/")
    page.locator("main .btn-primary").click()
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.classList.contains('error-summary')")
    page.locator(".error-summary a").nth(1).click()
    assert page.evaluate("document.activeElement.id") == "id_visited_on"


def test_a_confirmation_asks_and_escape_changes_nothing(open_page: Open) -> None:
    page = open_page("/style/")
    page.locator("[data-opens='sample-confirm']").click()
    assert page.locator("#sample-confirm").is_visible()
    assert _focused(page) == "Cancel"
    page.keyboard.press("Escape")
    assert not page.locator("#sample-confirm").is_visible()


def test_the_menu_of_a_phone_is_a_drawer(open_page: Open) -> None:
    page = open_page("/style/", width=360, height=740)
    assert not page.locator("#side nav").is_visible()
    page.locator("[data-drawer]").click()
    _until(page, "document.activeElement.closest('#side') !== null")
    page.keyboard.press("Escape")
    _until(page, "getComputedStyle(document.getElementById('side')).visibility === 'hidden'")
    assert page.evaluate("document.activeElement.hasAttribute('data-drawer')")


def test_a_progress_bar_fetches_its_end(open_page: Open) -> None:
    page = open_page("/style/")
    page.wait_for_selector(".progress-box:not([aria-busy])")
    assert page.locator("progress").get_attribute("value") == "100"


def test_the_language_is_switched_and_kept(open_page: Open) -> None:
    page = open_page("/style/listing/?state=working")
    page.locator(".language-button").click()
    page.locator("html[lang='zh-Hans']").wait_for()  # an expression could meet a page without a document yet
    assert page.url.endswith("?state=working")
    page.reload()
    assert page.locator("h1").text_content() == "人员"


def test_the_focused_row_is_never_hidden_behind_the_bars(open_page: Open) -> None:
    page = open_page("/style/listing/", width=1200, height=760)
    for key in ("j",) * 30 + ("k",) * 20:
        page.keyboard.press(key)
        hit = page.evaluate(
            "(() => { const box = document.activeElement.getBoundingClientRect();"
            "const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);"
            "return at !== null && document.activeElement.contains(at); })()"
        )
        assert hit
