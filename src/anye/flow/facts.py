"""Staged facts become facts: contradictions are decided by strength, never by the order of arrival.

Strength is (source's rank, file month, known on, batch digest, sheet, line). Of the rows that speak of one key the
strongest stands; a row that says the same is support; a row that differs is kept, already retired on the day its
winner became known. All of it is set-wise SQL inside the transaction of the load.

A row of an earlier batch that attaches only now is known from now on, for what was told meanwhile was told without it; its
strength is that of its own batch.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.specs import FactSpec

STRENGTH = "s_rank, s_month, s_known, s_digest, s_sheet, s_line"
ORDER = ", ".join(f"{column} DESC" for column in STRENGTH.split(", "))
NO_MONTH = "'-infinity'::date"


@dataclass
class Published:
    """What one fact table took from a batch: current rows, rows kept as overruled, rows that only support."""

    inserted: int = 0
    overruled: int = 0
    supports: int = 0


def publish(spec: FactSpec, stage: str, batch: int, *, on: date) -> Published:
    """Take staged facts into their table: those of linked rows, or of all the batch's rows where no person is meant.

    `on`: the day on which the batch became known, or is taken back; nothing is known before it that was not already.
    Needs the temporary table `link` of the load.
    """
    with connection.cursor() as cursor:
        _incoming(cursor, spec, stage, batch, on)
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE place > 1) FROM incoming")
        every, weaker = cursor.fetchone()
        if not every:
            cursor.execute("DROP TABLE incoming")
            return Published()
        _judge(cursor, spec)
        published = _apply(cursor, spec)
        if weaker:
            _also_said(cursor, spec, published)
        cursor.execute("DROP TABLE incoming, judged")
    return published


def _quoted(names: tuple[str, ...] | list[str], alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def _matching(spec: FactSpec) -> tuple[str, str]:
    """The SQL for *the same key* (f is the fact, i the newcomer) and for *says the same*."""
    # a first day, or that of a payment, may be unknown; other key columns are NOT NULL, and = can use the index
    equals = {name: "IS NOT DISTINCT FROM" if name in {"valid_from", "paid_on"} else "=" for name in spec.key}
    same_key = "".join(f' AND f."{name}" {equals[name]} i."{name}"' for name in spec.key)
    same = " AND ".join(f'f."{name}" IS NOT DISTINCT FROM i."{name}"' for name in spec.compared) or "true"
    return same_key, same


def _incoming(cursor: CursorWrapper, spec: FactSpec, stage: str, batch: int, on: date) -> None:
    """Rows with their strength; `place` counts from the strongest of each key.

    What is said of households and firms does not hang on whose row it is: every row of the batch may say it, once and
    for all. As every member's or worker's row repeats it, the last row of a batch speaks for all that say the same.
    """
    of_row = "coalesce(nullif(r.scope_no, office.outside_no), office.office_no)"
    nodes = {
        "household_id": "hh.id",
        "firm_id": "fm.id",
        "person_id": "l.person_id",
        "scope_no": of_row,
        "office_no": of_row,
    }
    scopes = {"household_id": "hh.scope_no", "firm_id": of_row, "person_id": "l.scope_no"}
    scope = f"{scopes[spec.parent]} AS scope_no," if spec.scope_column else ""
    content = ", ".join(f'{nodes[c]} AS "{c}"' if c in nodes else f's."{c}"' for c in spec.columns)
    used = {spec.parent, *spec.columns}
    joins = "LEFT JOIN people_household hh ON hh.code = s.household_code" if "household_id" in used else ""
    joins += " LEFT JOIN firms_firm fm ON fm.code = s.firm_code" if "firm_id" in used else ""
    key = ", ".join(["parent_id", *(f'"{name}"' for name in spec.key)])
    once = ""
    source = f"{stage} s JOIN link l ON l.batch_id = s.batch_id AND l.sheet_no = s.sheet_no AND l.line = s.line"
    if spec.parent != "person_id":
        said = ", ".join([key, *(f'"{name}"' for name in spec.compared), "batch_id"])
        once = f"DISTINCT ON ({said})"
        source = f"{stage} s JOIN LATERAL (SELECT s.batch_id, s.sheet_no, s.line) l ON s.batch_id = {batch}"
    if spec.parent in {"scope_no", "office_no"} or (spec.parent == "firm_id" and spec.is_scoped):
        source += f" JOIN {stage.removesuffix(spec.name)}row r ON (r.batch_id, r.sheet_no, r.line) ="
        source += " (s.batch_id, s.sheet_no, s.line) CROSS JOIN office"
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS
        SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {ORDER}) AS place
        FROM (
            SELECT {once} * FROM (
                SELECT {nodes[spec.parent]} AS parent_id, {scope} {content},
                       l.batch_id, l.sheet_no, l.line, greatest(b.known_on, DATE '{on}') AS known_on, {spec.rank("s")} AS s_rank,
                       coalesce(b.file_month, {NO_MONTH}) AS s_month, b.known_on AS s_known, b.digest AS s_digest,
                       l.sheet_no AS s_sheet, l.line AS s_line
                FROM {source}
                JOIN registers_batch b ON b.id = l.batch_id
                JOIN registers_source o ON o.id = b.source_id
                {joins}
            ) linked WHERE parent_id IS NOT NULL
            {f"ORDER BY {said}, sheet_no DESC, line DESC" if once else ""}
        ) rows
        """
    )


