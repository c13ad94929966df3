"""A site with its database, its worker and a browser: what the journeys walk through.

Every page that a visitor looks at is asked by axe; a script error, a blocked resource or a word on the console fails
the journey, and so does a machine without a browser.
"""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, sync_playwright

from tests.browser import launch_options
from tests.conftest import District, make_district
from tests.journeys.pages.visitor import AXE, Visitor
from tests.journeys.pages.worker import forget_jobs, run_waiting_jobs


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module. A machine without one fails: a journey that nobody walked proves nothing."""
    assert AXE.exists(), "axe-core is missing: run `make setup-tests`"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the tests' thread
        with sync_playwright() as play:
            found = play.chromium.launch(**launch_options())
            yield found
            found.close()


@pytest.fixture
def site(transactional_db: None, live_server: Any, settings: Any) -> str:
    """The served site's address; nobody's tries or codes are remembered, no job waits."""
    cache.clear()
    settings.ANYE_TRIAL = True
    forget_jobs()
    return str(live_server.url)


@pytest.fixture
def district(site: str) -> District:
    return make_district()


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """visitor(width=1440, language="zh-CN") → somebody at the site; at the end nobody may have complained."""
    came: list[Visitor] = []

    def come(*, width: int = 1440, height: int = 900, language: str = "zh-CN") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, accept_downloads=True
        )
        came.append(Visitor(context.new_page(), site))
        return came[-1]

    yield come
    for one in came:
        one.page.context.close()
    assert [complaint for one in came for complaint in one.complaints] == []


@pytest.fixture
def work(site: str) -> Callable[[], None]:
    """work() → the worker has taken every job that waited."""

    def run() -> None:
        faults: list[Exception] = []
        thread = threading.Thread(target=run_waiting_jobs, args=(faults,))
        thread.start()
        thread.join(60)
        assert not thread.is_alive(), "the worker did not come to an end"
        assert faults == []

    return run
