"""Sealed state in links."""

import base64
import datetime as dt

import pytest

from anye.doors.kit import tokens
from anye.doors.kit.tokens import open_state, seal_state

VALUE = ["after", ["冉明秀", dt.date(2020, 3, 12), dt.datetime(2020, 3, 12, 8, 30, tzinfo=dt.UTC), None, 7], 50]


def test_a_value_comes_back_as_it_was() -> None:
    assert open_state(seal_state(VALUE, context="place"), context="place") == VALUE


def test_the_token_shows_nothing_of_a_name() -> None:
    token = seal_state("冉明秀", context="search")
    raw = base64.urlsafe_b64decode(token + "==")
    assert "冉明秀".encode() not in raw
    assert b"\\u5189" not in raw


def test_two_tokens_of_one_value_differ() -> None:
    assert seal_state("冉明秀", context="search") != seal_state("冉明秀", context="search")


def test_a_token_of_another_listing_does_not_open() -> None:
    assert open_state(seal_state(VALUE, context="place:people"), context="place:firms") is None


@pytest.mark.parametrize("token", ["", "x", "last", "冉", "A" * 60, "%%%"])
def test_damaged_tokens_open_as_nothing(token: str) -> None:
    assert open_state(token, context="place") is None


def test_one_flipped_byte_is_noticed() -> None:
    token = seal_state(VALUE, context="place")
    flipped = ("B" if token[20] != "B" else "C").join((token[:20], token[21:]))
    assert open_state(flipped, context="place") is None


def test_an_old_token_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    token = seal_state("冉", context="search")
    assert open_state(token, context="search", max_age=60) == "冉"
    now = tokens.time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 61)
    assert open_state(token, context="search", max_age=60) is None


def test_what_cannot_be_sealed_is_named() -> None:
    with pytest.raises(TypeError, match="bytes cannot be sealed"):
        seal_state(b"x", context="place")
