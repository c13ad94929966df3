"""What the demo registers truly hold, noted while each row and each fault is written and before any rule has run.

Reasons are those of a refused row (`id_check`, `duplicate_row` …), rules those of a queried one (`Q02` … `Q10`,
domain.md 6.3). A refused row is in no fact; a queried row is loaded. No row carries two planted faults.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mark:
    """One planted thing in one line: `what` is a reason, a rule or the name of an innocent oddity."""

    sheet: str | None
    line: int
    what: str


@dataclass(slots=True)
class FileTruth:
    """One register file. `rows` counts data lines; headings, totals, notes and blank lines are no rows."""

    name: str
    kind: str
    layout: str
    of: str
    """The 9-digit code of the town (ledgers) or the month as 2020-04 (insurance)."""
    rows: int = 0
    refused: list[Mark] = field(default_factory=list)
    queried: list[Mark] = field(default_factory=list)
    innocent: list[Mark] = field(default_factory=list)
    hidden: list[Mark] = field(default_factory=list)
    """Data lines in hidden spreadsheet rows: they count as rows."""

    @property
    def loaded(self) -> int:
        """Rows that a right cleaning lets in."""
        return self.rows - len(self.refused)


@dataclass(frozen=True, slots=True)
class Clash:
    """One ID number under two names in the ledgers (Q04)."""

    id_number: str
    names: tuple[str, str]
    file: str


@dataclass(frozen=True, slots=True)
class InsuredIdle:
    """A person whose ledger says not employed and whom an employer insured in these months (Q09)."""

    id_number: str
    name: str
    village: str
    months: tuple[str, ...]
    credit_code: str


@dataclass(slots=True)
class Truth:
    """The whole of it. Counts of people are counts of distinct ID numbers on loaded ledger rows."""

    seed: int
    scale: float
    months: tuple[str, ...]
    files: list[FileTruth] = field(default_factory=list)
    persons: int = 0
    persons_by_village: dict[str, int] = field(default_factory=dict)
    """By the 12-digit code that the row names; people with an unknown pair of town and village are under ""."""
    memberships: dict[str, int] = field(default_factory=dict)
    """People by group, as the form's own columns say: poor (未脱贫), lifted (已脱贫), monitored (监测), low_income, disabled."""
    without_status: int = 0
    """People of the 16-column form, which says neither poor nor lifted."""
    not_employed: int = 0
    households: int = 0
    """Distinct household codes on loaded rows (the union form alone has them)."""
    household_members: int = 0
    headless: list[str] = field(default_factory=list)
    two_headed: list[str] = field(default_factory=list)
    spells: dict[str, int] = field(default_factory=dict)
    """clean, no_start, end_before_start: loaded rows with a spell, of the forms that have spells; an entry made twice
    by a clash counts once, and so does a duplicate row."""
    overlapping: list[str] = field(default_factory=list)
    """ID numbers of people with two jobs at the same time, each in a row of its own."""
    clashes: list[Clash] = field(default_factory=list)
    insurance_attached: dict[str, int] = field(default_factory=dict)
    """Loaded insurance rows of each month that belong to a person of the ledgers."""
    insurance_attached_paid_fen: dict[str, int] = field(default_factory=dict)
    """The paid premiums of those rows, employer and worker together."""
    insurance_unattached: dict[str, dict[str, int]] = field(default_factory=dict)
    """month → why → rows: stranger, ledger_row_refused, name_mismatch."""
    insured_idle: list[InsuredIdle] = field(default_factory=list)
    insured_before_only: list[str] = field(default_factory=list)
    """ID numbers of people not employed who were insured in the last month but one and not in the last: innocent
    of Q09 when the last month is asked for."""
    name_mismatches: list[str] = field(default_factory=list)
    """ID numbers of idle people whose number an insurance row carries under another name: never attached, never Q09."""

    def idle_by_village(self, month: str | None = None) -> dict[str, int]:
        """Q09 findings of one month (default: the last) by 12-digit village code."""
        asked = month or self.months[-1]
        return dict(sorted(Counter(idle.village for idle in self.insured_idle if asked in idle.months).items()))

    def refused_by_reason(self) -> dict[str, int]:
        """Refused lines of all files by reason."""
        return dict(sorted(Counter(mark.what for file in self.files for mark in file.refused).items()))

    def queried_by_rule(self) -> dict[str, int]:
        """Queried lines of all files by rule."""
        return dict(sorted(Counter(mark.what for file in self.files for mark in file.queried).items()))

    def file(self, name: str) -> FileTruth:
        """The truth of one file by its name."""
        return next(file for file in self.files if file.name == name)

    def dump(self, path: Path) -> None:
        """Write everything, with the sums people ask for first, as UTF-8 JSON."""
        sums = {
            "rows": sum(file.rows for file in self.files),
            "loaded": sum(file.loaded for file in self.files),
            "refused_by_reason": self.refused_by_reason(),
            "queried_by_rule": self.queried_by_rule(),
            "q09_by_month": {month: sum(self.idle_by_village(month).values()) for month in self.months},
            "q09_by_village": self.idle_by_village(),
        }
        files = [asdict(file) | {"loaded": file.loaded} for file in self.files]
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = {"sums": sums} | asdict(self) | {"files": files}
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
