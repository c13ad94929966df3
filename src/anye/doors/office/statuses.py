"""What other registers say of a person, in words: dead, pensioned, registered unemployed; disabled or detained."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from anye.doors.kit import formats
from anye.doors.office import words
from anye.doors.office.sources import Said
from anye.records.firms.models import PayrollLine
from anye.records.people import queries as people
from anye.records.people.models import RestrictedSpell, StatusSpell


@dataclass(frozen=True)
class StatusShown:
    """One status: what it is, from when to when, what is told besides, and who says so."""

    title: str
    span: str
    more: str
    source: str


def shown(
    rows: Sequence[StatusSpell | RestrictedSpell], said: dict[int, Said], *, may_see_private: bool
) -> list[StatusShown]:
    return [_shown(row, said.get(row.source_batch), may_see_private=may_see_private) for row in rows]


def _shown(row: StatusSpell | RestrictedSpell, source: Said | None, *, may_see_private: bool) -> StatusShown:
    opened = people.opened_status(row)
    more = [opened["detail"]] if may_see_private or isinstance(row, RestrictedSpell) else []
    more.append(row.unit)
    if row.amount_fen is not None:
        more.append(gettext("%(money)s a month") % {"money": formats.money_text(row.amount_fen)})
    if opened["number"]:
        more.append(gettext("number ending in %(last)s") % {"last": opened["number"][-4:]})
    told = f"{source.words} · {formats.day_text(row.known_on)}" if source else formats.day_text(row.known_on)
    if row.retired_on is not None:
        told = gettext("%(told)s · no longer held since %(day)s") % {
            "told": told,
            "day": formats.day_text(row.retired_on),
        }
    return StatusShown(str(words.STATUSES[row.kind]), span(row), " · ".join(part for part in more if part), told)


def span(row: StatusSpell | RestrictedSpell) -> str:
    """A death has a day, everything else a beginning and perhaps an end."""
    if row.kind == "death":
        return formats.day_text(row.valid_from) if row.valid_from else gettext("day not known")
    return words.span_words(row.valid_from, row.valid_to)


def title(row: StatusSpell, _may_see_private: bool) -> str:
    """One line of the history."""
    return gettext("%(status)s (%(span)s)") % {"status": words.STATUSES[row.kind], "span": span(row)}


def pay_title(row: PayrollLine, _may_see_private: bool) -> str:
    """One line of the history."""
    paid = row.net_fen if row.net_fen is not None else row.gross_fen
    given = {
        "firm": row.firm.name,
        "month": formats.month_text(row.month),
        "money": formats.money_text(paid) if paid is not None else gettext("amount not known"),
    }
    return gettext("Paid by %(firm)s for %(month)s: %(money)s") % given
