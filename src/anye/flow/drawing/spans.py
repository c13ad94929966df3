"""The rows that a fact is drawn from, as numbers: whose they are, in which months they hold, and what they say.

Each statement yields whole numbers alone, which come as PostgreSQL's binary COPY: a record of fixed length a row, which NumPy
reads where it lies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from django.db import connection
from psycopg import ClientCursor
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from anye.engine.entitle.bits import Array
from anye.engine.entitle.months import last_day
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.file import BOOLS, PAID, Draw
from anye.flow.drawing.returned import OF_LISTS, was_had
from anye.flow.specs import SPECS

NOTHING = -(2**62)
"""Stands for NULL: the columns that are read are never empty."""
EVER = 30_000
"""A month after all others."""
# months are first days: over five years these are never half a month off (extract takes ten times as long)
_MONTHS_SINCE_FIRST = "round((f.month - %(first)s::date) / 30.436875::float8)::int"
UNSAID, FAILS = 2, 3
"""What stands, beside no and yes, for a row that does not say and for one that a draw does not take (`read_together`)."""
_BLOCK_BYTES = 16 * 2**20
_HEADER, _TRAILER = 19, b"\xff\xff"

KEYS = {"person": ("person_id",), "firm": ("firm_id",), "person_firm": ("person_id", "firm_id"), "post": ("place",)}
"""Subject → the columns by which its rows are found; a post's is its place among the placements."""


_OPEN = {"training_filing": "training_filingground"}
"""Tables of which some columns are no secret of the office that keeps them: who may ask what somebody is owed may read those."""


@dataclass(frozen=True)
class Spans:
    """Rows, by the keys of their subject, the first and the last month in which each holds, whether the first is known to be
    the first, and the value (NOTHING where it is not known). All of shape (rows,), int64; months since January 1970."""

    keys: Sequence[Array]
    since: Array
    until: Array
    is_sure: Array
    value: Array


def month_number(day: str) -> str:
    """SQL: the month of a day."""
    # date_part: extract, which yields decimals, takes twice as long
    return f"(date_part('year', {day}) * 12 + date_part('month', {day}) - 23641)::int"


def read_spans(draw: Draw, asked: Asked, months: tuple[int, int] | None = None) -> Iterator[Spans]:
    """The rows of a draw, block by block. `months`: the first and the last, where others need not be read."""
    keys = KEYS[draw.fact.of]
    sql, params = _statement(draw, keys, asked, months)
    if _is_by_month(draw):
        for *at, month, value in read_numbers(sql, params, len(keys) + 2):
            yield Spans(at, month, month, np.ones_like(month), value)
        return
    for block in read_numbers(sql, params, len(keys) + 4):
        yield Spans(block[: len(keys)], *block[len(keys) :])


def read_told(draw: Draw, told: Sequence[Mapping[str, Sequence[str]]], asked: Asked) -> Iterator[list[Array]]:
    """Whose the rows of a draw's table are, the first month of each, and a bit for each of `told` that it says any of."""
    params: dict[str, Any] = {}
    said = [" AND ".join(among(each, params, f"told_{at}")) or "true" for at, each in enumerate(told)]
    bits = " | ".join(f"(CASE WHEN {each} THEN {1 << at} ELSE 0 END)" for at, each in enumerate(said))
    anything = replace(draw, where={}, words={}, unless={}, having=(), take="held", lasts=0)
    sql, more = _statement(anything, KEYS[draw.fact.of], asked, None, said=bits)
    yield from read_numbers(sql, {**params, **more}, len(KEYS[draw.fact.of]) + 2)


def cost_of(draw: Draw, asked: Asked, months: tuple[int, int]) -> float:
    """What the server takes the reading of a draw's rows for, in units of its own."""
    sql, params = _statement(draw, KEYS[draw.fact.of], asked, months)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        ((told,),) = cursor.fetchall()
    return float(told[0]["Plan"]["Total Cost"])


def is_small(draw: Draw) -> bool:
    """Whether a row says no more than yes or no."""
    return draw.take != "sum"


def is_of_same_rows(one: Draw, other: Draw, asked: Asked) -> bool:
    """Whether both are drawn from the same rows of one table."""
    return one.spec.table == other.spec.table and _whose(one, asked) == _whose(other, asked)


