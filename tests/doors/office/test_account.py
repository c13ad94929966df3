"""The signed-in account: duties read again, deactivation, passwords of one's own, the acting duty."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.records.accounts import actions
from anye.records.accounts.models import Duty, User
from anye.records.accounts.queries import duties_in_force
from tests.doors.office.entering import PASSWORD, force_in, is_in, sign_in


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


# Change of duty, deactivation, passwords


def test_a_deactivated_user_is_out_at_the_next_request_for_good(district, client_as, make_user):
    client = client_as("village_worker", district["willow"])
    assert is_in(client)
    user = User.objects.get()
    actions.deactivate_user(user=user)
    assert client.get("/account/").status_code == 302
    actions.reactivate_user(user=user)
    assert client.get("/account/").status_code == 302  # the session itself is gone


def test_an_ended_duty_is_gone_at_the_next_request(district, client_as):
    client = client_as("administrator", district["district"])
    assert client.get("/administration/users/").status_code == 200
    actions.end_duty(duty=Duty.objects.get(), on=timezone.localdate())
    assert client.get("/administration/users/").status_code == 404


def test_a_duty_granted_today_can_end_today(district, make_user):
    user = make_user("village_worker", district["willow"])
    actions.grant_duty(user=user, role="village_worker", office=district["bridge"], on=timezone.localdate())
    duty = Duty.objects.get(scope_no=district["bridge"].scope_no)
    actions.end_duty(duty=duty, on=timezone.localdate())
    assert [held.office.name for held in duties_in_force(user)] == ["柳树村村民委员会"]


def test_a_new_password_ends_every_other_session(officer):
    clients = [Client(headers={"accept-language": "en"}) for _ in range(2)]
    for one in clients:
        force_in(one, officer)
    told = {"current": PASSWORD, "password": "other words do as well", "again": "other words do as well"}
    assert clients[0].post("/account/password/", told).status_code == 302
    assert is_in(clients[0])
    assert not is_in(clients[1])


def test_a_one_time_password_leads_to_a_password_of_ones_own_and_then_to_a_device(district, client):
    user = actions.add_user(username="new", name="新人", password="k7mq-2xfa-9abc-mnpq")
    actions.grant_duty(user=user, role="village_worker", office=district["willow"], on=dt.date(2020, 1, 1))
    sign_in(client, "new", "k7mq-2xfa-9abc-mnpq")
    assert client.get("/account/")["Location"].startswith("/account/password/")
    assert client.get("/account/device/add/")["Location"].startswith("/account/password/")
    same = {"password": "k7mq-2xfa-9abc-mnpq", "again": "k7mq-2xfa-9abc-mnpq"}
    assert "choose a new one" in client.post("/account/password/", same).content.decode()
    client.post("/account/password/?next=/account/", {"password": PASSWORD, "again": PASSWORD})
    assert client.get("/account/")["Location"].startswith("/account/device/add/")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short words", "at least 12"),
        ("passwordpassword", "repeats or counts"),
        ("qwerty123456", "too common"),
        ("aaaabbbbaaaabbbb", "repeats or counts"),
        ("abcdefghijklmnop", "repeats or counts"),
        ("wang.li-anye-wang", "mostly your name"),
        ("王力王力王力王力安业安业", "mostly your name"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(officer, client, password, words):
    force_in(client, officer)
    answer = client.post("/account/password/", {"current": PASSWORD, "password": password, "again": password})
    assert answer.status_code == 422
    assert re.search(words, answer.content.decode())
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_no_kind_of_character_is_demanded(officer, client):
    """NIST SP 800-63B: length and no common passwords, but no rules of composition; blanks and Chinese are fine."""
    force_in(client, officer)
    wanted = "春天 的 玉兰 开得 很早 "
    told = {"current": PASSWORD, "password": wanted, "again": wanted}
    assert client.post("/account/password/", told).status_code == 302
    assert sign_in(Client(), password=wanted).status_code == 302
    officer.refresh_from_db()
    assert officer.check_password(wanted)  # the blank at its end too


# The acting duty


def test_an_officer_acts_in_one_of_their_own_duties(district, client_as, make_user):
    client = client_as("village_worker", district["willow"], username="two")
    user = User.objects.get(username="two")
    actions.grant_duty(user=user, role="administrator", office=district["district"], on=dt.date(2020, 1, 1))
    assert client.get("/administration/users/").status_code == 404
    second = Duty.objects.get(role="administrator")
    assert client.post("/duty/", {"duty": second.pk})["Location"] == "/"
    assert client.get("/administration/users/").status_code == 200


@pytest.mark.parametrize("duty", ["of another", "", "x", "0"])
def test_a_duty_of_somebody_else_is_not_found(district, client_as, make_user, duty):
    client = client_as("village_worker", district["willow"])
    make_user("administrator", district["district"], "boss")
    posted = Duty.objects.get(role="administrator").pk if duty == "of another" else duty
    assert client.post("/duty/", {"duty": posted}).status_code == 404
    assert client.get("/administration/users/").status_code == 404


def test_the_duty_is_switched_by_post_only(district, client_as):
    assert client_as("village_worker", district["willow"]).get(reverse("switch_duty")).status_code == 405
