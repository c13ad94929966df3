"""Dates, money and numbers in both languages."""

import datetime as dt

import pytest
from django.utils import translation

from anye.doors.kit import formats, fragments

DAY = dt.date(2020, 3, 12)


def test_a_day_is_spelt_as_the_reader_spells_it() -> None:
    assert formats.day_text(DAY) == "2020-03-12"
    with translation.override("zh-hans"):
        assert formats.day_text(DAY) == "2020年3月12日"
        assert formats.month_text(DAY) == "2020年3月"


@pytest.mark.parametrize(
    ("fen", "english", "chinese"),
    [
        (8_400_000, "¥84,000.00", "84,000.00 元"),
        (5, "¥0.05", "0.05 元"),
        (-125_050, "−¥1,250.50", "−1,250.50 元"),
        (123_456_789_012, "¥1,234,567,890.12", "1,234,567,890.12 元"),
        (None, "–", "–"),
    ],
)
def test_money_has_thousands_separators_and_its_unit(fen: int | None, english: str, chinese: str) -> None:
    assert formats.money_text(fen) == english
    with translation.override("zh-hans"):
        assert formats.money_text(fen) == chinese


def test_an_id_number_shows_its_ends_only() -> None:
    assert formats.masked_id("990112197003121231") == "99****…1231"
    assert formats.masked_id("12345") == "****"
    assert formats.masked_id(None) == "–"


@pytest.mark.parametrize(
    ("days", "english", "tone"),
    [(-2, "2 days late", "bad"), (-1, "1 day late", "bad"), (0, "due today", "warn"), (1, "1 day left", "warn"),
     (3, "3 days left", "warn"), (4, "4 days left", "idle")],
)  # fmt: skip
def test_a_deadline_says_the_days_left(days: int, english: str, tone: str) -> None:
    shown = fragments.deadline_status(DAY + dt.timedelta(days), on=DAY)
    assert (str(shown.label), shown.tone) == (english, tone)


def test_a_state_has_words_and_an_icon_beside_its_colour() -> None:
    html = fragments.status_badge(fragments.Status("late", "late <b>", "clock", "bad"))
    assert "state-bad" in html
    assert "<svg" in html
    assert "late &lt;b&gt;" in html


def test_a_tone_without_a_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="tone 'purple'"):
        fragments.Status("late", "late", "clock", "purple")


def test_an_icon_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="ICONS"):
        fragments.icon("dragon")


def test_a_persons_link_holds_the_token_and_the_name_is_escaped() -> None:
    html = fragments.person_link("abcdefgh1234", "<i>冉</i>", url_name="kit:style_person")
    assert html == '<a class="person" href="/style/listing/abcdefgh1234/">&lt;i&gt;冉&lt;/i&gt;</a>'
    other = fragments.person_link("zyxwvuts9876", "冉", url_name="kit:style_person")
    assert "/style/listing/zyxwvuts9876/" in other
