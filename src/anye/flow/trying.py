"""A mapping tried on a whole file: what a load would read, refuse and ask about. Nothing is written."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from anye.engine.intake.clean import Cleaned
from anye.engine.intake.mapping import SheetMapping
from anye.flow.blocks import Context
from anye.flow.files import OpenFile
from anye.flow.load import BLOCK_ROWS

SHOWN = 5  # rows of each kind
CODES_SHOWN = 60  # spellings of a column; more are hardly codes


@dataclass
class Outcome:
    """Counts of a whole file, and the first rows of each kind as they are told: whom, where, and what is wrong."""

    rows: int = 0
    loaded: int = 0
    refused: int = 0
    no_rows: int = 0
    months: set[str] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    codes: dict[str, Counter[str]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def add(self, cleaned: Cleaned, meaning_of: Mapping[str, str]) -> None:
        """Count one block. `meaning_of`: heading as the sheet has it → column of the profile."""
        self.rows += cleaned.rows_read
        self.loaded += cleaned.rows.height
        self.refused += cleaned.refused
        self.no_rows += cleaned.no_rows.height
        self.months |= {cleaned.month.isoformat()} if cleaned.month else set()
        self._count_faults(cleaned)
        named = cleaned.queries.join(
            cleaned.rows.select("_line", "_sheet", "name"), on=["_line", "_sheet"], how="left", nulls_equal=True,
            maintain_order="left",
        )  # fmt: skip
        self._count_queries(named, meaning_of)
        self._show("loaded", cleaned.rows.select("_line", "_sheet", "name", "area_code"))

    def _count_faults(self, cleaned: Cleaned) -> None:
        named = cleaned.faults.join(
            cleaned.refused_rows.select("_line", "_sheet", "name", "place"), on=["_line", "_sheet"], how="left",
            nulls_equal=True, maintain_order="left",
        )  # fmt: skip
        for (reason,), rows in named.group_by("reason", maintain_order=True):
            self.reasons[str(reason)] += rows.height
            self._show(str(reason), rows.select("_line", "_sheet", "column", "name", "place"))

    def _count_queries(self, queries: pl.DataFrame, meaning_of: Mapping[str, str]) -> None:
        for row in queries.select("_line", "_sheet", "name", "area_code", "rule", "evidence").iter_rows(named=True):
            told, rule = json.loads(row.pop("evidence")), row.pop("rule")
            self.rules[rule] += 1
            shown = self.first.setdefault(rule, [])
            if len(shown) < SHOWN:
                shown.append({**row, "params": told})
            if told.get("problem") == "code_unknown" and told.get("value"):
                column = meaning_of.get(str(told.get("column")), "")
                self.codes.setdefault(column, Counter())[str(told["value"])] += 1

    def _show(self, kind: str, rows: pl.DataFrame) -> None:
        shown = self.first.setdefault(kind, [])
        shown += rows.head(SHOWN - len(shown)).to_dicts()

    def as_json(self) -> dict[str, Any]:
        """As it is kept under seal."""
        return {
            "rows": self.rows, "loaded": self.loaded, "refused": self.refused, "no_rows": self.no_rows,
            "months": sorted(self.months), "reasons": dict(self.reasons.most_common()),
            "rules": dict(self.rules.most_common()), "first": self.first, "notes": self.notes,
            "codes": {column: dict(said.most_common(CODES_SHOWN)) for column, said in self.codes.items() if column},
        }  # fmt: skip


def try_file(path: Path, mapping: SheetMapping, *, context: Context, name: str, known_on: date) -> Outcome:
    """Read a file to its end as a load would, were the mapping saved. Raises FileFault."""
    meaning_of = {
        heading: meaning for heading, meaning in zip(mapping.headings, mapping.meanings, strict=True) if meaning
    }
    outcome = Outcome()
    tried = replace(context, mappings=(mapping, *context.mappings))
    with OpenFile(path, tried, source=None, name=name, block_rows=BLOCK_ROWS) as opened:
        for block in opened.blocks(known_on=known_on):
            outcome.add(block.cleaned, meaning_of)
        outcome.notes = opened.notes
    return outcome
