"""Invented rows for the style page: no registry, no database, IDs that start with 99."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter, Search
from anye.doors.kit.fragments import Status
from anye.doors.kit.links import TokenLink
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
FIRMS = ("山茶服饰厂", "长风物流", "橙林果业合作社", "兴渝建筑劳务")


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
    return [_sample_row(number) for number in range(count)]


def _sample_row(number: int) -> SampleRow:
    mixed = (number + 1) * 2_654_435_761 % 2**32 >> 7  # spreads neighbours, so that no two columns go together
    status = list(STATUSES.values())[mixed % 5]
    is_working = status is WORKING
    return SampleRow(
        token=f"sample{number:06d}",
        name=FAMILY_NAMES[mixed % 10] + GIVEN_NAMES[mixed // 10 % 11],
        id_number=f"99011219{60 + mixed % 40}0{1 + mixed % 9}1{mixed % 10}{number % 1000:03d}X",
        village=VILLAGES[mixed // 7 % 5],
        firm=FIRMS[mixed // 3 % 4] if is_working else "",
        wage_fen=280_000 + mixed % 4_000 * 100 if is_working else None,
        visited_on=None if status is LATE else dt.date(2026, 1 + mixed // 11 % 11, 1 + mixed // 13 % 28),
        last_month=dt.date(2026, 1 + mixed // 17 % 10, 1) if mixed % 3 else None,
        status=status,
        months=mixed // 19 % 13,
        is_insured=(True, False, None)[mixed % 3],
    )


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
            link=TokenLink("kit:style_person"),
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
