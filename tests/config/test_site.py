"""`[site]` of settings.toml: what it may say, and what the pages are told of it."""

from __future__ import annotations

import socket
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from anye.config.doctor import diagnose
from anye.config.faults import SetupFault
from anye.config.home import Home
from anye.config.site import LOOPBACK, Site, is_loopback, names_of, shown


def site(**table: Any) -> Site:
    return Site.from_table(table)


def write_site(home: Home, **table: Any) -> None:
    told = tomllib.loads(home.settings_path.read_text(encoding="utf-8")) | {"site": table}
    home.settings_path.write_text(tomli_w.dumps(told), encoding="utf-8")


def test_without_a_word_the_site_is_for_this_machine() -> None:
    told = site().settings()
    assert told["ALLOWED_HOSTS"] == list(LOOPBACK)
    assert (told["ANYE_IS_PUBLIC"], told["ANYE_SIGN_IN_LINKS"], told["ANYE_PROXIES"]) == (False, True, [])
    assert not {"CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS"} & set(told)


def test_an_https_address_is_answered_trusted_and_kept_to_https() -> None:
    told = site(address="https://Anye.Example.gov.cn/", hosts=["10.1.2.3", "fd00::1"]).settings(["desk"])
    assert told["ALLOWED_HOSTS"] == [*LOOPBACK, "anye.example.gov.cn", "10.1.2.3", "[fd00::1]", "desk"]
    assert told["CSRF_TRUSTED_ORIGINS"] == ["https://anye.example.gov.cn"]
    assert (told["SESSION_COOKIE_SECURE"], told["CSRF_COOKIE_SECURE"], told["LANGUAGE_COOKIE_SECURE"]) == (True,) * 3
    assert told["SECURE_HSTS_SECONDS"] > 0
    assert not {"SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"} & set(told)  # other sites of the domain
    assert (told["ANYE_IS_PUBLIC"], told["ANYE_SIGN_IN_LINKS"]) == (True, False)
    assert told["ANYE_PROXIES"] == ["127.0.0.1", "::1"]  # no other was named: the proxy runs here


def test_an_address_without_https_is_public_too_but_not_kept_to_https() -> None:
    told = site(address="http://10.1.2.3:8000").settings()
    assert (told["ANYE_IS_PUBLIC"], told["CSRF_TRUSTED_ORIGINS"]) == (True, ["http://10.1.2.3:8000"])
    assert "SESSION_COOKIE_SECURE" not in told


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("address", "anye.example.gov.cn"),
        ("address", "https://anye.example.gov.cn/anye"),
        ("address", "https://user:word@anye.example.gov.cn"),
        ("address", "ftp://anye.example.gov.cn"),
        ("address", "https://anye.example.gov.cn:word"),
        ("hosts", ["*"]),
        ("hosts", ["https://anye.example.gov.cn"]),
        ("hosts", "anye.example.gov.cn"),
        ("proxies", ["proxy.example.gov.cn"]),
        ("proxy", ["127.0.0.1"]),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, entry: str, value: Any) -> None:
    home = Home.create(tmp_path / "h", pack="cn")
    write_site(home, **{entry: value})
    with pytest.raises(SetupFault, match=rf"\[site\].*{entry}") as fault:
        Home.open(home.path)
    assert "settings.toml" in fault.value.text("zh")


def test_what_was_written_by_hand_stays_when_the_settings_are_written_again(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", pack="cn")
    told = {"address": "https://anye.example.gov.cn", "hosts": ["10.1.2.3"], "proxies": ["10.1.0.0/16"]}
    write_site(home, **told)
    Home.open(home.path).with_cluster(tmp_path / "c")
    assert Home.open(home.path).site == site(**told)


def test_a_server_bound_to_an_address_answers_to_it_and_one_bound_to_all_to_this_machines_name() -> None:
    assert names_of("10.1.2.3") == ["10.1.2.3"]
    assert names_of("fd00::1") == ["[fd00::1]"]
    assert socket.gethostname().lower() in names_of("0.0.0.0")
    assert "*" not in names_of("0.0.0.0")


def test_the_address_that_is_shown_can_be_opened_on_this_machine() -> None:
    assert shown("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert shown("::1", 8000) == "http://[::1]:8000"
    assert (is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")) == (True, True, False)


@pytest.mark.parametrize(("address", "is_well"), [(None, True), ("https://anye.cn", True), ("http://anye.cn", False)])
def test_the_doctor_asks_for_https(tmp_path: Path, address: str | None, is_well: bool) -> None:
    home = Home.create(tmp_path / "h", pack="cn")
    if address:
        write_site(home, address=address)
    (check,) = (one for one in diagnose(Home.open(home.path)) if one.name == "site")
    assert check.ok is is_well
