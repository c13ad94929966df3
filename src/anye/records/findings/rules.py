"""The quality rules that these registers can show (domain 6.3), what follows from each, and how each can be answered.

An answer settles a doubt only together with what puts the record right: the fields that it asks for become facts. Where
the record was right after all, or two things may both be true, a note says why. What only the keeper of a register can
mend keeps the doubt open (`mending`) until the registers agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUALITY_RULES = ("Q02", "Q03", "Q04", "Q05", "Q06", "Q07", "Q08", "Q09", "Q10")
# doubts that only a conversation at home can settle; the others are put right at a desk
VISIT_RULES = frozenset({"Q04", "Q06", "Q07", "Q08", "Q09"})
# what an officer hands to visits of what is owed, by the kind of line: a fact is missing, nobody claimed it, one step is left
HANDED_RULES = {"unknown": "H01", "unpaid": "H02", "nearly": "H03"}
VISIT_DAYS = 15
UNDO_MINUTES = 10  # how long whoever answered a visit may take the answer back
OPEN_STATES = ("open", "visiting", "mending")
# `confirmed` where our records were wrong, `explained` where they may stand, `source_error` where a register says what
# never was
SETTLED_STATES = ("explained", "source_error", "confirmed")


@dataclass(frozen=True)
class Answer:
    """What may be answered to a doubt: the state that it leads to, what has to be told with it, whether it wants a note.

    `state` None: nothing was learnt, the doubt is asked about again. `fields` must be told, `more` may be.
    """

    code: str
    state: str | None
    fields: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    wants_note: bool = False

    @property
    def told(self) -> tuple[str, ...]:
        return self.fields + self.more


NOT_FOUND = Answer("not_found", None)
RIGHT = Answer("record_right", "explained", wants_note=True)
# at a desk alone: a letter or a call to the register's keeper
KEEPER = Answer("register_wrong", "source_error", wants_note=True)

# it closes by itself once the rules say otherwise; who does not want it is not asked again for that year
DECLINES = Answer("declines", "explained", wants_note=True)

_JOB = ("job",)
# by rule, or by rule and kind where the kind of contradiction decides what can be answered
ANSWERS: Mapping[str, tuple[Answer, ...]] = {
    "Q02": (Answer("sex", "confirmed", ("sex",)), RIGHT),
    "Q03": (Answer("birth", "confirmed", ("birth",)), RIGHT),
    "Q04:one_id_two_names": (
        Answer("name", "confirmed", ("name",)), Answer("number", "mending", wants_note=True), RIGHT,
    ),
    "Q04:near_ids": (
        Answer("two_people", "explained", wants_note=True), Answer("one_person", "mending", wants_note=True),
    ),
    "Q05": (RIGHT,),
    "Q06": (Answer("village", "confirmed", ("village",)), RIGHT),
    "Q07": (Answer("head", "confirmed", ("head",)), RIGHT),
    "Q08": (Answer("dates", "confirmed", _JOB), RIGHT),
    "Q09": (
        Answer("working", "confirmed", ("employer",), ("since_month", "wage_fen", "wage_unit")),
        Answer("insured_only", "explained"), Answer("not_insured", "source_error"),
    ),
    "Q10": (Answer("wage", "confirmed", _JOB), RIGHT),
    "H01": (Answer("entered", "mending"), DECLINES),
    "H02": (Answer("told", "mending"), DECLINES),
    "H03": (Answer("told", "mending"), DECLINES),
}  # fmt: skip


def answers_to(rule: str, params: Mapping[str, Any], *, at_home: bool) -> tuple[Answer, ...]:
    """What may be answered to a doubt, at home or at a desk."""
    kind = f"{rule}:{params.get('kind')}"
    known = ANSWERS[kind] if kind in ANSWERS else ANSWERS.get(rule, (RIGHT,))
    if at_home:
        return (*known, NOT_FOUND)
    return known if any(answer.state == KEEPER.state for answer in known) else (*known, KEEPER)


def answer_to(rule: str, params: Mapping[str, Any], code: str, *, at_home: bool) -> Answer:
    """One of them by its code. Raises ValueError."""
    for answer in answers_to(rule, params, at_home=at_home):
        if answer.code == code:
            return answer
    raise ValueError(f"{code!r} is no answer to a doubt of {rule}")
