"""The figures of a registry as of a day, by what was known on a day: each with the rows behind it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, reduce

import numpy as np
import polars as pl
from django.db import connection

from anye.engine.entitle.bits import Array
from anye.engine.entitle.months import last_day, month_of
from anye.engine.entitle.nodes import Node
from anye.engine.report.definition import Indicator, Measure, why_not_divided
from anye.engine.report.periods import months_before
from anye.engine.report.reduce import FRAME, busiest_month, by_area, of_district, significant, value_of
from anye.engine.report.who import asked, holds, states
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.months import Window
from anye.flow.drawing.spans import copied
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.reporting.households import members_of, of_whom, told_by_household, with_nobody
from anye.flow.reporting.lines import When, Whom, is_heard_of, newest_month, rows_of
from anye.flow.reporting.tables import COLUMNS, OF_PERSONS
from anye.flow.rules import rules_in_use
from anye.flow.settling import named_by
from anye.packs import Pack
from anye.packs.calendar import read_workdays
from anye.packs.indicators import read_indicators

MONEY = frozenset({"yuan", "yuan_per_month", "yuan_per_day"})


@cache
def indicators_of(pack: str) -> Mapping[str, Indicator]:
    """The indicators of a pack. Raises IndicatorFault."""
    return read_indicators(pack, COLUMNS)


class NotDivided(ValueError):
    """Two figures that must not be divided by one another; `code` says why: period, population or take."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Figure:
    """`value`: as people read it, money in yuan; None: not known. `rows`: what it counts, in the columns of `FRAME`."""

    indicator: Indicator
    value: float | int | None
    rows: pl.DataFrame


