"""What an officer typed or a visit answered becomes a batch of one row: a source like any other.

The payload is JSON under seal. Kinds: person (new), details, household, split, merge, helper, need, membership,
income, spell, end_spell, visit, undo (of a visit's answer), settle. A new person goes through the same matching as a
register's row, as the batch role, so the answer to the officer is the same whether or not the number is known
elsewhere.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.engine.codes import ID_REFUSALS, INVENTED_PREFIX, check_id
from anye.engine.intake.clean import ROW_SCHEMA, Cleaned
from anye.engine.intake.facts import KEY_SCHEMA, SCHEMAS
from anye.engine.intake.rows import FAULT_SCHEMA, QUERY_SCHEMA
from anye.engine.names import name_key_of
from anye.flow import answers, attach, brought, caches, staging, undoing
from anye.flow.blocks import Block, Context, store_block
from anye.flow.doubts import raise_doubts
from anye.flow.publishing import PUBLISHING, clear_temporary, office_of, restage, take_facts
from anye.records.accounts.scope import Scope
from anye.records.audit.actions import note
from anye.records.audit.day import registry_day
from anye.records.audit.keys import keyring
from anye.records.findings import actions as findings
from anye.records.people import queries as people
from anye.records.people.models import Household, HouseholdMember, Person
from anye.records.registers import actions, queries
from anye.records.registers.models import Batch, Entry

ANSWERED = frozenset({"visit", "settle"})  # kinds that hold answers to doubts
OFFICER, REGISTRATION, VISIT = "officer", "registration", "visit"
LINE = 1
LAST_WORD = b"\xff" * 8


class EntryRefused(ValueError):
    """An entry that cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KnownElsewhere(Exception):
    """The number of a new person is on record at an office that the entering duty does not reach."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person


def publish_entry(entry_id: int, context: Context, *, by: str, reach: Scope) -> None:
    """Publish one waiting entry; twice is once. Runs as the batch role.

    `reach`: the range of whoever entered it, asked anew here, as people may have moved since. Under the lock nobody does.
    """
    with connection.cursor() as cursor:
        # asked before the state is read: an undo may close the entry while this one waits for the lock
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    entry = queries.entry(entry_id)
    if entry.state != "waiting":
        return
    told: dict[str, Any] = json.loads(keyring().unseal(bytes(entry.sealed), context="raw"))
    try:
        if not reach.reaches(entry.scope_no):
            raise EntryRefused("out_of_reach")
        batch, overruled = _publish(entry, told, context, by, reach)
    except KnownElsewhere as known:
        actions.keep_waiting(entry=entry, person=known.person, name=told["name"])
        return
    except EntryRefused as refused:
        refuse(entry_id, reason=refused.code)
        return
    actions.close_entry(entry_id=entry_id, state="done", batch_id=batch, overruled=overruled)


def refuse(entry_id: int, *, reason: str) -> None:
    """Close an entry that is not taken, and say why. A visit whose answer it was is due again, with its doubts."""
    actions.close_entry(entry_id=entry_id, state="refused", reason=reason)
    kind = queries.entry(entry_id).kind
    if kind == "visit":
        findings.refuse_answer(entry_id=entry_id)
    elif kind == "undo":
        findings.refuse_undo(entry_id=entry_id)


def _publish(
    entry: Entry, told: Mapping[str, Any], context: Context, by: str, reach: Scope
) -> tuple[int | None, list[dict[str, Any]]]:
    """The batch that the entry became, if it says anything, and what of it a stronger source overruled at once."""
    on = registry_day(entry.entered_at)
    lines = lines_of(entry, told, reach)
    facts = {name: f for name, f in facts_of(entry.kind, told, lines).items() if not f.is_empty()}
    rows = _new_person(told, context, on) if entry.kind == "person" else pl.DataFrame(schema=ROW_SCHEMA)
    if entry.kind == "settle" and not facts:
        _settle(entry, told, [told])
        return None, []
    _refuse_households_elsewhere(facts, reach)
    _refuse_moves_elsewhere(_homes_of(entry, told), context, reach)
    known = _known_elsewhere(rows, reach)
    if known is not None:
        raise KnownElsewhere(known)
    batch = _batch_of(entry, by)
    stage = staging.tables(batch.pk)
    with connection.cursor() as cursor:
        clear_temporary(cursor)
        staging.create(batch.pk)
        store_block(batch.pk, Block(0, 0, _cleaned(rows, facts)), context)
        office_of(cursor, context)
        attach.attach(stage, batch.pk, creates=entry.kind == "person")
        if lost := attach.persons_to_rebuild():
            attach.retire_for_rebuild(lost, batch.pk)
        if entry.kind == "person":
            _stay(cursor, stage)
        _link(cursor, batch.pk, lines)
        restage(cursor, batch.pk, context)
        if lost:
            attach.recheck(stage, context.office_no)
        _retire(cursor, entry, told, batch)
        since = brought.highest_ids()
        take_facts(cursor, stage, batch.pk, on=batch.known_on)
        overruled = answers.overruled(batch.pk, since)
        if entry.kind == "undo":
            undoing.take_back(queries.entry(told["entry"]), batch)
        caches.refresh()
        if entry.kind in ANSWERED:
            _settle(entry, told, answers.that_stand(told, is_overruled=bool(overruled)))
        if entry.kind == "undo":
            findings.reopen_visit(visit_id=told["visit"], entry_id=told["entry"])
        raise_doubts(batch.pk, insurance_only=False)
        actions.publish_batch(batch=batch, counts={"rows": 1, "loaded": 1}, fact_counts={})
        told_by_event = {"kind": entry.kind, "digests": brought.digests(since)}
        note("entry", "registers_entry", entry.pk, entry.scope_no, told_by_event)
        staging.drop(batch.pk)
    return batch.pk, overruled


def _settle(entry: Entry, told: Mapping[str, Any], stand: Sequence[Mapping[str, Any]]) -> None:
    """Bring the doubts where the answers that stand lead; a doubt whose correction was overruled stays open."""
    on = registry_day()
    if entry.kind == "visit":
        given = {answer["finding"]: answer["answer"] for answer in stand}
        findings.settle_visit(visit_id=told["visit"], answers=given, on=on, entry_id=entry.pk)
    else:
        for answer in stand:
            findings.settle(finding_id=answer["finding"], answer=answer["answer"], on=on, entry_id=entry.pk)


def lines_of(entry: Entry, told: Mapping[str, Any], reach: Scope) -> dict[int, int]:
    """Line of the batch → person: one, but for households, whose members have a line each.

    Raises EntryRefused: person_gone; out_of_reach when one of them is another office's by now.
    """
    if entry.kind == "split":
        spoken_of = list(told["members"])
    elif entry.kind == "merge":
        members = HouseholdMember.objects.filter(household__code=told["from_code"]).known().order_by("person_id")
        spoken_of = list(members.values_list("person_id", flat=True))
    elif entry.kind == "person":
        return {}
    elif entry.kind in ANSWERED and entry.person_id is not None:
        spoken_of = answers.people_of(told, entry.person_id)
    else:
        spoken_of = [entry.person_id]
    offices = dict(Person.objects.filter(pk__in=spoken_of).values_list("pk", "scope_no"))
    if set(offices) != set(spoken_of):
        raise EntryRefused("person_gone")
    if not all(reach.reaches(scope_no) for scope_no in offices.values()):
        raise EntryRefused("out_of_reach")
    return dict(enumerate(spoken_of, start=LINE))


def _refuse_households_elsewhere(facts: Mapping[str, pl.DataFrame], reach: Scope) -> None:
    """Nobody joins, heads or helps a household outside the reach of who entered it: it would come to stand in theirs."""
    named = [f.get_column("household_code") for name, f in facts.items() if name in {"household", "helper"}]
    known = Household.objects.filter(code__in={code for codes in named for code in codes if code})
    if not all(reach.reaches(scope_no) for scope_no in known.values_list("scope_no", flat=True)):
        raise EntryRefused("out_of_reach")


def _homes_of(entry: Entry, told: Mapping[str, Any]) -> list[str]:
    """Where the entry says that somebody lives."""
    answered = answers.areas_of(told) if entry.kind in ANSWERED else []
    typed = [told.get("area_code"), (told.get("details") or {}).get("residence")]
    return [*answered, *(area for area in typed if area)]


def _refuse_moves_elsewhere(homes: list[str], context: Context, reach: Scope) -> None:
    """Nothing that is entered moves anybody to another office: that is a transfer, which the other office accepts."""
    if not all(area in context.offices and reach.reaches(context.offices[area]) for area in homes):
        raise EntryRefused("out_of_reach")


def _new_person(told: Mapping[str, Any], context: Context, on: dt.date) -> pl.DataFrame:
    """The one row of a person typed by hand, checked as a register's row is."""
    number = check_id(told["id_number"], on=on)
    if number.id_status in ID_REFUSALS or number.id_number is None:
        raise EntryRefused(ID_REFUSALS.get(number.id_status, "id_missing"))
    if number.id_number.startswith(INVENTED_PREFIX) and not context.trial:
        raise EntryRefused("id_invented")
    row = {
        "_line": LINE, "_sheet": None, "id_number": number.id_number, "id_status": number.id_status,
        "name": told["name"], "name_key": name_key_of(told["name"]), "sex": number.sex, "birth_on": None,
        "id_birth_on": number.birth_on, "id_sex": number.sex, "area_code": told.get("area_code"),
    }  # fmt: skip
    return pl.DataFrame([row], schema=ROW_SCHEMA)


