"""How allauth behaves here: nobody signs up, secrets of devices are sealed, QR codes are drawn without a picture library."""

import base64
import io
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from anye.records.accounts.queries import SECOND_FACTOR, has_second_factor
from anye.records.audit.keys import keyring


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by user name and password; accounts are made by administrators."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is wrong."),
        "incorrect_password": _("The password is wrong."),
        "too_many_login_attempts": _("Too many wrong tries. Wait fifteen minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The user; a deactivated one is refused in the same words as a wrong password."""
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who sets up the first device has signed in a moment ago; any other change asks again."""
        if not has_second_factor(context.request.user):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return "/sign-in/"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what was done."""


class FactorAdapter(DefaultMFAAdapter):
    """Codes from a device (TOTP) and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong or was used before. Wait for the next one and enter it."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keyring().seal(text, context=SECOND_FACTOR)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().unseal(base64.b64decode(encrypted_text), context=SECOND_FACTOR)

    def build_totp_svg(self, url: str) -> str:
        drawn = io.BytesIO()
        segno.make(url, micro=False).save(drawn, kind="svg", scale=5, border=4, light="#ffffff", xmldecl=False)
        return drawn.getvalue().decode("utf-8")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The site sends no mail."""
