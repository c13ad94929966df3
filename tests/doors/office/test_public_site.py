"""A site that others reach through a proxy: they can sign in, their own address counts, and nobody is at this machine."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client

from anye.config.site import Site
from anye.records.accounts import actions
from tests.doors.office.entering import ELSEWHERE, PASSWORD, events

ADDRESS = "https://anye.example.gov.cn"
NAME = "anye.example.gov.cn"
# how proxies forward: with the visitor's own words or as they ask us, and telling of https or not
PROXIES = {
    "all told": {"HTTP_HOST": NAME, "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": ELSEWHERE},
    "own name": {"HTTP_HOST": "127.0.0.1:8000", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": ELSEWHERE},
    "nothing told": {"HTTP_HOST": "127.0.0.1:8000"},
}


@pytest.fixture(autouse=True)
def _fresh_counts(settings):
    """Rates are counted in the cache."""
    cache.clear()
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def serve_at(settings):
    """serve_at(address=…, …) → the site has these settings."""

    def serve(**table):
        for name, value in Site.from_table(table).settings().items():
            setattr(settings, name, value)

    return serve


@pytest.fixture
def officer(district):
    user = actions.add_user(username="wang.li", name="王力", password=PASSWORD, is_one_time=False)
    actions.grant_duty(user=user, role="village_worker", office=district["willow"], on=dt.date(2020, 1, 1))
    return user


def sign_in_through(proxy, *, origin=ADDRESS, client=None):
    client = client or Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.get("/sign-in/", **proxy)
    told = {"login": "wang.li", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    return client.post("/sign-in/", told, HTTP_ORIGIN=origin, **proxy)


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
def test_an_officer_signs_in_through_an_https_proxy_with_cookies_for_https_only(serve_at, officer, proxy):
    serve_at(address=ADDRESS)
    answer = sign_in_through(proxy)
    assert answer.status_code == 302
    assert (answer.cookies["sessionid"]["secure"], answer.cookies["csrftoken"]["secure"]) == (True, True)
    assert answer["Strict-Transport-Security"] == "max-age=2592000"


def test_without_the_address_every_form_behind_the_proxy_is_refused(serve_at, officer):
    """The negative control of the test above."""
    serve_at(hosts=[NAME])
    assert sign_in_through(PROXIES["all told"]).status_code == 403


def test_a_form_of_another_site_is_refused(serve_at, officer):
    serve_at(address=ADDRESS)
    assert sign_in_through(PROXIES["all told"], origin="https://evil.example").status_code == 403


def test_a_proxy_that_is_named_without_an_address_is_believed_too(serve_at, officer):
    serve_at(proxies=["127.0.0.0/8"], hosts=[NAME])
    assert sign_in_through(PROXIES["all told"]).status_code == 302


def test_a_name_that_was_not_told_is_no_page(serve_at, db):
    serve_at(address=ADDRESS)
    assert Client().get("/sign-in/", HTTP_HOST="other.example").status_code == 400


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (ELSEWHERE, ELSEWHERE),
        (f"198.51.100.1, {ELSEWHERE}", ELSEWHERE),  # what the visitor wrote themselves stands before
        (f"{ELSEWHERE}, 127.0.0.1", ELSEWHERE),  # two proxies of ours
        (f"{ELSEWHERE}:51234", ELSEWHERE),
        ("::ffff:203.0.113.7", ELSEWHERE),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("unknown", "127.0.0.1"),
    ],
)
def test_the_trail_keeps_the_visitors_own_address(serve_at, officer, forwarded, address):
    serve_at(address=ADDRESS)
    sign_in_through({**PROXIES["all told"], "HTTP_X_FORWARDED_FOR": forwarded})
    assert events("sign_in")[-1].payload["address"] == address


def test_what_a_stranger_forwards_is_not_believed(serve_at, officer):
    serve_at(address=ADDRESS)
    proxy = {**PROXIES["all told"], "HTTP_X_FORWARDED_FOR": "127.0.0.1", "REMOTE_ADDR": ELSEWHERE}
    answer = sign_in_through(proxy)
    assert events("sign_in")[-1].payload["address"] == ELSEWHERE
    assert "Strict-Transport-Security" not in answer


PUBLIC = {"address": {"address": ADDRESS}, "proxy": {"proxies": ["127.0.0.1"]}}


@pytest.mark.parametrize("table", PUBLIC.values(), ids=PUBLIC)
def test_on_a_public_site_nobody_is_at_this_machine(serve_at, district, table):
    """A proxy that adds no header looks like a browser here: only the settings tell them apart."""
    serve_at(**table)
    here = {"HTTP_HOST": "127.0.0.1:8000"}
    client = Client()
    assert client.get("/set-up/", **here).status_code == 404
    assert client.post("/set-up/", {"name": "x"}, **here).status_code == 404
    assert client.get("/sign-in/", **here).status_code == 200
    user = actions.add_user(username="new", name="新")
    assert client.get(f"/link/{actions.new_sign_in_link(user=user, by='operator')}/", **here).status_code == 404


def test_on_a_site_of_this_machine_it_would_be(serve_at, district):
    """The negative control of the test above."""
    serve_at()
    here = {"HTTP_HOST": "127.0.0.1:8000"}
    assert Client().get("/set-up/", **here).status_code == 200
    user = actions.add_user(username="new", name="新")
    assert Client().get(f"/link/{actions.new_sign_in_link(user=user, by='operator')}/", **here).status_code == 200


def test_whoever_asks_by_another_name_is_not_at_this_machine(serve_at, settings, district):
    """A proxy that passes on the name under which it was asked gives itself away."""
    serve_at(hosts=[NAME])
    settings.ANYE_OWN_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert Client().get("/set-up/", HTTP_HOST=NAME).status_code == 404
    assert Client().get("/set-up/", HTTP_HOST="localhost:8000").status_code == 200


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_FORWARDED"])
def test_any_word_of_a_proxy_ends_being_at_this_machine(district, header):
    assert Client().get("/set-up/", **{header: "x"}).status_code == 404
