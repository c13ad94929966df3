"""The list of people: searched by part of a name, ID number, its last six characters or telephone; filtered; exported.

Searches are POSTs whose text lives in a sealed token. A number that nobody in range has is answered like a number
that nobody has at all.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, Search
from anye.doors.kit.fragments import Status
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Key, Order, RowCompare, Source
from anye.doors.office import words
from anye.doors.office.entrance import PRIVATE, READERS, may, open_to
from anye.doors.office.navigation import address
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Dressed, Rows, log_export, log_list, source_of
from anye.engine.codes import check_id
from anye.engine.names import name_key_of
from anye.records.audit.day import registry_day
from anye.records.findings.queries import has_open_finding, open_findings
from anye.records.people import queries as people
from anye.records.people.models import NameGram, Person

ID = re.compile(r"\d{15}|\d{17}[\dX]")
LAST_SIX = re.compile(r"\d{5}[\dX]")
PHONE = re.compile(r"1\d{10}|0\d{9,11}|[2-9]\d{6,7}")
DOUBT = Status("doubt", _("in doubt"), "question-mark", "warn")


@dataclass(frozen=True)
class PeopleRows(Rows):
    """People, narrowed; with `part` (a name key) they are found and paged through the table of name pieces."""

    part: str = ""
    is_filtered: bool = False

    def filter(self, *conditions: Any, **named: Any) -> "PeopleRows":
        """Narrowed by a filter, so that names found have to be checked against it."""
        return replace(super().filter(*conditions, **named), is_filtered=True)

    def source(self, order: Order) -> Source:
        """Where the pages come from."""
        return Dressed(GramSource(self), self) if self.part else super().source(order)


@dataclass(frozen=True)
class GramSource:
    """People by a part of their names. Keys are those of the list's order: scope number, name, person."""

    rows: PeopleRows

    def _found(self) -> Any:
        found = people.grams_of(self.rows.part)
        return found.filter(person_id__in=self.rows.query.values("pk")) if self.rows.is_filtered else found

    def after(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        found = self._found()
        beyond = found if key is None else found.filter(RowCompare(["name", "person_id"], ">", key[1:]))
        return self._people(list(beyond.order_by("name", "person_id")[:size]))

    def before(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        found = self._found()
        beyond = found if key is None else found.filter(RowCompare(["name", "person_id"], "<", key[1:]))
        return self._people(list(beyond.order_by("-name", "-person_id")[:size])[::-1])

    def count_to(self, limit: int) -> int:
        """See Source."""
        return int(self._found().order_by()[:limit].count())

    def _people(self, grams: Sequence[NameGram]) -> list[Person]:
        known = people.people_by_key(gram.person_id for gram in grams)
        return [known[gram.person_id] for gram in grams if gram.person_id in known]


def searched(rows: PeopleRows, text: str) -> PeopleRows:
    """The people that a search names: by number where the text is one, else by part of a name."""
    plain = re.sub(r"[\s\-—]", "", unicodedata.normalize("NFKC", text)).upper()
    if ID.fullmatch(plain):
        number = check_id(plain, on=registry_day()).id_number or plain
        return replace(rows, query=rows.query.filter(pk__in=people.by_id_number(number).values("pk")))
    if LAST_SIX.fullmatch(plain):
        return replace(rows, query=rows.query.filter(pk__in=people.by_last_six(plain).values("pk")))
    if PHONE.fullmatch(plain):
        return replace(rows, query=rows.query.filter(pk__in=people.by_phone(plain).values("pk")))
    part = name_key_of(text)
    return replace(rows, part=part) if part else replace(rows, query=rows.query.none())


def by_employment(rows: Rows, code: str) -> Rows:
    return rows.filter(is_employed={"working": True, "not_working": False, "not_known": None}[code])


def dressed(request: HttpRequest) -> Any:
    """Villages and open doubts of a page's people."""

    def dress(page: list[Person]) -> list[Person]:
        doubted = set(open_findings().filter(person_id__in=[p.pk for p in page]).values_list("person_id", flat=True))
        for person in page:
            person.place = place_words(request, person.scope_no)  # type: ignore[attr-defined]
            person.doubt = DOUBT if person.pk in doubted else None  # type: ignore[attr-defined]
        return page

    return dress


def id_in_clear(person: Person) -> str | None:
    return people.opened_id(person.id_sealed) if person.id_sealed else None


PEOPLE = Listing(
    name="people",
    caption=_("People"),
    columns=(
        Column("name", _("Name"), "name", link=lambda p: token_url("office:person", p.token), is_fixed=True),
        Column("id_number", _("ID number"), id_in_clear, "masked_id"),
        Column("sex", _("Sex"), lambda p: words.sex_words(p.sex)),
        Column("born", _("Born"), "birth_on", "day"),
        Column("place", _("Village"), "place"),
        Column("groups", _("Groups"), lambda p: words.groups_text(p.groups)),
        Column("employment", _("Employment"), words.employment, "status"),
        Column("wants_work", _("Wants to work"), "wants_work", "flag", is_shown=False),
        Column("doubt", _("Doubts"), "doubt", "status"),
    ),
    orders=(Order("place", _("by village and name"), ("scope_no", "name", "pk")),),
    filters=(
        ChoiceFilter("village", _("Village"), place_choices, by_place),
        ChoiceFilter(
            "group",
            _("Group"),
            lambda request: words.group_choices(),
            lambda rows, group: rows.filter(groups__contains=[group]),
        ),
        ChoiceFilter(
            "work",
            _("Employment"),
            [(one.code, one.label) for one in (words.WORKING, words.NOT_WORKING, words.NOT_KNOWN)],
            by_employment,
        ),
        ChoiceFilter(
            "doubt",
            _("Doubts"),
            [("open", _("with an open doubt")), ("none", _("without"))],
            lambda rows, code: rows.filter(has_open_finding() if code == "open" else ~has_open_finding()),
        ),
    ),
    search=Search(
        _("Name, ID number, its last six, or telephone"),
        searched,
        placeholder=pgettext_lazy("search", "Part of a name, or a number"),
        searched=lambda request, text: None,  # what is found is logged when it is shown
    ),
    export=Export(
        _("People"),
        log=log_export(lambda p: (p.pk, p.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(_("Nobody here yet"), _("People appear when a register that names them is loaded."), icon="users"),
    source=source_of,
)


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The list of people."""
    rows = PeopleRows(people.people(), dress=dressed(request))
    request.listed = rows  # type: ignore[attr-defined]
    context = {"new_href": address("entries:new_person") if may(request, PRIVATE) else ""}
    response = PEOPLE.respond(request, rows, template="office/people/index.html", context=context)
    if request.method != "POST":
        log_list(request, "people_search" if "found" in request.GET else "people_list", rows.read)
    return response
