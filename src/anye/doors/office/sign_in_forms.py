"""The forms of sign-in: allauth's, in our words, and codes that work once."""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth import password_validation
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anye.doors.kit.formats import moment_text
from anye.records.accounts.models import User
from anye.records.accounts.usernames import LONGEST, as_username, is_username

CODE_SECONDS = 120  # longer than any code is taken for (half a minute and one tolerated step to either side)
PLAIN = {"autocapitalize": "none", "spellcheck": "false"}


class SignInForm(LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name"), _("Password")
        name.widget = forms.TextInput(attrs={"autocomplete": "username", **PLAIN})
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        password.help_text = ""

    def clean_login(self) -> str:
        return as_username(self.cleaned_data["login"])

    def clean(self) -> dict[str, Any]:
        """Only who typed the right one-time password learns that it has ended."""
        found: dict[str, Any] = super().clean()
        until = getattr(self.user, "password_until", None)
        if until is not None and timezone.now() > until:
            raise forms.ValidationError(
                _("This one-time password ended on %(until)s. Ask the administrator of your district for a new one."),
                code="ended",
                params={"until": moment_text(timezone.localtime(until))},
            )
        return found


class PasswordAgainForm(ReauthenticateForm):
    """The password, before a change of the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class _CodeField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", **PLAIN}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **options)


class _Once(forms.Form):
    """A code of a device is taken once, also within the tolerance for its clock."""

    code = _CodeField(label=pgettext_lazy("second factor", "Code"))

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        used = self.authenticator  # type: ignore[attr-defined]
        if used.type == Authenticator.Type.TOTP and not use_code(used.user_id, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_Once, factor_forms.AuthenticateForm):
    """The code after the password."""

    code = _CodeField(
        label=pgettext_lazy("second factor", "Code"),
        help_text=_("Six digits from the app on your phone, or one of your recovery codes."),
    )


class CodeAgainForm(_Once, factor_forms.ReauthenticateForm):
    """A code, before a change of the account."""

    code = _CodeField(
        label=pgettext_lazy("second factor", "Code"),
        help_text=_("Six digits from the app on your phone, or one of your recovery codes."),
    )


class DeviceForm(ActivateTOTPForm):
    """The first code of a new device proves that it works."""

    code = _CodeField(
        label=pgettext_lazy("second factor", "Code"), help_text=_("The six digits that the app shows now.")
    )

    def clean_code(self) -> str:
        code: str = super().clean_code()
        use_code(self.user.pk, code)
        return code


def use_code(user_pk: int, code: str) -> bool:
    """Mark a code as used; False when it was."""
    return bool(cache.add(f"anye.code.{user_pk}.{normalize_user_code(code)}", 1, CODE_SECONDS))


class NewPasswordForm(forms.Form):
    """A password of one's own; the old one is asked for unless it was a one-time password."""

    current = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 12 characters. Four or five unrelated words are easy to keep and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, asks_current: bool, **kwargs: Any) -> None:
        """`asks_current` is false where the user has no password of their own yet."""
        super().__init__(*args, **kwargs)
        self.user = user
        if not asks_current:
            del self.fields["current"]

    def clean_current(self) -> str:
        text: str = self.cleaned_data["current"]
        if not self.user.check_password(text):
            raise forms.ValidationError(_("The password is wrong."), code="wrong")
        return text

    def clean_password(self) -> str:
        text: str = self.cleaned_data["password"]
        password_validation.validate_password(text, self.user)
        if self.user.has_usable_password() and self.user.check_password(text):
            raise forms.ValidationError(_("That is the present password: choose a new one."), code="same")
        return text

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "password" in found and "again" in found and found["password"] != found["again"]:
            self.add_error("again", _("The two are not the same: type the new password again."))
        return found


class FirstUseForm(forms.Form):
    """The first administrator; the district's name is asked for where no area list gave it an office."""

    district = forms.CharField(label=_("District"), max_length=80)
    name = forms.CharField(label=_("Your name"), max_length=LONGEST)
    username = forms.CharField(
        label=_("User name"),
        max_length=LONGEST,
        help_text=_("Letters, digits or Chinese characters; capitals make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "username", **PLAIN}),
    )
    password = NewPasswordForm.base_fields["password"]
    again = NewPasswordForm.base_fields["again"]

    def __init__(self, *args: Any, districts: list[tuple[str, str]], **kwargs: Any) -> None:
        """`districts` are tokens and names of the offices at the top of the tree."""
        super().__init__(*args, **kwargs)
        if len(districts) > 1:
            self.fields["district"] = forms.ChoiceField(label=_("District"), choices=districts)
        elif districts:
            del self.fields["district"]

    def clean_username(self) -> str:
        return checked_username(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "password" in found:
            password, again = found["password"], found.get("again")
            user = User(username=found.get("username", ""), name=found.get("name", ""))
            try:
                password_validation.validate_password(password, user)
            except forms.ValidationError as fault:
                self.add_error("password", fault)
            if again is not None and password != again:
                self.add_error("again", _("The two are not the same: type the new password again."))
        return found


def checked_username(text: str) -> str:
    """A typed user name as it is kept. Raises ValidationError with the rule."""
    username = as_username(text)
    if not is_username(username):
        raise forms.ValidationError(
            _("Use 2 to 40 letters, digits or Chinese characters; inside also . _ @ and -."), code="unfit"
        )
    return username
