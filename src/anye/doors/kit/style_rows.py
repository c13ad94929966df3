"""Invented rows for the style page: no registry, no database, IDs that start with 99."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter, Search
from anye.doors.kit.fragments import Status
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Order, RowSource

WORKING = Status("working", _("working"), "briefcase", "ok")
LOOKING = Status("looking", _("looking for work"), "search", "info")
DOUBT = Status("doubt", _("in doubt"), "question-mark", "warn")
LATE = Status("late", _("visit overdue"), "clock-exclamation", "bad")
UNKNOWN = Status("unknown", _("not known"), "circle-dashed", "idle")
STATUSES = {status.code: status for status in (WORKING, LOOKING, DOUBT, LATE, UNKNOWN)}

FAMILY_NAMES = "冉田向谭覃秦牟舒廖龚"
GIVEN_NAMES = ("明秀", "国强", "小兰", "德全", "永芬", "春桃", "世华", "桂英", "建平", "天碧", "长贵")
VILLAGES = ("青溪村", "石坝村", "柏树村", "龙洞社区", "望江村")
FIRMS = ("山茶服饰厂", "长风物流", "橙林果业合作社", "", "兴渝建筑劳务")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One invented person."""

    token: str
    name: str
    id_number: str
    village: str
    firm: str
    wage_fen: int | None
    visited_on: dt.date | None
    last_month: dt.date | None
    status: Status
    months: int
    is_insured: bool | None


def sample_rows(count: int = 238) -> list[SampleRow]:
    """The same rows each time."""
    codes = list(STATUSES.values())
    return [
        SampleRow(
            token=f"sample{number:06d}",
            name=FAMILY_NAMES[number % 10] + GIVEN_NAMES[number * 7 % 11],
            id_number=f"99011219{70 + number % 30}0{1 + number % 9}1{number % 10}{number % 1000:03d}X",
            village=VILLAGES[number * 3 % 5],
            firm=FIRMS[number * 2 % 5],
            wage_fen=None if number % 6 == 0 else 280_000 + number * 1_735,
            visited_on=None if number % 8 == 3 else dt.date(2026, 1 + number % 11, 1 + number * 5 % 28),
            last_month=None if number % 5 == 4 else dt.date(2026, 1 + number * 3 % 10, 1),
            status=codes[number * number % 5],
            months=number % 13,
            is_insured=(True, False, None)[number % 3],
        )
        for number in range(count)
    ]


def _log(request: object, made: object) -> None:
    """The samples belong to nobody, so nothing is logged."""


SAMPLES = Listing(
    name="samples",
    caption=_("People (invented)"),
    columns=(
        Column(
            "name",
            _("Name"),
            "name",
            link=lambda row: token_url("kit:style_person", row.token),
            is_fixed=True,
            order="name",
        ),
        Column("id_number", _("ID number"), "id_number", "masked_id"),
        Column("village", _("Village"), "village"),
        Column("status", _("State"), "status", "status"),
        Column("firm", _("Employer"), "firm"),
        Column("wage", _("Wage"), "wage_fen", "yuan"),
        Column("visited", _("Last visit"), lambda row: row.visited_on, "day", order="visited"),
        Column("last_month", _("Insured until"), "last_month", "month"),
        Column("months", _("Months worked"), "months", "number", order="months"),
        Column("insured", _("Insured"), "is_insured", "flag", is_shown=False),
    ),
    orders=(
        Order("name", _("by name"), ("name", "token")),
        Order("-name", _("by name, last first"), ("-name", "-token")),
        Order("months", _("by months"), ("months", "token")),
        Order("-months", _("by months, most first"), ("-months", "token")),
    ),
    filters=(
        ChoiceFilter(
            "village",
            _("Village"),
            [(name, name) for name in VILLAGES],
            lambda rows, village: [row for row in rows if row.village == village],
        ),
        ChoiceFilter(
            "state",
            _("State"),
            [(code, status.label) for code, status in STATUSES.items()],
            lambda rows, code: [row for row in rows if row.status.code == code],
        ),
        MonthFilter("until", _("Insured until"), lambda rows, month: [row for row in rows if row.last_month == month]),
    ),
    search=Search(
        _("Name"), lambda rows, text: [row for row in rows if text in row.name], placeholder=_("Part of a name")
    ),
    export=Export(_("People (invented)"), log=_log),
    empty=Empty(_("Nobody here yet"), _("Load a register to begin.")),
    source=RowSource,
)
