"""Plain text of dates, months, money and numbers in the reader's language. Pure but for the active language."""

import datetime as dt

from django.utils.translation import get_language

DASH = "–"
FEN_PER_YUAN = 100


def is_chinese() -> bool:
    """Whether the page is in Chinese."""
    return (get_language() or "zh").startswith("zh")


def day_text(day: dt.date | None) -> str:
    """2020年3月12日 or 2020-03-12; a dash when unknown."""
    if day is None:
        return DASH
    return f"{day.year}年{day.month}月{day.day}日" if is_chinese() else f"{day.year:04}-{day.month:02}-{day.day:02}"


def month_text(month: dt.date | None) -> str:
    """2020年3月 or 2020-03, from a month's first day; a dash when unknown."""
    if month is None:
        return DASH
    return f"{month.year}年{month.month}月" if is_chinese() else f"{month.year:04}-{month.month:02}"


def moment_text(at: dt.datetime | None) -> str:
    """A local day with hours and minutes; `at` must already be in the office's time zone."""
    return DASH if at is None else f"{day_text(at.date())} {at.hour:02}:{at.minute:02}"


def number_text(number: int | None) -> str:
    """An integer with thousands separators; a dash when unknown."""
    return DASH if number is None else f"{number:,}".replace("-", "−")


def yuan_text(fen: int | None) -> str:
    """Fen as yuan with thousands separators and two places, without a unit: 8400000 → 84,000.00."""
    if fen is None:
        return DASH
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'−' if fen < 0 else ''}{yuan:,}.{rest:02}"


def money_text(fen: int | None) -> str:
    """Fen with the unit of the language: 84,000.00 元 or ¥84,000.00."""
    if fen is None:
        return DASH
    text = yuan_text(fen)
    if is_chinese():
        return f"{text} 元"
    return f"−¥{text[1:]}" if fen < 0 else f"¥{text}"


def masked_id(number: str | None) -> str:
    """The ends of an ID number, enough to tell two people apart on a page: 99****…1231; a dash when unknown."""
    if not number:
        return DASH
    return f"{number[:2]}****…{number[-4:]}" if len(number) >= 15 else "****"


def size_text(size: int) -> str:
    """A file's size in bytes as B, KB, MB or GB."""
    amount = float(size)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
