"""A policy's file changed in one place: what was meant is changed, and nothing else."""

import datetime as dt
from pathlib import Path

import pytest

from anye.engine.entitle import edit
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.policy_file import read_policy
from anye.packs.rules import pack_folder, read_rules

BOOK = read_rules(pack_folder("cn_yubei"))


def read(text: str) -> Policy:
    return read_policy(Path("a.yaml"), BOOK.catalogue, text)


@pytest.mark.parametrize("code", sorted(BOOK.policies))
def test_a_file_that_is_written_again_says_the_same(code: str) -> None:
    policy = BOOK.policies[code]
    tidy = edit.tidy(policy.text)
    again = read(tidy)
    for part in ("title", "says", "legal", "facts", "reasons", "items", "recovery"):
        assert getattr(again, part) == getattr(policy, part)
    assert [each.values for each in again.parameters.values()] == [each.values for each in policy.parameters.values()]
    assert [each.amount for each in again.blocks] == [each.amount for each in policy.blocks]
    assert [each.conditions for each in again.blocks] == [each.conditions for each in policy.blocks]
    assert [(each.name, each.given, each.expect) for each in again.examples] == [
        (each.name, each.given, each.expect) for each in policy.examples
    ]
    assert edit.tidy(tidy) == tidy


def test_comments_stay() -> None:
    text = "# why\na: 1  # one\nb: {c: 2}\n"
    assert edit.put(text, {("b", "c"): 3}) == "# why\na: 1  # one\nb: {c: 3}\n"


def test_values_stand_in_the_order_of_their_days_and_one_of_the_same_day_is_replaced() -> None:
    text = edit.tidy(BOOK.policies["part_time_post"].text)
    for day, value in ((dt.date(2022, 1, 1), 70_000), (dt.date(2021, 1, 1), 60_000), (dt.date(2022, 1, 1), 80_000)):
        text = edit.dated_value(text, "月标准", day, {"value": value, "certainty": "A", "source": "文件，{甲}: #1"})
    values = read(text).parameters["月标准"].values
    assert [(each.since.year, each.value) for each in values] == [(2020, 50_000), (2021, 60_000), (2022, 80_000)]
    assert values[-1].source["zh"] == "文件，{甲}: #1"
    days = next(line for line in text.splitlines() if line.lstrip().startswith("月标准:"))
    assert days.index("2020-01-01") < days.index("2021-01-01") < days.index("2022-01-01")


def test_a_new_block_says_what_the_last_one_did() -> None:
    policy = read(edit.with_block(BOOK.policies["part_time_post"].text, dt.date(2021, 3, 1)))
    old, new = policy.blocks
    assert (old.until, new.since, new.until) == (dt.date(2021, 2, 28), dt.date(2021, 3, 1), None)
    assert (old.conditions, old.amount) == (new.conditions, new.amount)


def test_a_block_that_had_an_end_goes_on_in_the_new_one() -> None:
    policy = read(edit.with_block(BOOK.policies["training_through_work"].text, dt.date(2020, 10, 1)))
    assert [(each.since, each.until) for each in policy.blocks][-1] == (dt.date(2020, 10, 1), dt.date(2020, 12, 31))


def test_a_policy_that_has_ended_is_renewed_and_what_was_stays() -> None:
    policy = BOOK.policies["retention_refund_2025"]
    ended = policy.blocks[-1]
    again = read(edit.with_block(policy.text, dt.date(2026, 3, 1), dt.date(2026, 12, 31)))
    assert (again.blocks[-2].since, again.blocks[-2].until) == (ended.since, ended.until)
    assert (again.blocks[-1].since, again.blocks[-1].until) == (dt.date(2026, 3, 1), dt.date(2026, 12, 31))
    assert again.blocks[-1].accept_from is None


@pytest.mark.parametrize("text", ["", "- a", "a: [", "parameters: {月标准: 1}", "blocks: []", "a: 2020-02-31"])
def test_where_there_is_no_such_place_it_is_said(text: str) -> None:
    with pytest.raises(edit.NoSuchPlace):
        edit.dated_value(text, "月标准", dt.date(2021, 1, 1), {"value": 1})
    with pytest.raises(edit.NoSuchPlace):
        edit.with_block(text, dt.date(2021, 1, 1))