def read_together(
    small: Sequence[Draw], large: Sequence[Draw], asked: Asked, months: tuple[int, int]
) -> Iterator[list[Array]]:
    """The rows of one table for draws that need no other: person and firm as one number; the month's day since 1970 and, in
    two bits each, what the row says for each small draw; its value for each large one, NOTHING where it is not known."""
    (table,) = {draw.spec.table for draw in (*small, *large)}
    (whose,) = {_whose(draw, asked) for draw in (*small, *large)}
    params: dict[str, Any] = {**asked.params(), "first": _first_day(months[0]), "last": last_day(months[1])}
    told = [f"(f.month - date '1970-01-01')::bigint << {2 * len(small)}"]
    for at, draw in enumerate(small):
        said = f"coalesce({_value(draw, params)}, {UNSAID})"
        wheres = " AND ".join(wheres_of(draw, params))
        said = f"CASE WHEN {wheres} THEN {said} ELSE {FAILS} END" if wheres else said
        told.append(f"({said})::bigint << {2 * at}")
    values = [f"coalesce({_value(draw, params)}, {NOTHING})::bigint" for draw in large]
    listed = ", ".join([f"f.person_id * {2**31} + f.firm_id", " | ".join(f"({each})" for each in told), *values])
    sql = f"SELECT {listed} FROM {table} f WHERE {whose} AND f.month BETWEEN %(first)s AND %(last)s"
    yield from read_numbers(sql, params, 2 + len(large))


def read_presence(draws: Sequence[Draw], asked: Asked, months: tuple[int, int]) -> Iterator[list[Array]]:
    """Person and firm as one number, and a bit for each month of which the table has a row, the first the lowest; fewer than 63."""
    whose, first = _whose(draws[0], asked), _first_day(months[0])
    bit = f"1::bigint << {_MONTHS_SINCE_FIRST}"
    sql = f"""
        SELECT f.person_id * {2**31} + f.firm_id, bit_or({bit}) FROM {draws[0].spec.table} f
        WHERE {whose} AND f.month BETWEEN %(first)s AND %(last)s GROUP BY f.person_id, f.firm_id"""
    yield from read_numbers(sql, {**asked.params(), "first": first, "last": last_day(months[1])}, 2)


def read_numbers(sql: str, params: dict[str, Any], columns: int) -> Iterator[list[Array]]:
    """What a statement of bigint columns without NULLs yields, as arrays of a block of rows. To be read to its end."""
    record = np.dtype(
        [
            ("count", ">i2"),
            *((f"{at}{part}", kind) for at in range(columns) for part, kind in (("n", ">i4"), ("", ">i8"))),
        ]
    )
    held, start = bytearray(), _HEADER
    for piece in copied(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)", params):
        held += piece
        if len(held) >= _BLOCK_BYTES:
            whole = (len(held) - start) // record.itemsize * record.itemsize
            yield _numbers(bytes(held[start : start + whole]), record, columns)
            del held[: start + whole]
            start = 0
    yield _numbers(bytes(held[start:].removesuffix(_TRAILER)), record, columns)


def copied(statement: str, params: dict[str, Any]) -> Iterator[bytes]:
    """The pieces of a COPY. Read from libpq itself: psycopg's own reading takes as long a row again."""
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw = connection.connection
    pgconn = raw.pgconn
    begun = pgconn.exec_(ClientCursor(raw).mogrify(statement, params).encode())
    if begun.status != ExecStatus.COPY_OUT:
        raise error_from_result(begun)
    count, piece = pgconn.get_copy_data(0)
    try:
        while count >= 0:
            yield piece
            count, piece = pgconn.get_copy_data(0)
    finally:  # whoever stops reading leaves a connection that can be used
        while count >= 0:
            count, _ = pgconn.get_copy_data(0)
        ends = list(iter(pgconn.get_result, None))
    for end in ends:
        if end.status != ExecStatus.COMMAND_OK:
            raise error_from_result(end)


def _numbers(block: bytes, record: np.dtype[Any], columns: int) -> list[Array]:
    rows = np.frombuffer(block, record)
    assert not len(rows) or bool((rows["count"] == columns).all()), "a column was empty or of another width"
    return [rows[str(at)].astype(np.int64) for at in range(columns)]


