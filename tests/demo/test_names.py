"""Invented names look like names of people here, and their other spellings are the same names."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np

from anye.demo import names
from tests.demo.slow_reader import name_key


def _drawn(count: int = 60_000) -> list[str]:
    rng = np.random.default_rng(3)
    return names.draw_names(rng, rng.random(count) < 0.5)


def test_surnames_come_in_their_real_order_and_share() -> None:
    drawn = _drawn()
    shares = Counter(name[0] for name in drawn)
    common = [char for char, _ in shares.most_common(5)]
    assert set(common[:2]) == {"王", "李"}
    assert common[2:] == ["张", "刘", "陈"]
    assert 0.06 < shares["王"] / len(drawn) < 0.08
    assert any(name.startswith("欧阳") for name in drawn)
    assert any(name.startswith(names.COMPOUND) for name in drawn)
    assert 0.001 < sum("·" in name for name in drawn) / len(drawn) < 0.003


def test_people_share_names_as_they_do() -> None:
    drawn = _drawn()
    assert 0.3 < len(set(drawn)) / len(drawn) < 0.9


def test_characters_that_could_make_a_printed_name_are_left_out() -> None:
    assert not set("宗道敏志杰") & set(names.MEN + names.WOMEN)


def test_harmless_spellings_compare_equal_and_other_names_do_not() -> None:
    random = Random(2)
    for name in _drawn(3_000):
        assert name_key(names.traditional(name)) == name.replace("·", "")
        assert name_key(names.spaced(name, random)) == name.replace("·", "")
        assert names.spaced(name, random) != name
        other = names.other_name(name, random)
        assert not set(other) & set(name)
        damaged = names.damaged(name, random)
        assert "\ufffd" in damaged or "?" in damaged
