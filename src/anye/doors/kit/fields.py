"""Forms as people fill them in: labels, hints, errors that say the cure, and dates in the spellings offices use.

`KitRenderer` (the FORM_RENDERER setting) gives every form of the site this look, those of sign-in pages too.
"""

import datetime as dt
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import renderers
from django.forms.boundfield import BoundField
from django.template.backends.django import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import spellings

DOORS = Path(__file__).resolve().parents[1]
DJANGO_FORMS = Path(forms.__file__).resolve().parent


class KitBoundField(BoundField):
    """A field on a form, its widget dressed with the kit's classes and marked invalid when it is."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the class that fits the widget."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        css = [
            widget.attrs.get("class", ""),
            attrs.get("class", ""),
            _css_of(widget),
            "is-invalid" if self.errors else "",
        ]
        attrs["class"] = " ".join(dict.fromkeys(one for one in css if one))
        return attrs

    @property
    def is_tick(self) -> bool:
        """Whether the field is one box to tick, whose label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_group(self) -> bool:
        """Whether the field is several boxes or buttons, which need a fieldset."""
        return isinstance(self.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))

    @property
    def picker(self) -> str:
        """The kind of native calendar beside the field: date, month or nothing."""
        return getattr(self.field, "picker", "")


def _css_of(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return ""  # its class would land on the group and on every box of it
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class KitRenderer(renderers.BaseRenderer):
    """Renders forms and fields with the kit's templates, widgets with Django's own."""

    form_template_name = "kit/form.html"
    field_template_name = "kit/field.html"
    bound_field_class = KitBoundField

    @cached_property
    def engine(self) -> DjangoTemplates:
        """Templates of the doors and of Django's forms."""
        return DjangoTemplates(
            {
                "APP_DIRS": True,
                "DIRS": [DOORS / "templates", DJANGO_FORMS / "templates"],
                "NAME": "kitforms",
                "OPTIONS": {},
            }
        )

    def get_template(self, template_name: str) -> Any:
        """A compiled template of a form, a field or a widget."""
        return self.engine.get_template(template_name)


class DayField(forms.DateField):
    """A day, typed as 2020-03-12, 2020/3/12, 2020.3.12, 2020年3月12日 or 20200312."""

    picker = "date"
    default_error_messages = {
        "invalid": _("Enter a real day, such as 2020-03-12 or 2020年3月12日."),
        "early": _("The day must not be before %(limit)s."),
        "late": _("The day must not be after %(limit)s."),
    }

    def __init__(self, *, earliest: dt.date | None = None, latest: dt.date | None = None, **options: Any) -> None:
        """`earliest` and `latest` bound the day, inclusively."""
        self.earliest, self.latest = earliest, latest
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "placeholder": "2020-03-12"}))
        options.setdefault("help_text", _("For example 2020-03-12 or 2020年3月12日"))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Shows a day as it may be typed."""
        return value.isoformat() if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        """The day typed. Raises ValidationError with the spellings that are understood."""
        if value in self.empty_values:
            return None
        day = value if isinstance(value, dt.date) else spellings.day_of(str(value))
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def validate(self, value: dt.date | None) -> None:
        """Checks the bounds. Raises ValidationError naming the bound."""
        super().validate(value)
        if value is None:
            return
        for code, limit, is_beyond in (
            ("early", self.earliest, self.earliest is not None and value < self.earliest),
            ("late", self.latest, self.latest is not None and value > self.latest),
        ):
            if is_beyond:
                raise ValidationError(self.error_messages[code], code=code, params={"limit": self.prepare_value(limit)})


class MonthField(DayField):
    """A month, typed as 2020-03, 2020/3, 2020.3, 2020年3月 or 202003; its value is the month's first day."""

    picker = "month"
    default_error_messages = {
        "invalid": _("Enter a real month, such as 2020-03 or 2020年3月."),
        "early": _("The month must not be before %(limit)s."),
        "late": _("The month must not be after %(limit)s."),
    }

    def __init__(self, **options: Any) -> None:
        """Takes the bounds of DayField, as first days of months."""
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "placeholder": "2020-03"}))
        options.setdefault("help_text", _("For example 2020-03 or 2020年3月"))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Shows a month as it may be typed."""
        return f"{value:%Y-%m}" if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        """The month's first day. Raises ValidationError with the spellings that are understood."""
        if value in self.empty_values:
            return None
        month = value.replace(day=1) if isinstance(value, dt.date) else spellings.month_of(str(value))
        if month is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return month


def error_links(form: forms.BaseForm) -> list[tuple[str, str]]:
    """The errors of a bound form in the order of its fields, each as (id of its first box, words); form-wide first."""
    found = [("", str(error)) for error in form.non_field_errors()]
    words = gettext("%(field)s: %(error)s")
    for bound in form:
        target = bound.id_for_label or f"{bound.auto_id}_0"  # a group of boxes has no id of its own
        found.extend((target, words % {"field": bound.label, "error": error}) for error in bound.errors)
    return found
