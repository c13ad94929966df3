"""Refused rows: nothing is taken from them, and they stay, sealed, with their reason, until somebody has mended them."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from anye.flow import staging, withdrawing
from anye.flow.blocks import REFUSED, ROWS, Context
from anye.flow.load import Report
from anye.records.accounts.scope import APP, BATCH, OWNER, acting
from anye.records.audit.keys import keyring
from anye.records.people.models import Person
from anye.records.registers import queries
from anye.records.registers.models import Batch, Fault, RawBlock
from tests.conftest import District
from tests.flow.sabotage import broken
from tests.flow.test_load_order import disagreements, loader
from tests.flow.written import insurance, ledger, number

__all__ = ["loader"]
WILLOW = {"镇街": "东河镇", "村居": "柳树村"}
BRIDGE = {"镇街": "东河镇", "村居": "石桥村"}
GOOD = number(1)
WRONG = number(2)[:-1] + ("1" if number(2)[-1] != "1" else "2")
Load = Callable[..., Report]


def row(name: str, of: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "身份证号": of} | more


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write("06", row, …) → a ledger of June."""

    def one(month: str, *rows: dict[str, str], name: str = "") -> Path:
        return ledger(tmp_path / f"ledger{month}{name}.csv", rows, month=f"2020年{int(month)}月")

    return one


def blocks(batch: int | None) -> Iterator[dict[str, Any]]:
    with acting(BATCH):
        for block in RawBlock.objects.filter(batch_id=batch).order_by("number"):
            yield staging.unpack(block.sealed, keyring())


def to_mend(office: Any) -> list[tuple[str, str]]:
    """(name, reason) of what an office sees as its own to mend."""
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        found = list(queries.rows_to_mend())
    return [(queries.opened_label(one)["name"] or "", one.reason) for one in found]


def test_the_cells_of_a_refused_row_are_kept_under_seal(load: Load, write: Callable[..., Path]) -> None:
    report = load(write("06", row("张伟", GOOD, **WILLOW), row("李娜", WRONG, **WILLOW, 联系电话="13912345678")))
    (block,) = blocks(report.batch)
    (kept,) = block[REFUSED].to_dicts()
    assert {"李娜", WRONG, "13912345678", "柳树村"} <= set(kept.values())
    assert block[ROWS]["name"].to_list() == ["张伟"]
    assert kept["_line"] == report.refused[0]["row"]


def test_a_file_of_refused_rows_alone_is_kept_too(load: Load, write: Callable[..., Path]) -> None:
    report = load(write("06", row("李娜", WRONG, **WILLOW)))
    (block,) = blocks(report.batch)
    assert block[REFUSED].height == 1 and block[ROWS].height == 0
    with acting(BATCH):
        assert not Person.objects.exists()


def test_what_a_refused_row_says_stands_nowhere_in_clear(
    load: Load, write: Callable[..., Path], district: District
) -> None:
    shifted = row(f"李娜{WRONG}", "", **WILLOW) | {"村居": f"柳树村 {WRONG[:6]} {WRONG[6:14]} {WRONG[14:]}"}
    load(write("06", row("王小丫", WRONG, **WILLOW), shifted))
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'stage')")
        for table in [f'"{schema}"."{name}"' for schema, name in cursor.fetchall()]:
            for canary in ("王小丫", WRONG, WRONG[6:14]):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{canary}%"])
                assert cursor.fetchone() == (0,), (table, canary)
    with acting(BATCH):
        labels = [queries.opened_label(fault) for fault in Fault.objects.order_by("line")]
    # the second row has two reasons: no number, and one within the name
    assert [label["name"] for label in labels] == ["王小丫", "李娜…", "李娜…"]
    assert [label["place"] for label in labels] == ["东河镇 柳树村", *["东河镇 柳树村 …"] * 2]