def _statement(
    draw: Draw, keys: Sequence[str], asked: Asked, months: tuple[int, int] | None, *, said: str = ""
) -> tuple[str, dict[str, Any]]:
    """`said`: SQL of a number that stands for all that a row says but the month since when."""
    params: dict[str, Any] = {**asked.params(), "table": draw.spec.table}
    since, until, is_sure, joins = _held(draw, asked)
    wheres = [_whose(draw, asked), *wheres_of(draw, params)]
    if months and "month" in draw.spec.columns:
        params |= {"first": _first_day(months[0]), "last": last_day(months[1])}
        wheres.append("f.month BETWEEN %(first)s AND %(last)s")
    if draw.spec.name in OF_LISTS and draw.where.get("kind") == ("paid",):
        wheres.append(was_had(draw.spec.table, OF_LISTS[draw.spec.name], asked))
    if draw.at and draw.take not in PAID:
        wheres.append(f'f."{draw.at}" IS NOT NULL')
    placed = [f"f.{key}" for key in keys]
    if draw.kin:
        placed, joins = ["kin.person_id"], joins + _kin(draw, asked)
    if keys == KEYS["post"]:
        placed, joins = ["p.place"], f"{joins} JOIN {asked.posts()} p ON p.person_id = f.person_id"
        blank = "" if draw.spec.name == "post" else ", ''"  # attendance sheets often leave the unit out
        for column in ("unit", "post_name"):
            if column in draw.spec.columns:
                joins += f" AND f.{column} IN (p.{column}{blank})"
        if "firm_id" in draw.spec.columns:  # what another employer paid is not the unit's
            joins += " JOIN firms_firm unit ON unit.id = f.firm_id AND unit.name = p.unit"
    joins += "".join(_beside(table, pairs, asked) for table, pairs in draw.beside.items())
    if "firm_id" in keys and draw.spec.parent != "firm_id":
        wheres.append("f.firm_id IS NOT NULL")
    held = [since] if _is_by_month(draw) else [since, until, is_sure]
    numbers = [*placed, since, said] if said else [*placed, *held, f"coalesce({_value(draw, params)}, {NOTHING})"]
    listed = ", ".join(f"({each})::bigint" for each in numbers)
    # of a firm's many people the rows of a month say the same over and over
    once = "DISTINCT " if draw.fact.of == "firm" and draw.take in BOOLS else ""
    table = _OPEN.get(draw.spec.table, draw.spec.table)
    return f"SELECT {once}{listed} FROM {table} f {joins} WHERE {' AND '.join(wheres)}", params


def _whose(draw: Draw, asked: Asked) -> str:
    """SQL: whose rows are read. What a firm is told by is told by the rows of all its people."""
    if draw.kin:
        return Asked(asked.on).wheres("f", ())
    if draw.fact.of == "firm":
        return Asked(asked.on, None, asked.firms).wheres("f", ())
    return asked.wheres("f", (draw.spec.parent, *draw.spec.columns))


def _kin(draw: Draw, asked: Asked) -> str:
    """SQL: whose household the row's person is of, as `kin`: a line for each member, or for each other one."""
    of = Asked(asked.on).wheres("home", ())
    each = asked.wheres("kin", ("person_id",))
    apart = " AND kin.person_id <> f.person_id" if draw.kin == "others" else ""
    return f"""
        JOIN people_householdmember home ON home.person_id = f.person_id AND {of}
        JOIN people_householdmember kin ON kin.household_id = home.household_id{apart} AND {each}"""


def _beside(table: str, pairs: Mapping[str, str], asked: Asked) -> str:
    """SQL: the row of another table that is the same in these columns; one that leaves a column empty is for all."""
    spec = SPECS[table]
    same = " AND ".join(f'b."{theirs}" IN (f."{ours}", \'\')' for theirs, ours in pairs.items())
    near = ", ".join(f"b.\"{theirs}\" = ''" for theirs in pairs)
    known = Asked(asked.on).wheres("b", ())
    return f" LEFT JOIN LATERAL (SELECT b.* FROM {spec.table} b WHERE {same} AND {known} ORDER BY {near}, b.id LIMIT 1) {table} ON true"


def _is_by_month(draw: Draw) -> bool:
    """Whether a row is of one month, which is then the first and the last."""
    return "month" in draw.spec.columns and not draw.at


def _first_day(month: int) -> dt.date:
    return last_day(month).replace(day=1)


def _held(draw: Draw, asked: Asked) -> tuple[str, str, str, str]:
    """SQL: the first month, the last, whether the first is known, and the joins for that."""
    if _is_by_month(draw):
        month = month_number("f.month")
        return month, month, "1", ""
    if draw.at:
        if draw.type_of(draw.at) == "bigint":  # a year
            january = f'(f."{draw.at}" * 12 - 23640)'
            return january, f"{january} + 11", "1", ""
        month = month_number(f'f."{draw.at}"')
        since = f"coalesce({month}, {EVER})"  # of a payment on an unknown day it is not known whether it was before
        return since, f"{since} + {draw.lasts - 1}" if draw.lasts else since, f'(f."{draw.at}" IS NOT NULL)::int', ""
    if "valid_from" not in draw.spec.columns:  # of no time: as long as it is known
        return str(-EVER), str(EVER), "1", ""
    # what lasts some months from a first that is not known may have begun in the month of its file
    told = f"{month_number('told.first')} + {draw.lasts}"
    since = f"CASE WHEN f.valid_from IS NOT NULL THEN {month_number('f.valid_from')} ELSE {told} END"
    # who says since when it holds is seldom asked twice: the earliest file that says so tells since when at least
    joins = f"""
        JOIN registers_batch b ON b.id = f.source_batch
        LEFT JOIN {_said_again(asked)}
        CROSS JOIN LATERAL (SELECT least(coalesce(b.file_month, f.known_on), again.first) AS first) told"""
    last = month_number("f.valid_to") if draw.is_any_day else f"{month_number('(f.valid_to + 1)')} - 1"
    until = f"CASE WHEN f.valid_to IS NULL THEN {EVER} ELSE {last} END"
    if draw.lasts:
        until = (
            f"CASE WHEN f.valid_from IS NULL THEN {told} - 1 ELSE {month_number('f.valid_from')} + {draw.lasts - 1} END"
        )
    return since, until, "(f.valid_from IS NOT NULL)::int", joins


