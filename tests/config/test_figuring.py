"""`anye indicator`: a figure as JSON, in words, with its rows as a file; what is not there or must not be divided is said so."""

import json
from pathlib import Path

import pytest

from anye.config.faults import SetupFault
from anye.config.figuring import indicate, say
from anye.packs import read_pack
from anye.records.audit.models import Read
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year

PACK = read_pack("cn_yubei")


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


def asked(code: str, *, area: str = "", rows_to: Path | None = None) -> dict[str, object]:
    return indicate(PACK, code, on=ON, known=KNOWN, area=area, rows_to=rows_to, by="operator")[1]


@pytest.mark.usefixtures("year")
def test_a_figure_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    figure, found = indicate(PACK, "I14", on=ON, known=KNOWN, area="", rows_to=None, by="operator")
    say(figure, found, PACK, as_json=True, language="en")
    told = json.loads(capsys.readouterr().out)
    assert (told["value"], told["unit"], told["rows"]) == (500, "yuan", 1)
    assert told["definition"]["title"]["zh"] == "最大一家的以工代训补贴"
    assert (told["on"], told["known"], told["area"]) == ("2020-12-31", "2021-01-10", None)
    assert asked("I06", area="990100101201")["value"] is None
    assert asked("I06")["value"] == 6300.5


@pytest.mark.usefixtures("year")
def test_its_rows_as_a_file_that_no_spreadsheet_runs(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    assert asked("I01", rows_to=out)["rows"] == 2
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(",") == [
        "name", "area", "firm", "credit_code", "what", "since", "until", "lines", "value", "is_in", "file", "sheet", "line",
    ]  # fmt: skip
    assert len(lines) == 3
    assert lines[1].startswith("冉明秀,")
    assert ",2020-07-01,2020-12-01,6,," in lines[1]
    with as_owner():
        told = Read.objects.filter(kind="export", person_id__isnull=False)
        assert {(each.actor, each.purpose) for each in told} == {("operator", "indicator I01")}
        assert len(told) == 2


@pytest.mark.usefixtures("year")
def test_a_name_that_is_a_formula_is_text(year: Year, tmp_path: Path) -> None:
    with as_owner():
        type(year.first).objects.filter(pk=year.first.pk).update(name="=cmd|'/c calc'!A1")
    out = tmp_path / "rows.csv"
    asked("I12", rows_to=out)
    assert ",'=cmd" in out.read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize(
    ("code", "area", "fault"),
    [
        ("I99", "", "indicator_unknown"), ("I01", "000000000000", "area_unknown"), ("I02/I15", "", "not_divided_period"),
        ("I06/I01", "", "not_divided_population"), ("I29/I28", "", "not_divided_take"),
    ],
)  # fmt: skip
def test_what_is_not_there_or_must_not_be_divided_is_said(code: str, area: str, fault: str) -> None:
    with pytest.raises(SetupFault) as told:
        asked(code, area=area)
    assert told.value.code == fault


@pytest.mark.usefixtures("year")
def test_one_figure_by_another() -> None:
    assert asked("I11/I10")["value"] == 1