def _known_elsewhere(rows: pl.DataFrame, reach: Scope) -> Person | None:
    """Who has the new person's number on record outside the reach of whoever enters it. Under the lock of publishing.

    Whom no register speaks of any more is hidden, and so is nobody's.
    """
    for number in rows.get_column("id_number"):
        person: Person | None = people.by_id_number(number).first()
        if person is not None and not reach.reaches(person.scope_no):
            return person
    return None


def _batch_of(entry: Entry, by: str) -> Batch:
    """The same entry is the same batch. Its digest begins above every file's and grows with the entry's key: on one
    day the later word of an officer stands, over the earlier one and over a file."""
    return actions.open_batch(
        digest=LAST_WORD + entry.pk.to_bytes(8, "big") + hashlib.sha256(entry.token.encode()).digest()[:16],
        source={"visit": VISIT, "undo": VISIT, "person": REGISTRATION}.get(entry.kind, OFFICER),
        profile_version=1,
        sha256=hashlib.sha256(entry.token.encode()).digest(),
        file_name="",
        file_month=registry_day(entry.entered_at).replace(day=1),
        known_on=registry_day(),
        by=by,
    )


def facts_of(kind: str, told: Mapping[str, Any], lines: Mapping[int, int]) -> dict[str, pl.DataFrame]:
    """The fact frames that an entry says, in the shapes of intake."""
    if kind in ANSWERED:
        return {name: _frame(name, rows) for name, rows in answers.facts_of(told, lines).items()}
    if kind == "details":
        return {"detail": _details(told["details"])}
    if kind == "person":
        return _person_facts(told)
    if kind in {"split", "merge"}:
        code = told["household_code_new"] if kind == "split" else told["into_code"]
        members = [
            {"_line": line, "household_code": code, "relation": None, "is_head": person == told.get("head")}
            for line, person in lines.items()
        ]
        return {"household": _frame("household", members)}
    return {kind: _frame(kind, [dict(told["fact"])])} if told.get("fact") else {}