def _said_again(asked: Asked) -> str:
    """SQL: the earliest of the other files that say the same; of everybody all at once, of some persons row by row."""
    first = """
        SELECT {} min(coalesce(s.file_month, s.known_on)) AS first
        FROM registers_support u JOIN registers_batch s ON s.id = u.batch_id
        WHERE u.fact_table = %(table)s AND s.known_on <= %(on)s {}"""
    if not asked.is_of_few:
        return f"({first.format('u.fact_id,', 'GROUP BY u.fact_id')}) again ON again.fact_id = f.id"
    return f"LATERAL ({first.format('', 'AND u.fact_id = f.id')}) again ON true"


class Choice(Protocol):
    """What says which rows of a table count, as draws and indicators do."""

    @property
    def where(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def words(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def unless(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def having(self) -> Sequence[str]: ...


def wheres_of(draw: Choice, params: dict[str, Any]) -> list[str]:
    """SQL: which rows of a table (f) a choice takes; its values come into `params`."""
    found = among(draw.where, params, "where")
    for column, words in draw.words.items():
        params[f"words_{column}"] = [f"%{word}%" for word in words]
        found.append(f'f."{column}" LIKE ANY(%(words_{column})s)')
    for column, words in draw.unless.items():
        params[f"unless_{column}"] = [f"%{word}%" for word in words]
        found.append(f'coalesce(f."{column}" LIKE ANY(%(unless_{column})s), false) = false')
    if draw.having:
        found.append("coalesce({}) IS NOT NULL".format(", ".join(f'f."{name}"' for name in draw.having)))
    return found


def among(where: Mapping[str, Sequence[str]], params: dict[str, Any], name: str) -> list[str]:
    """SQL: that columns of a row are one of these each; the values come into `params`, under names that begin with `name`."""
    params |= {f"{name}_{column}": list(values) for column, values in where.items()}
    return [f'f."{column}"::text = ANY(%({name}_{column})s)' for column in where]


def _value(draw: Draw, params: dict[str, Any]) -> str:
    """SQL: what a row says, NULL where it does not."""
    if draw.take in {"sum", "paid_sum", "positive", "in_full"}:
        return _total(draw)
    if draw.take == "month_of":
        return _month_of(draw)
    if draw.take != "value":
        return "1"
    column = _column(draw.of[0])
    if draw.codes:
        return _coded(draw, column, params)
    if draw.type_of(draw.of[0]) == "boolean":
        return f"{column}::int"
    times = f" * {_column(draw.times)}" if draw.times else ""
    over = f" / nullif({_column(draw.over)}, 0)" if draw.over else ""
    return f"({column}{times}{over})"


def _column(name: str) -> str:
    """SQL: a column of the table, or of the one beside it."""
    table, _, column = name.rpartition(".")
    return f'{table or "f"}."{column}"'


def _total(draw: Draw) -> str:
    total = " + ".join([*map(_column, draw.of), *(f"coalesce({_column(name)}, 0)" for name in draw.also)])
    if draw.take == "in_full":
        return f"({total} >= {' + '.join(map(_column, draw.against))})::int"
    return f"({total} >= {draw.least})::int" if draw.take == "positive" else total


def _coded(draw: Draw, column: str, params: dict[str, Any]) -> str:
    whens = []
    for at, (said, code) in enumerate(draw.codes.items()):
        params[f"code_{at}"] = str(said)
        number = int(code) if isinstance(code, bool) else draw.fact.kind.codes.index(str(code))
        whens.append(f"WHEN %(code_{at})s THEN {number}")
    return f"CASE {column}::text {' '.join(whens)} END"


def _month_of(draw: Draw) -> str:
    column = f'f."{draw.of[0]}"'
    if draw.spec.columns[draw.of[0]] == "date":
        return month_number(column)
    # a birth that is known by its year alone names no month
    return f"CASE WHEN {column} ~ '^[0-9]{{4}}-[0-9]{{2}}' THEN left({column}, 4)::int * 12 + substr({column}, 6, 2)::int - 23641 END"
