"""Hostile files, each read by processes of their own: none kills us, each ends as is right, and says so in two languages."""

from __future__ import annotations

import hashlib
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from anye.engine.intake.apart import READ_SECONDS
from anye.flow.blocks import Context
from anye.flow.notes import note_sentences
from anye.flow.sentences import file_sentence, reason_sentence, rule_sentence
from tests.flow.hostile.books import NAMES, wide_register
from tests.flow.hostile.cases import FULL, SMALL, Case, Size
from tests.flow.hostile.families import CASES, some_of_each
from tests.flow.hostile.reader import Outcome, read, reading_context

LARGEST_BYTES = 1_100_000_000
"""1 GiB and what the measuring itself shows: the high-water mark of a process includes a page or two of its parent's."""
LONGEST_SECONDS = 30
CHINESE = re.compile(r"[\u3400-\u9fff]")

EVERY_RUN = some_of_each(2)
LONG_TIER = [(case, seed) for case in CASES for seed in range(case.seeds)]


@pytest.fixture(scope="module")
def reading() -> Context:
    return reading_context()


def judged(case: Case, seed: int, size: Size, folder: Path, context: Context) -> Outcome:
    """Read the file and hold its outcome against all that must be so."""
    path = folder / "file"
    path.write_bytes(case.data(seed, size))
    outcome = read(path, context, name=case.file_name)
    assert outcome.end in case.ends, outcome
    if outcome.end == "rows":
        assert case.loaded in {None, outcome.loaded}, outcome
        assert set(outcome.refused) <= case.refused, outcome
        assert outcome.loaded + sum(outcome.refused.values()), "a file that is taken has rows"
    assert outcome.peak_bytes <= LARGEST_BYTES
    assert outcome.processor_seconds <= LONGEST_SECONDS, outcome
    assert outcome.seconds <= READ_SECONDS
    for said in sentences(outcome):
        assert_is_whole(*said)
    if outcome.fault is not None:
        assert "–" not in file_sentence(outcome.fault, "zh"), "nothing that the sentence names is missing"
    return outcome


def sentences(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Whatever a person is told of the file, in Chinese and in English."""
    if outcome.fault is not None:
        yield file_sentence(outcome.fault, "zh"), file_sentence(outcome.fault, "en")
    for reason in outcome.refused:
        yield reason_sentence(reason, "zh"), reason_sentence(reason, "en")
    for rule in outcome.queried:
        yield rule_sentence(rule, "zh"), rule_sentence(rule, "en")
    yield from zip(note_sentences(outcome.notes, "zh"), note_sentences(outcome.notes, "en"), strict=True)


def assert_is_whole(zh: str, en: str) -> None:
    """Both are sentences, with what they need to tell, and neither is a code."""
    assert CHINESE.search(zh)
    assert zh.endswith("。")
    assert en[0].isupper() or en[0].isdigit()
    assert en.endswith(".")
    for text in (zh, en):
        assert "code " not in text
        assert "代码 " not in text
        assert not re.search(r"[\x00-\x1f\u202a-\u202e]", text)


@pytest.mark.bar(21, control="a file that ends otherwise, and memory that is held, are noticed by the next two tests")
@pytest.mark.parametrize("case", EVERY_RUN, ids=str)
def test_a_hostile_file_ends_as_is_right_within_its_limits(case: Case, tmp_path: Path, reading: Context) -> None:
    judged(case, 0, SMALL, tmp_path, reading)


def test_an_end_that_is_not_right_is_noticed(tmp_path: Path, reading: Context) -> None:
    """The negative control."""
    honest = next(case for case in CASES if case.is_twin)
    for wrong in (replace(honest, ends=frozenset({"damaged"})), replace(honest, loaded=11)):
        with pytest.raises(AssertionError):
            judged(wrong, 0, SMALL, tmp_path, reading)


def test_memory_that_a_process_holds_is_noticed() -> None:
    """The negative control of the figure for memory."""
    held = 400 << 20
    subprocess.run([sys.executable, "-c", f"held = bytearray(b'x') * {held}"], check=True)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 >= held


@pytest.mark.trust_long(bar=21, control="the same as in every run")
@pytest.mark.parametrize(("case", "seed"), LONG_TIER, ids=str)
def test_every_hostile_file_at_its_full_size(case: Case, seed: int, tmp_path: Path, reading: Context) -> None:
    judged(case, seed, FULL, tmp_path, reading)


@pytest.mark.trust_long(bar=21, control="the memory limit at 2 MB, in test_reading_refusals")
def test_a_workbook_of_two_hundred_thousand_rows_and_forty_columns_is_taken_whole(
    tmp_path: Path, reading: Context, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(wide_register(200_000, 40))
    outcome = read(path, reading, name="台账.xlsx")
    record_property("rows", outcome.loaded)
    record_property("MB", outcome.peak_bytes // 1_000_000)
    record_property("processor seconds", round(outcome.processor_seconds))
    assert (outcome.end, outcome.loaded, outcome.refused) == ("rows", 200_000, {})
    assert outcome.peak_bytes <= LARGEST_BYTES


@pytest.mark.trust_long(bar=21, control="the number, here")
def test_there_are_three_hundred_and_no_two_are_alike(record_property: Callable[[str, object], None]) -> None:
    digests = {hashlib.sha256(case.data(seed, SMALL) + case.file_name.encode("utf-8", "replace")).digest()
               for case, seed in LONG_TIER}  # fmt: skip
    record_property("different files", len(digests))
    assert len(digests) >= 300
    assert len({str(case) for case in CASES}) == len(CASES)


def test_every_run_reads_some_of_each_family() -> None:
    assert {case.family for case in EVERY_RUN} == {case.family for case in CASES}


def test_the_same_seed_makes_the_same_file() -> None:
    for case in EVERY_RUN:
        assert case.data(1, SMALL) == case.data(1, SMALL), case


@pytest.mark.parametrize("encoding", ["utf_8", "gb18030", "utf_16"])
def test_a_byte_that_slipped_never_becomes_a_name(encoding: str, tmp_path: Path, reading: Context) -> None:
    case = next(case for case in CASES if str(case) == f"slips-a_byte_of_{encoding}")
    for seed in range(2):
        outcome = judged(case, seed, SMALL, tmp_path, reading)
        assert outcome.names <= set(NAMES)
        if outcome.fault is not None:
            assert re.search(r"\d", file_sentence(outcome.fault, "zh")), "it tells the line"
