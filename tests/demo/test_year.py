"""The demo's year: its files are the same for the same seed, its figures those aimed at, its people nobody's, its moves one row each."""

import ast
import csv
from dataclasses import fields
from pathlib import Path

import pytest

from anye.demo.forms import Cell
from anye.demo.sheets import as_text
from anye.demo.year import YearTruth, write_year
from anye.demo.year_counts import Share
from anye.demo.year_moves import Move
from anye.demo.year_targets import ONCE, Targets
from anye.packs import HERE

AREAS = HERE / "cn_yubei" / "areas.csv"
DEMO = HERE.parent / "demo"
WHOLE = Targets()
FULL = {
    "I01": WHOLE.stable, "I02": WHOLE.trained, "I03": WHOLE.refund, "I04": Share(16, 12), "I04B": Share(12, 16), "I05": WHOLE.firms,
    "I06": WHOLE.hired * 600_000 + WHOLE.premiums, "I08": WHOLE.training_firms, "I09": WHOLE.training_classes,
    "I10": WHOLE.training_people, "I11": WHOLE.training_poor, "I12": WHOLE.electronics_people, "I13": WHOLE.electronics_poor,
    "I14": (WHOLE.electronics_people * 3 - WHOLE.electronics_refused) * 50_000, "I15": WHOLE.classes, "I16": WHOLE.special_trades,
    "I17": 6_000, "I18": 10_000, "I19": 56_000_000, "I20": WHOLE.full_time, "I21": WHOLE.part_time, "I23": WHOLE.carer_pay,
    "I24": WHOLE.own_working, "I25": WHOLE.workshops, "I26": WHOLE.workshop_workers, "I27": WHOLE.full_time + WHOLE.part_time,
    "I28": WHOLE.graduates, "I29": Share(WHOLE.graduates, WHOLE.graduates), "I30": 1_370_000_000, "I31": 6_983,
    "I32": Share(WHOLE.far + WHOLE.near, WHOLE.far + WHOLE.near),
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> YearTruth:
    return write_year(tmp_path_factory.mktemp("year"), seed=3, scale=0.02, areas_csv=AREAS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> YearTruth:
    return write_year(tmp_path_factory.mktemp("year"), seed=2020, scale=1, areas_csv=AREAS)


def test_at_full_size_every_figure_comes_out(whole: YearTruth) -> None:
    assert {name: whole.figures[name] for name in FULL} == FULL
    part, of = whole.figures["I07"]
    assert part == of > 0
    total, months = whole.figures["I22"]
    assert total / months >= 180_000
    assert len(whole.refused) == WHOLE.electronics_refused
    assert set().union(*whole.refused.values()) == {"working", "wage"}


def test_figures_by_area_add_up_and_leave_out_who_lives_elsewhere(whole: YearTruth) -> None:
    for name in ("I20", "I21", "I24", "I26", "I27", "I28"):
        by_town = {code: count for code, count in whole.by_area[name].items() if code.endswith("000")}
        assert sum(by_town.values()) == whole.figures[name], name
    assert sum(count for code, count in whole.by_area["I01"].items() if code.endswith("000")) < whole.figures["I01"]


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(small: YearTruth, tmp_path: Path) -> None:
    again = write_year(tmp_path / "again", seed=3, scale=0.02, areas_csv=AREAS)
    other = write_year(tmp_path / "other", seed=4, scale=0.02, areas_csv=AREAS)
    assert [path.name for path, _ in again.files] == [path.name for path, _ in small.files]
    assert all(a.read_bytes() == b.read_bytes() for (a, _), (b, _) in zip(again.files, small.files, strict=True))
    assert any(a.read_bytes() != b.read_bytes() for (a, _), (b, _) in zip(other.files, small.files, strict=False))


@pytest.mark.parametrize("scale", [0.05, 0.3])
def test_another_size_has_other_figures_that_hold_together(scale: float, tmp_path: Path) -> None:
    truth = write_year(tmp_path, seed=9, scale=scale, areas_csv=AREAS)
    said = truth.figures
    assert said["I20"] + said["I21"] == said["I27"]
    assert said["I13"] <= said["I11"] <= said["I10"]
    assert said["I12"] <= said["I10"]
    assert said["I32"][0] == said["I32"][1]
    assert said["I01"] < WHOLE.stable
    assert said["I06"] < said["I30"]


def test_files_come_in_the_order_in_which_they_became_known(small: YearTruth) -> None:
    days = [known for _, known in small.files]
    assert days == sorted(days)
    assert (days[0].year, days[0].month) == (2019, 1)
    assert days[-1].isoformat() == "2020-12-31"
    assert {(day.year, day.month) for day in days} == {(year, at) for year in (2019, 2020) for at in range(1, 13)}


def test_everybody_is_invented(small: YearTruth) -> None:
    assert all(person.number.startswith("99") for person in small.year.people)
    assert all(firm.code[2:4] == "99" for firm in small.year.firms)
    assert len({person.number for person in small.year.people}) == len(small.year.people)


def test_a_move_alters_one_row_and_names_its_own_figure(small: YearTruth, tmp_path: Path) -> None:
    assert {f"I{at:02d}" for at in range(1, 33)} <= small.moves.keys()
    for name, move in small.moves.items():
        assert name in move.deltas, name
        moved = move.write(tmp_path / f"{name}{move.path.suffix}")
        assert moved.read_bytes() != move.path.read_bytes(), name
        if move.path.suffix == ".csv":
            before, after = (list(csv.reader(path.open(encoding="gb18030", newline=""))) for path in (move.path, moved))
            assert sum(a != b for a, b in zip(before, after, strict=True)) == 1, name
        changed = {heading for heading, cell in move.cells.items() if as_text(cell) != as_text(_stood(move, heading))}
        assert changed, name


def _stood(move: Move, heading: str) -> Cell:
    return move.file.lines[move.line][move.file.headings.index(heading)]


def test_every_rule_is_broken_beside_an_innocent(tmp_path: Path, small: YearTruth) -> None:
    truth = write_year(tmp_path, seed=3, scale=0.02, areas_csv=AREAS, faults="all")
    faults = {each.rule: each.who for each in truth.planted if each.is_fault}
    innocents = {each.rule: each.who for each in truth.planted if not each.is_fault}
    rules = {f"F{at:02d}" for at in range(1, 29)} | {f"Q{at:02d}" for at in range(1, 16)}
    assert faults.keys() == innocents.keys() == rules
    assert not {(each.rule, each.who) for each in truth.planted if each.is_fault} & {
        (each.rule, each.who) for each in truth.planted if not each.is_fault
    }
    assert truth.figures == small.figures  # told of the district without them
    assert not small.planted


def test_nothing_of_the_year_knows_rules_and_no_figure_stands_outside_its_targets() -> None:
    invented = {"far", "near", "hired"}  # not the article's, and round as rates are
    figures = {getattr(WHOLE, each.name) for each in fields(Targets) if each.name not in ONCE | invented} - set(
        range(100)
    )
    for path in DEMO.glob("year*.py"):
        tree = ast.parse(path.read_text())
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert all(name.startswith("anye.demo") for name in names if name.startswith("anye")), path.name
        numbers = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, int)
        }
        assert path.name == "year_targets.py" or not numbers & figures, (path.name, numbers & figures)
