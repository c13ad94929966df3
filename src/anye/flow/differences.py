"""What a load changed, read from the records inside its own transaction: per kind of fact, and some contradictions.

A fact of the load replaces a current one, or is kept as overruled by one. Each is told by the source on the other side.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.specs import SPECS, FactSpec

MOST_SAMPLED = 50
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


def lines(batch: int) -> dict[str, list[list[int]]]:
    """Kinds of rows that somebody may want to leave out → [sheet number, first line, last line], in order.

    queried: something is asked about; contradicting: they say otherwise than another register, whoever wins; changing:
    they say otherwise than the register itself did before.
    """
    by_line = "SELECT DISTINCT n.sheet, n.line, n.source = (SELECT source_id FROM registers_batch WHERE id = %(b)s) FROM ({}) n"
    found: dict[str, set[tuple[int, int]]] = {"queried": set(), "contradicting": set(), "changing": set()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT sheet_no, line FROM registers_fault WHERE batch_id = %s AND level = 'queried'", [batch]
        )
        found["queried"].update(cursor.fetchall())
        for spec in SPECS.values():
            for sql in (_replaced, _overruled):
                cursor.execute(
                    by_line.format(sql(spec, "n.source_sheet AS sheet, n.source_line AS line, b.source_id AS source")),
                    {"b": batch},
                )
                for sheet_no, line, is_own in cursor.fetchall():
                    found["changing" if is_own else "contradicting"].add((sheet_no, line))
    return {kind: _spans(sorted(places)) for kind, places in found.items() if places}


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
