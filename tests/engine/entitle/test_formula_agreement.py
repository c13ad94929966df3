"""One meaning: for one case, for many at once, and for a database that is told how we depart from SQL."""

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import duckdb
import pytest

from anye.engine.entitle import columns, single
from anye.engine.entitle.bits import packed
from anye.engine.entitle.columns import Known, Term, column_of, values_of
from anye.engine.entitle.formula import parse
from anye.engine.entitle.nodes import Node, Value
from tests.engine.entitle.formulas import DEFAULTS, KINDS, Writer, as_duckdb, facts
from tests.flow.written import SEED

FORMULAS, ROWS, FRAMES = 4_000, 300, 8
Row = dict[str, Value | None]
Answers = list[Value | None]
SQL_TYPES = {"bool": "BOOLEAN", "int": "BIGINT", "date": "BIGINT", "code": "VARCHAR"}


def one_by_one(node: Node, rows: Sequence[Row]) -> Answers:
    answer = single.compiled(node)
    return [answer(row) for row in rows]


def at_once(node: Node, rows: Sequence[Row]) -> Answers:
    terms = {name: columns.term(column_of([row[name] for row in rows], kind)) for name, kind in KINDS.items()}
    answer = columns.compiled(node)(Known(len(rows), terms))
    return values_of(columns.column(answer, len(rows)), node.kind, len(rows))


def by_database(nodes: Sequence[Node], rows: Sequence[Row]) -> list[Answers]:
    with duckdb.connect() as database:
        listed = ", ".join(f'"{name}" {SQL_TYPES[kind.type]}' for name, kind in KINDS.items())
        database.execute(f"CREATE TABLE facts (place INTEGER, {listed})")
        marks = ", ".join("?" * (len(KINDS) + 1))
        database.executemany(
            f"INSERT INTO facts VALUES ({marks})", [[at, *row.values()] for at, row in enumerate(rows)]
        )
        found: list[Answers] = []
        for at in range(0, len(nodes), 20):
            asked = ", ".join(as_duckdb(node) for node in nodes[at : at + 20])
            answers = database.execute(f"SELECT {asked} FROM facts ORDER BY place").fetchall()
            found += [list(column) for column in zip(*answers, strict=True)]
        return found


def written(seed: int, count: int) -> list[Node]:
    """Formulas of truth, and some of numbers."""
    rng = Random(seed)
    writer = Writer(rng)
    units = ["fen", "month", "year", "", "day"]
    texts = [
        writer.number(rng.choice(units), 3) if at % 3 == 0 else writer.truth(rng.choice([1, 2, 3]))
        for at in range(count)
    ]
    return [parse(text, KINDS, defaults=DEFAULTS) for text in texts]


def test_two_thousand_random_formulas_mean_one_thing(record_property: Callable[[str, object], None]) -> None:
    used: Counter[str] = Counter()
    outcomes: Counter[Value | None] = Counter()
    for frame in range(FRAMES):
        rows = facts(Random(f"{SEED} {frame}"), ROWS)
        nodes = written(SEED + frame, FORMULAS // FRAMES)
        for node, said in zip(nodes, by_database(nodes, rows), strict=True):
            assert one_by_one(node, rows) == said == at_once(node, rows), as_duckdb(node)
            used.update(each.op if each.op != "literal" else f"{each.kind.type} literal" for each in node.walk())
            if node.kind.type == "bool":
                outcomes.update(said)
    shares = {outcome: count / outcomes.total() for outcome, count in outcomes.items()}
    record_property("node types", len(used))
    record_property("outcomes", shares)
    ops = set(single._WAYS) - {"literal"} | {"bool literal", "int literal", "date literal", "code literal"}
    assert {op: used[op] for op in ops if used[op] < 200} == {}
    assert all(shares[outcome] >= 0.2 for outcome in (True, False, None)), shares


@pytest.mark.parametrize(
    ("module", "op", "bug"),
    [
        (single, "/", lambda node, a, b: lambda known: _floor(a(known), b(known))),
        (single, "and", lambda node, *args: lambda known: all(arg(known) for arg in args)),
        (single, "least", lambda node, *args: lambda known: _least([arg(known) for arg in args])),
        (columns, "/", lambda node, a, b: lambda known: _floor_columns(a(known), b(known))),
        (columns, "not", lambda node, one: lambda known: Term(~one(known).values, one(known).known)),
        (columns, "or", lambda node, a, *rest: lambda known: Term(a(known).values, a(known).known)),
        (columns, "case", lambda node, *args: args[-1]),
    ],
    ids=["floor", "unknown as no", "least skips", "floor in columns", "unknown turned yes", "first alone", "otherwise"],
)
def test_a_planted_bug_is_noticed(module: Any, op: str, bug: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = facts(Random(SEED), ROWS)
    nodes = written(SEED, 100)
    said = by_database(nodes, rows)
    monkeypatch.setitem(module._WAYS, op, bug)
    wrong = 0
    for node, expected in zip(nodes, said, strict=True):
        wrong += one_by_one(node, rows) != expected or at_once(node, rows) != expected
    assert wrong


def _floor(a: Any, b: Any) -> Any:
    return None if a is None or not b else a // b


def _least(values: Sequence[Any]) -> Any:
    return min((value for value in values if value is not None), default=None)


def _floor_columns(a: Term, b: Term) -> Term:
    safe = b.values + (b.values == 0)
    where = columns.both_known([a, b])
    is_whole = packed(b.values != 0)
    return Term(a.values // safe, is_whole if where is None else where & is_whole)


def test_what_is_written_means_what_a_database_reads() -> None:
    """Precedence and spelling: the text itself, where SQL and we do not differ."""
    texts = ["在岗 OR 参保 AND 在训", "NOT 在岗 = 参保", "月数 + 2 * 月数 > 9 - 1", "-月数 + 3 < 4", "月数 BETWEEN 1 AND 3 AND 在岗",
             "NOT 月数 IN (1, 2) OR 在岗", "类别 = '其他' OR 类别 <> '高校毕业生'", "月数 - 2 - 3 < 10", "(月数 + 2) % 5 = 1"]  # fmt: skip
    rows = facts(Random(SEED), ROWS)
    nodes = [parse(text, KINDS) for text in texts]
    names = {name: Node("name", kind, value=name) for name, kind in KINDS.items()}
    raw = [Node("name", names["在岗"].kind, value=text) for text in texts]
    assert raw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.engine.entitle.test_formula_agreement.as_duckdb", lambda node: f"({node.value})")
        said = by_database(raw, rows)
    assert [one_by_one(node, rows) for node in nodes] == said
    assert operator.ne(said[0], said[1])
