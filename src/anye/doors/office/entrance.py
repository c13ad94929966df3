"""Who may open which pages of the office: a signed-in officer with a duty whose role is named. Rows are the scope's."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from anye.records.accounts.models import Role
from anye.records.accounts.queries import SEE_RESTRICTED, HeldDuty

EVERYBODY = frozenset(Role.values)
# an administrator keeps users and offices: no person's records are needed for that
READERS = EVERYBODY - {Role.ADMINISTRATOR}
VISITORS = frozenset({Role.VILLAGE_WORKER, Role.TOWN_OFFICER, Role.DISTRICT_OFFICER})
DESK = frozenset({Role.TOWN_OFFICER, Role.DISTRICT_OFFICER})
# health, disability and address serve the help a household gets, nothing else
PRIVATE = VISITORS | {Role.POVERTY_OFFICE}
# justice and health from their registers serve decisions on help, and their examination
RESTRICTED = SEE_RESTRICTED

View = Callable[..., HttpResponse]


def open_to(roles: frozenset[str]) -> Callable[[View], View]:
    """Let a view answer only officers who act in a duty of one of the roles."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            duty = getattr(request, "duty", None)
            if duty is None or duty.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def duty_of(request: HttpRequest) -> HeldDuty:
    """The duty that the reader acts in; views behind `open_to` always have one."""
    duty: HeldDuty = request.duty  # type: ignore[attr-defined]
    return duty


def may(request: HttpRequest, roles: frozenset[str]) -> bool:
    return duty_of(request).role in roles


def actor_of(request: HttpRequest) -> str:
    """How the reader is named in what they write."""
    return str(request.user.get_username())[:40]
