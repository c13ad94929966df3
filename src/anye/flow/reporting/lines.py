"""The rows of a measure as a frame, one for each that is counted: read by one statement a table, grouped by the server."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl
from django.db import connection

from anye.engine.report.definition import KEYS, Lines, Measure
from anye.engine.report.periods import months_back, span_of
from anye.engine.report.reduce import FRAME
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.returned import OF_LISTS, was_had
from anye.flow.drawing.spans import copied, wheres_of
from anye.flow.reporting.tables import OF_FIRMS, OF_PERSONS, TABLES, Table

_READ = {name: dtype for name, dtype in FRAME.items() if name not in {"area", "is_in", "district"}}
_WITH_OFFICE = {**_READ, "office": pl.Int64}
_LOADED_BY = """(SELECT e.scope_no FROM audit_event e
    WHERE e.table_name = 'registers_batch' AND e.row_id = f.source_batch AND e.verb = 'load' LIMIT 1)"""
_OF_PERSONS = Lines("detail")
_NAMES = ("name", "item", "number", "document_no", "class_name", "post_name", "trade")


class When(NamedTuple):
    """As of a day, by what was known on a day."""

    on: dt.date
    known: dt.date


class Whom(NamedTuple):
    """Of whom alone: persons of whom a condition holds or whom another indicator counts, firms that one counts; None: of all.
    `districts`: where there are several, whose each
    of the firms is; `has_offices`: which office a row without a person is of is asked then."""

    persons: Sequence[int] | None = None
    firms: Sequence[int] | None = None
    districts: Sequence[int] = ()
    has_offices: bool = False


def rows_of(measure: Measure, when: When, whom: Whom, items: Mapping[str, str]) -> pl.DataFrame:
    """The rows in the order of `FRAME`, without area, part and district, and the office whose each is. `items`: what lists of
    payments say → the policy they mean."""
    parts = [_read(measure, each, when, whom, items) for each in measure.lines]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=_WITH_OFFICE)
    if len(parts) > 1 and measure.count:  # the same may be told by two tables
        rows = rows.group_by("person", "firm", "what", "office", maintain_order=True).agg(
            pl.col("since").min(), pl.col("until").max(), pl.col("lines").sum(),
            pl.when(pl.col("value").is_not_null().any()).then(pl.col("value").sum()).alias("value"), pl.col("fact").first(),
        )  # fmt: skip
    return rows.select(list(_WITH_OFFICE))


def newest_month(tables: Collection[str], when: When) -> dt.date | None:
    """The first day of the last month up to the day of which all of these tables tell."""
    known, found = Asked(when.known), list[dt.date | None]()
    with connection.cursor() as cursor:
        for table in tables:
            sql = (
                f"SELECT max(f.month) FROM {TABLES[table].sql} f WHERE f.month <= %(last)s AND {known.wheres('f', ())}"
            )
            cursor.execute(sql, {**known.params(), "last": when.on})
            found.append(cursor.fetchone()[0])
    return None if None in found else min(each for each in found if each is not None)


def is_heard_of(measure: Measure, when: When) -> bool:
    """Whether any row is known of the tables that a measure counts, of its kind and of no later time: without one a count is not
    zero but not known."""
    for lines in measure.lines or (_OF_PERSONS,):
        asked, table = Asked(when.known), TABLES[lines.table]
        params: dict[str, Any] = {**asked.params(), "last": when.on}
        kind = Lines(lines.table, where={name: values for name, values in lines.where.items() if name == "kind"})
        wheres = [asked.wheres("f", ()), *wheres_of(kind, params), *_until(lines, table)]
        if lines.table == "entitlement":  # a decision that is not known says nothing
            wheres.append("f.outcome IN (1, 2)")
        if lines.table == "entitlement" and lines.policies:
            params["policies"] = list(lines.policies)
            wheres.append("f.policy = ANY(%(policies)s)")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table.sql} f WHERE {' AND '.join(wheres)})", params)
            if cursor.fetchone()[0]:
                return True
    return False


def _until(lines: Lines, table: Table) -> list[str]:
    """SQL: that a row is of the day or of a time before it."""
    if lines.at:
        last = "extract(year FROM %(last)s::date)" if table.columns[lines.at[0]] == "bigint" else "%(last)s"
        return [f"{_at(lines)} <= {last}"]
    if "month" in table.columns:
        return ["f.month <= %(last)s"]
    return ["(f.valid_from IS NULL OR f.valid_from <= %(last)s)"] if "valid_from" in table.columns else []


def _read(measure: Measure, lines: Lines, when: When, whom: Whom, items: Mapping[str, str]) -> pl.DataFrame:
    statement = Statement(measure, lines, when, whom, items)
    text = b"".join(copied(f"COPY ({statement.sql()}) TO STDOUT (FORMAT CSV)", statement.params))
    if not text:
        return pl.DataFrame(schema=_WITH_OFFICE)
    return pl.read_csv(io.BytesIO(text), has_header=False, schema=_WITH_OFFICE).with_columns(
        pl.col("what").fill_null("")
    )


class Statement:
    """SQL of one table's rows: person, firm, what tells them apart, first and last day, how many lines, their sum, one of them."""

    def __init__(
        self,
        measure: Measure,
        lines: Lines,
        when: When,
        whom: Whom,
        items: Mapping[str, str],
        only: Sequence[int] | None = None,
    ) -> None:
        """`only`: of these rows of the table alone."""
        self.only = only
        self.measure, self.lines, self.items, self.whom = measure, lines, items, whom
        persons = None if whom.persons is None else tuple(whom.persons)
        self.table, self.asked = TABLES[lines.table], Asked(when.known, persons)
        first, last = span_of(measure.period, when.on)
        first = months_back(last, measure.back) if measure.back else first
        self.params: dict[str, Any] = {**self.asked.params(), "first": first, "last": last}

    def sql(self) -> str:
        since, until = _days(self.lines, self.table)
        keys, value = self.keys(), self.value()
        joins, wheres = self.joins(), " AND ".join(self.wheres())
        if not self.measure.count:  # each row is one
            listed = [
                self.own("person", OF_PERSONS),
                self.own("firm", OF_FIRMS),
                _label(self.lines),
                since,
                until,
                "1",
                value,
                "f.id",
                self.office(),
            ]
            return f"SELECT {', '.join(listed)} FROM {self.table.sql} f {joins} WHERE {wheres} ORDER BY f.id"
        listed = [
            f"{keys.get('person', 'NULL')}::bigint", f"{keys.get('firm', 'NULL')}::bigint", keys.get("what", "''"),
            f"min({since})", f"max({until})", "count(*)", f"sum({value})::bigint", "min(f.id)",
            self.office(),
        ]  # fmt: skip
        enough = f"HAVING count(DISTINCT f.month) >= {self.measure.enough}" if self.measure.enough else ""
        return f"""
            SELECT {", ".join(listed)} FROM {self.table.sql} f {joins} WHERE {wheres}
            GROUP BY 1, 2, 3, 9 {enough} ORDER BY 1, 2, 3, 9"""

    def own(self, key: str, tables: frozenset[str]) -> str:
        return f"f.{key}_id" if self.lines.table in tables else "NULL"

    def office(self) -> str:
        """The district whose a row is: that of the office that it is filed with, or else of the one that brought the file. Persons'
        rows go with the person."""
        counts, is_of_person = self.measure.count, self.lines.table in OF_PERSONS and self.lines.table != "entitlement"
        if not self.whom.has_offices or "person" in counts or (is_of_person and not counts):
            return "NULL::bigint"
        return self.district()

    def district(self) -> str:
        office = f"f.{self.table.office}" if self.table.office else _LOADED_BY
        return f"""(SELECT d.scope_no FROM places_office d
            WHERE d.kind = 'district' AND {office} BETWEEN d.scope_no AND d.scope_hi)"""

    def of_firms(self) -> str:
        """The rows of firms that another indicator counts, in the same district where there are several."""
        self.params["firms_of"] = list(self.whom.firms or ())
        if not self.whom.has_offices:
            return "f.firm_id = ANY(%(firms_of)s)"
        self.params["firms_in"] = list(self.whom.districts)
        return (
            f"(f.firm_id, {self.district()}) IN (SELECT * FROM unnest(%(firms_of)s::bigint[], %(firms_in)s::bigint[]))"
        )

    def value(self) -> str:
        days = self.lines.days
        return (
            f"(f.{days[1]} - f.{days[0]})::bigint"
            if days
            else f"f.{self.lines.of}"
            if self.lines.of
            else "NULL::bigint"
        )

    def joins(self) -> str:
        if self.lines.table == "entitlement":  # a firm's own names no person
            return "LEFT JOIN people_person p ON p.id = f.person_id"
        return "JOIN people_person p ON p.id = f.person_id" if self.lines.table in OF_PERSONS else ""

    def wheres(self) -> list[str]:
        lines = self.lines
        found = [
            self.asked.wheres("f", ("person_id",) if lines.table in OF_PERSONS else ()),
            *wheres_of(lines, self.params),
            *_numbers(lines),
            *_time(lines, self.table),
        ]
        if self.joins():
            found.append(self.asked.was_seen("p"))
        if lines.table in OF_LISTS and lines.where.get("kind") == ("paid",):
            found.append(was_had(self.table.sql, OF_LISTS[lines.table], self.asked))
        if self.whom.firms is not None and lines.table in OF_FIRMS:
            found.append(self.of_firms())
        found += [f"f.{key}_id IS NOT NULL" for key in ("person", "firm") if key in self.measure.count]
        if lines.table == "entitlement":
            found.append("f.outcome = 1")
        if self.only is not None:
            self.params["only"] = list(self.only)
            found.append("f.id = ANY(%(only)s)")
        if lines.policies:
            found.append(self.of_policies())
        if lines.step:
            found.append(self.step())
        if lines.told:
            found.append(self.told())
        return found

    def keys(self) -> dict[str, str]:
        """What is counted: person, firm, and the other keys as one text."""
        count, texts = self.measure.count, list[str]()
        found = {each: f"f.{each}_id" for each in ("person", "firm") if each in count}
        for name in count:
            if name == "policy" and name not in self.table.columns:
                self.params["item_words"], self.params["item_codes"] = list(self.items), list(self.items.values())
                texts.append("(%(item_codes)s::text[])[array_position(%(item_words)s::text[], f.item::text)]")
            elif name == "class_code":  # a class without a number is told by its name and its first day
                told = "nullif(normalize(f.class_code, NFKC), ''), concat_ws(' ', f.class_name, f.valid_from)"
                texts.append(f"coalesce({told})")
            elif name not in KEYS or name == "policy":
                texts.append(f"f.{name}::text")
        return {**found, "what": f"concat_ws('|', {', '.join(texts)})"} if texts else found

    def of_policies(self) -> str:
        """The rows of some policies: of the ledger by code, of payments by what the lists call them."""
        codes = self.lines.policies
        if not self.table.names_policy:
            self.params["policies"] = list(codes)
            return "f.policy = ANY(%(policies)s)"
        self.params["items"] = [item for item, code in self.items.items() if code in codes]
        return "f.item = ANY(%(items)s)"

    def told(self) -> str:
        """Rows of whose person and month another one says something: a wage of which a ledger tells is not all that was had."""
        says = []
        for at, (column, values) in enumerate(self.lines.told.items()):
            self.params[f"told_{at}"] = list(values)
            says.append(f"g.{column} = ANY(%(told_{at})s)")
        return f"""(f.person_id, f.month) IN (SELECT g.person_id, g.month FROM {self.table.sql} g
            WHERE {" AND ".join(says)} AND {self.asked.wheres("g", ())})"""

    def step(self) -> str:
        """Spells of work of those who also had one on the other side of a training."""
        is_before = self.lines.step == "before"
        mine, other = ("<", ">=") if is_before else (">=", "<")
        return f"""EXISTS (
            SELECT 1 FROM training_enrolment e JOIN firms_employmentspell g ON g.person_id = f.person_id AND g.wage_unit = f.wage_unit
            WHERE e.person_id = f.person_id AND f.valid_from {mine} e.valid_from AND g.valid_from {other} e.valid_from
                AND {self.asked.wheres("e", ())} AND {self.asked.wheres("g", ())})"""


