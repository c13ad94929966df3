"""What is known now, as a digest a table: by natural keys, without ids, tokens, sources and the day it became known.

Two registries that read the same files, in any order, killed or not, under one keyring, have the same digests.
"""

import hashlib
from collections.abc import Iterator

from django.db import connection

from anye.flow.specs import SPECS

# how a node is named in the digests: by what is the same in every registry that read the same files
_PERSON = "encode(p.id_blind, 'hex')"
_NODES = {
    "people_person": (
        "SELECT concat_ws('|', encode(id_blind, 'hex'), name, name_key, sex, birth_on, scope_no, care_area,"
        " encode(phone_blind, 'hex'), groups::text, is_employed, wants_work) FROM people_person WHERE NOT is_hidden"
    ),
    # a node that no current fact speaks of is seen by nobody
    "people_household": (
        "SELECT concat_ws('|', code, scope_no) FROM people_household h WHERE EXISTS"
        " (SELECT 1 FROM people_householdmember m WHERE m.household_id = h.id AND m.retired_on IS NULL)"
    ),
    "people_namegram": (
        f"SELECT concat_ws('|', g.gram, g.name, {_PERSON}, g.scope_no) FROM people_namegram g"
        " JOIN people_person p ON p.id = g.person_id"
    ),
    "firms_firm": "SELECT concat_ws('|', code, credit_code, name, name_key) FROM firms_firm WHERE NOT is_hidden",
    "findings_finding": (
        "SELECT concat_ws('|', encode(key, 'hex'), rule, month, scope_no, state) FROM findings_finding"
        " WHERE state <> 'gone'"
    ),
    "findings_visit": (
        f"SELECT concat_ws('|', {_PERSON}, v.scope_no, v.state) FROM findings_visit v"
        " JOIN people_person p ON p.id = v.person_id WHERE v.state <> 'dropped'"
    ),
    "registers_rowclaim": (
        "SELECT concat_ws('|', encode(b.digest, 'hex'), c.sheet_no, c.line, encode(c.id_blind, 'hex'),"
        f" {_PERSON}) FROM registers_rowclaim c JOIN registers_batch b ON b.id = c.batch_id"
        " LEFT JOIN people_person p ON p.id = c.person_id"
    ),
    "registers_fault": (
        "SELECT concat_ws('|', encode(b.digest, 'hex'), f.sheet_no, f.line, f.level, f.reason, f.\"column\","
        " f.mended_by IS NOT NULL)"
        " FROM registers_fault f JOIN registers_batch b ON b.id = f.batch_id"
    ),
}


def current_views() -> dict[str, str]:
    """Table → SHA-256 of its current rows in order. Batch or owner role."""
    return {
        table: hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
        for table, lines in current_rows()
    }


def current_rows() -> Iterator[tuple[str, list[str]]]:
    """Table and its current rows as sorted lines: what the digests are over, and what to look at when two differ."""
    queries = dict(_NODES) | {spec.table: _fact_rows(name) for name, spec in SPECS.items()}
    with connection.cursor() as cursor:
        for table, sql in queries.items():
            cursor.execute(f'SELECT line FROM ({sql}) rows (line) ORDER BY line COLLATE "C"')
            yield table, [line for (line,) in cursor.fetchall()]


def _fact_rows(name: str) -> str:
    spec = SPECS[name]
    joins = {
        "person_id": f"JOIN people_person p ON p.id = f.person_id|{_PERSON}",
        "household_id": "JOIN people_household hh ON hh.id = f.household_id|hh.code",
        "firm_id": "LEFT JOIN firms_firm fm ON fm.id = f.firm_id|fm.code",
        "scope_no": "|f.scope_no",
        "office_no": "|f.office_no",
    }
    used = [spec.parent, *(c for c in spec.columns if c in joins)]
    join_sql = " ".join(joins[column].split("|")[0] for column in dict.fromkeys(used))
    keys = [joins[column].split("|")[1] for column in dict.fromkeys(used)]
    plain = [
        f"coalesce(encode(f.\"{c}\", 'hex'), '-')" if kind == "bytea" else f"coalesce(f.\"{c}\"::text, '-')"
        for c, kind in spec.columns.items()
        if c not in joins and c not in spec.opaque
    ]
    listed = ", ".join([*keys, *plain])
    return f"SELECT concat_ws('|', {listed}) FROM {spec.table} f {join_sql} WHERE f.retired_on IS NULL"
