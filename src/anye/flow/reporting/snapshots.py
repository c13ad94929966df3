"""All figures of a day, of every area, kept with the rows behind them: what the report's pages show at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import polars as pl
from django.utils import timezone

from anye.flow.reporting.figures import Figures, indicators_of
from anye.flow.rules import rules_in_use
from anye.packs import Pack
from anye.packs.rules import pack_chain, pack_folder
from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings.actions import ROWS, ask_snapshot, take_snapshot
from anye.records.briefings.models import Snapshot
from anye.records.briefings.queries import is_settled, snapshot_at
from anye.records.places.queries import areas_on, office_of_area

MOST_TEXT = 400
_ASKED = ("facts.yaml", "drawn.yaml", "lists.yaml", "holidays.csv")


def take(pack: Pack, *, on: dt.date, known: dt.date, by: str) -> Snapshot:
    """Count everything as of a day, by what was known on a day, and keep it."""
    with acting(BATCH, actor=by, purpose="figures"):
        figures = Figures(pack, on=on, known=known)
        offices = office_of_area()
        outside = offices[""]
        told = counted(figures)
        scope = [offices.get(area, outside) for area in told.get_column("area")]
        rows = pl.concat([_rows(figures, code) for code in figures.indicators])
        scopes = pl.DataFrame({"person": figures.everybody[0], "scope_no": figures.everybody[1]})
        rows = rows.join(scopes, on="person", how="left", maintain_order="left").with_columns(
            pl.coalesce("scope_no", "district").fill_null(outside)
        )
        if figures.split:  # of whom or of which office a row is, nobody knows: none sees it
            rows = rows.filter(pl.col("district").is_not_null())
        snapshot = ask_snapshot(as_of=on, known_on=known, by=by)
        take_snapshot(
            snapshot=snapshot, definitions=digest_of(pack.name), at=timezone.now(),
            figures=told.with_columns(scope_no=pl.Series(scope, dtype=pl.Int64))
            .select("scope_no", "indicator", "area", "value", "rows").write_csv(include_header=False).encode(),
            rows=rows.rename({"person": "person_id", "firm": "firm_id", "area": "area_code"}).select(list(ROWS))
            .write_csv(include_header=False).encode(),
        )  # fmt: skip
        snapshot.refresh_from_db()
        return snapshot


def kept(pack: Pack, *, on: dt.date, known: dt.date, by: str) -> Snapshot:
    """The figures of a day as they are kept; counted, where nobody asked for them yet."""
    with acting(BATCH, actor=by, purpose="figures"):
        found = snapshot_at(on, known)
    return found if found and is_settled(found) else take(pack, on=on, known=known, by=by)


def counted(figures: Figures) -> pl.DataFrame:
    """Every indicator's value of every area (`indicator`, `area`, `value`, `rows`)."""
    areas = sorted(
        {area.code for area in areas_on(figures.when.on) if area.level in {"town", "street", "village", "community"}}
        | figures.districts.keys()
    )
    return pl.concat([_figures(figures, code, areas) for code in figures.indicators])


def _figures(figures: Figures, code: str, areas: list[str]) -> pl.DataFrame:
    """An indicator's value of each area, and how many rows it has there."""
    values, counts = figures.by_area(code, areas), figures.counts_by_area(code, areas)
    return pl.DataFrame(
        {
            "indicator": code,
            "area": areas,
            "value": [values[area] for area in areas],
            "rows": [counts[area] for area in areas],
        },
        schema_overrides={"value": pl.Float64},
    )


def _rows(figures: Figures, code: str) -> pl.DataFrame:
    return figures.behind(code).with_columns(
        indicator=pl.lit(code), what=pl.col("what").fill_null("").str.slice(0, MOST_TEXT), area=pl.col("area").fill_null(""),
        is_in=pl.col("is_in").fill_null(value=True), lines=pl.col("lines").fill_null(1),
    )  # fmt: skip


def digest_of(pack: str) -> str:
    """What the definitions of a pack are known by: its indicators, the facts that they ask of people and how registers tell them,
    the days that are worked, and what lists of payments call each policy."""
    asked = (folder / name for folder in pack_chain(pack_folder(pack)) for name in _ASKED)
    paths = [*(Path(each.path) for each in indicators_of(pack).values()), *filter(Path.is_file, asked)]
    names = (f"{code}: {policy.items}".encode() for code, policy in sorted(rules_in_use(pack).policies.items()))
    return hashlib.sha256(b"\0".join([*(path.read_bytes() for path in paths), *names])).hexdigest()
