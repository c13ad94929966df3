"""One-time links and first use: once, at the machine that serves, and never instead of a second factor."""

import datetime as dt
import re
import threading

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from anye.records.accounts import actions
from anye.records.accounts.models import Duty, SignInLink, User
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


# One-time links


@pytest.fixture
def link(officer):
    return f"/link/{actions.new_sign_in_link(user=officer, by='operator', minutes=10)}/"


def test_looking_at_a_link_uses_nothing_up(link, client):
    assert "Sign in as 王力" in client.get(link).content.decode()
    assert client.get(link).status_code == 200
    assert SignInLink.objects.get().used_at is None


def test_a_link_signs_in_once_and_in_a_trial_registry_needs_no_more(link, client, settings):
    settings.ANYE_TRIAL = True
    assert client.post(link)["Location"] == "/"
    assert is_in(client)
    assert events("sign_in")[-1].payload["way"] == "link"
    other = Client()
    assert other.post(link).status_code == 404
    assert other.get(link).status_code == 404
    assert not is_in(other)


def test_in_a_real_registry_a_link_replaces_no_second_factor(link, client, settings):
    settings.ANYE_TRIAL = False
    client.post(link)
    assert client.get("/account/")["Location"].startswith("/account/device/add/")


def test_in_a_real_registry_a_link_does_not_replace_the_code_of_a_device(officer, client, settings):
    settings.ANYE_TRIAL = False
    first = Client()
    sign_in(first)
    secret, _answer = add_device(first)
    client.post(f"/link/{actions.new_sign_in_link(user=officer, by='operator')}/")
    assert client.get("/account/")["Location"].startswith("/account/confirm/code/")
    assert client.get("/account/device/add/")["Location"].startswith("/account/confirm/code/")
    client.post("/account/confirm/code/?next=/account/", {"code": later_code(secret)})
    assert is_in(client)


def a_way_back(officer, **wants):
    return f"/link/{actions.new_sign_in_link(user=officer, by='operator', **wants)}/"


NEW_PASSWORD = "nine other quiet words"
NEW = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}


def test_who_lost_the_password_comes_back_by_the_code_of_their_device(officer, client, settings):
    settings.ANYE_TRIAL = False
    first = Client()
    sign_in(first)
    secret, _answer = add_device(first)
    link = a_way_back(officer, wants_password=True)
    assert "Then choose a new password" in client.get(link).content.decode()
    client.post(link)
    # the code first: whoever has the link and not the device changes nothing
    assert client.get("/account/password/")["Location"].startswith("/account/confirm/code/")
    client.post("/account/confirm/code/?next=/account/", {"code": later_code(secret)})
    assert client.get("/account/")["Location"].startswith("/account/password/")
    assert client.post("/account/password/?next=/account/", NEW)["Location"] == "/account/"
    assert is_in(client)
    assert not is_in(first)
    assert sign_in(Client(), password=NEW_PASSWORD)["Location"] == "/sign-in/code/"


def test_who_lost_password_and_device_sets_up_both_anew(officer, client, settings):
    settings.ANYE_TRIAL = False
    first = Client()
    sign_in(first)
    old, _answer = add_device(first)
    link = a_way_back(officer, wants_device=True)
    assert "new device" in client.get(link).content.decode()
    assert is_in(first)  # nothing ends before the link is used
    client.post(link)
    assert not is_in(first)
    assert client.get("/account/")["Location"].startswith("/account/password/")
    client.post("/account/password/?next=/account/", NEW)
    assert client.get("/account/")["Location"].startswith("/account/device/add/")
    new, _answer = add_device(client)
    assert is_in(client)
    assert new != old
    (reset,) = events("second_factor_reset")
    assert (reset.row_id, reset.payload["username"], reset.payload["count"]) == (officer.pk, "wang.li", 2)
    assert events("sign_in_link")[-1].payload["new"] == ["device"]


def test_between_the_link_and_the_new_device_the_old_password_opens_nothing(officer, client, settings):
    """Somebody who knows the password only would else add a device of their own first."""
    settings.ANYE_TRIAL = False
    sign_in(Client())
    client.post(a_way_back(officer, wants_device=True))
    other = Client()
    assert sign_in(other).status_code == 200
    assert not is_in(other)
    assert other.get("/account/password/").status_code == 302


def test_looking_at_a_way_back_or_losing_it_changes_nothing(officer, client, settings):
    settings.ANYE_TRIAL = False
    first = Client()
    sign_in(first)
    add_device(first)
    link = a_way_back(officer, wants_device=True)
    client.get(link)
    assert client.post(link, REMOTE_ADDR=ELSEWHERE).status_code == 404
    assert is_in(first)
    assert sign_in(Client())["Location"] == "/sign-in/code/"
    assert not events("second_factor_reset")


