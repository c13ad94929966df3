"""Which register said something: batches with their sources, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from anye.doors.kit import formats
from anye.records.firms.models import Firm
from anye.records.people.models import Person
from anye.records.registers.models import Batch


@dataclass(frozen=True)
class Said:
    """A batch as a page names it: the register, the month it speaks of if any, and when it came in."""

    title: str
    month: date | None
    known_on: date
    token: str = ""

    @property
    def words(self) -> str:
        """The register with its month."""
        return self.title if self.month is None else f"{self.title} · {formats.month_text(self.month)}"


def title_of(batch: Batch) -> str:
    """The register's name in the reader's language."""
    return batch.source.title_zh if formats.is_chinese() else batch.source.title_en


def said_by(batches: Iterable[int | None]) -> dict[int, Said]:
    """Batches by key, in one query."""
    keys = {key for key in batches if key is not None}
    rows = Batch.objects.filter(pk__in=keys).select_related("source")
    return {b.pk: Said(title_of(b), b.file_month, b.known_on, b.token) for b in rows}


def row_href(fact: Any, source: Said | None, subject: Person | Firm) -> str:
    """The page of the row that a fact of a person or a firm stands in."""
    if source is None:
        return ""
    name = "office:person_row" if isinstance(subject, Person) else "office:firm_row"
    return reverse(name, args=[subject.token, source.token, f"{fact.source_sheet}-{fact.source_line}"])
