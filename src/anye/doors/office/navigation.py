"""The office's frame: who is signed in, the duty acted in, and the entries that its role sees."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.frame import DutyChoice, Frame, Link, NavItem, links_for
from anye.doors.office.entrance import EVERYBODY, PRIVATE, READERS
from anye.doors.office.places import name_of
from anye.records.accounts.models import Role
from anye.records.accounts.queries import HeldDuty

ROLES: dict[str, Promise] = {
    Role.VILLAGE_WORKER: _("Village worker"),
    Role.TOWN_OFFICER: _("Town officer"),
    Role.DISTRICT_OFFICER: _("District officer"),
    Role.APPROVER: _("Approver"),
    Role.FINANCE: _("Finance"),
    Role.POVERTY_OFFICE: _("Poverty office"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}
LOADERS = frozenset({Role.TOWN_OFFICER, Role.DISTRICT_OFFICER, Role.POVERTY_OFFICE, Role.AUDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
MAIN = (
    NavItem("today", _("Today"), "checklist", "office:today", key="t", roles=EVERYBODY, is_main=True),
    NavItem("people", _("People"), "users", "office:people", key="p", roles=READERS, is_main=True),
    NavItem("visits", _("Visits"), "home-check", "office:visits", key="v", roles=READERS, is_main=True),
    NavItem("findings", _("Doubts"), "question-mark", "office:findings", key="d", roles=READERS, is_main=True),
    NavItem("owed", _("Owed"), "report-money", "office:owed", key="w", roles=READERS),
    NavItem("report", _("Report"), "chart-bar", "report:index", key="b", roles=READERS),
    NavItem("firms", _("Firms"), "building", "office:firms", key="f", roles=READERS),
    NavItem("registers", _("Registers"), "database-import", "registers:index", key="r", roles=LOADERS),
    NavItem("rules", _("Rules"), "list-check", "rules:index", key="u", roles=EVERYBODY),
    NavItem("entries", _("Entries"), "edit", "entries:entries", key="e", roles=PRIVATE),
    NavItem("transfers", _("Moves"), "send", "entries:transfers", key="m", roles=PRIVATE),
)
# pages of other modules: an entry stands as soon as its address does
MORE = (
    NavItem("offices", _("Offices"), "hierarchy", "administration:offices", key="o", roles=ADMINISTRATORS),
    NavItem("users", _("Users"), "user-check", "administration:users", key="u", roles=ADMINISTRATORS),
)


def address(name: str, *args: object) -> str:
    """An address, or nothing where the site has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def role_words(role: str) -> str:
    return str(ROLES.get(role, role))


def office_frame(request: HttpRequest) -> Frame:
    """What stands around every page of the office."""
    duty: HeldDuty | None = getattr(request, "duty", None)
    frame = Frame(tagline=_("Work and income, accounted for"), home_href=reverse("office:today"))
    user = request.user
    if not user.is_authenticated:
        return frame
    frame.user_name = getattr(user, "name", "") or user.get_username()
    frame.user_detail = user.get_username()
    frame.user_links = [Link(_("Your account"), href, "user") for href in [address("account")] if href]
    frame.sign_out_href = address("sign_out")
    frame.duty_href = address("switch_duty")
    if duty is None:
        return frame
    frame.duties = [_choice(one, is_acting=one.pk == duty.pk) for one in getattr(request, "duties", [duty])]
    frame.main = links_for(_there(MAIN), path=request.path, role=duty.role)
    frame.more = links_for(_there(MORE), path=request.path, role=duty.role)
    frame.more_label = _("Administration")
    if duty.role in READERS:
        frame.search_href = reverse("office:people")
        frame.search_label = _("Name or ID number")
    return frame


def _there(items: Iterable[NavItem]) -> list[NavItem]:
    return [item for item in items if address(item.url_name)]


def _choice(duty: HeldDuty, *, is_acting: bool) -> DutyChoice:
    return DutyChoice(str(duty.pk), role_words(duty.role), name_of(duty.office), is_acting=is_acting)
