"""The form of what was found out about doubts: to each the answers that fit it, and to each answer what puts it right."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.fields import DayField, MonthField
from anye.doors.kit.fragments import Words
from anye.doors.office import doubts, words
from anye.doors.office.entries import spell_fact
from anye.doors.office.entry_fields import NameField, OfficeField, code_choices, homes_of
from anye.doors.office.entry_forms import EARLIEST, WAGE_UNITS, iso
from anye.records.audit.day import registry_day
from anye.records.findings.models import Finding
from anye.records.findings.rules import Answer, answers_to
from anye.records.firms import queries as firms
from anye.records.firms.models import EmploymentSpell
from anye.records.people import queries as people
from anye.records.people.models import HouseholdMember, Person

# what each answer asks for, in the order of the form
ASKED: dict[str, tuple[str, ...]] = {
    "working": ("employer", "since_month", "wage", "wage_unit"),
    "name": ("name",),
    "village": ("village",),
    "head": ("head",),
    "dates": ("job", "started_on", "ended_on"),
    "sex": ("sex",),
    "birth": ("birth",),
    "wage": ("job", "wage", "wage_unit"),
}
OPTIONAL = frozenset({("working", "since_month"), ("working", "wage"), ("dates", "started_on"), ("dates", "ended_on")})


@dataclass(frozen=True)
class Block:
    """What one answer asks for: shown when it is chosen."""

    code: str
    fields: list[BoundField]


@dataclass(frozen=True)
class Group:
    """One doubt in the form: what it says, its answers, and the blocks under them."""

    said: str
    rule: str
    answer: BoundField
    blocks: list[Block]
    hint: str


@dataclass
class Known:
    """What the answers about a person can choose from, each read once and only when an answer asks for it."""

    request: HttpRequest
    person: Person
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def spells(self) -> list[EmploymentSpell]:
        return self._once("spells", lambda: list(firms.spells_of(self.person)))

    @property
    def members(self) -> list[HouseholdMember]:
        """The household as far as the range reaches; nobody where its own record is another office's."""
        return self._once("members", lambda: list(people.household_of(self.person)) if self.code else [])

    @property
    def code(self) -> str:
        household = self._once("household", lambda: people.household_at(self.person.household_id))
        return household.code if household is not None else ""

    def _once(self, name: str, read: Any) -> Any:
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]


def choice_of(person: Person, key: int) -> str:
    """How a form names one of a person's spells of work: the same each time, and no key."""
    return hashlib.sha256(f"{person.token}:{key}".encode()).hexdigest()[:12]


