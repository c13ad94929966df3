"""Everything that was ever said of a person, the newest first: facts, also retired ones with what replaced them, doubts,
visits. Read in one range over all tables, a page at a time."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.utils.translation import gettext

from anye.doors.kit import formats
from anye.doors.kit.links import token_url
from anye.doors.office import doubts, stated, statuses, words
from anye.doors.office.sources import Said, row_href, said_by
from anye.engine.areas import spoken
from anye.flow import stated as stated_rows
from anye.flow.specs import SPECS
from anye.records.findings.models import Finding, Visit
from anye.records.firms.models import EmploymentSpell, InsuranceMonth, PayrollLine
from anye.records.people import queries as people
from anye.records.people.models import (
    HouseholdMember,
    IncomeLine,
    Membership,
    Need,
    Person,
    PersonDetail,
    StatusSpell,
)
from anye.records.places.models import Area

PAGE = 40
Place = tuple[dt.date, int, int]  # day, table, row


@dataclass(frozen=True)
class Table:
    """A table of the history: its rows of a person, the day each became known, the fields that make one fact, words."""

    model: Any
    day: str
    key: tuple[str, ...]
    icon: str
    title: Callable[[Any, bool], str]
    condition: Q = Q()
    related: tuple[str, ...] = ()

    def rows(self, subject: Person) -> "QuerySet[Any]":
        return self.model.objects.filter(self.condition, person=subject)


def _detail(row: PersonDetail, may_see_private: bool) -> str:
    label = words.DETAILS.get(row.kind, row.kind)
    if row.kind == "id_number":
        value = formats.masked_id(people.opened_detail(row))
    elif row.kind == "phone":
        value = words.masked_phone(people.opened_detail(row))
    elif row.kind in words.PRIVATE_KINDS:
        value = words.detail_words(row.kind, people.opened_detail(row)) if may_see_private else gettext("recorded")
    elif row.kind == "residence":
        value = getattr(row, "area_name", row.value or "")
    else:
        value = words.detail_words(row.kind, row.value or "")
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}


def _household(row: HouseholdMember, _may: bool) -> str:
    relation = words.code_words("relation", row.relation) if row.relation else ""
    return (
        gettext("Member of a household: %(relation)s") % {"relation": relation}
        if relation
        else gettext("Member of a household")
    )


def _membership(row: Membership, _may: bool) -> str:
    given = {"group": words.group_words(row.group), "span": words.span_words(row.valid_from, row.valid_to)}
    return gettext("Group: %(group)s (%(span)s)") % given


def _income(row: IncomeLine, _may: bool) -> str:
    given = {
        "kind": words.INCOME.get(row.kind, row.kind),
        "month": formats.month_text(row.month),
        "money": formats.money_text(row.amount_fen),
    }
    return gettext("Income of %(month)s, %(kind)s: %(money)s") % given


def _need(row: Need, _may: bool) -> str:
    label = words.NEEDS.get(row.kind, row.kind)
    return gettext("%(label)s: %(value)s") % {"label": label, "value": words.need_words(row.kind, row.value)}


def _spell(row: EmploymentSpell, _may: bool) -> str:
    employer = row.firm.name if row.firm is not None else row.employer_name
    span = words.span_words(row.valid_from, row.valid_to)
    return gettext("Work: %(employer)s (%(span)s)") % {
        "employer": employer or gettext("employer not known"),
        "span": span,
    }


def _insurance(row: InsuranceMonth, _may: bool) -> str:
    return gettext("Insured by %(firm)s for %(first)s") % {
        "firm": row.firm.name,
        "first": formats.month_text(row.month),
    }


TABLES = (
    Table(PersonDetail, "known_on", ("kind",), "file-description", _detail, ~Q(kind="name_key")),
    Table(HouseholdMember, "known_on", (), "home", _household),
    Table(Membership, "known_on", ("group",), "flag", _membership),
    Table(IncomeLine, "known_on", ("month", "kind"), "coin", _income),
    Table(Need, "known_on", ("kind",), "message", _need),
    Table(EmploymentSpell, "known_on", ("valid_from", "employer_name"), "briefcase", _spell, related=("firm",)),
    Table(InsuranceMonth, "known_on", ("firm_id", "month"), "shield-check", _insurance, related=("firm",)),
    Table(StatusSpell, "known_on", ("kind", "slot"), "database", statuses.title),
    Table(PayrollLine, "known_on", ("firm_id", "month"), "coin", statuses.pay_title, related=("firm",)),
    *(
        Table(
            stated_rows.model_of(name),
            "known_on",
            SPECS[name].key,
            stated.ICONS.get(name, "database"),
            stated.line_of(name),
        )
        for name in stated_rows.OF_PERSONS
    ),
    Table(Finding, "found_on", (), "question-mark", lambda row, _may: doubts.rule_words(row.rule)),
    Table(Visit, "made_on", (), "home-check", lambda row, _may: doubts.answer_words(row.answer), Q(state="done")),
)


def _before(place: Place | None, number: int, day: str) -> Q:
    """Rows of table `number` that come behind a place, the newest first."""
    if place is None:
        return Q()
    on, table, row = place
    if number > table:
        return Q((f"{day}__lt", on))
    if number < table:
        return Q((f"{day}__lte", on))
    return Q((f"{day}__lt", on)) | Q((day, on), ("pk__lt", row))


def page_of(subject: Person, place: Place | None, size: int = PAGE) -> list[Place]:
    """The places of the next rows, one more than a page where there are more. Later tables come first on a day."""
    parts = [
        table.rows(subject)
        .filter(_before(place, number, table.day))
        .annotate(on=F(table.day), table_no=Value(number, output_field=IntegerField()), row_no=F("pk"))
        .values_list("on", "table_no", "row_no")
        .order_by()
        for number, table in enumerate(TABLES)
    ]
    first, *rest = parts
    return list(first.union(*rest, all=True).order_by("-on", "-table_no", "-row_no")[: size + 1])


@dataclass(frozen=True)
class Entry:
    """One line of the history, as the kit's timeline draws it."""

    at: dt.date
    title: str
    text: str
    icon: str
    tone: str
    by: str
    href: str = ""


