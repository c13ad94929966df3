"""A load leaves one event with digests, and the append-only tables answer to it ever after (trust.md, bar 15)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from anye.flow.brought import altered
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.audit.models import Event
from anye.records.people.models import PersonDetail
from tests.flow.written import insurance, ledger, number

HOME = {"镇街": "东河镇", "村居": "柳树村"}


@pytest.fixture
def loaded(tmp_path: Path, load: Callable[..., Report]) -> list[Report]:
    """Insurance before its people, a ledger, and a newer ledger that takes a number and a status away."""
    who = {"姓名": "张伟", "身份证号": number(1), **HOME}
    paid = {"姓名": "张伟", "证件号码": number(1), "费款所属期": "2020-06", "单位名称": "青石建筑公司"}
    files = [
        insurance(tmp_path / "paid.csv", [paid, paid | {"姓名": "李娜", "证件号码": number(2)}]),
        ledger(
            tmp_path / "may.csv",
            [who | {"就业状态": "未就业"}, who | {"姓名": "李娜", "身份证号": number(2)}],
            month="2020年5月",
        ),
        ledger(
            tmp_path / "june.csv",
            [who | {"就业状态": "已就业"}, who | {"姓名": "陈红", "身份证号": number(2)}],
            month="2020年6月",
        ),
    ]
    return [load(path) for path in files]


def events() -> list[Event]:
    with acting(BATCH):
        return list(Event.objects.filter(verb="load").order_by("id"))


def test_each_load_leaves_one_event_with_its_counts_and_digests(
    loaded: list[Report], load: Callable[..., Report], tmp_path: Path
) -> None:
    told = events()
    assert [(event.table_name, event.row_id) for event in told] == [("registers_batch", r.batch) for r in loaded]
    assert [event.payload["counts"]["rows"] for event in told] == [r.rows for r in loaded]
    # the first file's rows waited, and came in with the second: its event answers for them
    assert ["insurance" in event.payload["digests"] for event in told] == [False, True, False]
    load(tmp_path / "may.csv")
    assert len(events()) == 3, "the same file again leaves none"


def test_the_tables_answer_to_the_events_after_everything_that_followed(loaded: list[Report]) -> None:
    with acting(BATCH):
        assert PersonDetail.objects.filter(retired_on__isnull=False).exists()
        assert altered() == []


@pytest.mark.parametrize(
    ("tampering", "where"),
    [
        ("UPDATE people_persondetail SET value = '已脱贫' WHERE id = {id}", "detail"),
        ("UPDATE people_persondetail SET known_on = known_on - 1 WHERE id = {id}", "detail"),
        ("UPDATE people_persondetail SET source_line = source_line + 1 WHERE id = {id}", "detail"),
        ("DELETE FROM people_persondetail WHERE id = {id}", "detail"),
        (
            "INSERT INTO people_persondetail (person_id, scope_no, kind, value, known_on, source_batch, source_sheet,"
            " source_line) SELECT person_id, scope_no, 'marital', '已婚', known_on, source_batch, 0, 9"
            " FROM people_persondetail WHERE id = {id}",
            None,
        ),
    ],
    ids=["value", "day", "source", "deleted", "added"],
)
def test_a_fact_that_was_tampered_with_past_the_triggers_is_noticed(
    tampering: str, where: str | None, loaded: list[Report]
) -> None:
    last = events()[-1]
    with acting(OWNER), connection.cursor() as cursor:
        row = PersonDetail.objects.filter(source_batch=loaded[-1].batch, value__isnull=False).order_by("id").first()
        assert row is not None
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE people_persondetail DISABLE TRIGGER USER")
        cursor.execute(tampering.format(id=row.pk))
        found = altered()
    if where is None:
        assert found == [(None, "detail")]
    else:
        assert (last.pk, where) in found


def test_retiring_a_fact_and_moving_its_person_is_no_tampering(loaded: list[Report]) -> None:
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("UPDATE people_persondetail SET retired_on = known_on, retired_by = 1 WHERE retired_on IS NULL")
        cursor.execute("UPDATE people_person SET scope_no = (SELECT min(scope_no) FROM places_office)")
        assert altered() == []
