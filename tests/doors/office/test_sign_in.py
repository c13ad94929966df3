"""Password, code and lock-out: what they let in, what they refuse, what the trail holds of it."""

import datetime as dt
import re

import pyotp
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.doors.office.administration.guard import sealed
from anye.records.accounts import actions
from anye.records.accounts.models import User
from anye.records.audit.models import Event
from tests.doors.office.entering import ELSEWHERE, PASSWORD, add_device, events, is_in, later_code, sign_in


@pytest.fixture(autouse=True)
def _fresh_counts(settings):
    """Rates are counted in the cache."""
    cache.clear()
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def officer(district):
    user = actions.add_user(username="wang.li", name="王力", password=PASSWORD, is_one_time=False)
    actions.grant_duty(user=user, role="village_worker", office=district["willow"], on=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


# Password and code


def test_a_stranger_is_sent_to_sign_in_and_back_again(officer, client):
    answer = client.get("/account/?tab=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/account/%3Ftab%3D1"


def test_a_part_of_a_page_asked_for_by_a_stranger_sends_the_whole_page_to_sign_in(client, db):
    answer = client.get("/account/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/sign-in/")


def test_a_password_alone_opens_nothing_but_the_set_up_of_a_device(officer, client):
    assert sign_in(client)["Location"] == "/"
    for path in ("/account/", "/administration/users/", "/account/codes/", "/account/password/", "/duty/"):
        assert client.get(path)["Location"].startswith("/account/device/add/"), path


def test_without_the_gate_a_password_alone_would_do(officer, client, settings):
    """The negative control of the test above."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "GateMiddleware" not in name]
    sign_in(client)
    assert is_in(client)


def test_a_device_makes_the_sign_in_complete_and_shows_its_recovery_codes_once(officer, client):
    sign_in(client)
    _secret, answer = add_device(client)
    assert answer["Location"] == "/account/codes/"
    assert len(client.get("/account/codes/").context["unused_codes"]) == 10
    assert client.get("/account/codes/").context["can_view_codes"] is False
    assert is_in(client)


def test_a_wrong_code_adds_no_device(officer, client):
    sign_in(client)
    page = client.get("/account/device/add/")
    wrong = f"{(int(pyotp.TOTP(page.context['form'].secret).now()) + 1) % 1_000_000:06}"
    assert "code is wrong" in client.post("/account/device/add/", {"code": wrong}).content.decode()
    assert not is_in(client)


def test_who_has_a_device_signs_in_with_its_code(officer, client):
    sign_in(client)
    secret, _answer = add_device(client)
    other = Client(headers={"accept-language": "en"})
    assert sign_in(other)["Location"] == "/sign-in/code/"
    assert not is_in(other)
    assert other.post("/sign-in/code/", {"code": later_code(secret)})["Location"] == "/"
    assert is_in(other)
    assert events("sign_in")[-1].payload["way"] == "password and code"


def test_a_code_works_once(officer, client):
    sign_in(client)
    secret, _answer = add_device(client)
    one, two = Client(), Client(headers={"accept-language": "en"})
    code = later_code(secret)
    sign_in(one)
    one.post("/sign-in/code/", {"code": code})
    sign_in(two)
    cache.delete_many([key.partition(":1:")[2] for key in cache._cache if "totp.used" in key])  # allauth's own memory
    assert "used before" in two.post("/sign-in/code/", {"code": code}).content.decode()
    assert is_in(one)
    assert not is_in(two)


def test_a_recovery_code_signs_in_once(officer, client):
    sign_in(client)
    add_device(client)
    code = client.get("/account/codes/").context["unused_codes"][0]
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post("/sign-in/code/", {"code": code})
        assert is_in(other) is expected


def test_the_secret_of_a_device_is_ciphertext_in_the_database(officer, client):
    sign_in(client)
    secret, _answer = add_device(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, '') FROM mfa_authenticator")
        (stored,) = cursor.fetchone()
    assert stored
    assert secret not in stored


def test_changing_the_device_asks_again_and_leads_to_the_next_one(officer, client):
    sign_in(client)
    add_device(client)
    session = client.session
    session["account_authentication_methods"] = []  # as if the last proof were long ago
    session.save()
    assert client.get("/account/device/remove/")["Location"].startswith("/account/confirm/")
    assert client.post("/account/confirm/?next=/account/device/remove/", {"password": PASSWORD}).status_code == 302
    client.post("/account/device/remove/")
    assert client.get("/account/")["Location"].startswith("/account/device/add/")


def test_the_session_gets_a_new_key_at_sign_in(officer, client):
    client.get("/sign-in/")
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_sign_in_does_not_lead_off_the_site(officer, client):
    answer = client.post("/sign-in/?next=https://evil.example/", {"login": "wang.li", "password": PASSWORD})
    assert answer["Location"] == "/"


def test_capitals_and_full_width_letters_name_the_same_user(officer, client):
    assert sign_in(client, username=" Ｗang.LI ")["Location"] == "/"


# Refusals


def test_unknown_wrong_and_deactivated_are_refused_in_the_same_words(officer, client):
    actions.add_user(username="gone", name="前任", password=PASSWORD, is_one_time=False)
    actions.deactivate_user(user=User.objects.get(username="gone"))
    answers = [
        sign_in(client, username=username, password=password)
        for username, password in (("nobody", PASSWORD), ("wang.li", "wrong"), ("gone", PASSWORD))
    ]
    texts = {re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.content.decode()) for answer in answers}
    assert len(texts) == 1
    assert "The user name or the password is wrong." in texts.pop()


def test_five_wrong_tries_lock_the_name_for_fifteen_minutes(officer, client, monkeypatch):
    for _ in range(4):
        assert sign_in(client, password="wrong").status_code == 200
    assert sign_in(client, password="wrong").status_code == 429
    locked = sign_in(client)
    assert locked.status_code == 429
    assert "Locked for fifteen minutes" in locked.content.decode()
    assert sign_in(Client(REMOTE_ADDR=ELSEWHERE)).status_code == 429  # wherever it is tried from
    later = timezone.now() + dt.timedelta(minutes=16)
    monkeypatch.setattr("axes.middleware.AxesMiddleware.__call__", _at(later))
    assert sign_in(client)["Location"] == "/"


def test_without_the_lock_the_sixth_try_would_get_in(officer, client, settings):
    """The negative control of the test above."""
    settings.AXES_ENABLED = False
    for _ in range(5):
        sign_in(client, password="wrong")
    assert sign_in(client)["Location"] == "/"


def test_a_new_one_time_password_takes_the_lock_off(officer, client, client_as, district):
    for _ in range(5):
        sign_in(client, password="wrong")
    boss = client_as("administrator", district["district"], "boss")
    answer = boss.post(reverse("administration:user_reset", args=[sealed("user", officer.pk)]))
    assert sign_in(client, password=answer.context["password"]).status_code == 302


def _at(moment):
    """Axes' middleware as it would be at another time: it takes the time of a try from the request."""
    from axes.handlers.proxy import AxesProxyHandler

    inside = AxesProxyHandler.update_request

    def update(request):
        inside(request)
        request.axes_attempt_time = moment

    def call(self, request):
        AxesProxyHandler.update_request = staticmethod(update)
        try:
            return self.get_response(request)
        finally:
            AxesProxyHandler.update_request = staticmethod(inside)

    return call


def test_tries_under_other_spellings_count_together(officer, client):
    for username in ("wang.li", "WANG.LI", "Wang.Li", " wang.li", "ｗang.li"):
        answer = sign_in(client, username=username, password="wrong")
    assert answer.status_code == 429


def test_tries_under_one_name_do_not_lock_another(officer, client):
    for _ in range(5):
        sign_in(client, username="somebody", password="wrong")
    assert sign_in(client)["Location"] == "/"


def test_a_name_that_nobody_has_is_locked_with_the_same_page(officer, client):
    pages = set()
    for username in ("nobody", "wang.li"):
        for _ in range(5):
            answer = sign_in(client, username=username, password="wrong")
        pages.add(re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.content.decode()))
    assert len(pages) == 1


def test_neither_password_nor_a_name_that_nobody_has_is_kept_anywhere(officer, client):
    sign_in(client, username="my secret by mistake", password="another secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM axes_accessattempt t")
        kept = cursor.fetchone()[0] + str([(event.payload, event.actor) for event in Event.objects.all()])
    assert "secret" not in kept


def test_guessing_codes_is_stopped(officer, client):
    sign_in(client)
    add_device(client)
    other = Client(headers={"accept-language": "en"})
    sign_in(other)
    texts = [other.post("/sign-in/code/", {"code": f"{n:06}"}).content.decode() for n in range(12)]
    assert "code is wrong" in texts[0]
    assert "Too many wrong tries" in texts[-1]


# What the trail holds


def test_sign_in_refusal_and_sign_out_leave_events_of_the_officers_area(officer, client, district):
    sign_in(client, password="wrong")
    sign_in(client)
    client.post("/sign-out/")
    refused, signed_in, out = (events(verb)[-1] for verb in ("sign_in_refused", "sign_in", "sign_out"))
    for event in (refused, signed_in, out):
        assert event.row_id == officer.pk
        assert event.scope_no == district["willow"].scope_no
    assert refused.payload == {"address": "127.0.0.1", "locked": False, "step": "password", "username": "wang.li"}
    assert signed_in.actor == f"user:{officer.pk}"
    assert not is_in(client)


# Both languages


@pytest.mark.parametrize("path", ["/sign-in/", "/set-up/"])
def test_pages_for_strangers_speak_both_languages(path, db):
    chinese = Client(headers={"accept-language": "zh-CN"}).get(path, follow=True).content.decode()
    english = Client(headers={"accept-language": "en"}).get(path, follow=True).content.decode()
    assert re.search("[\u4e00-\u9fff]", re.sub(r"中文", "", re.sub(r"<[^>]*>", "", english))) is None
    assert re.search("[\u4e00-\u9fff]", re.sub(r"<[^>]*>", "", chinese))


def test_first_use_is_not_offered_once_there_is_a_user(officer, client):
    assert client.get("/sign-in/").status_code == 200