def entries(subject: Person, places: list[Place], *, may_see_private: bool) -> list[Entry]:
    """The lines of a page: one query a table, one for what replaced retired facts, one for the batches."""
    rows: dict[tuple[int, int], Any] = {}
    followers: dict[tuple[int, int, tuple[Any, ...]], Any] = {}
    for number, table in enumerate(TABLES):
        keys = [row for _on, table_no, row in places if table_no == number]
        found = table.model.objects.filter(pk__in=keys).select_related(*table.related)
        rows |= {(number, row.pk): row for row in found}
        by = {
            row.retired_by for row in rows.values() if isinstance(row, table.model) and getattr(row, "retired_by", None)
        }
        if by:
            for after in table.rows(subject).filter(source_batch__in=by).select_related(*table.related):
                followers[number, after.source_batch, _key(table, after)] = after
    name_areas([*rows.values(), *followers.values()])
    said = said_by(getattr(row, name, None) for row in rows.values() for name in ("source_batch", "retired_by"))
    lines: list[Entry] = []
    insured: list[InsuranceMonth] = []
    for on, number, key in places:
        row = rows.get((number, key))
        if isinstance(row, InsuranceMonth) and row.retired_on is None:
            if insured and (insured[0].known_on, insured[0].firm_id, insured[0].source_batch) == (
                on,
                row.firm_id,
                row.source_batch,
            ):
                insured.append(row)
                lines[-1] = _insured(subject, insured, said)
            else:
                insured = [row]
                lines.append(_insured(subject, insured, said))
        elif row is not None:
            known = _Known(subject, followers, said)
            lines.append(_entry(on, TABLES[number], number, row, known, may_see_private=may_see_private))
    return lines


def name_areas(rows: list[Any]) -> None:
    """Give residences the names of their areas."""
    homes = [row for row in rows if isinstance(row, PersonDetail) and row.kind == "residence"]
    codes = {row.value for row in homes}
    names = dict(Area.objects.filter(code__in=codes).order_by("valid_from").values_list("code", "name"))
    for row in homes:
        row.area_name = spoken(names.get(row.value or "", row.value or ""))  # type: ignore[attr-defined]


def _insured(subject: Person, rows: list[InsuranceMonth], said: dict[int, Said]) -> Entry:
    """The months of one firm that one file brought, as one line."""
    months = sorted(row.month for row in rows)
    given = {"firm": rows[0].firm.name, "first": formats.month_text(months[0]), "last": formats.month_text(months[-1])}
    if len(months) == 1:
        title = gettext("Insured by %(firm)s for %(first)s") % given
    else:
        given["count"] = formats.number_text(len(months))
        title = gettext("Insured by %(firm)s for %(first)s to %(last)s (%(count)s months)") % given
    source = said.get(rows[0].source_batch)
    by = source.words if source else ""
    return Entry(rows[0].known_on, title, "", "shield-check", "info", by, row_href(rows[-1], source, subject))


def _key(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in table.key)


@dataclass(frozen=True)
class _Known:
    """Whose history it is, what came after its facts, and which batches told of them."""

    subject: Person
    followers: dict[Any, Any]
    said: dict[int, Said]


def _entry(on: dt.date, table: Table, number: int, row: Any, known: _Known, *, may_see_private: bool) -> Entry:
    subject, followers, said = known.subject, known.followers, known.said
    title = table.title(row, may_see_private)
    if isinstance(row, Finding):
        return Entry(
            on, title, str(doubts.state_of(row).label), table.icon, "warn", "", token_url("office:finding", row.token)
        )
    if isinstance(row, Visit):
        title = gettext("Visit: %(answer)s") % {"answer": title}
        return Entry(on, title, "", table.icon, "ok", row.made_by, token_url("office:visit", row.token))
    source = said.get(row.source_batch)
    by = source.words if source else ""
    if row.retired_on is None:
        return Entry(on, title, "", table.icon, "info", by, row_href(row, source, subject))
    after = followers.get((number, row.retired_by, _key(table, row)))
    given = {
        "day": formats.day_text(row.retired_on),
        "by": said[row.retired_by].words if row.retired_by in said else "–",
    }
    if after is None or after.pk == row.pk:
        text = gettext("No longer held since %(day)s (%(by)s).") % given
    else:
        given["value"] = table.title(after, may_see_private)
        text = gettext("Replaced on %(day)s by: %(value)s (%(by)s).") % given
    return Entry(on, title, text, table.icon, "idle", by)
