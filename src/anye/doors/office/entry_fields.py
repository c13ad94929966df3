"""Fields of entries by hand: checked by the engine's own rules, so that a form and a file cannot disagree."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.office.places import name_of, offices_of
from anye.engine.codes import ID_REFUSALS, INVENTED_PREFIX, USABLE_ID_STATUSES, check_credit_code, check_id
from anye.engine.money import parse_amount
from anye.engine.names import is_mojibake_text, is_several_people, name_key_of
from anye.flow.sentences import reason_sentence
from anye.packs import read_pack
from anye.records.audit.day import registry_day
from anye.records.places.models import Office

Choice = tuple[str, Any]
LARGEST_FEN = 100_000_000_00  # a hundred million yuan: more is a slip of the finger
_PHONE = re.compile(r"1\d{10}|0\d{2,3}[2-9]\d{6,7}|[2-9]\d{6,7}")


def refused(code: str) -> ValidationError:
    """The sentence that a register's row would come back with."""
    return ValidationError(reason_sentence(code, get_language() or "zh"), code=code)


class NameField(forms.CharField):
    """One person's name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, **{"label": _("Name"), **options})

    def clean(self, value: Any) -> str:
        """The name as written. Raises ValidationError: mojibake, multi_person, name_missing."""
        name = str(super().clean(value) or "")
        if not name:
            return name
        if is_mojibake_text(name):
            raise refused("mojibake")
        if is_several_people(name):
            raise refused("multi_person")
        if not name_key_of(name):
            raise refused("name_missing")
        return name


class IdField(forms.CharField):
    """An ID number: checked, and never repaired."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"})
        given = {"label": _("ID number"), "help_text": _("18 characters, as on the ID card"), "widget": widget}
        super().__init__(max_length=40, **{**given, **options})

    def clean(self, value: Any) -> str:
        """18 characters. Raises ValidationError with the reason."""
        text = str(super().clean(value) or "")
        checked = check_id(text, on=registry_day())
        if checked.id_status not in USABLE_ID_STATUSES or checked.id_number is None:
            raise refused(ID_REFUSALS.get(checked.id_status, "id_chars"))
        if checked.id_number.startswith(INVENTED_PREFIX) and not settings.ANYE_TRIAL:
            raise refused("id_invented")
        return checked.id_number


class PhoneField(forms.CharField):
    """A mobile number, or a land line with or without its area."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"})
        super().__init__(max_length=30, **{"label": _("Telephone"), "widget": widget, "required": False, **options})

    def clean(self, value: Any) -> str:
        """The digits. Raises ValidationError."""
        plain = re.sub(r"[\s\-—()]", "", unicodedata.normalize("NFKC", str(super().clean(value) or "")))
        digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", plain)
        if digits and not _PHONE.fullmatch(digits):
            raise ValidationError(
                gettext("Enter one telephone number, such as 13800000000 or 02367000000."), code="phone"
            )
        return digits


class YuanField(forms.CharField):
    """Money typed in yuan; its value is fen."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})
        super().__init__(max_length=30, **{"widget": widget, **options})

    def prepare_value(self, value: Any) -> Any:
        """Shows fen as yuan may be typed."""
        return f"{value / 100:.2f}" if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another amount was typed, however it is spelled."""
        return bool(initial != parse_amount(data or "").fen)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """Fen, or None. Raises ValidationError for what is no amount, negative or beyond belief."""
        read = parse_amount(str(super().clean(value) or ""))
        if not read.ok or (read.fen is not None and not 0 <= read.fen <= LARGEST_FEN):
            raise ValidationError(gettext("Enter an amount in yuan, such as 1800 or 1,800.50."), code="amount")
        if read.fen is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return read.fen


class CreditCodeField(forms.CharField):
    """A unified social credit code with both of its check characters."""

    def __init__(self, **options: Any) -> None:
        given = {"label": _("Credit code of the employer"), "required": False, "max_length": 30}
        given["help_text"] = _("18 characters on the business licence; leave it out where there is none")
        super().__init__(**{**given, **options})

    def clean(self, value: Any) -> str:
        """The code. Raises ValidationError when its check fails."""
        checked = check_credit_code(str(super().clean(value) or ""))
        if checked.is_ok is False:
            raise ValidationError(
                gettext("The code fails its check. Compare it with the business licence."), code="code"
            )
        return checked.credit_code or ""


class OfficeField(forms.ChoiceField):
    """A village or town out of those it is given; its value is the office."""

    offices: Mapping[str, Office]

    def offer(self, offices: Iterable[Office], *, any_label: Any = None) -> None:
        """Offer these, villages under their towns."""
        offered = list(offices)
        self.offices = {office.token: office for office in offered}
        choices = grouped(offered)
        if any_label is not None or len(offered) != 1:
            choices = [("", any_label if any_label is not None else _("Choose")), *choices]
        self.choices = choices

    def clean(self, value: Any) -> Office | None:
        """The office. Raises ValidationError."""
        token = super().clean(value)
        return self.offices.get(token)


def grouped(offices: Iterable[Office]) -> list[Any]:
    """Options of a select: each town with its villages below it. A village whose town is not offered stands alone."""
    towns: dict[int, tuple[str, list[Choice]]] = {}
    options: list[Any] = []
    for office in offices:
        choice = (office.token, name_of(office))
        if office.kind == "town":
            towns[office.pk] = (name_of(office), [choice])
            options.append(towns[office.pk])
        elif office.parent_id in towns:
            towns[office.parent_id][1].append(choice)
        else:
            options.append(choice)
    return options


def homes_of(request: HttpRequest) -> list[Office]:
    """The towns and villages of the reader's range where somebody can live."""
    return [
        office
        for office in offices_of(request).values()
        if office.kind in {"town", "village"} and office.area_code and office.closed_on is None
    ]


def code_choices(table: str, *, blank: Any = None, leave_out: Iterable[str] = ()) -> list[Choice]:
    """A code table of the pack in the reader's language, an empty choice first."""
    rows = read_pack(settings.ANYE_PACK).codes.get(table, ())
    chinese, without = formats.is_chinese(), set(leave_out)
    words = [(row.code, row.zh if chinese else row.en) for row in rows if row.code not in without]
    return [("", blank if blank is not None else _("not known")), *words]


def yes_no_choices() -> list[Choice]:
    return [("", _("not known")), ("yes", pgettext_lazy("answer", "yes")), ("no", pgettext_lazy("answer", "no"))]