def _numbers(lines: Lines) -> list[str]:
    found = [f"f.{column} >= {number}" for column, number in lines.least.items()]
    found += [f"f.{column} < {number}" for column, number in lines.below.items()]
    if lines.within:
        found.append(f"f.{lines.days[1]} <= f.{lines.days[0]} + interval '{lines.within} month'")
    found += [f"f.{column} IS NOT NULL" for column in lines.days]
    return found


def _time(lines: Lines, table: Table) -> list[str]:
    """SQL: which rows are of the period."""
    if lines.at:
        if table.columns[lines.at[0]] == "bigint":  # a year
            return [f"{_at(lines)} BETWEEN extract(year FROM %(first)s::date) AND extract(year FROM %(last)s::date)"]
        return [f"{_at(lines)} BETWEEN %(first)s AND %(last)s"]
    if lines.time == "any":
        return []
    if "month" in table.columns:
        return ["f.month BETWEEN date_trunc('month', %(first)s::date)::date AND %(last)s"]
    if "valid_from" in table.columns:
        since = "%(last)s" if lines.time == "on" else "%(first)s"
        return ["(f.valid_from IS NULL OR f.valid_from <= %(last)s)", f"(f.valid_to IS NULL OR f.valid_to >= {since})"]
    return []


def _at(lines: Lines) -> str:
    """SQL: the first of the columns by which a row's time is told that is filled."""
    return f"coalesce({', '.join(f'f.{each}' for each in lines.at)})"


def _days(lines: Lines, table: Table) -> tuple[str, str]:
    """SQL: the first and the last day that a row tells."""
    if lines.is_working:
        return f"f.{lines.days[0]}", f"f.{lines.days[1]}"
    if lines.at and table.columns[lines.at[0]] == "date":
        return _at(lines), _at(lines)
    if "month" in table.columns:
        return "f.month", "f.month"
    return ("f.valid_from", "f.valid_to") if "valid_from" in table.columns else ("NULL::date", "NULL::date")


def _label(lines: Lines) -> str:
    """SQL: by what a row that stands for itself is named."""
    named = [each for each in _NAMES if each in TABLES[lines.table].columns]
    return f"f.{named[0]}" if named else "''"