def _details(said: Mapping[str, str]) -> pl.DataFrame:
    named = {"name_key": name_key_of(said["name"])} if said.get("name") else {}
    return _frame("detail", [{"kind": kind, "value": value} for kind, value in {**said, **named}.items()])


def _person_facts(told: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    said = {"name": told["name"], "id_number": told["id_number"], "phone": told.get("phone")}
    said |= {"residence": told.get("area_code"), **told.get("details", {})}
    frames = {"detail": _details({kind: value for kind, value in said.items() if value})}
    for name in ("spell", "membership", "household"):
        if told.get(name):
            frames[name] = _frame(name, [dict(told[name])])
    return frames


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    dated = [{key: _dated(SCHEMAS[name].get(key), value) for key, value in row.items()} for row in rows]
    schema = {**KEY_SCHEMA, **SCHEMAS[name]}
    blank = dict.fromkeys(schema)
    return pl.DataFrame([{**blank, "_line": LINE, **row} for row in dated], schema=schema)


def _dated(kind: Any, value: Any) -> Any:
    return dt.date.fromisoformat(value) if kind == pl.Date and isinstance(value, str) else value


def _cleaned(rows: pl.DataFrame, facts: dict[str, pl.DataFrame]) -> Cleaned:
    return Cleaned(
        rows=rows,
        faults=pl.DataFrame(schema=FAULT_SCHEMA),
        queries=pl.DataFrame(schema=QUERY_SCHEMA),
        facts=facts,
        no_rows=pl.DataFrame(),
        month=None,
    )


def _link(cursor: CursorWrapper, batch: int, lines: Mapping[int, int]) -> None:
    """The officer said whom each line speaks of."""
    for line, person in lines.items():
        cursor.execute(
            "INSERT INTO link SELECT %s, 0, %s, id, scope_no FROM people_person WHERE id = %s", [batch, line, person]
        )


def _stay(cursor: CursorWrapper, stage: str) -> None:
    """A number that is known already: what was typed counts, but nobody moves by being registered a second time."""
    cursor.execute(
        f"""
        DELETE FROM {stage}_detail d USING link l, people_person p, {stage}_row r
        WHERE d.kind = 'residence' AND p.id = l.person_id AND p.scope_no <> r.scope_no AND NOT p.is_hidden AND r.line = d.line
          AND l.batch_id = d.batch_id AND l.sheet_no = d.sheet_no AND l.line = d.line
        """
    )


def _retire(cursor: CursorWrapper, entry: Entry, told: Mapping[str, Any], batch: Batch) -> None:
    """A spell that is put right gives way, whatever its first day was."""
    if entry.kind in ANSWERED and entry.person_id is not None:
        answers.retire_replaced(cursor, told, person=entry.person_id, batch=batch.pk, on=batch.known_on)
    if entry.kind == "spell" and told.get("replaces"):
        cursor.execute(
            "UPDATE firms_employmentspell SET retired_on = %s, retired_by = %s"
            " WHERE id = %s AND person_id = %s AND retired_on IS NULL",
            [batch.known_on, batch.pk, told["replaces"], entry.person_id],
        )
