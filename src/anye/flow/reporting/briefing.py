"""What a briefing may tell, from the snapshots that were kept; and the same counted once more from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

import anye
from anye.engine.report.briefing import frozen
from anye.engine.report.briefing.compose import Document, compose
from anye.engine.report.briefing.page import file_of
from anye.engine.report.briefing.pdf import pdf_of
from anye.engine.report.briefing.plain import plain_of
from anye.engine.report.briefing.text import cleaned
from anye.engine.report.briefing.told import (
    Tidings,
    Told,
    before_of,
    differences,
    ends_period,
    exact,
    from_json,
    words_of,
)
from anye.engine.report.briefing.word import word_of
from anye.engine.report.reduce import digits_above, significant
from anye.engine.report.said import day_said
from anye.flow.reporting.figures import Figures, indicators_of
from anye.flow.reporting.snapshots import counted, digest_of
from anye.packs import Pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.day import registry_day
from anye.records.briefings import queries
from anye.records.briefings.actions.writing import keep_recount
from anye.records.briefings.models import BriefingIssue, Snapshot
from anye.records.places.queries import names_on

FONTS = Path(anye.__file__).parent / "doors" / "static" / "vendor" / "fonts"
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
    "html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8",
}  # fmt: skip
"""What a briefing is written as → its media type."""
TREND = 13
"""Days of a course: the ends of twelve months, and the day itself."""
_Values = Mapping[str, Mapping[str, Decimal | None]]


def tidings_of(pack: str, snapshot: Snapshot, area: str, kind: str) -> Tidings:
    """All figures of an area, compared with the day before the period, by area and over time. To be used within `acting` or under a
    duty's range: an area out of reach has no figures."""
    before = before_of(kind, snapshot.as_of)
    earlier = queries.snapshot_of(before, known_until=snapshot.known_on)
    names = names_on(snapshot.as_of)
    values = queries.figures_within(
        snapshot, [area, *(each for each in names if digits_above(each) == significant(area))]
    )
    values_before = queries.figures_within(earlier, [area]) if earlier else {}
    found = Tidings(
        kind, area, names.get(area, area), snapshot.as_of, snapshot.known_on, _told(pack, area, values, values_before),
        before if earlier else None, earlier.known_on if earlier else None, trends=_trends(area, snapshot),
        definitions=snapshot.definitions,
    )  # fmt: skip
    return replace(found, within=_within(area, values, names))


def recounted(pack: Pack, tidings: Tidings) -> Tidings:
    """The same from the records alone, by what was known then; the course over time stays as it was kept. To be used within
    `acting(BATCH)`."""
    values = _counted(pack, tidings.as_of, tidings.known_on)
    earlier: _Values = {}
    if tidings.before is not None and tidings.before_known is not None:
        earlier = _counted(pack, tidings.before, tidings.before_known)
    figures = {
        code: replace(
            told, value=values.get(code, {}).get(tidings.area), earlier=earlier.get(code, {}).get(tidings.area)
        )
        for code, told in tidings.figures.items()
    }
    return replace(
        tidings,
        figures=figures,
        within=_within(tidings.area, values, names_on(tidings.as_of)),
        definitions=digest_of(pack.name),
    )


def recount(recount_id: int, pack: Pack) -> None:
    """Count an issue once more, and keep where it differs."""
    with acting(BATCH, purpose="recount"):
        asked = queries.recount_asked(recount_id)
        if asked is None:
            return
        issued = from_json(asked.issue.told)
        found = differences(issued, recounted(pack, issued))
        keep_recount(recount_id=recount_id, found=found, at=timezone.now())


def documents_of(texts: Mapping[str, str], tidings: Tidings) -> dict[str, object]:
    """Language → the document as it is kept in an issue."""
    return {lang: frozen.as_json(compose(text, tidings, lang)) for lang, text in texts.items() if text.strip()}


def standing_of(issue: BriefingIssue | None, lang: str) -> str:
    """What a file says of itself: which issue it is and what that puts right, or that it is a draft."""
    is_zh = lang == "zh"
    if issue is None:
        return "草稿，未定稿" if is_zh else "Draft, not issued"
    day = day_said(registry_day(issue.issued_at), lang)
    if not issue.note:
        return f"第{issue.number}版，{day}定稿" if is_zh else f"Issue {issue.number}, {day}"
    return (
        f"第{issue.number}版，{day}定稿，更正：{issue.note}"
        if is_zh
        else f"Issue {issue.number}, {day}, puts right: {issue.note}"
    )


def written(document: Document, tidings: Tidings, kind: str, standing: str) -> bytes:
    """A document as a file of one of the `FORMATS`; at its foot stands of what day it is, and its standing."""
    lang = document.lang
    day, known = day_said(tidings.as_of, lang), day_said(tidings.known_on, lang)
    foot = f"截至{day}，按{known}所知" if lang == "zh" else f"As of {day}, by what was known on {known}"
    foot = cleaned(f"{foot}{'；' if lang == 'zh' else '; '}{standing}")
    if kind == "docx":
        return word_of(document, foot, FONTS)
    if kind == "pdf":
        return pdf_of(document, foot, FONTS)
    return (file_of(document, foot) if kind == "html" else f"{plain_of(document)}\n{foot}\n").encode()


def _counted(pack: Pack, on: dt.date, known: dt.date) -> _Values:
    found: dict[str, dict[str, Decimal | None]] = {}
    told = counted(Figures(pack, on=on, known=known))
    for code, area, value in told.select("indicator", "area", "value").iter_rows():
        found.setdefault(code, {})[area] = exact(value)
    return found


def _told(pack: str, area: str, values: _Values, earlier: _Values) -> dict[str, Told]:
    return {
        code: words_of(one, values[code][area], earlier.get(code, {}).get(area))
        for code, one in indicators_of(pack).items()
        if area in values.get(code, {})
    }


def _within(
    area: str, values: _Values, names: Mapping[str, str]
) -> dict[str, tuple[tuple[str, str, Decimal | None], ...]]:
    """Indicator → the areas right below with their figures, in the order of their codes; none where nobody knows any."""
    found = {}
    for code, each in values.items():
        rows = tuple(
            (one, names.get(one, one), exact(value))
            for one, value in sorted(each.items())
            if digits_above(one) == significant(area)
        )
        if any(value is not None for _area, _name, value in rows):
            found[code] = rows
    return found


def _trends(area: str, snapshot: Snapshot) -> dict[str, tuple[tuple[dt.date, Decimal | None], ...]]:
    """Indicator → the figure at the ends of the last months and on the day."""
    found = {}
    rows = queries.all_over_time(area, until=snapshot.as_of, known=snapshot.known_on)
    for code, told in rows.items():
        days = {day: exact(value) for day, _known, value in told if ends_period("month", day) or day == snapshot.as_of}
        if len(days) > 1:
            found[code] = tuple(sorted(days.items()))[-TREND:]
    return found
