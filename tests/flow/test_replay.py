"""The trail rebuilds every table that changes: replayed row by row, summed where rows come by the million, or drawn anew."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from anye.engine.intake.mapping import SheetMapping
from anye.flow import brought
from anye.flow.blocks import Context
from anye.flow.jobs import (
    carry_out_transfer,
    carry_out_withdrawal,
    count_figures,
    foresee_withdrawal,
    hand_to_visits,
    load_upload,
    look_at_upload,
    make_fault_sheet,
    publish_entry,
    recount_briefing,
    settle_duplicate,
)
from anye.flow.nightly import entitle
from anye.packs import read_pack
from anye.records.accounts import actions as accounts
from anye.records.accounts.models import Duty, SignInLink, User
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.audit.keys import keyring
from anye.records.audit.models import Event
from anye.records.briefings.actions import ask_snapshot
from anye.records.claims import actions as claims
from anye.records.claims.models import Difference
from anye.records.entitlements.models import Nearly
from anye.records.findings import actions as findings
from anye.records.findings.models import Finding, Visit
from anye.records.people import actions as people
from anye.records.people.models import Person
from anye.records.registers import actions as registers
from anye.records.registers.actions import requests
from anye.records.registers.actions.mappings import retire_mapping, save_mapping
from anye.records.registers.models import Batch, Duplicate, Entry, Upload
from tests import factories as made
from tests.conftest import District
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee
from tests.flow.rules_by_hand import drafted, foreseen, with_value
from tests.flow.test_load_order import BRIDGE, WILLOW, insured, person
from tests.flow.written import insurance, ledger, number
from tests.house.counted import recount_asked_for
from tests.house.guards import GUARDS
from tests.records.places.mapped import put_on_map

pytestmark = pytest.mark.django_db


def left_out(table: str) -> set[str]:
    """Columns of a table that its events leave out: secrets."""
    words = {word.partition("(")[0]: word.rstrip(")").partition("(")[2] for word in GUARDS[table].split()}
    return {"password"} | set(filter(None, words["audited"].split(",")))


AUDITED = sorted(table for table, words in GUARDS.items() if " audited" in f" {words}")


@pytest.fixture
def a_day(
    district: District, context: Context, load: Callable[..., Any], tmp_path: Path, make_user: Callable[..., Any]
) -> None:
    """Files (handed in, looked at, said the columns of, given back, taken back); entries, a visit, a move, a double registration."""
    duties = {
        name: Duty.objects.get(user=make_user(role, district[name], f"{name}-officer"))
        for name, role in (("willow", "village_worker"), ("bridge", "village_worker"), ("district", "district_officer"))
    }
    _files(load, tmp_path, duties["district"])
    _taken_back(Batch.objects.get(file_name="wrong.csv"), duties["district"])
    _at_home(duties["willow"])
    _moves(district, duties)
    _owed(district, context, duties["district"])
    user = User.objects.get(username="willow-officer")
    with acting(BATCH, actor="operator"):
        token = accounts.new_sign_in_link(user=user, by="operator")
        assert accounts.use_sign_in_link(token=token, at=timezone.now()) == user


def _files(load: Callable[..., Any], folder: Path, district_officer: Duty) -> None:
    head = {"与户主关系": "户主", "就业状态": "未就业", "户编号": "H1"}
    load(insurance(folder / "paid.csv", [insured(1, "张伟", "2020-06"), insured(2, "李娜", "2020-06")]))
    load(
        ledger(
            folder / "may.csv", [person(1, "张伟", **WILLOW, **head), person(2, "李娜", **BRIDGE)], month="2020年5月"
        )
    )
    load(ledger(folder / "wrong.csv", [person(1, "张维", **BRIDGE), person(3, "王芳", **WILLOW)], month="2020年6月"))
    june = ledger(folder / "june.csv", [person(2, "李娜", **BRIDGE, 联系电话="13900000002"), {"姓名": "无号"}])
    upload = _handed_in(june, district_officer)
    load_upload(upload.pk)
    with acting(BATCH):
        upload.refresh_from_db()
        assert upload.state == "done"
    _given_back(Batch.objects.get(pk=upload.batch_id), district_officer)
    _looked_at(_handed_in(june, district_officer, state="looking"))
    _columns_said(_handed_in(june, district_officer), district_officer)


def _handed_in(path: Path, duty: Duty, state: str = "waiting") -> Upload:
    with acting(BATCH, actor="tests"):
        return registers.hand_in(
            file_name=path.name,
            sealed=keyring().seal_bytes(path.read_bytes(), context="raw"),
            size=path.stat().st_size,
            known_on=timezone.localdate(),
            by=duty.user.username,
            duty_id=duty.pk,
            scope_no=duty.scope_no,
            state=state,
        )


def _owed(district: District, context: Context, officer: Duty) -> None:
    """A pass that finds what is owed and was not paid, a correction of it, a draft of rules that would pay more, and who is one
    step away: that is handed to a visit."""
    with made.as_owner():
        trainee(district["cloud"], registers_of_the_year(), months=4)  # one step away from other policies besides
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=context.office_no, by="tests")
    with made.as_owner():
        correction = claims.propose_correction(difference=Difference.objects.first(), reason="补发", by="o")
        claims.approve_correction(correction=correction, by="a")
    office, code = district["district"], "training_through_work"
    draft = drafted(code, with_value(code, "标准", dt.date(2020, 9, 1), 60_000), scope_no=office.scope_no)
    foreseen(draft, on=KNOWN, lo=office.scope_no, hi=office.scope_hi)
    with acting(BATCH, actor="tests"):
        rows = list(Nearly.objects.exclude(person=None).values_list("pk", flat=True))
        by = {"by": officer.user.username, "duty_id": officer.pk, "scope_no": officer.scope_no}
        handover = findings.ask_to_hand_over(kind="nearly", rows=rows, **by)
    hand_to_visits(handover.pk)
    with acting(BATCH):
        assert Finding.objects.filter(rule="H03", state="visiting").exists()
    with acting(BATCH, actor="tests"):
        asked = ask_snapshot(as_of=KNOWN, known_on=KNOWN, by="tests")
    for _ in range(2):  # what was counted of the same days gives way
        count_figures(asked.pk)
    recount_briefing(recount_asked_for())
    put_on_map()


def _given_back(batch: Batch, duty: Duty) -> None:
    """The rows that were not taken go back, and the sheet is let go when its day is over."""
    told = {"levels": ["refused"], "purpose": "退回核对", "language": "zh-hans", "by": duty.user.username}
    with acting(BATCH, actor="tests"):
        sheet = requests.ask_fault_sheet(batch=batch, duty_id=duty.pk, scope_no=duty.scope_no, **told)
    make_fault_sheet(sheet.pk)
    with acting(BATCH, actor="tests"):
        sheet.refresh_from_db()
        assert (sheet.state, sheet.rows) == ("done", 1)
        requests.let_fault_sheets_go(asked_before=timezone.now())


def _looked_at(upload: Upload) -> None:
    look_at_upload(upload.pk)
    with acting(BATCH):
        upload.refresh_from_db()
        assert upload.state == "looked"


def _taken_back(batch: Batch, duty: Duty) -> None:
    by = {"by": duty.user.username, "duty_id": duty.pk}
    with acting(BATCH, actor="tests"):
        asked, is_new = requests.ask_withdrawal(batch=batch, scope_no=duty.scope_no, **by)
    assert asked is not None and is_new
    foresee_withdrawal(asked.pk)
    with acting(BATCH, actor="tests"):
        assert requests.agree_to_withdrawal(withdrawal=asked, reason="6月报错了", **by)
    carry_out_withdrawal(asked.pk)
    with acting(BATCH):
        asked.refresh_from_db()
        assert asked.state == "done"


def _columns_said(upload: Upload, duty: Duty) -> None:
    """A file of unknown headings: said and tried, saved and retired; another word came too late."""
    said = SheetMapping("village_ledger", ("大名", "证"), ("name", "id_number"))
    told = {"upload": upload, "said": said, "name": "n", "place": (0, 1), "by": "o", "duty_id": duty.pk}
    with acting(BATCH, actor="tests"):
        failure = {"code": "heading_unknown", "params": {}}
        registers.keep_unmapped(upload_id=upload.pk, failure=failure, sample=b"sealed")
        trial = registers.try_mapping(**told)
        registers.close_trial(trial_id=trial.pk, sealed=b"sealed")
        trial.refresh_from_db()
    with made.as_owner():
        mapping = save_mapping(trial=trial, by="o")
        retire_mapping(mapping=mapping, by="o")
    with acting(BATCH, actor="tests"):
        registers.close_upload(upload_id=upload.pk, batch_id=None, failure=failure)
        registers.close_trial(trial_id=registers.try_mapping(**told).pk, sealed=b"sealed")


def _typed(duty: Duty, kind: str, told: dict[str, Any], subject: Person | None = None) -> Entry:
    with acting(BATCH, actor="tests"):
        entry = registers.enter(
            kind=kind,
            sealed=keyring().seal(json.dumps(told), context="raw"),
            person_id=subject.pk if subject else None,
            scope_no=subject.scope_no if subject else duty.scope_no,
            by=duty.user.username,
            duty_id=duty.pk,
        )
    publish_entry(entry.pk)
    return entry


def _at_home(duty: Duty) -> None:
    with acting(BATCH, actor="tests"):
        visit = Visit.objects.get(state="due", scope_no=duty.scope_no)
        told = {"Q09": {"answer": "working", "employer": "镇上服装厂", "since_month": "2020-03"}}
        subjects = [row.finding for row in visit.subjects.select_related("finding")]
        entry = findings.answer_visit(
            visit=visit, answers=[{"finding": one.pk, "answer": "record_right", **told.get(one.rule, {})} for one in subjects],
            note="在家", by=duty.user.username, duty_id=duty.pk, on=dt.date(2020, 7, 2),
        )  # fmt: skip
    publish_entry(entry.pk)
    with acting(BATCH):
        zhang = Person.objects.get(name="张伟")
    _typed(duty, "details", {"details": {"phone": "13800001234"}}, zhang)


def _moves(district: District, duties: dict[str, Duty]) -> None:
    registered = {"name": "李娜", "id_number": number(2), "area_code": district["willow"].area_code}
    _typed(duties["willow"], "person", registered)
    with acting(BATCH, actor="tests"):
        registers.hand_over(duplicate=Duplicate.objects.select_related("person").get(), by="bridge-officer")
        duplicate = Duplicate.objects.get()
    settle_duplicate(duplicate.pk)
    with acting(BATCH, actor="tests"):
        zhang = Person.objects.get(name="张伟")
        transfer = people.ask_transfer(person=zhang, to_scope_no=district["cloud"].scope_no, reason="搬家", by="w")
        people.accept_transfer(transfer=transfer, by="cloud-officer")
    carry_out_transfer(transfer.pk)


def replayed(table: str, *, without_last: bool = False) -> dict[int, dict[str, Any]]:
    """A table as its events say it must be."""
    rows: dict[int, dict[str, Any]] = {}
    told = list(Event.objects.filter(table_name=table, verb__in=["insert", "update", "delete"]).order_by("id"))
    for event in told[:-1] if without_last else told:
        if event.verb == "delete":
            rows.pop(event.row_id, None)
        else:
            rows.setdefault(event.row_id, {}).update(event.payload["after"])
    return rows


def standing(table: str) -> dict[int, dict[str, Any]]:
    """A table as it is, without what its events leave out."""
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute(f"SELECT id, (to_jsonb(t) - %s::text[])::text FROM {table} t", [sorted(left_out(table))])
        return {pk: json.loads(text) for pk, text in cursor.fetchall()}


@pytest.mark.bar(15, control="the last event of each table left out, here")
def test_replaying_the_events_rebuilds_every_table_that_changes(a_day: None) -> None:
    assert len(AUDITED) >= 17
    for table in AUDITED:
        stands = standing(table)
        assert stands, table
        assert replayed(table) == stands, table
        assert replayed(table, without_last=True) != stands, table


@pytest.mark.bar(15, control="a row taken out past the triggers, by the next test")
def test_what_came_less_what_went_is_what_stands(a_day: None) -> None:
    with acting(OWNER):
        assert brought.miscounted() == []
        for table in brought.TALLIED:
            assert Event.objects.filter(table_name=table, verb="insert_many").exists(), table
    assert {table for table, words in GUARDS.items() if "tallied" in words} == set(brought.TALLIED)


@pytest.mark.bar(15, control="this is one")
def test_a_row_of_source_work_that_was_tampered_with_past_the_triggers_is_noticed(a_day: None) -> None:
    for table in brought.TALLIED:
        for tampering in (
            f"DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})",
            f"UPDATE {table} SET id = id + 1000000 WHERE id = (SELECT min(id) FROM {table})",
        ):
            with acting(OWNER), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SAVEPOINT wound")
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                cursor.execute(tampering)
                assert cursor.rowcount == 1
                assert brought.miscounted() == [table]
                cursor.execute("ROLLBACK TO SAVEPOINT wound")


BY_HAND = {
    "UPDATE registers_batch SET file_name = '改.csv' WHERE file_name = 'may.csv'": "update",
    "UPDATE registers_source SET rank = 99 WHERE code = 'village_ledger'": "update",
    "UPDATE registers_upload SET state = 'waiting'": "update",
    "UPDATE accounts_signinlink SET used_at = NULL": "update",
    "UPDATE registers_duplicate SET state = 'asked'": "update",
    "DELETE FROM findings_visitfinding": "delete",
    "DELETE FROM registers_support": "delete_many",
    "DELETE FROM registers_fault": "delete_many",
    "UPDATE registers_rowclaim SET person_id = NULL WHERE person_id IS NOT NULL": "update_many",
    "UPDATE registers_rawblock SET last_line = 9": "update_many",
}


@pytest.mark.bar(15, control="a statement that changes nothing leaves nothing, here")
def test_raw_sql_leaves_who_when_and_why(a_day: None) -> None:
    for statement, verb in BY_HAND.items():
        table = statement.split()[1] if statement.startswith("UPDATE") else statement.split()[2]
        with acting(BATCH, actor="somebody", purpose="by hand"), connection.cursor() as cursor:
            before = Event.objects.latest("id").pk
            cursor.execute(statement)
            changed = cursor.rowcount
            made = list(Event.objects.filter(pk__gt=before, table_name=table))
            assert brought.miscounted() == []
        assert changed > 0, statement
        assert {(event.verb, event.actor, event.purpose) for event in made} == {(verb, "somebody", "by hand")}
        assert sum(event.payload.get("rows", 1) for event in made) == changed, statement
    with acting(BATCH), connection.cursor() as cursor:
        before = Event.objects.count()
        cursor.execute("UPDATE registers_rowclaim SET line = line")
        cursor.execute("DELETE FROM registers_fault WHERE line = -1")
        assert Event.objects.count() == before


@pytest.mark.bar(19, control="the name of the file is there")
def test_a_files_bytes_and_a_links_secret_are_not_in_the_trail(a_day: None) -> None:
    uploads = [json.dumps(event.payload) for event in Event.objects.filter(table_name="registers_upload")]
    assert any("june.csv" in text for text in uploads)
    assert not any("sealed" in text for text in uploads)
    links = [json.dumps(event.payload) for event in Event.objects.filter(table_name="accounts_signinlink")]
    assert len(links) == 2
    digest = bytes(SignInLink.objects.get().digest).hex()
    assert not any("digest" in text or digest in text for text in links)


# ── pieces of names ───────────────────────────────────────────────────────────────────────────────────────────────────


def wrong_grams() -> int:
    """Pieces of names that are not those of people_person as it stands, and the other way round."""
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT DISTINCT substr(p.name_key, n, size) AS gram, p.name, p.id, p.scope_no
                FROM people_person p, generate_series(1, length(p.name_key)) n, generate_series(1, 2) size
                WHERE NOT p.is_hidden AND n + size - 1 <= length(p.name_key)
            ), held AS (SELECT gram, name, person_id, scope_no FROM people_namegram)
            SELECT (SELECT count(*) FROM (TABLE due EXCEPT TABLE held) a)
                 + (SELECT count(*) FROM (TABLE held EXCEPT TABLE due) b)
            """
        )
        return int(cursor.fetchone()[0])


@pytest.mark.bar(15, control="a piece deleted, one added, one moved, here")
def test_pieces_of_names_are_those_of_the_people_as_they_stand(a_day: None) -> None:
    assert wrong_grams() == 0
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for tampering in (
            "DELETE FROM people_namegram WHERE gram = (SELECT min(gram) FROM people_namegram)",
            "INSERT INTO people_namegram SELECT '冇', name, person_id, scope_no FROM people_namegram LIMIT 1",
            "UPDATE people_namegram SET name = '冇'",
        ):
            cursor.execute("SAVEPOINT wound")
            cursor.execute(tampering)
            assert wrong_grams() > 0
            cursor.execute("ROLLBACK TO SAVEPOINT wound")
