"""Codes and kinds as people read them: from the pack's code tables where they are local, else from the catalogue."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.fragments import Status, Words
from anye.packs import read_pack
from anye.records.people.models import Person

WORKING = Status("working", _("working"), "briefcase", "ok")
NOT_WORKING = Status("not_working", _("not working"), "user-search", "warn")
NOT_KNOWN = Status("not_known", _("not known"), "circle-dashed", "idle")

DETAILS: dict[str, Words] = {
    "sex": _("Sex"),
    "birth": _("Born"),
    "ethnicity": _("Ethnic group"),
    "education": _("Education"),
    "work_capacity": _("Work capacity"),
    "student_state": _("At school"),
    "marital": _("Marital status"),
    "political": _("Political status"),
    "health": _("Health"),
    "disability": _("Disability"),
    "address": _("Address"),
    "area_group": _("Village group"),
    "household_code": _("Household number"),
    "lifted_year": _("Year lifted out of poverty"),
    "certified_year": _("Year certified"),
    "relocated": _("Relocated"),
    "resettlement_site": _("Resettlement site"),
    "work_region": _("Where the work is"),
    "jobless_reason": _("Why not at work"),
    "status_note": _("Note in the register"),
    "employment_state": _("Employment"),
    "residence": _("Residence"),
    "name": _("Name"),
    "id_number": _("ID number"),
    "phone": _("Telephone"),
}
# what the overview's list of facts leaves out because it stands elsewhere on the page
ELSEWHERE = frozenset({"name", "name_key", "id_number", "phone", "sex", "birth", "residence", "employment_state"})
PRIVATE_KINDS = frozenset({"health", "disability", "address", "jobless_reason", "status_note"})
YES_NO = {"yes": pgettext_lazy("answer", "yes"), "no": pgettext_lazy("answer", "no")}
FLAGS = frozenset({"student_state", "relocated"})
STATES: dict[str, Words] = {"employed": _("working"), "not_employed": _("not working")}
GROUPS: dict[str, Words] = {
    "disabled": _("disabled"),
    "low_income": _("minimum allowance"),
    "special_support": _("special support"),
    "in_difficulty": _("in employment difficulty"),
}
NEEDS: dict[str, Words] = {
    "wants_work": _("Wants to work"),
    "wants_training": _("Wants training"),
    "wanted_area": _("Wanted place of work"),
    "wanted_post": _("Wanted post"),
    "wanted_trade": _("Wanted trade"),
    "wanted_wage_fen": _("Wanted wage a month"),
    "available_time": _("Time available"),
    "wants_startup": _("Wants to start a business"),
    "wants_post": _("Needs a public-welfare post"),
    "service": _("Services asked for"),
}
INCOME: dict[str, Words] = {
    "wage": _("wage"),
    "post": _("public-welfare post"),
    "property": _("property"),
    "transfer": _("transfers"),
    "business": _("business"),
    "other": _("other income"),
}
STATUSES: dict[str, Words] = {
    "death": _("Died"),
    "pension": _("Draws a pension"),
    "public_pay": _("Paid from public funds"),
    "unemployed": _("Registered as unemployed"),
    "unemployment_benefit": _("Unemployment benefit"),
    "disability": _("Certified disability"),
    "detention": _("In prison or detention"),
}
PURPOSES: tuple[tuple[str, Words], ...] = (
    ("contact", _("To reach the person or the household")),
    ("identify", _("To tell two people of one name apart")),
    ("register", _("To check against a register or a document")),
    ("help", _("To apply for help on the person's behalf")),
)


def code_words(table: str, code: str) -> str:
    """A code of the pack's table in the reader's language; several, joined by |, one after another."""
    known = _table(table, is_chinese=formats.is_chinese())
    return (
        "、".join(known.get(part, part) for part in code.split("|"))
        if formats.is_chinese()
        else ", ".join(known.get(part, part) for part in code.split("|"))
    )


def _table(name: str, *, is_chinese: bool) -> dict[str, str]:
    rows = read_pack(settings.ANYE_PACK).codes.get(name, ())
    return {row.code: row.zh if is_chinese else row.en for row in rows}


def group_words(group: str) -> str:
    """A group that a person belongs to."""
    return str(GROUPS[group]) if group in GROUPS else code_words("group", group)


def groups_text(groups: list[str]) -> str:
    """The groups of a person, in one line."""
    between = "、" if formats.is_chinese() else ", "
    return between.join(group_words(group) for group in groups if group != "none")


def group_choices() -> list[tuple[str, str]]:
    """Every group that a register may name, for filters."""
    table = _table("group", is_chinese=formats.is_chinese())
    return [(code, words) for code, words in table.items() if code != "none"] + [
        (code, str(words)) for code, words in GROUPS.items()
    ]


def detail_words(kind: str, value: str) -> str:
    """A detail's value in words."""
    if kind in FLAGS:
        return str(YES_NO.get(value, value))
    if kind == "employment_state":
        return str(STATES.get(value, value))
    if kind == "birth":
        return day_words(value)
    return code_words(kind, value)


def day_words(value: str) -> str:
    """A day as a register's fact holds it: whole, or a month or a year alone."""
    parts = [int(part) for part in value.split("-") if part.isdigit()]
    if len(parts) == 3:
        return formats.day_text(dt.date(*parts))
    return formats.month_text(dt.date(parts[0], parts[1], 1)) if len(parts) == 2 else value


def need_words(kind: str, value: str) -> str:
    """A need or wish in words."""
    if value in YES_NO:
        return str(YES_NO[value])
    if kind == "wanted_wage_fen" and value.isdigit():
        return formats.money_text(int(value))
    return value


def employment(person: Person) -> Status:
    """How the person fares, as far as is known."""
    return {True: WORKING, False: NOT_WORKING, None: NOT_KNOWN}[person.is_employed]


def age_on(birth_on: dt.date | None, on: dt.date) -> int | None:
    """Whole years on a day."""
    if birth_on is None:
        return None
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def age_words(birth_on: dt.date | None, on: dt.date) -> str:
    """How old somebody is."""
    age = age_on(birth_on, on)
    return "" if age is None else gettext("%(years)s years old") % {"years": age}


def sex_words(sex: str) -> str:
    return code_words("sex", sex) if sex else ""


def wage_words(fen: int | None, unit: str) -> str:
    """A wage with what it is for."""
    if fen is None:
        return ""
    money = formats.money_text(fen)
    if unit == "day":
        return gettext("%(money)s a day") % {"money": money}
    if unit == "month":
        return gettext("%(money)s a month") % {"money": money}
    return money


def span_words(first: dt.date | None, last: dt.date | None) -> str:
    """From a day to a day, either end perhaps unknown."""
    if first is None and last is None:
        return gettext("time not known")
    if last is None:
        return gettext("since %(first)s") % {"first": formats.day_text(first)}
    if first is None:
        return gettext("until %(last)s") % {"last": formats.day_text(last)}
    return gettext("%(first)s to %(last)s") % {"first": formats.day_text(first), "last": formats.day_text(last)}


def masked_phone(number: str) -> str:
    """A telephone number by its ends: 138****1234."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 7 else "****"


def count_words(count: int, limit: int = 1_000) -> str:
    """A count that was stopped at limit + 1: 238 or 1,000+."""
    return f"{formats.number_text(limit)}+" if count > limit else formats.number_text(count)
