"""Forms of what is entered by hand about one person. `told()` is the entry's payload, in the shapes of intake."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.fields import DayField, MonthField
from anye.doors.office import words
from anye.doors.office.entry_fields import (
    CreditCodeField,
    IdField,
    NameField,
    OfficeField,
    PhoneField,
    YuanField,
    code_choices,
    yes_no_choices,
)
from anye.engine.households import household_key_of
from anye.records.audit.day import registry_day
from anye.records.people import queries as people

HEADS = frozenset({"01", "02"})  # GB/T 4761: the person themselves, the head
WAGE_UNITS = (("month", _("a month")), ("day", _("a day")))
STATES = (("", _("not known")), ("employed", _("working")), ("not_employed", _("not working")))
EARLIEST = dt.date(1900, 1, 1)
NO_SUCH_HOUSEHOLD = _("No household of your area has this number. Compare it with the ledger.")


def joined_household(area: str, number: str) -> str:
    """The key of the household that somebody of `area` is said to belong to, by the number that was typed.

    A village numbers its own households, so a new one may be typed. A number of the national registers comes with its
    register: whoever's it is elsewhere, it is not here. Raises ValidationError, alike whether it is known elsewhere.
    """
    key = household_key_of(area, number)
    if key == number and people.household_with(key) is None:
        raise ValidationError(NO_SUCH_HOUSEHOLD)
    return key


def iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


class PastDays(forms.Form):
    """A form whose days and months lie between 1900 and today."""

    use_required_attribute = False
    may_be_ahead: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if isinstance(field, DayField):
                field.earliest = EARLIEST
                field.latest = None if name in self.may_be_ahead else registry_day()


class WorkFields(PastDays):
    """What is told of a spell of work (就业经历)."""

    employer_name = forms.CharField(
        label=_("Employer"), max_length=160, help_text=_("As the person names it, or where the work is")
    )
    credit_code = CreditCodeField()
    started_on = DayField(label=_("Working since"), required=False)
    wage = YuanField(label=_("Wage in yuan"), required=False)
    wage_unit = forms.ChoiceField(label=_("The wage is"), choices=WAGE_UNITS, initial="month")
    occupation = forms.CharField(label=_("Occupation"), max_length=80, required=False)

    def work_told(self) -> dict[str, Any]:
        """These fields as a spell's."""
        told = self.cleaned_data
        wage = told.get("wage")
        return {
            "employer_name": told["employer_name"],
            "credit_code": told["credit_code"] or None,
            "started_on": iso(told["started_on"]),
            "wage_fen": wage,
            "wage_unit": (told["wage_unit"] or "month") if wage is not None else None,
            "occupation": told["occupation"] or None,
        }


