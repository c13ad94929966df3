"""Forms that change a draft of rules in one place. `changed(text)` is the file with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from ruamel.yaml.error import YAMLError

from anye.doors.kit.fields import DayField, MonthField
from anye.doors.office.entry_fields import YuanField
from anye.doors.office.rules.words import because, language, reasons_said
from anye.engine.entitle import edit
from anye.engine.entitle.case import OUTCOMES, PAY, CaseRule
from anye.engine.entitle.examples import play
from anye.engine.entitle.months import month_of, written
from anye.engine.entitle.policy import Block, Condition, Example, Parameter, Policy
from anye.engine.entitle.policy_file import is_plain
from anye.engine.entitle.runs import RuleBook
from anye.engine.yaml_tree import read_yaml

LONGEST_FILE = 200_000
CERTAINTIES = (
    ("A", _("A: a document of the authority that set it")), ("B", _("B: told elsewhere, the document was not seen")),
    ("C", _("C: assumed, without a source")), ("D", _("D: assumed, no document was found")),
)  # fmt: skip
STATES = (("met", _("When it is met")), ("unmet", _("When it is not met")), ("missing", _("While it is not known")),
          ("fix", _("What would mend it")))  # fmt: skip
LANGUAGES = (("zh", _("in Chinese")), ("en", _("in English")))


class NoSuchPart(LookupError):
    """The rules have no such part."""


class EditForm(forms.Form):
    """A form about one part of a policy, which `at` names. Raises NoSuchPart."""

    use_required_attribute = False
    title: Any = ""
    lead: Any = ""
    changed: Callable[[str], str]  # the file with what was typed, once the form is valid

    def __init__(self, policy: Policy, book: RuleBook, at: str, data: Any = None) -> None:
        super().__init__(data)
        self.policy, self.catalogue, self.at = policy, book.catalogue, at
        self.prepare()

    def prepare(self) -> None:
        """Fill in what stands there now."""

    def block(self, at: str) -> tuple[int, Block]:
        if not at.isdecimal() or int(at) >= len(self.policy.blocks):
            raise NoSuchPart(at)
        return int(at), self.policy.blocks[int(at)]


class ValueForm(EditForm):
    """A value of a parameter from a day on, with where it stands."""

    title = _("A number of the rules")
    lead = _("It holds from its day on; what held before stays. The value of the same day is replaced.")

    def prepare(self) -> None:
        found = self.policy.parameters.get(self.at)
        if found is None:
            raise NoSuchPart(self.at)
        self.parameter: Parameter = found
        self.title = found.says[language()]
        last = found.values[-1]
        self.fields["since"] = DayField(label=_("From this day on"), earliest=dt.date(1990, 1, 1))
        self.fields["value"] = self._value_field(last.value)
        self.fields["certainty"] = forms.ChoiceField(label=_("How certain it is"), choices=CERTAINTIES)
        self.fields["source_zh"] = forms.CharField(label=_("The document, in Chinese"), max_length=300)
        self.fields["source_en"] = forms.CharField(
            label=_("The document, in English"), max_length=300, required=False,
            help_text=_("Left empty, it is called the same in both languages."),
        )  # fmt: skip
        self.initial = {"value": last.value, "certainty": "A"}

    def _value_field(self, value: object) -> forms.Field:
        unit, money = self.parameter.unit.partition("/")[0], self.catalogue.money
        if isinstance(value, bool):
            return forms.TypedChoiceField(
                label=_("Value"),
                choices=(("yes", pgettext_lazy("answer", "yes")), ("no", pgettext_lazy("answer", "no"))),
                coerce=lambda said: said == "yes",
            )
        if unit == money.unit and money.per == 100:
            return YuanField(label=gettext("Value (%(unit)s)") % {"unit": money.sign[language()]})
        label = gettext("Value (%(unit)s)") % {"unit": self.parameter.unit} if unit else gettext("Value")
        return forms.IntegerField(label=label, min_value=-(10**12), max_value=10**12)

    def changed(self, text: str) -> str:
        told = self.cleaned_data
        zh, en = told["source_zh"], told["source_en"] or told["source_zh"]
        source = zh if zh == en else {"zh": zh, "en": en}
        value = {"value": told["value"], "certainty": told["certainty"], "source": source}
        return edit.dated_value(text, self.at, told["since"], value)


class ConditionForm(EditForm):
    """A condition's formula, and what people are told of it."""

    title = _("A condition")

    def prepare(self) -> None:
        number, _dot, name = self.at.partition(".")
        self.number, block = self.block(number)
        found = [at for at, each in enumerate(block.conditions) if each.reason.id == name]
        if not found:
            raise NoSuchPart(self.at)
        self.place = found[0]
        condition: Condition = block.conditions[self.place]
        self.title, self.reason = condition.reason.met[language()], condition.reason
        self.fields["when"] = forms.CharField(
            label=_("It is met when"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            help_text=_("A formula of the facts and numbers that stand below, with AND, OR, NOT and comparisons."),
        )  # fmt: skip
        for state, label in STATES:
            for code, words in LANGUAGES:
                field = forms.CharField(
                    label=gettext("%(what)s, %(language)s") % {"what": label, "language": words},
                    max_length=300, required=state != "fix",
                )  # fmt: skip
                self.fields[f"{state}_{code}"] = field
        self.initial = {f"{state}_{code}": getattr(self.reason, state).get(code, "") for state, _l in STATES
                        for code, _w in LANGUAGES}  # fmt: skip
        self.initial["when"] = _formula(self.policy, ("blocks", self.number, "conditions", self.place, "when"))

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if bool(told.get("fix_zh")) != bool(told.get("fix_en")):
            self.add_error(
                "fix_en" if told.get("fix_zh") else "fix_zh", gettext("Say it in both languages, or in none.")
            )
        return told

    def changed(self, text: str) -> str:
        told, way = self.cleaned_data, ("blocks", self.number, "conditions", self.place)
        values: dict[Any, Any] = {(*way, "when"): told["when"]}
        for state, _label in STATES:
            texts = {code: told[f"{state}_{code}"] for code, _words in LANGUAGES}
            if all(texts.values()) and texts != getattr(self.reason, state):
                values[(*way, state)] = texts
        text = edit.put(text, values)
        return edit.without(text, (*way, "fix")) if self.reason.fix and not told["fix_zh"] else text


class AmountForm(EditForm):
    """What is paid for a month."""

    title = _("What is paid")

    def prepare(self) -> None:
        self.number, _block = self.block(self.at)
        self.fields["amount"] = forms.CharField(
            label=_("Amount"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            help_text=_("A formula that ends in fen. What it may ask stands below."),
        )  # fmt: skip
        self.initial = {"amount": _formula(self.policy, ("blocks", self.number, "amount"))}

    def changed(self, text: str) -> str:
        return edit.put(text, {("blocks", self.number, "amount"): self.cleaned_data["amount"]})


class BlockForm(EditForm):
    """Other conditions from a day on: the last block ends, and one that says the same begins."""

    title = _("Other conditions from a day on")
    lead = _(
        "The conditions of now end the day before. What begins says the same at first; then change it."
        " A policy that has ended is renewed like this."
    )

    def prepare(self) -> None:
        last = self.policy.blocks[-1]
        self.fields["since"] = DayField(label=_("From this day on"), earliest=last.since + dt.timedelta(1))
        self.fields["until"] = DayField(label=_("Up to this day"), required=False)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("since") and told.get("until") and told["until"] < told["since"]:
            self.add_error("until", gettext("This is before the first day."))
        return told

    def changed(self, text: str) -> str:
        return edit.with_block(text, self.cleaned_data["since"], self.cleaned_data["until"])


class LegalForm(EditForm):
    """One more document that the policy stands on."""

    title = _("A document that the rules stand on")

    def prepare(self) -> None:
        self.fields["ref_zh"] = forms.CharField(label=_("The document, in Chinese"), max_length=300)
        self.fields["ref_en"] = forms.CharField(
            label=_("The document, in English"), max_length=300, required=False,
            help_text=_("Left empty, it is called the same in both languages."),
        )  # fmt: skip
        self.fields["effective"] = DayField(label=_("From this day on"), required=False)
        self.fields["certainty"] = forms.ChoiceField(label=_("How certain it is"), choices=CERTAINTIES)

    def changed(self, text: str) -> str:
        told = self.cleaned_data
        ref = {"zh": told["ref_zh"], "en": told["ref_en"] or told["ref_zh"]}
        item: dict[str, Any] = {"ref": ref, "certainty": told["certainty"]}
        if told["effective"]:
            item["effective"] = told["effective"]
        return edit.with_item(text, ("legal",), item)


class CaseForm(EditForm):
    """A test: what is known of somebody in a month, and what comes out. `at`: a test's number, a month of a new one, or nothing."""

    title = _("A test")
    lead = _(
        "It is asked before the rules are published. Read twice what should come out: it must be right, not only so."
    )

    def prepare(self) -> None:
        self.example, self.is_new = _example(self.policy, self.at)
        verdict = play(self.policy, self.catalogue, CaseRule(self.policy, self.catalogue), self.example)
        reasons = because(self.policy, verdict)
        said = {name: reasons_said(self.policy, self.catalogue, self.example.month, [name], "unmet")
                for name in self.policy.reasons}  # fmt: skip
        says = [(name, words[0]) for name, words in said.items() if words]
        self.fields["name"] = forms.CharField(label=_("What it is about"), max_length=100)
        self.fields["month"] = MonthField(label=_("Month"))
        self.fields["given"] = forms.CharField(
            label=_("What is known"), required=False, max_length=4_000,
            widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
            help_text=_("A fact a line: its name, a colon, its value. A fact without a value is not known."),
        )  # fmt: skip
        outcomes = (("pay", _("it is paid")), ("no", _("it is not paid")), ("unknown", _("it is not known yet")))
        self.fields["outcome"] = forms.ChoiceField(label=_("What comes out"), choices=outcomes)
        self.fields["amount"] = YuanField(label=_("How much"), required=False)
        self.fields["because"] = forms.MultipleChoiceField(
            label=_("What stands in the way"), choices=says, required=False, widget=forms.CheckboxSelectMultiple
        )
        self.initial = {
            "name": self.example.name if not self.is_new else "", "month": written(self.example.month),
            "given": _given_said(self.example.given), "outcome": OUTCOMES[verdict.outcome],
            "amount": verdict.amount if verdict.outcome == PAY else None,
            "because": list(reasons) if verdict.outcome != PAY else [],
        }  # fmt: skip

    def clean_given(self) -> Mapping[str, Any]:
        try:
            found = read_yaml(self.cleaned_data["given"] or "{}")
        except YAMLError:
            found = None
        if not isinstance(found, dict) or not all(map(is_plain, found.values())):
            raise ValidationError(gettext("Write a fact a line, a colon and its value behind it."))
        return found

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("outcome") == "pay" and "amount" in told and not told["amount"]:
            self.add_error("amount", gettext("Say how much is paid."))
        return told

    def changed(self, text: str) -> str:
        told = self.cleaned_data
        base = _base_given(self.policy)
        given = {name: value for name, value in told["given"].items() if name not in base or base[name] != value}
        given |= dict.fromkeys(name for name in base if name not in told["given"])
        case: dict[str, Any] = {"name": told["name"], "month": f"{told['month']:%Y-%m}"}
        if self.example.since != self.example.month:
            case["since"] = written(month_of(told["month"]) - (self.example.month - self.example.since))
        if self.example.on is not None:
            case["on"] = self.example.on
        case |= {"given": given} if given else {}
        case |= {"others": dict(self.example.others)} if self.example.others else {}
        case["expect"] = told["amount"] if told["outcome"] == "pay" else told["outcome"]
        if told["because"] and told["outcome"] != "pay":
            case["because"] = list(told["because"])
        if self.is_new:
            return edit.with_item(text, ("tests", "cases"), case)
        return edit.put(text, {("tests", "cases", int(self.at)): case})


class FileForm(EditForm):
    """The file itself, for what no form changes."""

    title = _("The file")
    lead = _("All of the rules as they are written. What is wrong is said with its line.")

    def prepare(self) -> None:
        self.fields["text"] = forms.CharField(
            label=_("Rules"), max_length=LONGEST_FILE, strip=False,
            widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "rules-file"}),
        )  # fmt: skip
        self.initial = {"text": self.policy.text}

    def changed(self, text: str) -> str:  # noqa: ARG002 the whole is typed
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


