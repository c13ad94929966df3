"""The registers hold what the truth says, found again by an independent slow reading."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook

from anye.demo.first import main, write
from tests.demo.conftest import AREAS, Written
from tests.demo.slow_reader import (
    ID_LABELS,
    NAME_LABELS,
    Line,
    doubts,
    name_key,
    read_id,
    refusal,
)


def _number(line: Line) -> str:
    return read_id(next(line.cells[label] for label in ID_LABELS if label in line.cells))[0]


def _ledger_lines(written: Written) -> list[Line]:
    names = {file.name for file in written.truth.files if file.kind == "ledger"}
    return [line for name in sorted(names) for line in written.lines[name] if refusal(line) is None]


def _known_pairs() -> set[tuple[str, str]]:
    with AREAS.open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    towns = {row["code"]: row["name"] for row in table}
    return {
        (towns[row["parent"]], row["name"].removesuffix("村民委员会").removesuffix("居民委员会"))
        for row in table
        if row["parent"] in towns
    }


def test_there_is_a_ledger_for_each_town_and_three_files_a_month(written: Written) -> None:
    kinds = Counter(file.kind for file in written.truth.files)
    assert kinds == {"ledger": 30, "insurance": 9}
    assert {path.name for path in written.folder.iterdir()} == {file.name for file in written.truth.files}
    assert Counter(file.layout for file in written.truth.files if file.kind == "ledger").keys() == {
        "worker_16",
        "employment_35",
        "union",
        "union_plain",
    }
    assert Counter(Path(file.name).suffix for file in written.truth.files) == {".xlsx": 29, ".csv": 9, ".tsv": 1}


def test_the_truth_lies_outside_the_folder_of_inputs(written: Written) -> None:
    path = written.folder.with_name("registers-truth") / "truth.json"
    dumped = json.loads(path.read_text(encoding="utf-8"))
    assert dumped["persons"] == written.truth.persons
    assert dumped["sums"]["loaded"] == sum(file.loaded for file in written.truth.files)


def test_both_workbook_readers_open_every_workbook(written: Written) -> None:
    for path in written.folder.glob("*.xlsx"):
        slow, fast = openpyxl.load_workbook(path, read_only=True), CalamineWorkbook.from_path(path)
        assert slow.sheetnames == fast.sheet_names
        slow.close()


def test_rows_are_counted_as_a_slow_reader_counts_them(written: Written) -> None:
    assert {file.name: file.rows for file in written.truth.files} == {
        name: len(lines) for name, lines in written.lines.items()
    }


def test_every_refused_line_is_planted_and_every_planted_line_is_refusable(written: Written) -> None:
    for file in written.truth.files:
        found = {(line.sheet, line.number, refusal(line)) for line in written.lines[file.name] if refusal(line)}
        assert found == {(mark.sheet, mark.line, mark.what) for mark in file.refused}, file.name


def test_every_reason_occurs(written: Written) -> None:
    assert set(written.truth.refused_by_reason()) == {
        *("id_missing", "id_length", "id_chars", "id_date", "id_check", "id_precision_lost"),
        *("multi_person", "duplicate_row", "number_unreadable", "mojibake", "name_missing"),
    }


def test_every_queried_line_is_planted_and_every_planted_line_is_queryable(written: Written) -> None:
    pairs = _known_pairs()
    for file in written.truth.files:
        lines = [line for line in written.lines[file.name] if refusal(line) is None]
        found = {(line.sheet, line.number, rule) for line in lines for rule in doubts(line, pairs)}
        assert found == {(mark.sheet, mark.line, mark.what) for mark in file.queried}, file.name
    assert set(written.truth.queried_by_rule()) == {"Q02", "Q03", "Q05", "Q06", "Q08", "Q10"}


def test_the_article_s_conflict_of_addresses_is_there(written: Written) -> None:
    lines = [line for line in _ledger_lines(written) if line.text("镇街") == "大湾镇"]
    assert sum(line.text("村居") == "云龙村" for line in lines) >= 2


def test_dates_money_and_numbers_come_in_every_spelling(written: Written) -> None:
    texts = {
        str(cell)
        for file in written.truth.files
        for line in written.lines[file.name]
        for label, cell in line.cells.items()
        if label in ("出生年月", "就业起始日期", "就业起始日期*", "就业起始年月", "采集日期", "月收入")
    }
    for spelling in (
        r"\d{4}-\d\d-\d\d",
        r"\d{4}/\d+/\d+",
        r"\d{4}\.\d+\.\d+",
        r"\d{4}年\d+月\d+日",
        r"(19|20)\d{6}",
        r"4\d{4}",
        r"\d{4}-\d\d-\d\d 00:00:00",
        r"(19|20)\d{4}",
        r"\d{4}年\d+月",
        r".*元",
    ):
        assert any(re.fullmatch(spelling, text) for text in texts), spelling
    innocent = {mark.what for file in written.truth.files for mark in file.innocent}
    assert innocent >= {"short_id", "lower_x", "wide_digits", "spaced_id", "spaced_name", "traditional_name"}
    assert innocent >= {"phone_in_note", "wage_words", "two_spells"}


def test_no_line_carries_two_planted_faults(written: Written) -> None:
    for file in written.truth.files:
        places = [(mark.sheet, mark.line) for mark in (*file.refused, *file.queried)]
        assert len(places) == len(set(places))


def test_hidden_lines_are_data_lines_in_hidden_rows(written: Written) -> None:
    hidden = [(file.name, mark.sheet, mark.line) for file in written.truth.files for mark in file.hidden]
    for name, sheet, line in hidden:
        page = openpyxl.load_workbook(written.folder / name)[sheet or ""]
        assert page.row_dimensions[line].hidden


def test_persons_households_and_states_agree_with_the_lines(written: Written) -> None:
    truth, people, codes, idle = written.truth, set(), set(), set()
    for line in _ledger_lines(written):
        people.add(_number(line))
        codes |= {line.text("户编号")} - {""}
        if line.text("就业状态", "就业创业状态") == "未就业":
            idle.add(_number(line))
    assert (len(people), len(codes), len(idle)) == (truth.persons, truth.households, truth.not_employed)
    assert sum(truth.persons_by_village.values()) == truth.persons


def test_groups_agree_with_the_columns(written: Written) -> None:
    words = {"未脱贫": "poor", "已脱贫": "lifted", "监测": "monitored"}
    groups: dict[str, set[str]] = {}
    for line in _ledger_lines(written):
        if status := line.text("户类型", "脱贫状态"):
            groups.setdefault(words[status], set()).add(_number(line))
        if line.text("是否低保") == "是":
            groups.setdefault("low_income", set()).add(_number(line))
        if line.text("残疾类别等级") or line.text("是否残疾", "是否残疾人") == "是":
            groups.setdefault("disabled", set()).add(_number(line))
    assert {group: len(people) for group, people in groups.items()} == written.truth.memberships


def test_households_without_a_head_or_with_two_are_exactly_the_planted(written: Written) -> None:
    heads: dict[str, set[str]] = {}
    for line in _ledger_lines(written):
        if code := line.text("户编号"):
            heads.setdefault(code, set())
            if line.text("与户主关系") == "户主":
                heads[code].add(_number(line))
    assert sorted(code for code, found in heads.items() if not found) == sorted(written.truth.headless)
    assert sorted(code for code, found in heads.items() if len(found) > 1) == sorted(written.truth.two_headed)
    assert written.truth.headless
    assert written.truth.two_headed


def test_one_number_under_two_names_is_exactly_the_planted(written: Written) -> None:
    names: dict[str, set[str]] = {}
    for line in _ledger_lines(written):
        names.setdefault(_number(line), set()).add(name_key(line.text(*NAME_LABELS)))
    clashing = sorted(number for number, found in names.items() if len(found) > 1)
    assert clashing == sorted(clash.id_number for clash in written.truth.clashes) != []


def test_spells_agree_with_the_lines(written: Written) -> None:
    clashing = {clash.id_number: 1 for clash in written.truth.clashes}
    count = 0
    for line in _ledger_lines(written):
        if line.text("就业单位", "就业单位名称"):
            name = name_key(line.text(*NAME_LABELS))
            other = {name_key(clash.names[1]) for clash in written.truth.clashes if clash.id_number == _number(line)}
            count += name not in other
    assert count == sum(written.truth.spells.values())
    assert not set(clashing) & set(written.truth.overlapping)


def test_idle_people_who_are_insured_are_exactly_those_of_the_truth(written: Written) -> None:
    truth = written.truth
    name_of: dict[str, set[str]] = {}
    idle = set()
    for line in _ledger_lines(written):
        name_of.setdefault(_number(line), set()).add(name_key(line.text(*NAME_LABELS)))
        if line.text("就业状态", "就业创业状态") == "未就业":
            idle.add(_number(line))
    for month in truth.months:
        attached, waiting, found = 0, 0, set()
        for file in truth.files:
            if file.of != month:
                continue
            for line in (line for line in written.lines[file.name] if refusal(line) is None):
                number = _number(line)
                if name_key(line.text(*NAME_LABELS)) not in name_of.get(number, set()):
                    waiting += 1
                    continue
                attached += 1
                if number in idle:
                    found.add(number)
        assert found == {one.id_number for one in truth.insured_idle if month in one.months}
        assert attached == truth.insurance_attached[month]
        assert waiting == sum(truth.insurance_unattached[month].values())
        assert sum(truth.idle_by_village(month).values()) == len(found)
    last = {one.id_number for one in truth.insured_idle if truth.months[-1] in one.months}
    assert truth.insured_before_only
    assert not last & set(truth.insured_before_only)
    assert truth.name_mismatches
    assert not last & set(truth.name_mismatches)


def test_paid_premiums_are_payable_less_waived_and_sum_to_the_truth(written: Written) -> None:
    def fen(line: Line, label: str) -> int:
        text = line.text(label).replace(",", "")
        return round(float(text) * 100) if text else 0

    kinds = ("养老保险", "医疗保险", "失业保险", "工伤保险")
    known = {(_number(line), name_key(line.text(*NAME_LABELS))) for line in _ledger_lines(written)}
    for month in written.truth.months:
        paid = waived = 0
        for file in (file for file in written.truth.files if file.of == month):
            for line in written.lines[file.name]:
                for kind in kinds:
                    whole = fen(line, f"{kind}单位应缴")
                    assert whole - fen(line, f"{kind}单位减免") == fen(line, f"{kind}单位实缴")
                    waived += fen(line, f"{kind}单位减免")
                if refusal(line) is None and (_number(line), name_key(line.text(*NAME_LABELS))) in known:
                    paid += sum(fen(line, f"{kind}{side}实缴") for kind in kinds for side in ("单位", "个人"))
        assert paid == written.truth.insurance_attached_paid_fen[month]
        assert waived > 0


def test_every_number_is_invented_and_holds_but_for_the_planted(written: Written) -> None:
    for lines in written.lines.values():
        for line in lines:
            number, fault = read_id(next(line.cells[label] for label in ID_LABELS if label in line.cells))
            if fault is None:
                assert number.startswith("99")
            if code := line.text("统一社会信用代码"):
                assert re.fullmatch(r"9[123]990112.{10}", code)
            if phone := line.text("联系电话", "联系方式", "劳动力电话"):
                assert phone.startswith("1540")


def test_the_same_seed_writes_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("same", 5), ("other", 6)):
        write(tmp_path / name, seed=seed, scale=0.02, areas_csv=AREAS, months=("2020-02",))
    one, same, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "same", "other")
    )
    assert one == same
    assert one.keys() == other.keys()
    assert not {name for name in one if one[name] == other[name]}
    assert (tmp_path / "one-truth/truth.json").read_bytes() == (tmp_path / "same-truth/truth.json").read_bytes()


def test_a_tiny_district_is_written_as_well_from_the_command_line(tmp_path: Path) -> None:
    main([str(tmp_path / "tiny"), "--areas", str(AREAS), "--seed", "2", "--scale", "0.001"])
    assert len(list((tmp_path / "tiny").iterdir())) == 39
