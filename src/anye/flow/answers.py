"""What the answers to doubts say, as facts: each puts right what was in doubt, and is overruled like any other fact.

An answer is what `records.findings.rules` lets be told: its code, and the fields of that code. Answers of a visit or of a
desk are one batch of one person's line, and a line for each other member of a household whose head was named.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.engine.names import name_key_of
from anye.flow.specs import SPECS
from anye.records.people.models import HouseholdMember

Told = Mapping[str, Any]
Facts = dict[str, list[dict[str, Any]]]  # fact name → rows in the shapes of intake, each with its line
HEAD = "02"  # GB/T 4761
LINE = 1


def answers_of(told: Told) -> list[Told]:
    """The answers that an entry holds: a visit's, or a desk's one."""
    return list(told["answers"]) if "answers" in told else [told]


def people_of(told: Told, person: int) -> list[int]:
    """Whom the answers speak of: the person, and those of the household whom a new head concerns."""
    others: list[int] = []
    for answer in answers_of(told):
        if answer["answer"] == "head":
            members = HouseholdMember.objects.filter(household__code=answer["head"]["household_code"]).known()
            heads = members.filter(is_head=True).order_by("person_id").values_list("person_id", flat=True)
            others += [answer["head"]["person"], *heads]
    return list(dict.fromkeys([person, *others]))


def facts_of(told: Told, lines: Mapping[int, int]) -> Facts:
    """What the answers say, each thing once; `lines`: line → person, as `people_of` has them.

    Who works for one firm and not for another works.
    """
    facts: Facts = {}
    for answer in answers_of(told):
        for name, row in _SAYS.get(answer["answer"], _nothing)(answer, lines):
            said = facts.setdefault(name, [])
            if (fact := {"_line": LINE, **row}) not in said:
                said.append(fact)
    if _AT_WORK in facts.get("detail", []):
        facts["detail"] = [fact for fact in facts["detail"] if fact != _IDLE]
    return facts


def replaced_by(told: Told) -> list[int]:
    """The spells of work, by key, that give way to what an answer says of them, whatever their first day was."""
    return [answer["job"]["replaces"] for answer in answers_of(told) if answer.get("job")]


def overruled(batch: int, since: Mapping[str, int]) -> list[dict[str, Any]]:
    """What a batch of one entry said that a stronger source contradicts at once: fact, kind, and the batch of that source.

    `since`: the highest ids of the tables of facts before the batch's were taken. How a firm is called is no matter of
    the entry's: whoever names an employer may use another name than the register.
    """
    parts = " UNION ".join(
        f"""
        SELECT '{name}' AS fact, {"f.kind" if "kind" in spec.key else "''"} AS kind, f.retired_by AS batch
        FROM {spec.table} f WHERE f.id > {since[name]} AND f.source_batch = {batch} AND f.retired_on IS NOT NULL
        """
        for name, spec in SPECS.items()
        if spec.parent != "firm_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT fact, kind, batch FROM ({parts}) x WHERE kind <> 'name_key' ORDER BY 1, 2, 3")
        return [dict(zip(("fact", "kind", "batch"), row, strict=True)) for row in cursor.fetchall()]


def that_stand(told: Told, *, is_overruled: bool) -> list[Told]:
    """The answers whose correction came to stand. What a stronger source contradicts at once has put nothing right."""
    return [answer for answer in answers_of(told) if not (is_overruled and answer["answer"] in _CORRECTIONS)]


def areas_of(told: Told) -> list[str]:
    """Where the answers say that the person lives: nobody is moved out of the reach of who answered."""
    return [answer["village"] for answer in answers_of(told) if answer.get("village")]


def retire_replaced(cursor: CursorWrapper, told: Told, *, person: int, batch: int, on: dt.date) -> None:
    """Retire the spells that an answer puts right; only the person's own."""
    for spell in replaced_by(told):
        cursor.execute(
            "UPDATE firms_employmentspell SET retired_on = %s, retired_by = %s"
            " WHERE id = %s AND person_id = %s AND retired_on IS NULL",
            [on, batch, spell, person],
        )


Said = Iterable[tuple[str, dict[str, Any]]]


def _nothing(_answer: Told, _lines: Mapping[int, int]) -> Said:
    return ()


def _working(answer: Told, _lines: Mapping[int, int]) -> Said:
    since = answer.get("since_month")
    yield "detail", _state("employed")
    yield (
        "spell",
        {
            "employer_name": answer.get("employer") or "",
            "started_on": dt.date.fromisoformat(f"{since}-01") if since else None,
            "wage_fen": answer.get("wage_fen"),
            "wage_unit": answer.get("wage_unit") or "",
        },
    )


def _idle(_answer: Told, _lines: Mapping[int, int]) -> Said:
    yield "detail", _state("not_employed")


def _state(value: str) -> dict[str, Any]:
    return {"kind": "employment_state", "value": value}


def _name(answer: Told, _lines: Mapping[int, int]) -> Said:
    yield "detail", {"kind": "name", "value": answer["name"]}
    yield "detail", {"kind": "name_key", "value": name_key_of(answer["name"])}


def _detail(kind: str, field: str) -> Any:
    def say(answer: Told, _lines: Mapping[int, int]) -> Said:
        yield "detail", {"kind": kind, "value": answer[field]}

    return say


def _job(answer: Told, _lines: Mapping[int, int]) -> Said:
    yield "spell", dict(answer["job"]["fact"])


def _head(answer: Told, lines: Mapping[int, int]) -> Said:
    """The head is the head, and who was one so far is a member whose relation nobody has told yet."""
    code, head = answer["head"]["household_code"], answer["head"]["person"]
    heads = HouseholdMember.objects.filter(household__code=code, is_head=True).known()
    was = set(heads.values_list("person_id", flat=True))
    for line, person in lines.items():
        if person == head or person in was:
            is_head = person == head
            said = {"household_code": code, "relation": HEAD if is_head else None, "is_head": is_head}
            yield "household", {"_line": line, **said}


_SAYS = {
    "working": _working, "insured_only": _idle, "not_insured": _idle, "name": _name,
    "sex": _detail("sex", "sex"), "birth": _detail("birth", "birth"), "village": _detail("residence", "village"),
    "dates": _job, "wage": _job, "head": _head,
}  # fmt: skip
_CORRECTIONS = frozenset(_SAYS) - {"insured_only", "not_insured"}
_AT_WORK, _IDLE = ({"_line": LINE, **_state(value)} for value in ("employed", "not_employed"))
