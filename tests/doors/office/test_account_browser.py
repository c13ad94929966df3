"""Sign-in, account and administration in a real browser: axe, narrow screens, the content policy, without a mouse."""

import os
from typing import Any

import pyotp
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from anye.doors.office.administration.guard import sealed
from anye.records.accounts import actions
from anye.records.accounts.models import User
from tests.browser import ROOT, NoBrowser, launch_options
from tests.conftest import make_district
from tests.doors.office.entering import PASSWORD, force_in

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = [
    (1440, "light"),
    pytest.param(1440, "dark", marks=pytest.mark.trust_long),
    (360, "light"),
    pytest.param(320, "light", marks=pytest.mark.trust_long),
]


@pytest.fixture(scope="module")
def browser():
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


@pytest.fixture
def site(transactional_db, live_server, settings):
    """The site with a small district, an administrator and a village worker; rates counted anew."""
    cache.clear()
    settings.ANYE_TRIAL = True
    district = make_district()
    for username, name, role, office in (
        ("boss", "管理员甲", "administrator", district["district"]),
        ("worker", "工作甲", "village_worker", district["willow"]),
    ):
        user = actions.add_user(username=username, name=name, password=PASSWORD, is_one_time=False)
        actions.grant_duty(user=user, role=role, office=office, on=user.created_at.date())
    return live_server.url, district


@pytest.fixture
def open_page(browser, site):
    """open_page(path, width, scheme, user) → a page; a script error or a blocked resource fails the test."""
    contexts, complaints = [], []

    def go(path: str, *, width: int = 1440, scheme: Any = "light", user: str = "", language: str = "zh-CN"):
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language, color_scheme=scheme)
        contexts.append(context)
        if user:
            client = Client()
            force_in(client, User.objects.get(username=user))
            context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site[0]}])
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        page.goto(site[0] + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


def check(page, path: str) -> None:
    """Nothing wider than the screen, nothing that axe finds."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.impact, v.nodes[0].html]))"
    )
    assert found == [], path


def office_pages(district) -> list[str]:
    worker = sealed("user", User.objects.get(username="worker").pk)
    east = district["east"].token
    return [
        "/account/",
        "/account/password/",
        "/account/device/add/",
        "/sign-out/",
        "/administration/offices/",
        reverse("administration:office", args=[east]),
        reverse("administration:office_add", args=[east]),
        "/administration/users/",
        "/administration/users/add/",
        "/administration/users/sheet/",
        reverse("administration:user", args=[worker]),
        reverse("administration:user_reset", args=[worker]),
        reverse("administration:duty_grant", args=[worker]),
    ]


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_axe_finds_nothing_and_nothing_overflows(open_page, site, width, scheme):
    url, district = site
    page = open_page("/sign-in/", width=width, scheme=scheme)
    check(page, "/sign-in/")
    page.get_by_role("button", name="登录").click()  # nothing filled in: the page with its errors
    page.wait_for_selector(".error-summary")
    check(page, "/sign-in/ with errors")
    link = actions.new_sign_in_link(user=User.objects.get(username="worker"), by="operator")
    check(open_page(f"/link/{link}/", width=width, scheme=scheme), "/link/")
    page = open_page("/account/", width=width, scheme=scheme, user="boss")
    for path in office_pages(district):
        page.goto(url + path)
        check(page, path)


@pytest.mark.parametrize("width", [1440, 360])
def test_the_sheet_of_users_from_choosing_to_passwords(open_page, tmp_path, width):
    sheet = tmp_path / "users.csv"
    rows = ["用户名,姓名,角色,机构", "zhang,张三,村居工作人员,柳树村", "li,李四,村居工作人员,不存在村"]
    sheet.write_text("\n".join(rows), encoding="utf-8")
    page = open_page("/administration/users/sheet/", width=width, user="boss")
    page.set_input_files("input[type=file]", str(sheet))
    page.get_by_role("button", name="检查表格").click()
    page.wait_for_selector("text=不存在村")
    check(page, "preview")
    page.get_by_role("button", name="执行").click()
    page.wait_for_selector(".rows .secret")
    check(page, "passwords")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载密码表").click()
    assert download.value.suggested_filename == "一次性密码.xlsx"


def test_an_officer_signs_in_adds_a_device_and_keeps_the_codes_by_keyboard(open_page):
    page = open_page("/sign-in/", language="en")
    page.locator("#id_login").focus()
    page.keyboard.type("worker")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".qr")
    secret = page.locator("code.secret").text_content()
    page.locator("#id_code").focus()
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.wait_for_selector(".codes")
    assert page.locator(".codes li").count() == 10
    check(page, "codes")


def test_ending_a_duty_asks_first_and_then_ends_it(open_page, site):
    worker = sealed("user", User.objects.get(username="worker").pk)
    page = open_page(reverse("administration:user", args=[worker]), user="boss", language="en")
    page.get_by_role("button", name="End Village worker").click()
    page.wait_for_selector("dialog[open]")
    check(page, "dialog")
    page.get_by_role("button", name="End the duty").click()
    page.wait_for_selector("text=The duty has ended.")
