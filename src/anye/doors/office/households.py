"""Households by hand: who heads them, who belongs, splitting and merging, and who answers for them."""

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from anye.doors.kit.pages import FormPage
from anye.doors.office.entering import WRITERS, around, hand_over, handed, person_form, sent, subject
from anye.doors.office.entrance import open_to
from anye.doors.office.entries import EITHER
from anye.doors.office.entry_fields import code_choices
from anye.doors.office.entry_forms import HEADS, NO_SUCH_HOUSEHOLD, HelperForm, joined_household
from anye.doors.office.rows import log_people
from anye.engine.households import household_key_of
from anye.records.people import queries as people
from anye.records.people.models import Household, HouseholdMember, Person

HEAD = "02"
CODE_ROOM = 90  # of a household key's 100 characters, what the old one may take in the new one


def household_of(person: Person) -> Household | None:
    """The person's household, where the range reaches it: it stands where its head lives."""
    return people.household_at(person.household_id)


class MembersForm(forms.Form):
    """Who heads the household, and how each member is related to the head."""

    use_required_attribute = False
    head = forms.ChoiceField(label=_("Head of the household"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, members: list[HouseholdMember], **options: Any) -> None:
        head = next((m.person.token for m in members if m.is_head), "")
        initial = {"head": head, **{m.person.token: m.relation for m in members}}
        super().__init__(*args, initial=initial, **options)
        self.members = members
        self.fields["head"].choices = [(m.person.token, m.person.name) for m in members]  # type: ignore[attr-defined]
        relations = code_choices("relation", leave_out=["01"])
        for member in members:
            label = gettext("%(name)s: relation to the head") % {"name": member.person.name}
            self.fields[member.person.token] = forms.ChoiceField(label=label, choices=relations, required=False)

    def clean(self) -> dict[str, Any]:
        """There is one head, and something was changed."""
        told: dict[str, Any] = super().clean() or {}
        for member in self.members:
            token = member.person.token
            if token != told.get("head") and told.get(token) in HEADS:
                self.add_error(token, gettext("Only the head is related so. Choose another relation."))
        if not self.errors and not self.changes():
            raise ValidationError(gettext("Nothing was changed yet."), code="unchanged")
        return told

    def changes(self) -> list[tuple[Person, dict[str, Any]]]:
        """(member, relation and whether they head the household), for those of whom something changed."""
        told = self.cleaned_data
        found = []
        for member in self.members:
            is_head = member.person.token == told["head"]
            relation = HEAD if is_head else told.get(member.person.token, "")
            was = HEAD if member.relation in HEADS else member.relation
            if (is_head, relation) != (bool(member.is_head), was):
                found.append((member.person, {"relation": relation or None, "is_head": is_head}))
        return found


class JoinForm(forms.Form):
    """The household that a person belongs to, by its number."""

    use_required_attribute = False
    household_code = forms.CharField(
        label=_("Household number"), max_length=60, help_text=_("As in the village's own ledger")
    )
    relation = forms.ChoiceField(label=_("Relation to the head"))

    def __init__(self, *args: Any, area: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.area = area
        choices = code_choices("relation", blank=_("Choose"), leave_out=["01"])
        self.fields["relation"].choices = choices  # type: ignore[attr-defined]

    def clean_household_code(self) -> str:
        return joined_household(self.area, self.cleaned_data["household_code"])


class SplitForm(forms.Form):
    """Who leaves for a household of their own, and who heads that. The head stays where they are."""

    use_required_attribute = False
    leaving = forms.MultipleChoiceField(label=_("Who leaves"), widget=forms.CheckboxSelectMultiple)
    head = forms.ChoiceField(label=_("Head of the new household"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, members: list[HouseholdMember], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {m.person.token: m.person for m in members if not m.is_head}
        choices = [(token, person.name) for token, person in self.people.items()]
        for name in ("leaving", "head"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The new head is among those who leave, and somebody stays."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("head") and told.get("leaving") and told["head"] not in told["leaving"]:
            self.add_error("head", gettext("The head of the new household must be one of those who leave."))
        return told


class MergeForm(forms.Form):
    """The household that takes this one's members in. It lies within the range; any other number is not found."""

    use_required_attribute = False
    into_code = forms.CharField(label=_("Number of the household that takes them in"), max_length=60)

    def __init__(self, *args: Any, household: Household, area: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.household, self.area = household, area

    def clean_into_code(self) -> str:
        code = str(self.cleaned_data["into_code"])
        key = household_key_of(self.area, code)
        if key == self.household.code:
            raise ValidationError(gettext("That is this household itself."))
        if people.household_with(key) is None:
            raise ValidationError(NO_SUCH_HOUSEHOLD)
        return key


@require_http_methods(EITHER)
@open_to(WRITERS)
def household(request: HttpRequest, token: str) -> HttpResponse:
    """The members, the head and the relations; or which household the person belongs to, where none is in reach."""
    person = subject(token)
    found = household_of(person)
    if found is None:
        return _join(request, person)
    members = _members(person)
    form = MembersForm(sent(request), members=members)
    if form.is_bound and form.is_valid():
        made = [
            hand_over(request, kind="household", told={"fact": {"household_code": found.code, **fact}}, person=member)
            for member, fact in form.changes()
        ]
        return handed(request, made)
    context = {
        **around(request, person, _("Household")),
        "household": found,
        "form": form,
        "may_split": any(not m.is_head for m in members) and len(members) > 1,
    }
    return render(request, "office/entries/household.html", context, status=422 if form.errors else 200)


def _join(request: HttpRequest, person: Person) -> HttpResponse:
    form = JoinForm(sent(request), area=person.care_area)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        fact = {**told, "is_head": told["relation"] in HEADS}
        return handed(request, [hand_over(request, kind="household", told={"fact": fact}, person=person)])
    lead = _("No household of your area is on record for this person. Say which one they belong to.")
    return person_form(request, person, form, FormPage(_("Household"), lead))


def _members(person: Person) -> list[HouseholdMember]:
    """The members within the range; that they were shown is kept."""
    members = list(people.household_of(person))
    log_people("household", [(m.person_id, m.scope_no) for m in members if m.person_id != person.pk])
    return members


def _in_reach(person: Person) -> Household:
    found = household_of(person)
    if found is None:
        raise Http404
    return found


def _back(person: Person) -> str:
    return reverse("entries:household", args=[person.token])


@require_http_methods(EITHER)
@open_to(WRITERS)
def split(request: HttpRequest, token: str) -> HttpResponse:
    """Some members become a household of their own, under a number made from the old one."""
    person = subject(token)
    found = _in_reach(person)
    form = SplitForm(sent(request), members=_members(person))
    if form.is_bound and form.is_valid():
        told = {
            "household_code_new": f"{found.code[:CODE_ROOM]}-{secrets.token_hex(3)}",
            "members": [form.people[one].pk for one in form.cleaned_data["leaving"]],
            "head": form.people[form.cleaned_data["head"]].pk,
        }
        return handed(request, [hand_over(request, kind="split", told=told, person=person)])
    lead = _("The head stays. To let the head leave, choose the others instead.")
    return person_form(request, person, form, FormPage(_("Split the household"), lead, cancel_href=_back(person)))


@require_http_methods(EITHER)
@open_to(WRITERS)
def merge(request: HttpRequest, token: str) -> HttpResponse:
    """All members move into another household; its head stays the head."""
    person = subject(token)
    found = _in_reach(person)
    form = MergeForm(sent(request), household=found, area=person.care_area)
    if form.is_bound and form.is_valid():
        told = {"from_code": found.code, "into_code": form.cleaned_data["into_code"]}
        return handed(request, [hand_over(request, kind="merge", told=told, person=person)])
    lead = gettext("All members of household %(code)s move; the head of the other household stays its head.")
    page = FormPage(_("Merge with another household"), lead % {"code": found.number}, cancel_href=_back(person))
    return person_form(request, person, form, page)


@require_http_methods(EITHER)
@open_to(WRITERS)
def helper(request: HttpRequest, token: str) -> HttpResponse:
    """Who answers for the household."""
    person = subject(token)
    found = household_of(person)
    if found is None:
        return _join(request, person)
    known = people.helper_of(person)
    initial = {} if known is None else {"helper_name": known.helper_name, "helper_unit": known.helper_unit}
    form = HelperForm(sent(request), initial=initial)
    if form.is_bound and form.is_valid():
        told = {name: value or None for name, value in form.cleaned_data.items()}
        fact = {"household_code": found.code, **told}
        return handed(request, [hand_over(request, kind="helper", told={"fact": fact}, person=person)])
    return person_form(request, person, form, FormPage(_("Helper of the household")))
