"""Every request is one transaction as the app role, narrowed to the acting duty's range once we know who asks."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from anye.records.accounts import queries as accounts
from anye.records.accounts.scope import APP, acting, within

Next = Callable[[HttpRequest], HttpResponseBase]


class RoleMiddleware:
    """Stands outside the session: sessions too are written by the app role, inside the request's transaction."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with acting(APP):
            response = self.get_response(request)
            # Django has turned an exception into a 500 by now: without this, half of its writes would stay
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class DutyMiddleware:
    """Sets `request.duty` (None for strangers and for officers without a duty) and the database's range.

    Duties are read again on every request, so that a change of role takes hold at once.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        request.duties = accounts.duties_in_force(user) if user.is_authenticated else []
        request.duty = accounts.chosen_duty(request.duties, request.session.get("duty"))
        if request.duty is None:
            return self.get_response(request)
        reach = request.duty.reach
        with within(
            reach.lo,
            reach.hi,
            actor=f"user:{user.pk}",
            duty=f"duty:{request.duty.pk}",
            purpose=f"page {request.method}",
            sees_restricted=reach.sees_restricted,
        ):
            return self.get_response(request)