class AnswersForm(forms.Form):
    """What was found about one or several doubts of a person, at home or at a desk."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        request: HttpRequest,
        person: Person,
        findings: Sequence[Finding],
        at_home: bool,
        said: Mapping[int, str] | None = None,
        **options: Any,
    ) -> None:
        """`said`: what each doubt says, by its key."""
        super().__init__(data, **options)
        self.person, self.known = person, Known(request, person)
        self.subjects = list(findings)
        self.said = said or {}
        self.offered: list[dict[str, Answer]] = []
        for place, finding in enumerate(self.subjects):
            offered = answers_to(finding.rule, finding.params, at_home=at_home)
            self.offered.append({one.code: one for one in offered if self._can(one.code, finding)})
            self._ask(place, finding, at_home=at_home)
        label = _("Note") if at_home else _("Why")
        helps = _("Kept sealed. Say why, where nothing is to be put right. Write no ID or telephone numbers.")
        rows = forms.Textarea(attrs={"rows": 2})
        self.fields["note"] = forms.CharField(
            label=label, max_length=500, required=not at_home, widget=rows, help_text=helps
        )

    # ── the fields ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _can(self, code: str, finding: Finding) -> bool:
        """Whether there is anything to choose from."""
        if code == "head":
            heads = sum(bool(member.is_head) for member in self.known.members)
            return bool(self.known.members) and heads >= int(finding.params.get("heads") or 0)
        if code in {"dates", "wage"}:
            return bool(self.known.spells)
        return code != "village" or bool(homes_of(self.known.request))

    def _ask(self, place: int, finding: Finding, *, at_home: bool) -> None:
        offered = self.offered[place]
        label = _("What did you find?") if at_home else _("What is true?")
        choices = [(code, doubts.ANSWERS[code]) for code in offered]
        self.fields[_name("answer", place)] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)
        for code in offered:
            for asked in ASKED.get(code, ()):
                made = self._field(asked, code, finding)
                made.required = (code, asked) not in OPTIONAL
                self.fields.setdefault(_name(asked, place), made)

    def _field(self, asked: str, code: str, finding: Finding) -> forms.Field:
        if asked == "job":
            jobs = [(choice_of(self.person, one.pk), _job_words(one)) for one in self._jobs(finding)]
            return forms.ChoiceField(label=_("Which work"), choices=jobs, widget=forms.RadioSelect)
        if asked == "head":
            members = [(one.person.token, one.person.name) for one in self.known.members]
            return forms.ChoiceField(label=_("Head of the household"), choices=members, widget=forms.RadioSelect)
        if asked == "village":
            village = OfficeField(label=_("Village"))
            village.offer(homes_of(self.known.request))
            village.help_text = _("To another office's village a person moves by a transfer.")
            return village
        if asked == "name":
            return NameField(help_text=_("As on the ID card"))
        if asked == "sex":
            return forms.ChoiceField(
                label=_("Sex"), choices=code_choices("sex", blank=_("Choose"), leave_out=["0", "9"])
            )
        if asked == "employer":
            return forms.CharField(
                label=_("Employer"), max_length=160, help_text=_("As the person names it, or where the work is")
            )
        return _PLAIN[asked](code)

    def _jobs(self, finding: Finding) -> list[EmploymentSpell]:
        """The work that the doubt is about; all of it where that cannot be told any more."""
        keys = {key for table, key in finding.evidence if table == "firms_employmentspell"}
        problem = finding.params.get("problem")
        meant = [
            one
            for one in self.known.spells
            if one.pk in keys
            or (problem == "no_start" and one.valid_from is None)
            or (problem == "end_before_start" and one.valid_from and one.valid_to and one.valid_to < one.valid_from)
            or (finding.rule == "Q10" and one.wage_fen is not None and one.wage_fen == finding.params.get("fen"))
        ]
        return meant or self.known.spells

    @property
    def groups(self) -> list[Group]:
        """The doubts in their order."""
        return [self._group(place, finding) for place, finding in enumerate(self.subjects)]

    def _group(self, place: int, finding: Finding) -> Group:
        blocks = [
            Block(code, [self[_name(asked, place)] for asked in ASKED[code]])
            for code in self.offered[place]
            if code in ASKED
        ]
        hint = ""
        if finding.rule == "Q07" and "head" not in self.offered[place]:
            hint = gettext("Part of the household is with another office: the office over both can name the head.")
        said = self.said.get(finding.pk, "")
        return Group(said, doubts.rule_words(finding.rule), self[_name("answer", place)], blocks, hint)

    # ── what was sent ─────────────────────────────────────────────────────────────────────────────────────────────────

    def clean(self) -> dict[str, Any]:
        """What the chosen answers do not ask for is not looked at."""
        told: dict[str, Any] = super().clean() or {}
        for place, finding in enumerate(self.subjects):
            chosen = told.get(_name("answer", place), "")
            asked = {_name(one, place) for one in ASKED.get(chosen, ())}
            for name in {_name(one, place) for many in ASKED.values() for one in many} - asked:
                self.errors.pop(name, None)
            if chosen == "dates":
                self._check_dates(place, finding)
            answer = self.offered[place].get(chosen)
            if answer is not None and answer.wants_note and not told.get("note") and not self.errors.get("note"):
                self.add_error("note", gettext("Say what you looked at and why nothing is put right here."))
        return told

    def _check_dates(self, place: int, finding: Finding) -> None:
        """The dates put right what was in doubt: else the doubt would be raised again at once."""
        job = self._job(place)
        if job is None or self.errors.get(_name("started_on", place)) or self.errors.get(_name("ended_on", place)):
            return
        start, end = self._dates(place, job)
        if (start, end) == (job.valid_from, job.valid_to):
            self.add_error(_name("started_on", place), gettext("Give the first or the last day as it should be."))
        elif start is None:
            self.add_error(_name("started_on", place), gettext("Give the first day."))
        elif end is not None and end < start:
            self.add_error(_name("ended_on", place), gettext("The work cannot end before it began."))
        elif finding.params.get("kind") == "overlap" and any(
            _meet(start, end, other) for other in self._jobs(finding) if other.pk != job.pk
        ):
            self.add_error(_name("ended_on", place), gettext("So the two jobs would still be held at once."))

    def _job(self, place: int) -> EmploymentSpell | None:
        chosen = self.cleaned_data.get(_name("job", place))
        return next((one for one in self.known.spells if choice_of(self.person, one.pk) == chosen), None)

    def _dates(self, place: int, job: EmploymentSpell) -> tuple[dt.date | None, dt.date | None]:
        """First and last day with what was typed; what was left empty stays as it stands."""
        told = self.cleaned_data
        return (
            told.get(_name("started_on", place)) or job.valid_from,
            told.get(_name("ended_on", place)) or job.valid_to,
        )

    def told(self) -> list[dict[str, Any]]:
        """The answers as their entry holds them."""
        return [self._told(place, finding) for place, finding in enumerate(self.subjects)]

    def _told(self, place: int, finding: Finding) -> dict[str, Any]:
        code = self.cleaned_data[_name("answer", place)]
        given = {one: self.cleaned_data.get(_name(one, place)) for one in ASKED.get(code, ())}
        said: dict[str, Any] = {"finding": finding.pk, "answer": code}
        wage = given.get("wage")
        paid = {
            "wage_fen": int(wage * 100) if wage is not None else None,
            "wage_unit": (given.get("wage_unit") or "month") if wage is not None else None,
        }
        if code == "working":
            since = given["since_month"]
            said |= {"employer": given["employer"], "since_month": f"{since:%Y-%m}" if since else None, **paid}
        elif code in {"dates", "wage"}:
            job = self._job(place)
            assert job is not None
            start, end = self._dates(place, job)
            changed = paid if code == "wage" else {"started_on": iso(start), "ended_on": iso(end)}
            said["job"] = {"replaces": job.pk, "fact": spell_fact(job) | changed}
        elif code == "head":
            head = next(one for one in self.known.members if one.person.token == given["head"])
            said["head"] = {"household_code": self.known.code, "person": head.person_id}
        elif code == "village":
            said["village"] = given["village"].area_code
        elif code == "birth":
            said["birth"] = iso(given["birth"])
        else:
            said |= given
        return said


def _name(field_name: str, place: int) -> str:
    """A field's name: those of the first doubt are plain."""
    return field_name if place == 0 else f"{field_name}_{place + 1}"


