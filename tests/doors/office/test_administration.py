"""The administrator's pages: what they do, who may open them, and which rows they reach."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.doors.office.administration import guard
from anye.doors.office.administration.guard import opened, sealed
from anye.records.accounts import actions
from anye.records.accounts.models import Duty, Role, User
from anye.records.accounts.queries import duties_in_force
from anye.records.audit.models import Event
from anye.records.places.actions import add_district
from anye.records.places.models import Office

TOKEN = "t" * 32


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def boss(district, client_as):
    return client_as("administrator", district["district"], "boss")


@pytest.fixture
def east_boss(district, client_as):
    return client_as("administrator", district["east"], "eastboss")


@pytest.fixture
def worker(district, make_user):
    user = make_user("village_worker", district["willow"], "worker")
    user.name = "工作甲"
    user.save()
    return user


def to_user(user, name="user"):
    return reverse(f"administration:{name}", args=[sealed("user", user.pk)])


def to_office(office, name="office"):
    return reverse(f"administration:{name}", args=[office.token])


def text_of(answer):
    return answer.content.decode()


# Who may open them


def every_page(user, office, duty):
    """Every address under administration/, each with the token of a row that is there."""
    tokens = {"office": office.token, "user": sealed("user", user.pk)}
    from anye.doors.office.administration.urls import urlpatterns

    for pattern in urlpatterns:
        kind = "office" if pattern.name.startswith("office") else "user"
        names = re.findall(r"<str:(\w+)>", str(pattern.pattern))
        values = {"token": tokens[kind], "duty": sealed("duty", duty.pk)}
        yield reverse(f"administration:{pattern.name}", kwargs={name: values[name] for name in names})


@pytest.mark.parametrize("role", [role for role in Role.values if role != "administrator"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_for_every_other_role_no_page_of_administration_exists(district, client_as, worker, role, method):
    client = client_as(role, district["district"])
    duty = Duty.objects.get(user=worker)
    for path in every_page(worker, district["willow"], duty):
        assert getattr(client, method)(path).status_code == 404, path


def test_for_an_administrator_every_page_exists(district, boss, worker):
    """The negative control of the test above."""
    duty = Duty.objects.get(user=worker)
    for path in every_page(worker, district["east"], duty):
        statuses = {boss.get(path).status_code, boss.post(path).status_code}
        assert statuses - {404}, path


def test_strangers_are_sent_to_sign_in(district, worker):
    duty = Duty.objects.get(user=worker)
    for path in every_page(worker, district["willow"], duty):
        assert Client().get(path)["Location"].startswith("/sign-in/")


def test_rows_of_the_next_town_are_not_found(district, east_boss, make_user):
    other = make_user("village_worker", district["cloud"], "cloud")
    duty = Duty.objects.get(user=other)
    named = [path for path in every_page(other, district["cloud"], duty) if len(path) > 40]
    assert len(named) == 10
    for path in named:
        assert east_boss.get(path).status_code in {404, 405}, path  # 405: answers posts alone, whoever's token it is
        assert east_boss.post(path, {"name": "x"}).status_code == 404, path
    assert "cloud" not in text_of(east_boss.get("/administration/users/"))
    assert "云峰村" not in text_of(east_boss.get("/administration/offices/"))


def test_without_the_range_they_would_be_found(district, east_boss, make_user, monkeypatch):
    """The negative control of the test above: the range is what hides them."""
    other = make_user("village_worker", district["cloud"], "cloud")
    monkeypatch.setattr(guard, "reach_of", lambda request: district_scope(district))
    assert east_boss.get(to_user(other)).status_code == 200


def district_scope(district):
    from anye.records.accounts.scope import Scope

    return Scope(district["district"].scope_no, district["district"].scope_hi)


def test_another_district_is_not_found(district, boss, make_user):
    other = add_district(name="别区", area_code=None)
    user = make_user("administrator", other, "otherboss")
    assert boss.get(to_user(user)).status_code == 404
    assert boss.get(to_office(other)).status_code == 404
    assert "otherboss" not in text_of(boss.get("/administration/users/"))


@pytest.mark.parametrize("token", ["x", "1", "%00", "é", TOKEN, "AAAA" * 8])
def test_made_up_tokens_are_not_found(boss, token):
    assert boss.get(f"/administration/users/{token}/").status_code == 404


def test_a_token_opens_for_its_own_kind_only():
    assert opened("user", sealed("user", 7)) == 7
    assert opened("duty", sealed("user", 7)) is None
    assert sealed("user", 7) == sealed("user", 7)


# Offices


def test_the_offices_are_listed_as_a_tree(district, boss):
    page = text_of(boss.get("/administration/offices/"))
    names = re.findall(r"depth-\d\">([^<]+)<", page)
    assert names[:5] == ["青石区", "东河镇", "柳树村村民委员会", "石桥村村民委员会", "西岭镇"]


def test_the_list_of_offices_takes_as_many_queries_for_six_as_for_sixty(district, boss):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        boss.get("/administration/offices/")
    from anye.records.places.actions import add_office

    for number in range(40):
        add_office(parent=district["east"], kind="village", name=f"新{number}村")
    with CaptureQueriesContext(connection) as many:
        boss.get("/administration/offices/")
    assert len(many) == len(few)


def test_an_office_is_added_below_another_and_lies_in_its_range(district, boss):
    answer = boss.post(to_office(district["east"], "office_add"), {"name": "新坝村", "telephone": "023-1"})
    made = Office.objects.get(name="新坝村")
    assert answer["Location"] == to_office(made)
    assert (made.kind, made.parent, made.telephone) == ("village", district["east"], "023-1")
    assert district["east"].scope_no < made.scope_no <= made.scope_hi <= district["east"].scope_hi
    assert Event.objects.filter(table_name="places_office", verb="insert", row_id=made.pk).exists()


def test_nothing_is_added_below_a_village(district, boss):
    assert boss.get(to_office(district["willow"], "office_add")).status_code == 404


@pytest.mark.parametrize(
    ("code", "words"),
    [("990100101201", "Another office looks after"), ("990100109000", "No area has this code"), ("12", "No area has")],
)
def test_an_area_code_must_be_known_and_free(district, boss, code, words):
    answer = boss.post(to_office(district["east"], "office_add"), {"name": "新坝村", "code": code})
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_an_office_is_renamed(district, boss):
    boss.post(to_office(district["willow"]), {"name": "柳树社区", "telephone": "023-2"})
    office = Office.objects.get(pk=district["willow"].pk)
    assert (office.name, office.telephone) == ("柳树社区", "023-2")


def test_an_office_with_people_on_duty_or_open_offices_below_is_not_closed(district, boss, worker):
    assert "Close those first" in text_of(boss.post(to_office(district["east"], "office_close"), follow=True))
    assert "End their duties first" in text_of(boss.post(to_office(district["willow"], "office_close"), follow=True))
    assert not Office.objects.filter(closed_on__isnull=False).exists()


def test_an_office_without_either_is_closed_and_takes_nothing_new(district, boss):
    boss.post(to_office(district["bridge"], "office_close"))
    assert Office.objects.get(pk=district["bridge"].pk).closed_on == timezone.localdate()
    assert district["bridge"].token not in text_of(boss.get("/administration/users/add/"))
    assert boss.post(to_office(district["bridge"], "office_close")).status_code == 404


@pytest.mark.parametrize("name", ["district", "outside"])
def test_ones_own_office_and_the_outside_are_never_closed(district, boss, name):
    assert boss.post(to_office(district[name], "office_close")).status_code == 404


# Users


def new_user(district, **more):
    return {"username": "Li.Si", "name": "李四", "role": "village_worker", "office": district["willow"].token, **more}


def test_a_new_user_gets_a_duty_and_a_one_time_password_that_is_shown_once(district, boss):
    answer = boss.post("/administration/users/add/", new_user(district))
    (password,) = re.findall(r'"secret">([a-z2-9-]{19})<', text_of(answer))
    user = User.objects.get(username="li.si")
    assert user.check_password(password)
    assert user.must_change_password
    assert [(duty.role, duty.office.pk) for duty in duties_in_force(user)] == [
        ("village_worker", district["willow"].pk)
    ]
    assert "no-store" in answer["Cache-Control"]
    assert password not in text_of(boss.get(to_user(user)))
    assert password not in str([event.payload for event in Event.objects.all()])
    note = Event.objects.get(verb="user_add", row_id=user.pk)
    assert note.scope_no == district["district"].scope_no
    assert note.actor == f"user:{User.objects.get(username='boss').pk}"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"username": "BOSS"}, "taken"),
        ({"username": "a b"}, "2 to 40"),
        ({"role": "town_officer"}, "tier"),
        ({"role": "king"}, "valid choice"),
        ({"office": TOKEN}, "valid choice"),
        ({"name": ""}, "required"),
    ],
)
def test_a_faulty_new_user_is_refused_with_the_reason_and_nothing_is_kept(district, boss, more, words):
    answer = boss.post("/administration/users/add/", new_user(district, **more))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert User.objects.count() == 1


def test_no_user_is_made_for_an_office_of_the_next_town(district, east_boss):
    answer = east_boss.post("/administration/users/add/", new_user(district, office=district["cloud"].token))
    assert answer.status_code == 422
    assert not User.objects.filter(username="li.si").exists()


def test_the_list_of_users_shows_duties_and_takes_a_fixed_number_of_queries(district, boss, make_user):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_user("village_worker", district["willow"], "one")
    with CaptureQueriesContext(connection) as few:
        page = text_of(boss.get("/administration/users/"))
    assert "Village worker 柳树村村民委员会" in page
    for number in range(30):
        make_user("village_worker", district["willow"], f"more{number}")
    with CaptureQueriesContext(connection) as many:
        boss.get("/administration/users/")
    assert len(many) == len(few)


def usernames_in(answer):
    return [row.username for row in answer.context["listing"].rows]


def test_users_are_found_by_name_and_filtered_by_role_and_state(district, boss, worker):
    found = boss.post("/administration/users/", {"do": "search", "text": "工作"}, follow=True)
    assert usernames_in(found) == ["worker"]
    assert usernames_in(boss.get("/administration/users/?role=administrator")) == ["boss"]
    assert usernames_in(boss.get("/administration/users/?state=inactive")) == []
    assert usernames_in(boss.get("/administration/users/?order=-username")) == ["worker", "boss"]


def test_a_user_is_renamed_and_the_trail_says_by_whom(district, boss, worker):
    boss.post(to_user(worker), {"name": "工作乙", "telephone": "1", "email": ""})
    worker.refresh_from_db()
    assert worker.name == "工作乙"
    assert Event.objects.get(verb="user_change").payload == {"username": "worker", "fields": ["name", "telephone"]}


def test_a_new_one_time_password_replaces_the_old_and_may_take_the_device(district, boss, worker):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=worker, type="totp", data={"secret": "x"})
    assert boss.post(to_user(worker, "user_reset")).context["password"]
    assert Authenticator.objects.count() == 1
    answer = boss.post(to_user(worker, "user_reset"), {"device": "on"})
    (password,) = re.findall(r'"secret">([a-z2-9-]{19})<', text_of(answer))
    worker.refresh_from_db()
    assert worker.check_password(password)
    assert worker.must_change_password
    assert Authenticator.objects.count() == 0


def test_looking_at_the_reset_page_resets_nothing(district, boss, worker):
    before = User.objects.get(pk=worker.pk).password
    boss.get(to_user(worker, "user_reset"))
    assert User.objects.get(pk=worker.pk).password == before


def test_a_trial_registry_gives_links_and_a_real_one_does_not(district, boss, worker, settings):
    settings.ANYE_TRIAL = True
    (path,) = re.findall(r"http://testserver(/link/[\w-]+/)", text_of(boss.post(to_user(worker, "user_link"))))
    assert Client().post(path).status_code == 302
    settings.ANYE_TRIAL = False
    assert boss.post(to_user(worker, "user_link")).status_code == 404


def test_a_deactivated_user_is_out_and_can_be_brought_back(district, boss, worker):
    boss.post(to_user(worker, "user_deactivate"))
    worker.refresh_from_db()
    assert not worker.is_active
    boss.post(to_user(worker, "user_reactivate"))
    worker.refresh_from_db()
    assert worker.is_active


def test_nobody_deactivates_themselves_or_ends_the_duty_they_act_in(district, boss):
    me = User.objects.get(username="boss")
    assert "another administrator can" in text_of(boss.post(to_user(me, "user_deactivate"), follow=True))
    duty = reverse("administration:duty_end", args=[sealed("user", me.pk), sealed("duty", Duty.objects.get().pk)])
    assert "another administrator can" in text_of(boss.post(duty, follow=True))
    assert boss.get("/administration/users/").status_code == 200


# Duties


def test_a_duty_is_granted_and_ended(district, boss, worker):
    told = {"role": "village_worker", "office": district["bridge"].token}
    boss.post(to_user(worker, "duty_grant"), told)
    assert "already" in text_of(boss.post(to_user(worker, "duty_grant"), told, follow=True))
    duty = Duty.objects.get(scope_no=district["bridge"].scope_no)
    assert duty.starts_on == timezone.localdate()
    boss.post(reverse("administration:duty_end", args=[sealed("user", worker.pk), sealed("duty", duty.pk)]))
    assert [held.office.pk for held in duties_in_force(worker)] == [district["willow"].pk]


def test_a_duty_of_another_user_does_not_end_under_this_ones_name(district, boss, worker, make_user):
    other = make_user("village_worker", district["willow"], "other")
    duty = Duty.objects.get(user=other)
    path = reverse("administration:duty_end", args=[sealed("user", worker.pk), sealed("duty", duty.pk)])
    assert boss.post(path).status_code == 404


def test_no_duty_is_granted_outside_the_range(district, east_boss, worker):
    told = {"role": "village_worker", "office": district["cloud"].token}
    assert east_boss.post(to_user(worker, "duty_grant"), told).status_code == 422
    told = {"role": "district_officer", "office": district["district"].token}
    assert east_boss.post(to_user(worker, "duty_grant"), told).status_code == 422


def test_the_account_of_who_serves_elsewhere_too_cannot_be_taken_over(district, east_boss, worker):
    """A new password for such a user would lend this administrator the reach of the duty elsewhere."""
    actions.grant_duty(user=worker, role="village_worker", office=district["cloud"], on=dt.date(2020, 1, 1))
    page = text_of(east_boss.get(to_user(worker)))
    assert "Serves outside your area too" in page
    assert "云峰村" not in page
    for name in ("user_reset", "user_deactivate", "user_reactivate", "user_link"):
        assert east_boss.post(to_user(worker, name)).status_code == 404, name
    assert east_boss.post(to_user(worker), {"name": "x"}).status_code == 404
    assert east_boss.post(
        to_user(worker, "duty_grant"), {"role": "village_worker", "office": district["bridge"].token}
    ).status_code == 302  # fmt: skip
