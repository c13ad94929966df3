"""What a load changed, read from the records inside its own transaction: per kind of fact, and some contradictions.

A fact of the load replaces a current one, or is kept as overruled by one. Each is told by the source on the other side.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.specs import SPECS, FactSpec

MOST_SAMPLED = 50
KINDS = ("queried", "contradicting", "changing")  # of rows that may be left out
# whom these are about and what they say is for few to see: they are counted, and no sample is taken
UNSAMPLED = frozenset({"restricted"})


def fact_figures(batch: int) -> dict[str, dict[str, Any]]:
    """Fact name → `added` (nothing was known), `replaced` and `overruled` (by the other side's source), `within`.

    `within`: facts overruled by another line of the same file.
    """
    found = {}
    with connection.cursor() as cursor:
        for name, spec in SPECS.items():
            figures = _figures(cursor, spec, batch)
            if figures["stands"] or figures["overruled"] or figures["within"]:
                added = figures.pop("stands") - sum(figures["replaced"].values())
                found[name] = {"added": added, **figures}
    return found


def _figures(cursor: CursorWrapper, spec: FactSpec, batch: int) -> dict[str, Any]:
    cursor.execute(
        f"""
        SELECT count(*) FILTER (WHERE retired_on IS NULL), count(*) FILTER (WHERE retired_by = {batch})
        FROM {spec.table} WHERE source_batch = %s
        """,
        [batch],
    )
    stands, within = cursor.fetchone()
    by_source = "SELECT s.code, count(DISTINCT n.id) FROM ({}) n JOIN registers_source s ON s.id = n.source GROUP BY 1"
    cursor.execute(by_source.format(_replaced(spec, "n.id, b.source_id AS source")), {"b": batch})
    replaced = dict(cursor.fetchall())
    cursor.execute(by_source.format(_overruled(spec, "n.id, b.source_id AS source")), {"b": batch})
    return {"stands": stands, "within": within, "replaced": replaced, "overruled": dict(cursor.fetchall())}


def _same_key(spec: FactSpec) -> str:
    return "".join(f' AND o."{name}" IS NOT DISTINCT FROM n."{name}"' for name in spec.key)


def _replaced(spec: FactSpec, columns: str) -> str:
    """SQL: facts n of the load that stand in the stead of facts o of others, o's batch being b."""
    return f"""
        SELECT {columns} FROM {spec.table} n
        JOIN {spec.table} o ON o.{spec.parent} = n.{spec.parent} AND o.retired_by = %(b)s
            AND o.source_batch <> %(b)s{_same_key(spec)}
        JOIN registers_batch b ON b.id = o.source_batch
        WHERE n.source_batch = %(b)s AND n.retired_on IS NULL
    """


def _overruled(spec: FactSpec, columns: str) -> str:
    """SQL: facts n of the load that are kept as overruled by facts o of others, o's batch being b."""
    return f"""
        SELECT {columns} FROM {spec.table} n
        JOIN {spec.table} o ON o.{spec.parent} = n.{spec.parent} AND o.retired_on IS NULL{_same_key(spec)}
        JOIN registers_batch b ON b.id = o.source_batch
        WHERE n.source_batch = %(b)s AND n.retired_on IS NOT NULL AND o.source_batch <> %(b)s
    """


def lines(batch: int, *, is_long: bool) -> dict[str, list[list[int]]]:
    """Kinds of rows that somebody may want to leave out → [sheet number, first line, last line], in order.

    queried: something is asked about; contradicting: they say otherwise of their person than another register, whoever
    wins; changing: otherwise than the register itself did before. With a row goes each that says the same, and each of
    the file that it overrules. Where several lines make one fact (`is_long`) no row says it alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(  # Q15 asks about a total line, which is no row
            "SELECT DISTINCT sheet_no, line FROM registers_fault WHERE batch_id = %s AND level = 'queried' AND reason <> 'Q15'",
            [batch],
        )
        found: dict[str, set[tuple[int, int]]] = {"queried": set(cursor.fetchall())}
        for name, spec in SPECS.items():
            if spec.parent == "person_id" and not (is_long and name == "insurance"):
                for sheet_no, line, is_own in _apart(cursor, spec, batch):
                    found.setdefault("changing" if is_own else "contradicting", set()).add((sheet_no, line))
    return {kind: _spans(sorted(found[kind])) for kind in KINDS if found.get(kind)}


def _apart(cursor: CursorWrapper, spec: FactSpec, batch: int) -> list[tuple[int, int, bool]]:
    """Lines of the load that disagree with other loads, and whether those are of its own register."""
    columns = f"n.id, n.{spec.parent} AS parent, b.source_id AS source" + "".join(f', n."{name}"' for name in spec.key)
    same_key = "".join(f' AND m."{name}" IS NOT DISTINCT FROM n."{name}"' for name in spec.key)
    cursor.execute(
        f"""
        WITH n AS ({_replaced(spec, columns)} UNION {_overruled(spec, columns)}), alike AS (
            SELECT m.id, m.source_sheet, m.source_line, n.source FROM n
            JOIN {spec.table} m ON m.{spec.parent} = n.parent AND m.source_batch = %(b)s{same_key}
        )
        SELECT DISTINCT l.sheet_no, l.line, l.source = (SELECT source_id FROM registers_batch WHERE id = %(b)s) FROM (
            SELECT source_sheet AS sheet_no, source_line AS line, source FROM alike
            UNION ALL
            SELECT u.sheet_no, u.line, a.source FROM alike a
            JOIN registers_support u ON u.fact_table = '{spec.table}' AND u.fact_id = a.id AND u.batch_id = %(b)s
        ) l
        """,
        {"b": batch},
    )
    return cursor.fetchall()


def _spans(places: Sequence[tuple[int, int]]) -> list[list[int]]:
    spans: list[list[int]] = []
    for sheet_no, line in places:
        if spans and spans[-1][0] == sheet_no and spans[-1][2] == line - 1:
            spans[-1][2] = line
        else:
            spans.append([sheet_no, line, line])
    return spans


def sample(batch: int) -> list[dict[str, Any]]:
    """At most MOST_SAMPLED contradictions of persons: person, scope_no, fact, source of the other side, who wins, sides.

    Sides are columns with what stood there and what the file says; what is sealed is named without a value.
    """
    found: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        for name, spec in SPECS.items():
            if spec.parent != "person_id" or name in UNSAMPLED:
                continue
            shown = [c for c in (*spec.key, *spec.compared) if (spec.columns[c] != "bytea" and c != "firm_id")]
            hidden = [c for c in spec.compared if spec.columns[c] == "bytea"]
            columns = ["n.person_id, n.scope_no, b.source_id, n.source_line"]
            columns += [f'o."{c}"::text, n."{c}"::text' for c in shown]
            columns += [f'o."{c}" IS DISTINCT FROM n."{c}"' for c in hidden] or ["false"]
            for wins, sql in ((True, _replaced), (False, _overruled)):
                left = MOST_SAMPLED - len(found)
                if left > 0:
                    listed = sql(spec, ", ".join(columns)) + f" ORDER BY n.source_sheet, n.source_line LIMIT {left}"
                    cursor.execute(listed, {"b": batch})
                    found += [_told(name, shown, row, wins=wins) for row in cursor.fetchall()]
    return found


def _told(name: str, shown: list[str], row: tuple[Any, ...], *, wins: bool) -> dict[str, Any]:
    person, scope_no, source, line, *values = row
    pairs = {column: (values[2 * at], values[2 * at + 1]) for at, column in enumerate(shown)}
    sides = [(column, *pair) for column, pair in pairs.items() if pair[0] != pair[1]]
    return {
        "person": person,
        "scope_no": scope_no,
        "fact": name,
        "kind": (pairs.get("kind") or pairs.get("group") or ("", ""))[1],
        "source": source,
        "line": line,
        "wins": wins,
        "sides": sides,
        "sealed": any(values[2 * len(shown) :]),
    }
