"""A new key: every sealed value opens under it alone, nothing else changes, and it may be cut off anywhere."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from anye.engine.errors import SealFault
from anye.engine.intake.statements import STATEMENTS, STATUS_KINDS
from anye.flow import rotation
from anye.records.accounts.actions import add_user
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.audit.keys import keyring
from anye.records.audit.seals import seal_new, verify
from anye.records.findings.queries import NOTE
from anye.records.people.models import Helper, Person, PersonDetail
from anye.records.registers.models import Batch, Entry, FaultSheet, Look, MappingTrial, RawBlock, Source, Upload
from anye.records.registers.queries import LABEL, SAMPLE
from tests import factories
from tests.conftest import District

pytestmark = pytest.mark.django_db

NUMBER = "990001199003071231"
NOON = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def sealed(district: District) -> Person:
    keys, office = keyring(), district["willow"]
    with acting(BATCH, actor="op"):
        person = Person.objects.create(
            token="t", scope_no=office.scope_no, name="甲", name_key="甲",
            id_sealed=keys.seal(NUMBER, context="id_number"), id_blind=keys.blind(NUMBER, context="id_number"),
        )  # fmt: skip
        for kind, context in (("id_number", "id_number"), ("health", "health"), ("address", "address")):
            PersonDetail.objects.create(
                person=person, scope_no=office.scope_no, kind=kind, sealed=keys.seal(kind, context=context), blind=b"x",
                known_on="2020-01-01", source_batch=1, source_line=1,
            )  # fmt: skip
        batch = Batch.objects.create(
            token="b", source=Source.objects.first(), profile_version=1, sha256=b"s", digest=b"d", file_name="f",
            known_on="2020-01-01", loaded_by="op", started_at="2020-01-01T00:00Z",
        )  # fmt: skip
        RawBlock.objects.create(
            batch=batch, number=0, sealed=keys.seal_bytes(b"rows", context="raw"), first_sheet=0, first_line=1,
            last_sheet=0, last_line=2,
        )  # fmt: skip
    return person


def stands() -> list[bytes]:
    with acting(BATCH):
        values: list[Any] = list(PersonDetail.objects.order_by("id").values_list("sealed", flat=True))
        values += list(Person.objects.values_list("id_sealed", flat=True))
        values += list(RawBlock.objects.values_list("sealed", flat=True))
    return [bytes(value) for value in values]


def test_every_value_opens_under_the_new_key_alone(sealed: Person) -> None:
    fresh = keyring().rotated()
    assert rotation.reseal(fresh) == 5
    only_new = replace(fresh, keys={fresh.current: fresh.keys[fresh.current]})
    details = stands()
    assert only_new.unseal(details[0], context="id_number") == "id_number"
    assert only_new.unseal(details[1], context="health") == "health"
    assert only_new.unseal(details[3], context="id_number") == NUMBER
    assert only_new.unseal_bytes(details[4], context="raw") == b"rows"


@pytest.fixture
def everywhere(sealed: Person) -> None:
    """A value in every sealed column that there is."""
    keys, scope_no = keyring(), sealed.scope_no
    note = keys.seal("门锁着", context=NOTE)
    with factories.as_owner():
        batch = factories.make_batch()
        person = factories.make_person(sealed, "冉明秀", batch=batch)
        for kind in ("disability", "unemployed"):
            factories.add_status(person, kind, batch, number=f"{NUMBER}42", detail="肢体 二级")
        Helper.objects.create(
            household=factories.make_household(sealed), helper_name="何平",
            phone_sealed=keys.seal("13900000001", context="phone"), phone_blind=b"x",
            **factories.source(sealed, batch),
        )  # fmt: skip
        factories.make_fault(sealed, batch, name="甲")
        for name, statement in STATEMENTS.items():
            if statement.sealed and name not in STATUS_KINDS:
                factories.add_stated(
                    name, batch, text=str, fen=lambda: 1, person=person, firm=factories.make_firm(), office=sealed
                )
        finding = factories.make_finding(person, sealed=keys.seal("{}", context=LABEL))
        factories.make_visit(person, finding, note_sealed=note)
        handed_in = {"scope_no": scope_no, "duty_id": 1}
        Entry.objects.create(
            token="e",
            kind="person",
            sealed=keys.seal("{}", context="raw"),
            entered_by="t",
            entered_at=NOON,
            **handed_in,
        )
        raw = keys.seal_bytes(b"rows", context="raw")
        upload = Upload.objects.create(
            token="u", file_name="f", sealed=raw, sample=raw, size=4, known_on="2020-01-01", uploaded_by="t",
            uploaded_at=NOON, **handed_in,
        )  # fmt: skip
        asked = {"asked_by": "t", "asked_at": NOON, **handed_in}
        MappingTrial.objects.create(
            token="m", upload=upload, source=batch.source, name="n", sheet_no=0, line=1, depth=1, headings=[], meanings=[],
            sealed=raw, **asked,
        )  # fmt: skip
        FaultSheet.objects.create(token="s", batch=batch, levels=[], purpose="p", language="zh", sealed=raw, **asked)
        Look.objects.create(
            upload=upload, scope_no=scope_no, looked_at=NOON, source=batch.source, figures={}, sheet=raw,
            sample=keys.seal("[]", context=SAMPLE),
        )  # fmt: skip


def sealed_columns() -> set[tuple[str, str]]:
    """Table and column of every ciphertext, by its name; values of the sign-in library stand inside JSON."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'bytea'"
            " AND (column_name LIKE '%%sealed' OR column_name IN ('sample', 'sheet'))"
        )
        return set(cursor.fetchall())