FORMS: Mapping[str, type[EditForm]] = {
    "value": ValueForm, "condition": ConditionForm, "amount": AmountForm, "block": BlockForm, "document": LegalForm,
    "case": CaseForm, "file": FileForm,
}  # fmt: skip


class OfferForm(forms.Form):
    """Why the rules are to be others."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the history of the rules. Name the document."),
    )  # fmt: skip


class NoteForm(forms.Form):
    """What whoever decides has to say."""

    use_required_attribute = False
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by whoever wrote the draft; it stays in the history."),
    )  # fmt: skip


def _formula(policy: Policy, path: tuple[str | int, ...]) -> str:
    """A formula as it is written."""
    tree = read_yaml(policy.text)
    for key in path:
        tree = tree[key]
    return str(tree)


def _base_given(policy: Policy) -> Mapping[str, Any]:
    """What the tests of the file share."""
    return dict(read_yaml(policy.text)["tests"].get("given") or {})


def _example(policy: Policy, at: str) -> tuple[Example, bool]:
    """The test of that number; or a new one of that month, or of the last one's, about whom the first test pays. Raises NoSuchPart."""
    if at.isdecimal() and int(at) < len(policy.examples):
        return policy.examples[int(at)], False
    try:
        month = month_of(dt.date.fromisoformat(f"{at}-01")) if at else policy.examples[-1].month
    except ValueError:
        raise NoSuchPart(at) from None
    paid = [each for each in policy.examples if isinstance(each.expect, int)]
    like = min(paid or policy.examples, key=lambda each: abs(each.month - month))
    told = {field: getattr(like, field) for field in ("line", "on", "given", "others", "expect", "because")}
    return Example(name="", month=month, since=month - (like.month - like.since), **told), True


def _given_said(given: Mapping[str, Any]) -> str:
    """What is given, a fact a line."""
    return "\n".join(f"{name}: {_said(value)}".rstrip() for name, value in given.items())


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_said(each)}" for key, each in value.items()) + "}"
    return str(value)