def _meet(start: dt.date, end: dt.date | None, other: EmploymentSpell) -> bool:
    """Whether a job of these days and another one share a day; without an end a job is held still."""
    last, others_last = end or dt.date.max, other.valid_to or dt.date.max
    return other.valid_from is not None and start <= others_last and other.valid_from <= last


def _job_words(spell: EmploymentSpell) -> str:
    employer = spell.employer_name or (spell.firm.name if spell.firm is not None else gettext("employer not known"))
    parts = (
        employer, words.span_words(spell.valid_from, spell.valid_to), words.wage_words(spell.wage_fen, spell.wage_unit),
    )  # fmt: skip
    return " · ".join(part for part in parts if part)


def _day(label: Words, **more: Any) -> DayField:
    return DayField(label=label, earliest=EARLIEST, latest=registry_day(), **more)


_PLAIN: dict[str, Any] = {
    "since_month": lambda _code: MonthField(label=_("Working since"), latest=registry_day().replace(day=1)),
    "wage": lambda _code: forms.DecimalField(
        label=_("Wage in yuan"), min_value=0, max_value=1_000_000, max_digits=9, decimal_places=2
    ),
    "wage_unit": lambda _code: forms.ChoiceField(
        label=_("The wage is"), choices=WAGE_UNITS, widget=forms.RadioSelect, initial="month"
    ),
    "birth": lambda _code: _day(_("Born")),
    "started_on": lambda _code: _day(_("First day of work"), help_text=_("Leave it empty if it is right on record")),
    "ended_on": lambda _code: _day(_("Last day of work"), help_text=_("Leave it empty if it is right on record")),
}
