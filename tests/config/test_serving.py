"""`anye serve` as a proxy and a browser meet it: the real servers of a registry of its own."""

from __future__ import annotations

import re
import socket
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyotp
import pytest
import tomli_w

from anye.config import postgres
from anye.config.home import Home
from tests.config.served import Browser, anye, ask, serving

NAME = "anye.example.gov.cn"
THROUGH = {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
PASSWORD, NEW_PASSWORD = "four plain words suffice", "nine other quiet words"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real registry without users."""
    path = tmp_path_factory.mktemp("served")
    done = anye(path, "init", "--pack", "cn_yubei")
    assert done.returncode == 0, done.stderr
    yield path
    postgres.discard(Home.open(path))


@pytest.fixture
def public(home: Path) -> Iterator[Path]:
    """The registry with a public address, and as it was afterwards."""
    settings = Home.open(home).settings_path
    before = settings.read_text(encoding="utf-8")
    told = tomllib.loads(before) | {"site": {"address": f"https://{NAME}"}}
    settings.write_text(tomli_w.dumps(told), encoding="utf-8")
    yield home
    settings.write_text(before, encoding="utf-8")


def test_a_public_site_takes_forms_through_its_proxy_and_knows_nobody_at_its_machine(public: Path) -> None:
    with serving(public) as (port, line, _process):
        assert f"https://{NAME}" in line
        assert "anye serve --local" in line
        page = ask(port, "/sign-in/", THROUGH)
        assert (page.status, page.headers["Strict-Transport-Security"]) == (200, "max-age=2592000")
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = cookie.partition("=")[2]
        told = {"login": "nobody", "password": "not this one", "csrfmiddlewaretoken": token}
        form = ask(port, "/sign-in/", {**THROUGH, "Cookie": cookie, "Origin": f"https://{NAME}"}, told)
        assert form.status == 200  # the form again, and its error: not 403
        for headers in (THROUGH, {"Host": f"127.0.0.1:{port}"}):
            assert ask(port, "/set-up/", headers).status == 404
        assert ask(port, "/sign-in/", {"Host": "other.example"}).status == 400


def test_bound_to_all_addresses_the_site_answers_to_this_machines_name(home: Path) -> None:
    with serving(home, "--host", "0.0.0.0") as (port, line, process):
        assert f"http://127.0.0.1:{port}/set-up/" in line
        assert ask(port, "/sign-in/", {"Host": f"{socket.gethostname()}:{port}"}).status == 200
        assert ask(port, "/sign-in/", {"Host": "other.example"}).status == 400
        workers = [words[-1] for one in process.children() if "procrastinate" in (words := one.cmdline())]
        assert workers == ["loads", "entries", "watch"]


def test_the_door_of_the_machine_is_opened_to_nobody_else(home: Path) -> None:
    done = anye(home, "serve", "--local", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "--local" in done.stderr


def add_device(browser: Browser) -> pyotp.TOTP:
    """Set up the device that the page asks for, with its first code."""
    assert browser.url.startswith("/account/device/add/")
    secret = re.search(r'<code class="secret[^>]*>([A-Z2-7 ]+)</code>', browser.text)
    assert secret is not None
    device = pyotp.TOTP(secret[1].replace(" ", ""))
    browser.send(code=device.now())
    assert browser.url == "/account/codes/"
    return device


def test_first_use_and_the_way_back_of_a_public_site_lead_through_its_machines_own_door(public: Path) -> None:
    """A sole administrator who lost password and device, too, gets in again: nobody else could help."""
    with serving(public, "--local") as (port, line, process):
        base = f"http://127.0.0.1:{port}"
        assert f"{base}/set-up/" in line
        assert len(process.children()) == 1  # pages alone
        assert ask(port, "/set-up/", {"Host": NAME}).status == 400
        boss = Browser(base)
        boss.go("/")
        assert boss.url == "/set-up/"
        boss.send(name="管理员甲", username="boss", password=PASSWORD, again=PASSWORD)
        lost = add_device(boss)

        done = anye(public, "link", "Boss", "--new-device", "--port", str(port))
        assert done.returncode == 0, done.stderr
        assert f"anye serve --local --port {port}" in done.stdout
        name, link = done.stdout.split()[:2]
        assert (name, link.startswith(f"{base}/link/")) == ("boss", True)
        again = Browser(base)
        again.go(link)
        again.send()
        assert again.url.startswith("/account/password/")
        again.send(password=NEW_PASSWORD, again=NEW_PASSWORD)
        found = add_device(again)
        assert found.secret != lost.secret
        assert "boss" in again.go("/administration/users/")

        boss.go("/administration/users/")
        assert boss.url.startswith("/sign-in/")  # what was signed in before is out
        boss.send(login="boss", password=PASSWORD)
        assert "/sign-in/code/" not in boss.url

        # new keys while the site runs: the device's secret is sealed anew, and the site reads it
        assert anye(public, "rotate-keys").returncode == 0
        boss.send(login="boss", password=NEW_PASSWORD)
        assert boss.url.startswith("/sign-in/code/")
        boss.send(code=found.at(time.time(), counter_offset=1))
        assert "boss" in boss.go("/administration/users/")
    with psycopg.connect(**postgres.start(Home.open(public)).admin | {"dbname": "anye"}) as admin:
        told = "SELECT actor, payload -> 'new' FROM audit_event WHERE verb = 'sign_in_link'"
        assert admin.execute(told).fetchall() == [("operator", ["password", "device"])]
        assert admin.execute("SELECT count(*) FROM audit_event WHERE verb = 'second_factor_reset'").fetchone() == (1,)


def test_a_link_for_nobody_is_refused_in_a_sentence(home: Path) -> None:
    done = anye(home, "link", "nobody")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr
