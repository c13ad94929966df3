"""The many ways in which clerks spell dates, numbers and money."""

from __future__ import annotations

from datetime import date
from random import Random

from anye.demo.forms import Cell

SERIAL_ORIGIN = date(1899, 12, 30)
#: Serial numbers of earlier days have four digits or look like other numbers; no clerk's sheet held them.
FIRST_SERIAL = date(1960, 1, 1)
DAY_STYLES = ("dash", "slash", "dot", "han", "packed", "serial", "cell")
MONTH_STYLES = ("packed", "dash", "han")


def spell_day(day: date, style: str) -> Cell:
    """A full date in one of seven styles; `cell` stays a date, which text files show as 2020/3/12."""
    match style:
        case "slash":
            return f"{day.year}/{day.month}/{day.day}"
        case "dot":
            return f"{day.year}.{day.month}.{day.day}"
        case "han":
            return f"{day.year}年{day.month}月{day.day}日"
        case "packed":
            return f"{day:%Y%m%d}"
        case "serial" if day >= FIRST_SERIAL:
            return (day - SERIAL_ORIGIN).days
        case "cell":
            return day
    return day.isoformat()


def spell_month(day: date, style: str) -> Cell:
    """A year and month: 202003, 2020-03 or 2020年3月."""
    match style:
        case "packed":
            return f"{day:%Y%m}"
        case "han":
            return f"{day.year}年{day.month}月"
    return f"{day:%Y-%m}"


def wide(text: str) -> str:
    """The text with full-width digits and letters."""
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char for char in text)


def wage_words(yuan: int, random: Random) -> str:
    """A monthly wage of whole hundreds in words of the trade, all exact."""
    ten_thousands = f"{yuan / 10000:.2f}".rstrip("0")
    return random.choice((f"{yuan:,}元", f"{ten_thousands}万", wide(str(yuan)), f"{yuan}元", f"{yuan:,}.00"))