def _judge(cursor: CursorWrapper, spec: FactSpec) -> None:
    """One line a key that somebody spoke of: where its strongest newcomer stands, what is current, and who wins.

    `at` is the newcomer's place in `incoming`: the rows are wide, and a million of them are not written twice.
    """
    same_key, same = _matching(spec)
    cursor.execute("ANALYZE incoming")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
        SELECT i.ctid AS at, f.id AS fact_id, f.known_on AS fact_known, f.source_batch AS fact_batch,
               (f.source_batch = i.batch_id AND f.source_sheet = i.sheet_no AND f.source_line = i.line) AS is_itself,
               f.id IS NOT NULL AND ({same}) AS is_same,
               CASE WHEN f.id IS NULL THEN true WHEN {same} THEN false
               ELSE (i.s_rank, i.s_month, i.s_known, i.s_digest, i.s_sheet, i.s_line) > (
                   SELECT w.s_rank, w.s_month, w.s_known, w.s_digest, w.s_sheet, w.s_line FROM (
                       SELECT {spec.rank("f")} AS s_rank, coalesce(b.file_month, {NO_MONTH}) AS s_month, b.known_on AS s_known,
                              b.digest AS s_digest, voice.sheet AS s_sheet, voice.line AS s_line
                       FROM (
                           SELECT f.source_batch AS batch, f.source_sheet AS sheet, f.source_line AS line
                           UNION ALL
                           SELECT u.batch_id, u.sheet_no, u.line FROM registers_support u
                           WHERE u.fact_table = '{spec.table}' AND u.fact_id = f.id
                       ) voice
                       JOIN registers_batch b ON b.id = voice.batch
                       JOIN registers_source o ON o.id = b.source_id
                       ORDER BY {ORDER} LIMIT 1
                   ) w
               ) END AS wins
        FROM incoming i
        LEFT JOIN {spec.table} f ON f.{spec.parent} = i.parent_id AND f.retired_on IS NULL{same_key}
        WHERE i.place = 1
        """
    )
    cursor.execute("ANALYZE judged")


def _into(spec: FactSpec) -> str:
    """INSERT INTO the table of facts, up to its SELECT: parent, scope number, content, when known, when retired, source."""
    return (
        f"INSERT INTO {spec.table} ({spec.parent}, {spec.scope_column}{_quoted(list(spec.columns))}, known_on, retired_on, retired_by,"
        " source_batch, source_sheet, source_line) "
    )


def _said(spec: FactSpec) -> str:
    """What a newcomer says, in the order of `_into` up to the content."""
    scope = "i.scope_no, " if spec.scope_column else ""
    return f"i.parent_id, {scope}{_quoted(list(spec.columns), 'i')}"


def _apply(cursor: CursorWrapper, spec: FactSpec) -> Published:
    """The strongest newcomers: they retire what they win over, or are kept as overruled, or support what they repeat."""
    cursor.execute(
        f"""
        UPDATE {spec.table} f SET retired_on = i.known_on, retired_by = i.batch_id
        FROM judged j JOIN incoming i ON i.ctid = j.at WHERE j.fact_id = f.id AND j.wins AND NOT j.is_same
        """
    )
    # `incoming` is sorted by parent, and so this goes in, as checking the keys of persons in their order is cheaper;
    # no ORDER BY, which would sort the wide rows again
    cursor.execute(
        _into(spec)
        + f"""
        SELECT {_said(spec)}, i.known_on, CASE WHEN j.wins THEN NULL ELSE j.fact_known END,
               CASE WHEN j.wins THEN NULL ELSE j.fact_batch END, i.batch_id, i.sheet_no, i.line
        FROM incoming i JOIN judged j ON j.at = i.ctid WHERE NOT j.is_same
        """
    )
    published = Published(inserted=cursor.rowcount)
    cursor.execute(
        f"""
        INSERT INTO registers_support (fact_table, fact_id, batch_id, sheet_no, line)
        SELECT '{spec.table}', j.fact_id, i.batch_id, i.sheet_no, i.line FROM judged j JOIN incoming i ON i.ctid = j.at
        WHERE j.is_same AND NOT j.is_itself ON CONFLICT DO NOTHING
        """
    )
    published.supports = cursor.rowcount
    return published


def _also_said(cursor: CursorWrapper, spec: FactSpec, published: Published) -> None:
    """Every other newcomer of a key: support where it says what now stands, else kept as overruled."""
    same_key, same = _matching(spec)
    current = (
        f"JOIN {spec.table} f ON f.{spec.parent} = i.parent_id AND f.retired_on IS NULL{same_key} WHERE i.place > 1 "
        "AND NOT (f.source_batch = i.batch_id AND f.source_sheet = i.sheet_no AND f.source_line = i.line)"
    )
    cursor.execute(
        f"""
        INSERT INTO registers_support (fact_table, fact_id, batch_id, sheet_no, line)
        SELECT '{spec.table}', f.id, i.batch_id, i.sheet_no, i.line FROM incoming i {current} AND {same}
        ON CONFLICT DO NOTHING
        """
    )
    published.supports += cursor.rowcount
    cursor.execute(
        _into(spec)
        + f"""
        SELECT {_said(spec)}, i.known_on, f.known_on, f.source_batch, i.batch_id, i.sheet_no, i.line
        FROM incoming i {current} AND NOT ({same})
        """
    )
    published.overruled = cursor.rowcount