class Figures:
    """All indicators of a pack. To be used within `acting`, which says of whom they are; what was read is kept."""

    def __init__(self, pack: Pack, *, on: dt.date, known: dt.date) -> None:
        self.pack, self.when = pack, When(on, known)
        self.indicators = indicators_of(pack.name)
        self._rows: dict[str, pl.DataFrame] = {}

    def figure(self, code: str, area: str = "") -> Figure:
        """One figure; `area`: of those who live there. Raises KeyError where there is no such indicator."""
        indicator, rows = self.indicators[code], self.rows(code)
        if indicator.take == "ratio":
            return Figure(indicator, _divided([self.figure(part, area).value for part in indicator.parts]), rows)
        if not self._is_heard_of(code):
            return Figure(indicator, None, rows)
        if area and area not in self.districts:
            if not self._has_homes(code):  # what has no home is not of a town
                return Figure(indicator, None, rows.clear())
            rows = rows.filter(pl.col("area").str.starts_with(significant(area)))
        rows = of_district(rows, area, self.split)
        value = self._told(indicator, value_of(indicator.take, rows))
        return Figure(indicator, value, rows.filter(pl.col("is_in")) if indicator.take == "part" else rows)

    def divided(self, one: str, other: str) -> float | None:
        """One figure by another. Raises NotDivided where they are of unlike periods or populations (K09)."""
        if why := why_not_divided(self.indicators[one], self.indicators[other]):
            raise NotDivided(why)
        return _divided([self.figure(each).value for each in (one, other)])

    def by_area(self, code: str, areas: Sequence[str]) -> dict[str, float | int | None]:
        """Area → the figure of those who live there."""
        indicator = self.indicators[code]
        if indicator.take == "ratio":
            parts = [self.by_area(part, areas) for part in indicator.parts]
            return {area: _divided([part[area] for part in parts]) for area in areas}
        if not self._is_heard_of(code):
            return dict.fromkeys(areas)
        found = by_area(indicator.take, self.rows(code), areas, self.split, has_homes=self._has_homes(code))
        return {area: self._told(indicator, value) for area, value in found.items()}

    def counts_by_area(self, code: str, areas: Sequence[str]) -> dict[str, int]:
        """Area → how many rows stand behind its figure."""
        return {
            area: int(count or 0)
            for area, count in by_area(
                "count", self.behind(code), areas, self.split, has_homes=self._has_homes(code)
            ).items()
        }

    def rows(self, code: str) -> pl.DataFrame:
        """What an indicator counts, in the whole district; of a part the others too, of a whole that is known."""
        if code not in self._rows:
            indicator = self.indicators[code]
            if indicator.take == "ratio":
                return pl.DataFrame(schema=FRAME)
            rows = self._measured(indicator.among or indicator.of)
            if indicator.among is not None:
                rows = rows.with_columns(is_in=self._is_in(indicator.of, rows)).filter(pl.col("is_in").is_not_null())
            self._rows[code] = rows.select([pl.col(name).cast(dtype) for name, dtype in FRAME.items()])
        return self._rows[code]

    def behind(self, code: str) -> pl.DataFrame:
        """The rows that stand behind a figure."""
        rows = self.rows(code)
        return rows.filter(pl.col("is_in")) if self.indicators[code].take == "part" else rows

    def _is_heard_of(self, code: str) -> bool:
        """Whether anything is known of what an indicator counts; it asks where there is no row alone."""
        indicator = self.indicators[code]
        return bool(self.rows(code).height) or is_heard_of(indicator.among or indicator.of, self.when)

    def _has_homes(self, code: str) -> bool:
        """Whether the rows are of persons, who live somewhere; where there is none, whether they would be."""
        rows, indicator = self.rows(code), self.indicators[code]
        if rows.height:
            return bool(rows.get_column("person").is_not_null().any())
        measure = indicator.among or indicator.of
        return not measure.lines or any(each.table in OF_PERSONS for each in measure.lines)

    def _told(self, indicator: Indicator, value: float | None) -> float | int | None:
        if value is None or indicator.unit not in MONEY:
            return value
        return value // 100 if isinstance(value, int) and value % 100 == 0 else round(value / 100, 2)

    def _measured(self, measure: Measure, persons: pl.Series | None = None) -> pl.DataFrame:
        """`persons`: of whom alone it is asked."""
        whom = self._whom(measure, persons)
        rows = self._lines(measure, whom) if measure.lines else self._persons(measure)
        for name, dtype in {**FRAME, "office": pl.Int64}.items():
            if name not in rows.columns and name not in {"area", "is_in", "district"}:
                rows = rows.with_columns(pl.lit(None, dtype).alias(name))
        if "household" in measure.count:
            rows = told_by_household(rows, self.members)
        rows = self._settled(rows).with_columns(is_in=pl.lit(value=True))
        if measure.lines and measure.who is not None:
            who = self._who(measure.who)
            rows = rows.filter(
                pl.col("person").is_in(of_whom(self.members, who) if "household" in measure.count else who)
            )
        if measure.also:
            others = self._measured(replace(measure, period=measure.also, also=""))
            rows = rows.join(others.select("person").unique(), on="person", how="semi", maintain_order="left")
        if measure.is_resident:
            rows = rows.filter(
                pl.any_horizontal(pl.lit(value=False), *(pl.col("area").str.starts_with(each) for each in self.digits))
            )
        return self._top(measure, rows)

    def _settled(self, rows: pl.DataFrame) -> pl.DataFrame:
        """With where each person lives; and, where there are several districts, whose each row is: the person's, or the office's."""
        rows = rows.join(self.homes, on="person", how="left", maintain_order="left")
        if not self.split:
            return rows.with_columns(district=pl.lit(None, pl.Int64))
        numbers = np.array(sorted(self.split.values()), np.int64)
        persons, scopes = self.everybody
        theirs = numbers[np.maximum(np.searchsorted(numbers, scopes, side="right") - 1, 0)]
        of_persons = pl.DataFrame(
            {"person": persons, "district": theirs}, schema={"person": pl.Int64, "district": pl.Int64}
        )
        return rows.join(of_persons, on="person", how="left", maintain_order="left").with_columns(
            pl.coalesce("district", "office").alias("district")
        )

    def _lines(self, measure: Measure, whom: Whom) -> pl.DataFrame:
        """What the registers say in the period; of a household first person by person."""
        when = self.when
        if measure.period == "newest":
            newest = newest_month({each.table for each in measure.lines}, when)
            if newest is None:
                return pl.DataFrame(schema=FRAME)
            when = when._replace(on=last_day(month_of(newest)))
        if measure.ago:
            when = when._replace(on=months_before(when.on, measure.ago))
        count = tuple("person" if each == "household" else each for each in measure.count)
        rows = rows_of(replace(measure, count=count), when, whom, self.items)
        return self._in_working_days(rows) if any(each.is_working for each in measure.lines) else rows

    def _in_working_days(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Not known where the holidays of a day's year are not told."""
        days = (rows.get_column(name).to_numpy().astype("datetime64[D]") for name in ("since", "until"))
        counted, is_known = read_workdays(self.pack.name).between(*days)
        value = pl.when(pl.Series(is_known)).then(pl.Series(counted)).cast(pl.Int64)
        return rows.with_columns(value=value)

    def _persons(self, measure: Measure) -> pl.DataFrame:
        """The persons themselves of whom a condition holds."""
        rows = pl.DataFrame({"person": self._who(measure.who)}, schema_overrides={"person": pl.Int64})
        return rows.with_columns(lines=1, what=pl.lit(""))

    def _top(self, measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of the firm with the most of them, of equals the first; or of the month with most of the sum."""
        if not measure.top or not rows.height:
            return rows
        if self.split and rows.get_column("district").n_unique() > 1:
            return pl.concat([self._top(measure, part) for part in rows.partition_by("district", maintain_order=True)])
        if measure.top == "month":
            return busiest_month(rows)
        counts = rows.group_by("firm").len().sort("len", "firm", descending=[True, False])
        return rows.filter(pl.col("firm") == counts.item(0, "firm"))

    def _is_in(self, part: Measure, rows: pl.DataFrame) -> pl.Series:
        if part.nobody is not None:
            told = with_nobody(self.members, self.subjects.persons, *states(part.nobody, self.subjects))
            return rows.select("person").join(told, on="person", how="left", maintain_order="left").get_column("found")
        if not part.lines:
            return rows.get_column("person").is_in(self._who(part.who))
        keys = ["person", "firm", "what"] if part.count else ["fact"]
        persons = rows.get_column("person").drop_nulls() if "person" in part.count else None
        told = self._measured(part, persons).select(*keys, found=pl.lit(value=True)).unique(keys)
        joined = rows.select(keys).join(told, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return joined.get_column("found").fill_null(value=False)

    def _whom(self, measure: Measure, persons: pl.Series | None) -> Whom:
        """The persons of whom its condition holds, those that another indicator counts, the firms that one counts."""
        asked_of = [] if persons is None else [persons]
        if measure.persons_of:
            asked_of.append(self.rows(measure.persons_of).get_column("person").drop_nulls())
        if measure.lines and measure.who is not None and "household" not in measure.count:
            asked_of.append(pl.Series(self._who(measure.who)))
        chosen = reduce(np.intersect1d, (each.to_numpy() for each in asked_of)) if asked_of else None
        firms = (
            self.rows(measure.firms_of).select("firm", "district").drop_nulls("firm").unique().sort("firm", "district")
            if measure.firms_of
            else None
        )
        return Whom(
            None if chosen is None else np.unique(chosen).tolist(),
            None if firms is None else firms.get_column("firm").to_list(),
            () if firms is None else firms.get_column("district").to_list(),
            has_offices=bool(self.split),
        )

    def _who(self, node: Node | None) -> Array:
        """The ids of those of whom a condition holds."""
        if node is None:
            return self.subjects.persons
        return self.subjects.persons[holds(node, self.subjects)]

    @cached_property
    def subjects(self) -> RecordSubjects:
        """Everybody's facts in the month of the day."""
        nodes = (node for one in self.indicators.values() for each in one.measures for node in each.conditions)
        book = rules_in_use(self.pack.name)
        facts = frozenset[str]().union(*(asked(node, book.catalogue) for node in nodes))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '256MB'")  # it joins whole tables
        window = Window(month_of(self.when.on), 1)
        return RecordSubjects(self.pack, window, on=self.when.known, facts=facts, book=book, has_homes=False)

    @property
    def everybody(self) -> tuple[Array, Array]:
        """The ids of all persons, and the scope numbers of their offices."""
        return self.subjects.persons, self.subjects.scope_no

    @cached_property
    def members(self) -> pl.DataFrame:
        """Who belongs to which household, as known then."""
        return members_of(self.when)

    @cached_property
    def homes(self) -> pl.DataFrame:
        """Where each person lives, as known then."""
        known = Asked(self.when.known)
        sql = f"""SELECT f.person_id, left(f.value, 12) FROM people_persondetail f
            WHERE f.kind = 'residence' AND {known.wheres("f", ("person_id",))} ORDER BY f.person_id, f.id"""
        text = b"".join(copied(f"COPY ({sql}) TO STDOUT (FORMAT CSV)", known.params()))
        schema = {"person": pl.Int64, "area": pl.String}
        homes = pl.read_csv(io.BytesIO(text), has_header=False, schema=schema) if text else pl.DataFrame(schema=schema)
        return homes.unique("person", keep="last", maintain_order=True)

    @cached_property
    def items(self) -> Mapping[str, str]:
        """What lists of payments say → the policy that they mean."""
        policies = rules_in_use(self.pack.name).policies
        tables = ("claims_payment", "claims_firmpayment", "claims_share")
        with connection.cursor() as cursor:
            cursor.execute(" UNION ".join(f"SELECT item FROM {table}" for table in tables))
            found = {item: named_by(policies, item) for (item,) in cursor.fetchall()}
        return {item: code for item, code in found.items() if code}

    @cached_property
    def districts(self) -> Mapping[str, int]:
        """The codes of the districts whose registry it is, with their scope numbers."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT area_code, scope_no FROM places_office WHERE kind = 'district' AND area_code IS NOT NULL"
            )
            return dict(cursor.fetchall())

    @property
    def split(self) -> Mapping[str, int]:
        """The districts, where there are several: each has its own figures then, and none sees the others'."""
        return self.districts if len(self.districts) > 1 else {}

    @property
    def digits(self) -> list[str]:
        return [significant(code) for code in sorted(self.districts)]


def _divided(parts: Sequence[float | int | None]) -> float | None:
    one, other = parts
    return None if one is None or not other else round(one / other, 2)