def held_by(column: rotation.SealedColumn) -> list[tuple[bytes, str]]:
    """The values of a column with their sealing contexts."""
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column.column}, {column.context} FROM {column.table} WHERE {column.column} IS NOT NULL"
        )
        return [(bytes(value), context) for value, context in cursor.fetchall()]


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    assert sealed_columns() == {(column.table, column.column) for column in rotation.COLUMNS}


def test_no_sealed_column_is_left_under_the_old_key(everywhere: None) -> None:
    fresh = keyring().rotated()
    before = {column: held_by(column) for column in rotation.COLUMNS}
    assert [column for column, values in before.items() if not values] == [], "columns without a row to turn"
    assert rotation.reseal(fresh) == sum(map(len, before.values()))
    only_new = replace(fresh, keys={fresh.current: fresh.keys[fresh.current]})
    for column, values in before.items():
        opened = only_new.unseal_bytes if column.is_bytes else only_new.unseal
        shut = keyring().unseal_bytes if column.is_bytes else keyring().unseal
        assert sorted(map(str, (opened(value, context=context) for value, context in held_by(column)))) == sorted(
            map(str, (shut(value, context=context) for value, context in values))
        ), column


@pytest.fixture
def officer(district: District) -> Any:
    """Somebody with a device and recovery codes."""
    with acting(OWNER):
        user = add_user(username="wang.li", name="王力")
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return user


def codes_of(user: Any) -> list[str]:
    """The recovery codes that are left; the device's code is tried besides."""
    cache.clear()  # where used codes are remembered
    kept = {one.type: one.wrap() for one in Authenticator.objects.filter(user=user)}
    assert kept["totp"].validate_code(pyotp.TOTP(SECRET).now())
    unused: list[str] = kept["recovery_codes"].get_unused_codes()
    return unused


def test_devices_and_recovery_codes_open_under_the_new_key_alone(officer: Any, settings: Any) -> None:
    with acting(OWNER):
        before = codes_of(officer)
        used = Authenticator.objects.get(user=officer, type="recovery_codes").wrap()
        used.validate_code(before[0])
        fresh = keyring().rotated()
        assert rotation.reseal(fresh) == 2
        settings.ANYE_KEYRING = replace(fresh, keys={fresh.current: fresh.keys[fresh.current]}).dumps()
        assert codes_of(officer) == before[1:]
        assert rotation.reseal(fresh) == 0


def test_a_device_that_was_not_sealed_anew_would_be_lost_with_the_old_key(officer: Any, settings: Any) -> None:
    """The negative control."""
    fresh = keyring().rotated()
    settings.ANYE_KEYRING = replace(fresh, keys={fresh.current: fresh.keys[fresh.current]}).dumps()
    with acting(OWNER), pytest.raises(SealFault, match="seal_key_unknown"):
        codes_of(officer)


def test_a_second_run_finds_nothing_to_do(sealed: Person) -> None:
    fresh = keyring().rotated()
    rotation.reseal(fresh)
    before = stands()
    assert rotation.reseal(fresh) == 0
    assert stands() == before


def test_cut_off_anywhere_it_is_finished_by_the_next_run(sealed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = keyring().rotated()
    monkeypatch.setattr(rotation, "AT_ONCE", 1)
    seen = 0

    def cut(_column: str, _count: int) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.reseal(fresh, cut)
    assert {fresh.is_current(value) for value in stands()} == {True, False}
    rotation.reseal(fresh)
    assert {fresh.is_current(value) for value in stands()} == {True}


def test_the_seals_of_the_trail_stay_valid_and_the_rotation_is_an_event(sealed: Person) -> None:
    seal_new()
    rotation.reseal(keyring().rotated())
    seal_new()
    assert verify() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM audit_event WHERE verb = 'rotate'")
        assert [json.loads(p) if isinstance(p, str) else p for (p,) in cursor.fetchall()] == [{"values": 5}]


def test_outside_a_rotation_and_for_the_batch_role_ciphertext_is_append_only(sealed: Person) -> None:
    for column, role, is_rotating in (("sealed", OWNER, "off"), ("sealed", BATCH, "on"), ("blind", OWNER, "on")):
        with acting(OWNER), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('anye.rotating', %s, true), set_config('role', %s, true)", [is_rotating, role]
            )
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(f"UPDATE people_persondetail SET {column} = 'y'")


def test_a_keyring_without_the_old_key_cannot_rotate(sealed: Person) -> None:
    fresh = keyring().rotated()
    with pytest.raises(SealFault):
        rotation.reseal(replace(fresh, keys={fresh.current: fresh.keys[fresh.current]}))
