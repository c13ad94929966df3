"""Refused rows of registers that create nobody: work of the office that loads them, and of their newest file alone."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, acting
from tests.conftest import District
from tests.flow.sabotage import broken
from tests.flow.test_load_order import disagreements, loader
from tests.flow.test_refused_rows import WRONG, to_mend
from tests.flow.test_registers import HOME, sheet
from tests.flow.written import ledger, number

__all__ = ["loader"]
Load = Callable[..., Report]
Write = Callable[..., Path]
ZHANG, WANG, LI = ("张伟", number(1)), ("王芳", number(4)), ("李娜", number(2))
LI_WRONG, NOBODY = ("李娜", WRONG), ("", number(5))
HEADINGS = "镇街 村居 姓名 身份证号 待遇类型 月养老金"


@pytest.fixture
def people(load: Load, tmp_path: Path) -> None:
    """Only Zhang and Wang are known here; a pension list holds the whole district."""
    load(ledger(tmp_path / "ledger.csv", [{"姓名": name, "身份证号": of, **HOME} for name, of in (ZHANG, WANG)]))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(5, ZHANG, …) → the pension list of May 2020."""

    def one(month: int, *rows: Sequence[str], name: str = "") -> Path:
        told = [("东河镇", "柳树村", *row, "城乡居民养老保险", "125.5") for row in rows]
        return sheet(tmp_path / f"pensions{month}{name}.csv", HEADINGS, told, f"2020年{month}月养老待遇领取人员")

    return one


def test_they_are_work_of_the_office_that_loads_and_of_no_village(load: Load, write: Write, district: District) -> None:
    assert load(write(5, ZHANG, LI_WRONG)).source == "pensions"
    assert to_mend(district["district"]) == [("李娜", "id_check")]
    assert to_mend(district["willow"]) == to_mend(district["east"]) == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("good", [ZHANG, LI], ids=["of somebody known", "of a stranger"])
def test_the_next_month_with_the_row_in_order_leaves_nothing_to_mend(
    load: Load, write: Write, district: District, good: tuple[str, str]
) -> None:
    load(write(5, WANG, (good[0], WRONG)))
    load(write(6, WANG, good))
    assert to_mend(district["district"]) == []


@pytest.mark.usefixtures("people")
def test_a_row_that_only_agrees_with_what_stands_was_taken_too(load: Load, write: Write, district: District) -> None:
    load(write(5, ZHANG))
    load(write(6, ("张伟", WRONG)))
    load(write(7, ZHANG, WANG))
    assert to_mend(district["district"]) == []


@pytest.mark.usefixtures("people")
def test_the_list_does_not_grow_while_a_row_is_wrong_month_after_month(
    load: Load, write: Write, district: District
) -> None:
    for month in (5, 6, 7):
        load(write(month, ZHANG, LI_WRONG, NOBODY))
        assert to_mend(district["district"]) == [("李娜", "id_check"), ("", "name_missing")], month


@pytest.mark.usefixtures("people")
def test_a_mended_file_of_the_same_month_and_day_mends_and_an_older_one_does_not(
    load: Load, write: Write, district: District
) -> None:
    load(write(5, ZHANG, LI_WRONG))
    load(write(4, LI))
    assert to_mend(district["district"]) == [("李娜", "id_check")]
    load(write(5, LI, name="again"))
    assert to_mend(district["district"]) == []


@pytest.mark.usefixtures("people")
def test_a_file_that_does_not_name_them_replaces_nothing(
    load: Load, write: Write, district: District, tmp_path: Path
) -> None:
    """It may be another piece of the register; and another register replaces nothing at all."""
    load(sheet(tmp_path / "dead.csv", "姓名 身份证号 死亡日期", [(*LI, "2020-06-01")]))
    load(write(5, ZHANG, LI_WRONG))
    load(write(6, ZHANG))
    load(ledger(tmp_path / "july.csv", [{"姓名": LI[0], "身份证号": LI[1], **HOME}], month="2020年7月"))
    assert to_mend(district["district"]) == [("李娜", "id_check")]


@pytest.mark.usefixtures("people")
def test_a_load_taken_back_opens_again_what_it_had_replaced(
    load: Load, write: Write, district: District, context: Context
) -> None:
    load(write(5, LI_WRONG))
    load(write(6, LI_WRONG))
    last = load(write(7, LI))
    assert to_mend(district["district"]) == []
    with acting(BATCH):
        withdrawing.withdraw(last.batch or 0, context, on=dt.date(2026, 12, 31))
    assert to_mend(district["district"]) == [("李娜", "id_check")]


@pytest.mark.trust
@pytest.mark.usefixtures("people")
def test_any_order_of_files_leaves_the_same_to_mend(loader: Callable[[Path], None], write: Write) -> None:
    files = [
        write(5, ZHANG, LI_WRONG, NOBODY),
        write(6, LI, ("王芳", WRONG)),
        write(6, LI_WRONG, WANG, name="b"),
        write(7, NOBODY, ("张伟", "123")),
    ]
    found = disagreements(files, loader)
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n.known_on) >= (", "n.known_on) IS DISTINCT FROM ("),
        ("n.source_id = b.source_id", "true"),
        ("NOT o.creates_persons", "false"),
    ],
    ids=["older", "register", "at all"],
)
def test_each_guard_is_missed_when_it_is_gone(
    old: str, new: str, load: Load, write: Write, district: District, tmp_path: Path
) -> None:
    """The negative controls of the tests before."""
    dead = sheet(tmp_path / "dead.csv", "姓名 身份证号 死亡日期", [(*LI, "2020-06-01")])
    with broken(old, new) as times:
        load(dead)
        load(write(5, ZHANG, LI_WRONG))
        load(write(4, LI))
        left: Any = to_mend(district["district"])
        load(write(5, LI, name="again"))
        assert times() > 0
    assert (left, to_mend(district["district"])) != ([("李娜", "id_check")], [])
