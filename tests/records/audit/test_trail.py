"""Every write leaves its trace, whoever makes it and however; the trail itself cannot be changed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from anye.records.accounts.models import User
from anye.records.accounts.scope import APP, BATCH, OWNER, acting
from anye.records.audit.actions import erase, looked, note
from anye.records.audit.models import Event, Read, Seal
from anye.records.audit.seals import leaf, merkle_root, seal_new, verify
from anye.records.people.models import Household, Membership, Person
from anye.records.places.models import Office
from tests.conftest import District

pytestmark = pytest.mark.django_db


def make_person(office: Any, name: str = "甲") -> Person:
    with acting(BATCH, actor="op", purpose="test"):
        return Person.objects.create(token=name, scope_no=office.scope_no, name=name, name_key=name)


def events(table: str) -> list[Event]:
    return list(Event.objects.filter(table_name=table).order_by("id"))


@pytest.mark.bar(15)
def test_an_insert_an_update_and_a_delete_each_leave_who_when_why_and_what(district: District) -> None:
    person = make_person(district["willow"])
    with acting(BATCH, actor="op", duty="duty:7", purpose="put right"):
        Person.objects.filter(pk=person.pk).update(name="乙")
    with acting(BATCH, actor="op", purpose="tidy"):
        Person.objects.filter(pk=person.pk).delete()
    made, changed, gone = events("people_person")
    assert (made.verb, made.actor, made.purpose, made.scope_no) == ("insert", "op", "test", person.scope_no)
    assert changed.payload == {"before": {"name": "甲"}, "after": {"name": "乙"}}
    assert (changed.duty, changed.purpose) == ("duty:7", "put right")
    assert (gone.verb, gone.payload["before"]["name"]) == ("delete", "乙")


@pytest.mark.bar(15)
def test_raw_sql_and_bulk_writes_leave_the_same_trace(district: District) -> None:
    before = len(events("places_office"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE places_office SET telephone = '023' WHERE kind = 'village'")
    after = events("places_office")[before:]
    assert len(after) == 4
    assert {e.actor for e in after} != {""}
    assert all(e.payload["after"] == {"telephone": "023"} for e in after)


def test_an_update_that_changes_nothing_leaves_nothing(district: District) -> None:
    before = len(events("places_office"))
    Office.objects.update(telephone="")
    assert len(events("places_office")) == before


def test_a_bulk_update_after_single_ones_stays_fast(district: District) -> None:
    """The trigger's plan is kept from the single updates; as a nested loop it compared every row with every other."""
    with acting(BATCH, actor="op"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (token, scope_no, care_area, name, name_key, sex, groups, is_hidden)"
            " SELECT 'bulk' || n, %s, '', '甲', '甲', '', '{}', false FROM generate_series(1, 4000) n",
            [district["willow"].scope_no],
        )
        for at in range(12):
            cursor.execute("UPDATE people_person SET name = %s WHERE token = 'bulk1'", [f"乙{at}"])
        cursor.execute("SET LOCAL statement_timeout = '5s'")
        cursor.execute("UPDATE people_person SET is_employed = true")
        assert cursor.rowcount == 4000
        cursor.execute("SET LOCAL statement_timeout = 0")


@pytest.mark.bar(15)
def test_replaying_the_events_rebuilds_the_mutable_tables(district: District) -> None:
    person = make_person(district["willow"])
    make_person(district["cloud"], "丙")
    with acting(BATCH, actor="op"):
        Person.objects.filter(pk=person.pk).update(name="丁", is_employed=True)
        Household.objects.create(token="h", scope_no=district["willow"].scope_no, code="H1")
        Person.objects.filter(name="丙").delete()
    Office.objects.filter(kind="town").update(telephone="023")
    for table in ("people_person", "people_household", "places_office", "places_area"):
        rows: dict[int, dict[str, Any]] = {}
        for event in events(table):
            if event.verb == "delete":
                del rows[event.row_id]
            else:
                rows.setdefault(event.row_id, {}).update(event.payload["after"])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, to_jsonb(t)::text FROM {table} t")
            stands = {pk: json.loads(text) for pk, text in cursor.fetchall()}
        assert rows == stands, table
        assert rows, table


@pytest.mark.bar(16, control="the events' trigger dropped, by the next test")
@pytest.mark.parametrize("role", [OWNER, BATCH])
def test_nobody_edits_or_deletes_an_event(district: District, role: str) -> None:
    for sql in ("UPDATE audit_event SET actor = 'other'", "DELETE FROM audit_event", "DELETE FROM audit_read"):
        looked("view", [(1, district["willow"].scope_no)])
        with pytest.raises(DatabaseError), transaction.atomic(), acting(role), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.bar(16, control="this is one: the trigger is dropped")
def test_without_its_trigger_an_event_could_be_edited_so_the_trigger_is_what_guards(district: District) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_frozen ON audit_event")
        cursor.execute("UPDATE audit_event SET actor = 'other'")
        assert cursor.rowcount > 0


