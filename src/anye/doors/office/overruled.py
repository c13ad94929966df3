"""What of an entry or an answer another source overruled at once, in words: an officer is never told that it stands."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.fragments import Words
from anye.doors.office import words
from anye.doors.office.sources import said_by
from anye.records.registers.models import Entry

FACTS: dict[str, Words] = {
    "household": _("Place in the household"),
    "membership": _("Group"),
    "spell": _("Work"),
    "helper": _("Helper"),
    "need": _("Needs and wishes"),
    "income": _("Income"),
}
KINDS = {"detail": words.DETAILS, "need": words.NEEDS, "income": words.INCOME}


@dataclass(frozen=True)
class Overruled:
    """One thing that was entered and does not stand, and the source that counts instead."""

    what: str
    source: str


def overruled_of(entry: Entry) -> list[Overruled]:
    """Everything of an entry that does not stand; empty where all of it does."""
    said = said_by(one["batch"] for one in entry.overruled)
    unknown = gettext("another source")
    return [
        Overruled(
            str(KINDS.get(one["fact"], {}).get(one["kind"], FACTS.get(one["fact"], one["kind"]))),
            said[one["batch"]].words if one["batch"] in said else unknown,
        )
        for one in entry.overruled
    ]