class SpellForm(WorkFields):
    """A spell of work, new or put right."""

    ended_on = DayField(label=_("Ended on"), required=False)
    work_kind = forms.ChoiceField(label=_("Kind of work"), required=False)
    channel = forms.ChoiceField(label=_("How the job was found"), required=False)
    workplace_text = forms.CharField(label=_("Where the work is"), max_length=200, required=False)
    has_contract = forms.ChoiceField(label=_("Written contract"), choices=yes_no_choices, required=False)

    def __init__(self, *args: Any, kept: Mapping[str, Any] | None = None, **options: Any) -> None:
        """`kept`: what is known of the spell and not asked here, so that correcting it loses nothing."""
        super().__init__(*args, **options)
        self.kept = dict(kept or {})
        for name in ("work_kind", "channel"):
            self.fields[name].choices = code_choices(name)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end is not before the start."""
        told: dict[str, Any] = super().clean() or {}
        start, end = told.get("started_on"), told.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", gettext("The work cannot end before it began."))
        return told

    def told(self) -> dict[str, Any]:
        """The whole spell."""
        told = self.cleaned_data
        return {
            **self.kept,
            **self.work_told(),
            "ended_on": iso(told["ended_on"]),
            "work_kind": told["work_kind"] or None,
            "channel": told["channel"] or None,
            "workplace_text": told["workplace_text"] or None,
            "has_contract": {"yes": True, "no": False}.get(told["has_contract"]),
        }


class EndForm(PastDays):
    """The end of a spell, and how the person fares since."""

    ended_on = DayField(label=_("Last day of work"))
    state = forms.ChoiceField(
        label=_("Since then"),
        choices=[
            ("not_employed", _("not working")),
            ("employed", _("works elsewhere")),
            ("", _("not known")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, started_on: dt.date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if started_on is not None:
            self.fields["ended_on"].earliest = started_on  # type: ignore[attr-defined]


class PersonForm(WorkFields):
    """Somebody whom no register has brought in yet (登记). Everything but name, number and village may wait."""

    name = NameField()
    id_number = IdField()
    phone = PhoneField()
    area = OfficeField(label=_("Village"))
    household_code = forms.CharField(
        label=_("Household number"), max_length=60, required=False, help_text=_("As in the village's own ledger")
    )
    relation = forms.ChoiceField(label=_("Relation to the head"), required=False)
    group = forms.ChoiceField(label=_("Group"), required=False)
    group_since = DayField(label=_("In the group since"), required=False)
    evidence = forms.CharField(label=_("Evidence"), max_length=200, required=False)
    certifier = forms.CharField(label=_("Certified by"), max_length=120, required=False)
    employed = forms.ChoiceField(
        label=_("At work now?"), choices=STATES, required=False, widget=forms.RadioSelect, initial=""
    )

    def __init__(self, *args: Any, homes: Any, **options: Any) -> None:
        """`homes`: the offices whose village may be chosen."""
        super().__init__(*args, **options)
        self.fields["area"].offer(homes)  # type: ignore[attr-defined]
        self.fields["relation"].choices = code_choices("relation")  # type: ignore[attr-defined]
        self.fields["group"].choices = [("", _("none")), *words.group_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Who works has an employer; of who does not, nothing of the sort is looked at."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("employed") != "employed":
            for name in WorkFields.base_fields:
                self.errors.pop(name, None)
        if told.get("relation") and not told.get("household_code"):
            self.add_error("household_code", gettext("Whose household is it? Give its number."))
        if told.get("household_code") and told.get("area"):
            try:
                told["household_code"] = joined_household(told["area"].area_code, told["household_code"])
            except ValidationError as error:
                self.add_error("household_code", error)
        return told

    def told(self) -> dict[str, Any]:
        """The payload of a new person."""
        told = self.cleaned_data
        details = {"employment_state": told["employed"]} if told["employed"] else {}
        household = None
        if told["household_code"]:
            relation = told["relation"] or None
            is_head = relation in HEADS if relation else None
            household = {"household_code": told["household_code"], "relation": relation, "is_head": is_head}
        membership = None
        if told["group"]:
            membership = {
                "group": told["group"],
                "valid_from": iso(told["group_since"]),
                "valid_to": None,
                "evidence": told["evidence"],
                "certifier": told["certifier"],
            }
        return {
            "name": told["name"],
            "id_number": told["id_number"],
            "phone": told["phone"] or None,
            "area_code": told["area"].area_code,
            "details": details,
            "spell": self.work_told() if told["employed"] == "employed" else None,
            "membership": membership,
            "household": household,
        }


class DetailsForm(PastDays):
    """What a person's own details should say. Only what was changed is entered; sealed ones are never shown here."""

    name = NameField()
    sex = forms.ChoiceField(label=_("Sex"), required=False)
    birth = DayField(label=_("Born"), required=False)
    phone = PhoneField()
    education = forms.ChoiceField(label=_("Education"), required=False)
    work_capacity = forms.ChoiceField(label=_("Work capacity"), required=False)
    employment_state = forms.ChoiceField(label=_("Employment"), choices=STATES, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    residence = OfficeField(label=_("Residence"), required=False)

    def __init__(self, *args: Any, homes: Any, phone_hint: str = "", has_address: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sex"].choices = code_choices("sex", leave_out=["0", "9"])  # type: ignore[attr-defined]
        for name in ("education", "work_capacity"):
            self.fields[name].choices = code_choices(name)  # type: ignore[attr-defined]
        self.fields["residence"].offer(homes, any_label=_("not known"))  # type: ignore[attr-defined]
        self.fields["residence"].help_text = _("To another office's village a person moves by a transfer.")
        if phone_hint:
            hint = gettext("On record: %(number)s. Leave it empty to keep it.") % {"number": phone_hint}
            self.fields["phone"].help_text = hint
        if has_address:
            self.fields["address"].help_text = gettext("One is on record. Leave this empty to keep it.")

    def clean(self) -> dict[str, Any]:
        """Something was changed. What is known cannot be unsaid here: a blank keeps what stands."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.changes():
            raise ValidationError(gettext("Nothing was changed yet."), code="unchanged")
        return told

    def changes(self) -> dict[str, str]:
        """Kind → new value."""
        told = self.cleaned_data
        values = {name: told.get(name) for name in self.changed_data}
        if values.get("birth"):
            values["birth"] = told["birth"].isoformat()
        if values.get("residence"):
            values["residence"] = told["residence"].area_code
        return {kind: str(value) for kind, value in values.items() if value}


class MembershipForm(PastDays):
    """A dated membership in a group (人员类别), with its evidence and who certified it."""

    may_be_ahead = ("valid_to",)
    group = forms.ChoiceField(label=_("Group"))
    valid_from = DayField(label=_("Holds from"), required=False)
    valid_to = DayField(label=_("Holds until"), required=False, help_text=_("Leave it empty while it holds"))
    evidence = forms.CharField(
        label=_("Evidence"), max_length=200, required=False, help_text=_("Such as a list's number")
    )
    certifier = forms.CharField(label=_("Certified by"), max_length=120, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["group"].choices = [("", _("Choose")), *words.group_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end is not before the start."""
        told: dict[str, Any] = super().clean() or {}
        start, end = told.get("valid_from"), told.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", gettext("It cannot end before it began."))
        return told

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {**told, "valid_from": iso(told["valid_from"]), "valid_to": iso(told["valid_to"])}


class IncomeForm(PastDays):
    """What a person received in a month."""

    month = MonthField(label=_("Month"))
    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.INCOME.items()))
    amount = YuanField(label=_("Amount in yuan"))

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {"month": iso(told["month"]), "kind": told["kind"], "amount_fen": told["amount"]}