@pytest.mark.bar(15)
def test_a_fact_is_retired_once_and_otherwise_never_changed(district: District) -> None:
    person = make_person(district["willow"])
    with acting(BATCH, actor="op"):
        fact = Membership.objects.create(
            person=person, scope_no=person.scope_no, group="poor", known_on="2020-01-01", source_batch=1, source_line=1
        )
        Membership.objects.filter(pk=fact.pk).update(retired_on="2020-02-01", retired_by=2)
    assert [e.verb for e in events("people_membership")] == ["retire"]
    for sql in (
        "UPDATE people_membership SET retired_on = '2020-03-01'",
        "UPDATE people_membership SET retired_on = NULL, retired_by = NULL",
        "UPDATE people_membership SET \"group\" = 'lifted'",
        "DELETE FROM people_membership",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.bar(15)
def test_the_app_cannot_forge_a_triggers_event(district: District) -> None:
    office = district["willow"]
    with pytest.raises(DatabaseError, match="triggers only"), acting(APP, lo=office.scope_no, hi=office.scope_hi):
        note("update", "people_person", 1, office.scope_no, {})


@pytest.mark.bar(19)
def test_an_officers_password_never_enters_the_trail(district: District) -> None:
    User.objects.create_user("someone", "a long pass phrase", name="某")
    (event,) = events("accounts_user")
    assert event.payload["after"]["username"] == "someone"
    assert "password" not in event.payload["after"]
    assert "md5$" not in json.dumps(event.payload)


@pytest.mark.bar(18)
def test_who_looked_is_kept_with_the_person_and_the_purpose(district: District) -> None:
    office = district["willow"]
    person = make_person(office)
    with acting(APP, lo=office.scope_no, hi=office.scope_hi, actor="user:3", purpose="visit"):
        looked("view", [(person.pk, person.scope_no)])
        read = Read.objects.get()
    assert (read.actor, read.purpose, read.kind, read.person_id) == ("user:3", "visit", "view", person.pk)


@pytest.mark.bar(16, control="all triggers off, then six kinds of tampering")
def test_seals_verify_until_anything_is_touched_even_by_a_superuser(district: District) -> None:
    make_person(district["willow"])
    assert seal_new() > 0
    make_person(district["cloud"], "丙")
    assert seal_new() > 0
    assert seal_new() == 0
    assert verify() == []
    first = Event.objects.order_by("id").first()
    assert first is not None
    last = Event.objects.order_by("-id").first()
    assert last is not None
    for wound in (
        f"UPDATE audit_event SET actor = 'other' WHERE id = {first.pk}",
        f"UPDATE audit_event SET payload = '{{}}' WHERE id = {last.pk}",
        f"UPDATE audit_event SET at = at + interval '1 second' WHERE id = {first.pk}",
        f"DELETE FROM audit_event WHERE id = {first.pk}",
        "UPDATE audit_seal SET count = count + 1 WHERE id = (SELECT min(id) FROM audit_seal)",
        "DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)",
    ):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT wound")
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER")
            cursor.execute(wound)
            assert cursor.rowcount == 1, wound
            assert verify() != [], wound
            cursor.execute("ROLLBACK TO SAVEPOINT wound")
    assert verify() == []


@pytest.mark.bar(16)
def test_erasing_a_persons_payload_leaves_every_seal_valid(district: District) -> None:
    person = make_person(district["willow"])
    seal_new()
    with acting(BATCH, actor="op"):
        assert erase("people_person", person.pk, "right to erasure") == 1
    erased = events("people_person")[0]
    assert (erased.payload, erased.salt) == (None, None)
    assert verify() == []


@pytest.mark.bar(16, control="a leaf left out, leaves moved, a column changed")
def test_the_merkle_root_depends_on_every_leaf_and_their_order() -> None:
    leaves = [bytes([n]) * 32 for n in range(7)]
    root = merkle_root(leaves)
    assert merkle_root(leaves[:-1]) != root
    assert merkle_root([*leaves[1:], leaves[0]]) != root
    row = (1, "0", "a", "", "", "v", "t", None, None, None, None, b"h")
    assert leaf(row) != leaf((1, "0", "a", "", "", "v", "t", None, 0, None, None, b"h"))
    assert Seal._meta.get_field("chain").unique


def test_many_events_are_sealed_in_several_seals_and_verify(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_person(district["willow"])
    monkeypatch.setattr("anye.records.audit.seals.SEALED_AT_ONCE", 3)
    # the events of the second seal are older than the first seal, and yet not late
    monkeypatch.setattr("anye.records.audit.seals.LATE", timedelta(0))
    count = Event.objects.count()
    assert seal_new() == count > 6
    assert Seal.objects.count() == -(-count // 3)
    assert verify() == []
    assert seal_new() == 0