def test_a_link_counts_for_a_trial_registry_only_even_in_an_old_session(link, client, settings):
    settings.ANYE_TRIAL = True
    client.post(link)
    settings.ANYE_TRIAL = False
    assert not is_in(client)


@pytest.mark.parametrize(
    "how", ["used", "old", "unknown", "switched off", "from elsewhere", "through a proxy", "inactive"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_link_that_does_not_work_is_the_same_404(officer, client, settings, how, method):
    token = actions.new_sign_in_link(user=officer, by="operator", minutes=0 if how == "old" else 10)
    nowhere = getattr(client, method)("/link/nowhere/").content
    more = {}
    if how == "used":
        actions.use_sign_in_link(token=token, at=timezone.now())
    elif how == "unknown":
        token = token[::-1]
    elif how == "switched off":
        settings.ANYE_SIGN_IN_LINKS = False
    elif how == "from elsewhere":
        more = {"REMOTE_ADDR": ELSEWHERE}
    elif how == "through a proxy":
        more = {"HTTP_X_FORWARDED_FOR": ELSEWHERE}
    elif how == "inactive":
        actions.deactivate_user(user=officer)
    answer = getattr(client, method)(f"/link/{token}/", **more)
    assert answer.status_code == 404
    plain = [re.sub(rb'(content|value)="[^"]*"', b"", body) for body in (answer.content, nowhere)]
    assert plain[0] == plain[1]
    assert not is_in(client)


def test_without_the_check_a_link_would_work_from_elsewhere(link, client, monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr("anye.doors.office.sign_in.is_at_this_machine", lambda request: True)
    assert client.get(link, REMOTE_ADDR=ELSEWHERE).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_links_work_on_every_loopback_address(link, client, address):
    """The negative control of the test above."""
    assert client.get(link, REMOTE_ADDR=address).status_code == 200


def test_only_the_digest_of_a_link_is_kept(officer):
    token = actions.new_sign_in_link(user=officer, by="operator")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM accounts_signinlink t")
        links = cursor.fetchone()[0]
    assert token not in links + str([event.payload for event in Event.objects.all()])


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_once_one_gets_in():
    user = actions.add_user(username="many", name="众")
    token = actions.new_sign_in_link(user=user, by="operator")
    got = []

    def use():
        try:
            got.append(actions.use_sign_in_link(token=token, at=timezone.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in got if one is not None] == [user]
    assert len(got) == 8


# First use

FIRST = {
    "name": "管理员甲",
    "username": "First",
    "password": PASSWORD,
    "again": PASSWORD,
}


def test_a_registry_without_users_leads_to_first_use_at_its_own_machine(district, client):
    assert client.get("/sign-in/")["Location"] == "/set-up/"
    assert client.get("/sign-in/", REMOTE_ADDR=ELSEWHERE).status_code == 200
    assert client.get("/set-up/", REMOTE_ADDR=ELSEWHERE).status_code == 404
    assert client.get("/set-up/", HTTP_X_FORWARDED_FOR=ELSEWHERE).status_code == 404


def test_first_use_makes_one_administrator_who_goes_on_to_a_device(district, client):
    assert client.post("/set-up/", FIRST)["Location"] == "/"
    duty = Duty.objects.get()
    assert (duty.user.username, duty.role, duty.scope_no) == ("first", "administrator", district["district"].scope_no)
    assert client.get("/administration/users/")["Location"].startswith("/account/device/add/")
    add_device(client)
    assert client.get("/administration/users/").status_code == 200
    assert Client().get("/set-up/").status_code == 404
    assert Client().post("/set-up/", {**FIRST, "username": "second"}).status_code == 404
    assert User.objects.count() == 1


def test_first_use_refuses_a_weak_password(district, client):
    answer = client.post("/set-up/", {**FIRST, "password": "123456789012", "again": "123456789012"})
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_first_use_without_an_area_list_makes_the_district_too(client, db):
    client.post("/set-up/", {**FIRST, "district": "青石区"})
    assert Duty.objects.get().role == "administrator"


@pytest.mark.django_db(transaction=True)
def test_of_many_first_administrators_at_once_one_is_made():
    from anye.records.places.actions import add_district

    district = add_district(name="青石区", area_code=None)
    made = []

    def make(number):
        from django.db import transaction

        try:
            with transaction.atomic():
                actions.make_first_administrator(
                    username=f"first{number}", name="甲", password=None, district=district, on=timezone.localdate()
                )
                made.append(number)
        except actions.AlreadySetUp:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == User.objects.count() == 1
