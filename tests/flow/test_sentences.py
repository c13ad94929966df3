"""Every code that a file, a row or an entry can be refused or queried with is a sentence in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import anye
from anye.engine.codes import ID_REFUSALS, ID_STATUSES, USABLE_ID_STATUSES
from anye.engine.errors import FileFault
from anye.flow.sentences import (
    FILE_FAULTS,
    REASONS,
    RULES,
    Text,
    file_sentence,
    reason_sentence,
    rule_sentence,
)
from anye.records.findings.rules import QUALITY_RULES

SOURCE = Path(anye.__file__).parent
CHINESE = re.compile(r"[\u3400-\u9fff]")
CONTRACT_REASONS = """id_missing id_length id_chars id_date id_check id_precision_lost id_invented multi_person
    duplicate_row number_unreadable mojibake name_missing month_missing""".split()


def calls(folder: str) -> Iterator[ast.Call]:
    for path in sorted((SOURCE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def constants(node: ast.expr | None) -> set[str]:
    """The texts that an argument may be: a constant, or either side of a conditional."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return set()


def raised(fault: str, *folders: str) -> set[str]:
    found = set()
    for folder in folders:
        for call in calls(folder):
            if getattr(call.func, "id", "") == fault and call.args:
                found |= constants(call.args[0])
    return found


def row_reasons() -> set[str]:
    """What cleaning writes into the column `reason`, straight or through `_faults`."""
    found = set(ID_REFUSALS.values())
    for call in calls("engine/intake"):
        if getattr(call.func, "id", "") == "_faults" and call.args:
            found |= constants(call.args[-1])
        is_reason = getattr(call.func, "attr", "") == "alias" and constants(call.args[0]) == {"reason"}
        if is_reason and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
            found |= constants(call.func.value.args[0])
    return found


def entry_reasons() -> set[str]:
    """What the worker refuses an entry with: reasons given by name, raised, and each status of an ID number."""
    found = raised("EntryRefused", "flow") | {f"id_{s}" for s in ID_STATUSES if s not in USABLE_ID_STATUSES}
    for call in calls("flow"):
        if getattr(call.func, "attr", "") == "refuse":
            found |= {text for given in call.keywords if given.arg == "reason" for text in constants(given.value)}
    return found


def rules_in_use() -> set[str]:
    text = "".join(p.read_text(encoding="utf-8") for f in ("engine", "flow") for p in (SOURCE / f).rglob("*.py"))
    return set(re.findall(r"[\"'](Q\d\d)[\"']", text)) | set(QUALITY_RULES)


def without_sentence(codes: set[str], table: object) -> set[str]:
    return {code for code in codes if code not in table}  # type: ignore[operator]


def test_every_fault_of_a_file_has_a_sentence() -> None:
    codes = raised("FileFault", "engine", "flow")
    assert {"empty_file", "too_large", "damaged", "heading_unknown", "unknown_source", "job_failed"} <= codes
    assert without_sentence(codes, FILE_FAULTS) == set()


def test_a_code_without_a_sentence_is_found() -> None:
    shortened = {code: text for code, text in FILE_FAULTS.items() if code != "no_rows"}
    assert without_sentence(raised("FileFault", "engine", "flow"), shortened) == {"no_rows"}
    shortened = {code: text for code, text in REASONS.items() if code != "mojibake"}
    assert without_sentence(row_reasons(), shortened) == {"mojibake"}


def test_every_reason_to_refuse_a_row_has_a_sentence() -> None:
    assert {*CONTRACT_REASONS} - {"id_missing"} <= row_reasons() | {"id_invented"}
    assert without_sentence(row_reasons() | {*CONTRACT_REASONS}, REASONS) == set()


def test_every_reason_to_refuse_an_entry_has_a_sentence() -> None:
    assert {"duty_ended", "person_gone", "job_failed"} <= entry_reasons()
    assert without_sentence(entry_reasons(), REASONS) == set()


def test_every_quality_rule_has_a_sentence() -> None:
    assert without_sentence(rules_in_use(), RULES) == set()


@pytest.mark.parametrize("table", [FILE_FAULTS, REASONS, RULES])
def test_each_sentence_says_what_is_wrong_and_the_cure_in_either_language(table: dict[str, Text]) -> None:
    for code, text in table.items():
        for language in ("zh-hans", "en"):
            assert text.what(language) and text.cure(language), code
        assert CHINESE.search(text.zh) and CHINESE.search(text.zh_cure), code
        assert not CHINESE.search(text.en + text.en_cure), code
        assert set(re.findall(r"{(\w+)}", text.zh)) == set(re.findall(r"{(\w+)}", text.en)), code


def test_a_file_without_a_known_heading_names_the_missing_columns() -> None:
    fault = FileFault("heading_unknown", {"profiles": ["ledger"], "nearest": "ledger", "missing": ["姓名", "身份证号"]})
    assert "姓名、身份证号" in file_sentence(fault, "zh-hans")
    assert "姓名, 身份证号" in file_sentence(fault, "en")


def test_a_kind_of_file_has_its_own_cure() -> None:
    assert "Unpack" in file_sentence(FileFault("not_a_table", {"kind": "archive"}), "en")
    assert ".xlsx" in file_sentence(FileFault("not_a_table", {"kind": "program"}), "en")


def test_both_sides_of_a_doubt_are_named() -> None:
    params = {"column": "性别", "value": "1", "id": "2"}
    assert rule_sentence("Q02", "zh", params).startswith("表里性别是男，身份证号显示是女。")
    assert rule_sentence("Q02", "en", params).startswith("The sheet says male, the ID number says female.")
    wage = rule_sentence("Q10", "en", {"fen": 18_000_000, "unit": "month"})
    assert wage.startswith("An income of 180,000.00 yuan a month")


def test_what_a_fault_does_not_tell_is_a_dash() -> None:
    assert "–" in rule_sentence("Q05", "en", {"value": None})
    assert file_sentence(FileFault("encoding_unknown", {}), "en").startswith("The text encoding of line –")


def test_braces_in_a_files_own_words_stay_words() -> None:
    assert "{0.__class__}" in rule_sentence("Q06", "en", {"town": "{0.__class__}", "village": "x"})


def test_a_code_of_a_newer_version_is_shown_and_breaks_nothing() -> None:
    assert "brand_new" in reason_sentence("brand_new", "zh")
    assert "brand_new" in file_sentence(FileFault("brand_new", {}), "en")
