"""Hostile files all the way into PostgreSQL: what is taken is stored, and nothing that a cell or a name holds breaks a load."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from anye.config.loading import print_report
from anye.flow.load import Report
from anye.records.people.models import Person
from anye.records.registers.models import Batch, Fault
from tests.conftest import District
from tests.flow.hostile.cases import SMALL, Case
from tests.flow.hostile.families import CASES
from tests.flow.hostile.file_names import FILE_NAMES

STORED = [case for case in CASES if "rows" in case.ends]
EVERY_RUN = {
    "bytes-a_nul_among_the_text",
    "texts-a_name_damaged_0",
    "texts-a_character_that_may_not_be_6",
    "texts-a_name_with_something_unseen_1",
    "pointers-a_sheet_with_a_name_of_its_own_2",
    "pointers-a_sheet_with_a_name_of_its_own_10",
    "formulas-a_formula_as_an_address_0",
    "patterns-digits_in_every_cell",
    "hidden-sheets_that_are_something_else",
    "numbers-an_odd_amount_0",
    "headings-a_heading_and_nothing_below",
    "old-a_workbook_of_excel_97",
    "texts-every_cell_as_long_as_can_be",
    "headings-two_headings_that_differ",
}
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\ud800-\udfff]")


def loaded(case: Case, folder: Path, load: Callable[..., Report], capsys: pytest.CaptureFixture[str]) -> Report:
    """Load the file twice, and print what the command line says of it."""
    path = folder / "file"
    path.write_bytes(case.data(0, SMALL))
    report, again = load(path, file_name=case.file_name), load(path, file_name=case.file_name)
    end = report.fault.code if report.fault else "rows"
    assert end in {one.partition(":")[0] for one in case.ends}
    if report.fault is None:
        assert case.loaded in {None, report.loaded}
        assert (again.loaded, again.fault) == (0, None)
    json.dumps(report.as_json()).encode()
    for language in ("zh-hans", "en"):
        print_report(report, language)
        said = capsys.readouterr().out
        assert report.file in said
        assert not UNSEEN.search(said)
        said.encode()
    return report


@pytest.mark.parametrize("case", [case for case in CASES if str(case) in EVERY_RUN], ids=str)
@pytest.mark.bar(21, control="a zero byte, or a long name of a sheet, would be refused by the database")
def test_what_a_hostile_file_holds_is_stored_or_refused_with_its_reason(
    case: Case, tmp_path: Path, load: Callable[..., Report], capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(case, tmp_path, load, capsys)


@pytest.mark.trust_long(bar=21, control="the same as in every run")
@pytest.mark.parametrize("case", STORED, ids=str)
def test_every_hostile_file_is_stored_or_refused(
    case: Case, tmp_path: Path, load: Callable[..., Report], capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(case, tmp_path, load, capsys)


def test_the_list_of_every_run_names_cases() -> None:
    assert {str(case) for case in CASES} >= EVERY_RUN


@pytest.mark.parametrize(
    "at", [at if at % 4 == 0 else pytest.param(at, marks=pytest.mark.trust_long) for at in range(len(FILE_NAMES))]
)
def test_a_file_s_name_is_kept_so_that_it_can_be_shown(
    at: int, tmp_path: Path, load: Callable[..., Report], batch: None, capsys: pytest.CaptureFixture[str]
) -> None:
    case = next(case for case in CASES if str(case) == f"names-a_file_named_oddly_{at}")
    report = loaded(case, tmp_path, load, capsys)
    kept = Batch.objects.get(pk=report.batch).file_name
    assert len(kept) <= 255
    assert kept == report.file
    assert not UNSEEN.search(kept)
    assert kept.endswith(case.file_name[-4:]) or UNSEEN.search(case.file_name)


def test_what_is_no_name_is_nobody_s(
    tmp_path: Path, load: Callable[..., Report], district: District, batch: None
) -> None:
    for case in CASES:
        if case.name in {"a_formula_as_a_name_0", "a_name_damaged_1", "what_is_no_name_8"}:
            path = tmp_path / "file"
            path.write_bytes(case.data(0, SMALL))
            assert len(load(path).refused_rows) == 12
    assert not Person.objects.exists()
    assert set(Fault.objects.values_list("reason", flat=True)) == {"name_chars", "mojibake"}


def test_a_name_is_kept_without_what_is_not_seen(tmp_path: Path, load: Callable[..., Report], batch: None) -> None:
    case = next(case for case in CASES if case.name == "a_name_with_something_unseen_0")
    path = tmp_path / "file"
    path.write_bytes(case.data(0, SMALL))
    load(path)
    assert set(Person.objects.values_list("name", flat=True)) == {"张伟"}


def test_what_is_hidden_or_passed_over_is_said_on_the_command_line(
    tmp_path: Path, load: Callable[..., Report], capsys: pytest.CaptureFixture[str]
) -> None:
    said = ""
    for name in ("hidden_rows", "sheets_that_are_something_else", "a_hidden_sheet_of_the_same_register", "lines_that_are_no_rows",
                 "rows_that_a_filter_leaves_out", "hidden_columns"):  # fmt: skip
        case = next(case for case in CASES if case.name == name)
        path = tmp_path / "file"
        path.write_bytes(case.data(0, SMALL))
        report = load(path)
        assert report.as_json()["notes"] == report.notes
        print_report(report, "en")
        said += capsys.readouterr().out
    for sentence in (
        "On the sheet “台账” 4 lines are hidden (5–7, 10); they were read all the same.",
        "The sheet “填表说明” was not read (2 lines): no heading was recognised.",
        "The sheet “代码” (hidden) was not read (2 lines): no heading was recognised.",
        "The sheet “社保” was not read (2 lines): it is another register, “Social insurance payments”.",
        "The sheet “旧表” is hidden; it was read all the same.",
        "4 lines are no rows and were not loaded: headings printed again 1, totals 1, notes 2.",
        "The sheet “台账” has a filter; lines that it does not show were read too.",
        "On the sheet “台账” columns are hidden (D, E); they were read all the same.",
    ):
        assert sentence in said
