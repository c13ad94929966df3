"""Doubts over time: what somebody settled stays settled and as it was, and what is said anew is asked anew."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from anye.flow import doubts as raising
from anye.flow import plans, withdrawing
from anye.flow.blocks import Context
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, acting
from anye.records.findings import actions
from anye.records.findings.models import Finding, Visit
from anye.records.findings.rules import answers_to
from anye.records.firms.models import EmploymentSpell
from tests import factories
from tests.conftest import District
from tests.flow.sabotage import broken
from tests.flow.test_load_order import disagreements, loader
from tests.flow.written import insurance, ledger, number

__all__ = ["loader"]
HOME = {"镇街": "东河镇", "村居": "柳树村"}
WEI = {"姓名": "张伟", "身份证号": number(1)}
FIRM = {"统一社会信用代码": "91990112MAQC2UQ03H", "单位名称": "青石建筑公司"}
ON = dt.date(2020, 12, 1)
Load = Callable[..., Report]


@pytest.fixture
def idle(tmp_path: Path) -> Callable[..., Path]:
    """idle("06") → the ledger of June that says Zhang Wei does not work; `again` makes other bytes of it."""

    def write(month: str, *, again: str = "", **more: str) -> Path:
        row = WEI | HOME | {"就业状态": "未就业", "现住址": again} | more
        return ledger(tmp_path / f"ledger-{month}{again}.csv", [row], month=f"2020年{int(month)}月" if month else "")

    return write


@pytest.fixture
def paid(tmp_path: Path) -> Callable[..., Path]:
    """paid("06", "07") → the months that one firm insured him for."""

    def write(*months: str) -> Path:
        who = {"姓名": WEI["姓名"], "证件号码": WEI["身份证号"], "养老保险单位实缴": "160.00"} | FIRM
        rows = [who | {"费款所属期": f"2020-{month}"} for month in months]
        return insurance(tmp_path / f"paid-{'-'.join(months)}.csv", rows)

    return write


def doubts(rule: str = "Q09") -> list[tuple[str, str]]:
    """(month, state) of every doubt that was ever raised, by month, then the oldest first."""
    with acting(BATCH):
        found = Finding.objects.filter(rule=rule).order_by("month", "id")
        return [(f"{one.month:%m}" if one.month else "", one.state) for one in found]


def only(**conditions: Any) -> Finding:
    with acting(BATCH):
        found: Finding = Finding.objects.get(**conditions)
        return found


def settle(state: str = "explained") -> Finding:
    """Settle the one doubt that is open by an answer that leads there."""
    found = only(state__in=["open", "visiting"])
    answers = answers_to(found.rule, found.params, at_home=False)
    code = next(answer.code for answer in answers if answer.state == state)
    with acting(BATCH):
        actions.settle(finding_id=found.pk, answer=code, on=ON)
    return only(pk=found.pk)


def visits_due() -> int:
    with acting(BATCH):
        return Visit.objects.filter(state="due").count()


# ── Q09: not employed, and insured ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "state",
    ["explained", *(pytest.param(each, marks=pytest.mark.trust_long) for each in ("confirmed", "source_error"))],
)
def test_one_more_month_of_a_settled_run_is_not_asked_again(
    state: str, load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle("06"))
    load(paid("06"))
    settled = settle(state)
    for path in (paid("07"), idle("06"), paid("08"), idle("06", again="同月再报"), paid("05")):
        load(path)
    assert doubts() == [("06", state)]
    assert visits_due() == 0
    assert only().__dict__ | {"_state": None} == settled.__dict__ | {"_state": None}


def test_a_newer_ledger_that_says_it_again_over_newer_months_is_asked_anew(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle("06"))
    load(paid("06"))
    settled = settle("confirmed")
    load(idle("07"))
    assert doubts() == [("06", "confirmed")], "the month that was looked at is settled"
    load(paid("07"))
    assert doubts() == [("06", "confirmed"), ("07", "visiting")]
    assert visits_due() == 1
    frozen = only(pk=settled.pk)
    assert (frozen.evidence, frozen.params, frozen.month) == (settled.evidence, settled.params, settled.month)
    assert only(state="visiting").params["first"] == "2020-07"


def test_a_doubt_that_was_asked_anew_can_be_settled_anew(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    for month in ("06", "07", "08"):
        load(idle(month))
        load(paid(month))
        settle()
    load(paid("09"))
    assert doubts() == [("06", "explained"), ("07", "explained"), ("08", "explained")]


def test_the_months_that_a_settlement_looked_at_are_not_asked_again(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle("06"))
    load(paid("06", "07", "08"))
    settle()
    load(idle("08"))
    assert doubts() == [("06", "explained")]
    load(paid("09"))
    assert doubts() == [("06", "explained"), ("09", "visiting")]


def test_a_gap_makes_another_run_and_another_doubt(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle("06"))
    load(paid("06"))
    settle()
    load(paid("09"))
    assert doubts() == [("06", "explained"), ("09", "visiting")]
    load(paid("07", "08"))
    assert doubts() == [("06", "explained"), ("09", "gone")], "it was the settled run after all"


def test_an_open_doubt_stays_the_same_one_while_its_run_grows_on_both_sides(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle("05"))
    load(paid("06"))
    first = only()
    for path in (paid("07"), idle("07"), paid("05"), paid("04"), paid("08")):
        load(path)
    grown = only()
    assert (grown.pk, grown.token, grown.state, grown.due_on) == (first.pk, first.token, "visiting", first.due_on)
    assert (grown.params["first"], grown.params["through"], f"{grown.month:%m}") == ("2020-04", "2020-08", "07")
    assert visits_due() == 1


def test_two_open_runs_that_meet_are_one_doubt(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle("05"))
    load(paid("06", "08"))
    assert doubts() == [("06", "visiting"), ("08", "visiting")]
    load(paid("05", "07"))
    assert doubts() == [("05", "visiting"), ("08", "gone")]


def test_a_ledger_without_a_month_asks_once_whatever_months_arrive(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    load(idle(""), known_on=dt.date(2020, 9, 3))
    load(paid("06"))
    settle()
    for month in ("07", "08"):
        load(paid(month))
    assert doubts() == [("06", "explained")]
    load(idle("", again="十月"), known_on=dt.date(2020, 10, 9))
    load(paid("09"))
    assert doubts() == [("06", "explained"), ("09", "visiting")]


def test_after_a_settlement_any_order_of_files_ends_alike(
    loader: Callable[[Path], None], idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    loader(idle("06"))
    loader(paid("06"))
    settle()
    found = disagreements([idle("08"), paid("07"), paid("08", "05")], loader)
    assert not found, "\n".join(found[:20])


def test_without_its_guard_every_month_of_a_settled_run_would_be_asked(
    load: Load, idle: Callable[..., Path], paid: Callable[..., Path]
) -> None:
    """The negative control."""
    load(idle("06"))
    load(paid("06"))
    settle()
    with broken("r.filed > f.stated AND ", "") as times:
        load(paid("07"))
        assert times() > 0
    assert doubts() == [("06", "explained"), ("07", "visiting")]


# ── what a row says of itself ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_birth_in_next_months_ledger_is_not_asked_again_and_another_one_is(
    load: Load, idle: Callable[..., Path]
) -> None:
    load(idle("06", 出生日期="1991-01-01"))
    settled = settle("source_error")
    load(idle("07", 出生日期="1991-01-01"))
    assert doubts("Q03") == [("", "source_error")]
    assert only().evidence == settled.evidence and only().params == settled.params
    load(idle("08", 出生日期="1992-02-02"))
    assert doubts("Q03") == [("", "source_error"), ("", "open")]


def test_without_its_guard_the_evidence_of_a_settled_doubt_would_be_written_over(
    load: Load, idle: Callable[..., Path]
) -> None:
    """The negative control."""
    load(idle("06", 出生日期="1991-01-01"))
    settled = settle("source_error")
    with broken("f.state IN ('gone', 'open', 'visiting', 'mending') AND (f.evidence", "(f.evidence") as times:
        load(idle("07", 出生日期="1991-01-01"))
        assert times() > 0
    assert only().evidence != settled.evidence


def test_two_heads_are_asked_again_when_they_are_others(tmp_path: Path, load: Load) -> None:
    def household(month: str, *heads: str) -> Path:
        rows = [
            HOME
            | {"姓名": name, "身份证号": number(n), "户编号": "H1", "与户主关系": "户主" if name in heads else "子"}
            for n, name in enumerate(("张伟", "李娜", "王芳"), start=1)
        ]
        return ledger(tmp_path / f"{month}.csv", rows, month=f"2020年{int(month)}月")

    load(household("05", "张伟", "李娜"))
    settle()
    load(household("06", "张伟", "李娜"))
    assert doubts("Q07") == [("", "explained")]
    load(household("07", "张伟", "王芳"))
    assert doubts("Q07") == [("", "explained"), ("", "visiting")]


def test_work_without_a_first_day_is_asked_again_when_it_is_other_work(load: Load, jobs: Callable[..., Path]) -> None:
    load(jobs("05", ("砖厂", "")))
    settle()
    load(jobs("06", ("砖厂", "")))
    assert doubts("Q08") == [("", "explained")]
    load(jobs("07", ("纸厂", "")))
    assert doubts("Q08") == [("", "explained"), ("", "visiting")]


def test_a_near_number_waits_for_its_ledger_and_is_gone_once_that_is_mended(
    tmp_path: Path, load: Load, context: Context
) -> None:
    load(ledger(tmp_path / "one.csv", [WEI | HOME]))
    wrong = load(ledger(tmp_path / "two.csv", [WEI | HOME | {"身份证号": number(3)}]))
    assert doubts("Q04") == [("", "visiting"), ("", "visiting")]
    with acting(BATCH):
        for one in Finding.objects.all():
            actions.settle_visit(visit_id=one.visits.get().visit_id, answers={one.pk: "one_person"}, on=ON)
    load(ledger(tmp_path / "again.csv", [WEI | HOME | {"联系电话": "13900000001"}]))
    assert doubts("Q04") == [("", "mending"), ("", "mending")] and visits_due() == 0
    with acting(BATCH):
        withdrawing.withdraw(wrong.batch or 0, context, on=ON)
    assert doubts("Q04") == [("", "gone"), ("", "gone")]


# ── Q08: two jobs at once ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def jobs(tmp_path: Path) -> Callable[..., Path]:
    """jobs("05", ("砖厂", "2020-01-01"), …) → a ledger of May that names these jobs: employer, first day, last day."""

    def write(month: str, *said: tuple[str, ...], name: str = "") -> Path:
        named = ("就业单位", "就业起始日期", "就业终止日期")
        rows = [WEI | HOME | {"就业状态": "已就业"} | dict(zip(named, job, strict=False)) for job in said]
        return ledger(tmp_path / f"jobs-{month}{name}.csv", rows, month=f"2020年{int(month)}月")

    return write


def test_a_change_of_employer_is_no_overlap(load: Load, jobs: Callable[..., Path]) -> None:
    for month, employer in (("04", "砖厂"), ("05", "纸厂"), ("07", "酒厂")):
        load(jobs(month, (employer, f"2020-{month}-10")))
    assert doubts("Q08") == []
    with acting(BATCH):
        assert EmploymentSpell.objects.known().filter(valid_to=None).count() == 3, "nothing ended the jobs before"


def test_a_change_that_begins_before_the_old_job_did_is_no_overlap_either(
    load: Load, jobs: Callable[..., Path]
) -> None:
    load(jobs("05", ("砖厂", "2020-03-01")))
    load(jobs("07", ("纸厂", "2020-01-01")))
    assert doubts("Q08") == []


@pytest.mark.parametrize(
    "files",
    [
        [("05", ("砖厂", "2020-01-01"), ("纸厂", "2020-03-01"))],
        [("05", ("砖厂", "2020-01-01")), ("05", ("纸厂", "2020-03-01"))],
        [("05", ("砖厂", "2020-01-01", "2020-04-30")), ("07", ("纸厂", "2020-03-01", "2020-06-30"))],
        [("05", ("砖厂", "2020-01-01", "2020-04-30")), ("07", ("纸厂", "2020-03-01"))],
        [("05", ("砖厂", "2020-01-01"), ("纸厂", "2020-03-01")), ("06", ("纸厂", "2020-03-01"))],
    ],
    ids=["one file", "two files of one month", "both ended", "the older one ended", "and one of them again"],
)
def test_two_jobs_that_are_held_at_once_are_a_doubt(files: Any, load: Load, jobs: Callable[..., Path]) -> None:
    for n, (month, *said) in enumerate(files):
        load(jobs(month, *said, name=str(n)))
    assert doubts("Q08") == [("03", "visiting")]


def test_a_settled_overlap_leaves_the_next_one_to_be_asked(load: Load, jobs: Callable[..., Path]) -> None:
    load(jobs("05", ("砖厂", "2020-01-01"), ("纸厂", "2020-03-01")))
    settle()
    load(jobs("06", ("砖厂", "2020-01-01"), ("纸厂", "2020-03-01")))
    assert doubts("Q08") == [("03", "explained")]
    load(jobs("07", ("砖厂", "2020-01-01"), ("酒厂", "2020-06-01")))
    assert doubts("Q08") == [("03", "explained"), ("06", "visiting")]


def test_jobs_in_any_order_of_files_end_alike(loader: Callable[[Path], None], jobs: Callable[..., Path]) -> None:
    files = [
        jobs("04", ("砖厂", "2020-01-01")),
        jobs("05", ("砖厂", "2020-01-01"), ("纸厂", "2020-03-01")),
        jobs("06", ("酒厂", "2020-02-01")),
    ]
    found = disagreements(files, loader)
    assert not found, "\n".join(found[:20])


def test_without_its_guard_every_change_of_employer_would_be_asked(load: Load, jobs: Callable[..., Path]) -> None:
    """The negative control."""
    load(jobs("05", ("砖厂", "2020-01-01")))
    with broken("WHERE NOT j.is_at_once GROUP BY", "WHERE false GROUP BY") as times:
        load(jobs("07", ("纸厂", "2020-03-01")))
        assert times() > 0
    assert doubts("Q08") == [("03", "visiting")]


@pytest.mark.parametrize(("many", "setting"), [(plans.FEW, "on"), (plans.FEW + 1, "off")])
def test_of_many_people_nothing_is_compared_each_with_each(
    many: int, setting: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first load has no statistics: what it brought is taken for a row or two, and 2,000 people took minutes."""
    seen = []

    def finding(cursor: Any, asked: Any) -> None:
        cursor.execute("SELECT current_setting('enable_nestloop')")
        seen.append(cursor.fetchone()[0])
        plain(cursor, asked)

    plain = raising._find
    monkeypatch.setattr(raising, "_find", finding)
    with factories.as_owner():
        batch = factories.make_batch()
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE touched (id_blind bytea); CREATE TEMPORARY TABLE link (batch_id bigint,"
                           " sheet_no smallint, line int, person_id bigint)")  # fmt: skip
        raising.raise_doubts(
            batch.pk, insurance_only=False, persons=f"SELECT person_id FROM generate_series(1, {many}) n (person_id)"
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('enable_nestloop')")
            assert cursor.fetchone()[0] == "on"
    assert seen == [setting]
