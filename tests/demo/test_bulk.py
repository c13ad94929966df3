"""The large inputs at a small size."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from anye.demo import bulk
from anye.demo.places import read_areas
from tests.demo.conftest import AREAS
from tests.demo.slow_reader import credit_code_holds, read_id


def test_a_population_is_unique_valid_and_the_same_for_the_same_seed() -> None:
    people = bulk.population(5_000, 3)
    assert people.columns == ["id_number", "name", "sex", "birth_on", "area_code"]
    assert people["id_number"].n_unique() == 5_000
    for number, sex, birth_on in people.select("id_number", "sex", "birth_on").iter_rows():
        assert read_id(number) == (number, None)
        assert number.startswith("99")
        assert (int(number[16]) % 2 == 1) == (sex == "1")
        assert number[6:14] == f"{birth_on:%Y%m%d}"
    assert people.equals(bulk.population(5_000, 3))
    assert not people.equals(bulk.population(5_000, 4))


def test_a_population_may_be_empty_or_live_in_given_villages() -> None:
    assert bulk.population(0, 1).schema == bulk.population(5, 1).schema
    assert set(bulk.population(50, 1, villages=["500112140203"])["area_code"]) == {"500112140203"}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, str]], bulk.BulkTruth, pl.DataFrame]:
    path = tmp_path_factory.mktemp("bulk") / "month.csv"
    people = bulk.population(2_000, 5)
    truth = bulk.insurance_csv(
        path, people, month="2020-03", seed=5, rows=1_500, stranger_share=0.2, faulty_share=0.01, firms=50
    )
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines)), truth, people


def test_a_month_holds_what_its_truth_says(
    month: tuple[list[dict[str, str]], bulk.BulkTruth, pl.DataFrame],
) -> None:
    rows, truth, people = month
    known = set(people["id_number"])
    assert truth == bulk.BulkTruth(rows=1_800, attached=1_485, strangers=300, refused=15)
    assert len(rows) == truth.rows
    assert sum(row["身份证号"] in known for row in rows) == truth.attached
    assert sum(read_id(row["身份证号"])[1] == "id_check" for row in rows) == truth.refused
    assert all(credit_code_holds(row["统一社会信用代码"]) for row in rows)


def test_a_month_waives_all_for_small_firms(
    month: tuple[list[dict[str, str]], bulk.BulkTruth, pl.DataFrame],
) -> None:
    rows, _, _ = month
    assert {row["费款所属期"] for row in rows} == {"202003"}
    assert sum(row["养老保险单位实缴"] == "0.00" for row in rows) > 1_000


def test_a_ledger_workbook_has_the_asked_size(tmp_path: Path) -> None:
    for name in ("one", "same"):
        bulk.ledger_xlsx(tmp_path / f"{name}.xlsx", rows=500, columns=40, seed=2, areas_csv=AREAS)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "same.xlsx").read_bytes()
    grid = CalamineWorkbook.from_path(tmp_path / "one.xlsx").get_sheet_by_index(0).to_python()
    assert (len(grid), len(grid[0])) == (501, 40)
    place = {label: at for at, label in enumerate(grid[0])}
    pairs = {(town.name, village.name) for town in read_areas(AREAS).towns for village in town.villages}
    for row in grid[1:]:
        assert read_id(row[place["证件号码"]])[1] is None
        assert (row[place["镇街"]], row[place["村居"]]) in pairs
        assert (row[place["就业状态"]] == "已就业") == bool(row[place["就业单位"]])


def test_the_command_line_writes_both(tmp_path: Path) -> None:
    bulk.main(["insurance", str(tmp_path / "month.csv"), "--rows", "100"])
    bulk.main(["ledger", str(tmp_path / "ledger.xlsx"), "--rows", "100"])
    assert len((tmp_path / "month.csv").read_text(encoding="utf-8-sig").splitlines()) == 101
    assert len(CalamineWorkbook.from_path(tmp_path / "ledger.xlsx").get_sheet_by_index(0).to_python()) == 101
