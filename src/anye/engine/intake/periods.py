"""The month a whole file speaks of, from its title lines or, failing that, its name."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

_HANZI_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HANZI_MONTHS = (("十二月", "12月"), ("十一月", "11月"), ("十月", "10月"))
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:[年./-]\s*(1[0-2]|0?[1-9])(?!\d)\s*月?|(1[0-2]|0[1-9])(?!\d))")
_SPAN = re.compile(r"\d\s*月?\s*(?:-|~|—|–|至|到)\s*(?:\d{4}年?)?\s*\d{1,2}\s*月|季度|上半年|下半年")
_NAMED = re.compile("所属期|所属月|缴费月|月份|期间|费款|账期")
_OTHER_DAY = re.compile("打印|制表|导出|填报|填表|截止|截至|日期|时间|生成|审核|报送")


def file_month(
    title: Iterable[str], file_name: str, *, sources: Iterable[str] = ("title", "file_name")
) -> dt.date | None:
    """The first day of the month, or None when none or more than one is meant. A title goes before a file's name."""
    allowed = set(sources)
    lines = list(title) if "title" in allowed else []
    named = [line for line in lines if _NAMED.search(line)]
    plain = [line for line in lines if line not in named and not _OTHER_DAY.search(line)]
    for texts in (named, plain, [file_name] if "file_name" in allowed else []):
        months = {month for text in texts for month in months_in(text)}
        if months:
            return months.pop() if len(months) == 1 else None
    return None


def months_in(text: str) -> set[dt.date]:
    """The months that a text names; a span of several (1-6月, 三季度) names two or more, so that none is taken."""
    plain = unicodedata.normalize("NFKC", text)
    for hanzi, digits in _HANZI_MONTHS:
        plain = plain.replace(hanzi, digits)
    plain = plain.translate(_HANZI_DIGITS)
    months = {dt.date(int(hit[1]), int(hit[2] or hit[3]), 1) for hit in _MONTH.finditer(plain)}
    if (
        months
        and len(months) < 2
        and _SPAN.search(_MONTH.sub(lambda hit: f"{hit[1]}年{hit[2] or hit[3]}月", plain, count=1))
    ):
        span = min(months)
        if not re.fullmatch(r".*?(\d{4})\D?0?(\d{1,2})月?\s*[-~—–至到]\s*\1\D?0?\2月?.*", plain):
            months |= {span.replace(month=span.month % 12 + 1)}
    return months