class HelperForm(forms.Form):
    """Who answers for a household (帮扶责任人)."""

    use_required_attribute = False
    helper_name = NameField(label=_("Helper"))
    helper_unit = forms.CharField(label=_("Unit"), max_length=120, required=False)
    helper_phone = PhoneField()


YES_NO_NEEDS = ("wants_work", "wants_training", "wants_startup", "wants_post")
TEXT_NEEDS = ("wanted_area", "wanted_post", "wanted_trade", "available_time", "service")


class NeedsForm(PastDays):
    """What a person needs and wishes (需求与意愿), as stated on a day. What was not changed is not entered again."""

    stated_on = DayField(label=_("Stated on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind, label in words.NEEDS.items():
            field: forms.Field
            if kind in YES_NO_NEEDS:
                field = forms.ChoiceField(choices=yes_no_choices())
            elif kind == "wanted_wage_fen":
                field = YuanField()
            else:
                field = forms.CharField(max_length=200)
            field.label, field.required = label, False
            self.fields[kind] = field
        self.order_fields([*YES_NO_NEEDS, "wanted_wage_fen", *TEXT_NEEDS, "stated_on"])

    def clean(self) -> dict[str, Any]:
        """Something was changed."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.told():
            raise ValidationError(gettext("Nothing was changed yet."), code="unchanged")
        return told

    def told(self) -> list[dict[str, Any]]:
        """One need a change; a blank keeps what stands."""
        told = self.cleaned_data
        changed = [kind for kind in self.changed_data if kind in words.NEEDS and told.get(kind) not in (None, "")]
        return [{"kind": kind, "value": str(told[kind]), "stated_on": iso(told["stated_on"])} for kind in changed]