def test_a_village_sees_its_own_rows_and_the_loading_office_those_of_no_village(
    load: Load, write: Callable[..., Path], district: District
) -> None:
    nowhere = {"镇街": "东河镇", "村居": "没有的村"}
    load(write("06", row("李娜", WRONG, **WILLOW), row("王芳", "", **BRIDGE), row("陈红", "123", **nowhere)))
    assert to_mend(district["willow"]) == [("李娜", "id_check")]
    assert to_mend(district["bridge"]) == [("王芳", "id_missing")]
    assert to_mend(district["cloud"]) == []
    assert [name for name, _ in to_mend(district["district"])] == ["李娜", "王芳", "陈红"]


def test_a_second_copy_of_a_row_needs_no_mending(load: Load, write: Callable[..., Path], district: District) -> None:
    twice = row("张伟", GOOD, **WILLOW)
    report = load(write("06", twice, twice))
    assert [one["reason"] for one in report.refused] == ["duplicate_row"]
    assert to_mend(district["willow"]) == []


# ── mended ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_is_work_until_a_later_file_brings_its_person(
    load: Load, write: Callable[..., Path], district: District, context: Context
) -> None:
    willow = district["willow"]
    load(write("06", row("李娜", WRONG, **WILLOW), row("王芳", "", **WILLOW)))
    load(write("07", row("李 娜", number(2), **BRIDGE), row("王芳", "12", **WILLOW)))
    assert to_mend(willow) == [("王芳", "id_length"), ("李娜", "id_check"), ("王芳", "id_missing")]
    mending = load(write("06", row("李 娜", number(2), **WILLOW), row("王芳", number(4), **WILLOW), name="again"))
    assert to_mend(willow) == [("王芳", "id_length")], "July's row is newer than June's sheet"
    with acting(BATCH):
        withdrawing.withdraw(mending.batch or 0, context, on=dt.date(2020, 12, 1))
    assert to_mend(willow) == [("王芳", "id_length"), ("李娜", "id_check"), ("王芳", "id_missing")]


def test_an_insurance_sheet_mends_no_ledger(
    load: Load, write: Callable[..., Path], tmp_path: Path, district: District
) -> None:
    load(write("06", row("李娜", WRONG, **WILLOW)))
    paid = {"姓名": "李娜", "证件号码": number(2), "费款所属期": "2020-07", "单位名称": "青石建筑公司"}
    load(insurance(tmp_path / "paid.csv", [paid]))
    assert to_mend(district["willow"]) == [("李娜", "id_check")]


def test_rows_are_mended_in_any_order_of_files(loader: Callable[[Path], None], write: Callable[..., Path]) -> None:
    files = [
        write("05", row("李娜", number(2), **WILLOW), row("王芳", WRONG, **WILLOW)),
        write("06", row("李娜", WRONG, **WILLOW), row("王芳", number(4), **WILLOW)),
        write("07", row("李娜", "123", **WILLOW)),
    ]
    found = disagreements(files, loader)
    assert not found, "\n".join(found[:20])


def test_without_its_guard_an_older_file_would_mend_a_newer_row(
    load: Load, write: Callable[..., Path], district: District
) -> None:
    """The negative control."""
    load(write("07", row("李娜", WRONG, **WILLOW)))
    with broken("n.known_on) >= (", "n.known_on) IS DISTINCT FROM (") as times:
        load(write("06", row("李娜", number(2), **WILLOW)))
        assert times() > 0
    assert to_mend(district["willow"]) == []


def test_unattached_rows_and_their_doubts_bear_the_other_name_under_seal(
    load: Load, write: Callable[..., Path], district: District
) -> None:
    load(write("06", row("张伟", GOOD, **WILLOW)))
    load(write("05", row("龍海", GOOD, **BRIDGE)))
    with acting(BATCH):
        (fault,) = Fault.objects.filter(level="unattached")
        batch = Batch.objects.get(pk=fault.batch_id)
        from anye.records.findings import queries as findings

        (doubt,) = findings.findings()
        assert queries.opened_label(fault) == {"name": "龍海"}
        assert findings.opened_rival(doubt) == "龍海"
        assert (doubt.scope_no, fault.scope_no) == (district["willow"].scope_no, district["bridge"].scope_no)
        assert (doubt.params["batch"], doubt.params["line"]) == (batch.pk, fault.line)
