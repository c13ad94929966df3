"""What a person's page shows of work: a strip of insured months, spells, and income month by month."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from anye.doors.kit import formats
from anye.doors.office import words
from anye.records.firms.models import EmploymentSpell, Firm, InsuranceMonth
from anye.records.people.models import IncomeLine

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Cell:
    """One month of the strip: the letters of the firms that insured it, and all of it in words."""

    month: dt.date
    letters: str
    words: str


@dataclass(frozen=True)
class Year:
    """Twelve months."""

    year: int
    cells: list[Cell]


@dataclass
class InsuringFirm:
    """A firm of the strip with its letter, its months and the contribution bases it declared."""

    letter: str
    firm: Firm
    months: int = 0
    bases: set[int] = field(default_factory=set)

    @property
    def base_words(self) -> str:
        """The contribution base, or from the lowest to the highest."""
        if not self.bases:
            return ""
        low, high = min(self.bases), max(self.bases)
        if low == high:
            return formats.money_text(low)
        return f"{formats.yuan_text(low)}–{formats.money_text(high)}"


@dataclass(frozen=True)
class Strip:
    """All insured months by year, the newest year first, and the firms behind the letters."""

    years: list[Year]
    firms: list[InsuringFirm]
    count: int
    newest: dt.date | None


def insurance_strip(months: Sequence[InsuranceMonth]) -> Strip:
    """The strip of a person's insured months, given the newest first."""
    firms: dict[int, InsuringFirm] = {}
    by_month: dict[dt.date, list[InsuranceMonth]] = {}
    for one in sorted(months, key=lambda m: (m.month, m.firm_id)):
        if one.firm_id not in firms:
            firms[one.firm_id] = InsuringFirm(LETTERS[len(firms) % len(LETTERS)], one.firm)
        known = firms[one.firm_id]
        known.months += 1
        if one.base_fen is not None:
            known.bases.add(one.base_fen)
        by_month.setdefault(one.month, []).append(one)
    years = sorted({month.year for month in by_month}, reverse=True)
    return Strip(
        [Year(year, [_cell(dt.date(year, place, 1), by_month, firms) for place in range(1, 13)]) for year in years],
        list(firms.values()),
        len(by_month),
        max(by_month, default=None),
    )


def _cell(month: dt.date, by_month: dict[dt.date, list[InsuranceMonth]], firms: dict[int, InsuringFirm]) -> Cell:
    rows = by_month.get(month, [])
    if not rows:
        return Cell(month, "", gettext("%(month)s: no insurance known") % {"month": formats.month_text(month)})
    told = "; ".join(
        gettext("%(firm)s, base %(base)s")
        % {"firm": row.firm.name, "base": formats.money_text(row.base_fen) if row.base_fen else gettext("not known")}
        for row in rows
    )
    return Cell(month, "".join(firms[row.firm_id].letter for row in rows), f"{formats.month_text(month)}: {told}")


@dataclass(frozen=True)
class IncomeMonth:
    """What came in during a month, in words, and its sum in fen."""

    month: dt.date
    lines: str
    total_fen: int


def income_months(lines: Sequence[IncomeLine]) -> list[IncomeMonth]:
    """Income by month, the newest first."""
    by_month: dict[dt.date, list[IncomeLine]] = {}
    for line in lines:
        by_month.setdefault(line.month, []).append(line)
    between = "、" if formats.is_chinese() else ", "
    return [
        IncomeMonth(
            month,
            between.join(
                f"{words.INCOME.get(line.kind, line.kind)} {formats.yuan_text(line.amount_fen)}" for line in found
            ),
            sum(line.amount_fen for line in found),
        )
        for month, found in sorted(by_month.items(), reverse=True)
    ]


@dataclass(frozen=True)
class SpellShown:
    """A spell of work in words."""

    employer: str
    firm: Firm | None
    span: str
    more: str
    wage: str
    is_open: bool
    source_batch: int


def spells_shown(spells: Sequence[EmploymentSpell]) -> list[SpellShown]:
    """Spells as the page lists them; an employer without a code is named as the register wrote it."""
    shown = []
    for spell in spells:
        more = [
            spell.occupation,
            words.code_words("work_kind", spell.work_kind) if spell.work_kind else "",
            spell.workplace_text,
            words.code_words("channel", spell.channel) if spell.channel else "",
        ]
        employer = spell.firm.name if spell.firm is not None else spell.employer_name
        shown.append(
            SpellShown(
                employer or gettext("employer not known"),
                spell.firm,
                words.span_words(spell.valid_from, spell.valid_to),
                " · ".join(part for part in more if part),
                words.wage_words(spell.wage_fen, spell.wage_unit),
                spell.valid_to is None,
                spell.source_batch,
            )
        )
    return shown


def batches_of(*rows: Sequence[object]) -> Counter[int]:
    """How many facts of a page each batch brought."""
    return Counter(row.source_batch for part in rows for row in part)  # type: ignore[attr-defined]
