"""Reads policies (packs/*/policies/*.yaml); every fault names the file, the line and the cure, before anything runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from anye.engine.entitle.catalogue import KEYS, THIS_MONTH, Catalogue, Texts
from anye.engine.entitle.catalogue_file import PolicyYaml
from anye.engine.entitle.formula import LARGEST
from anye.engine.entitle.formula_faults import FormulaFault
from anye.engine.entitle.kinds import Kind, integer
from anye.engine.entitle.months import last_day, month_of, read_month
from anye.engine.entitle.nodes import Node, Value
from anye.engine.entitle.policy import (
    ACCEPTED,
    AMOUNT,
    CHANNELS,
    IN_FORCE,
    LEVELS,
    PERIODS,
    Block,
    Condition,
    Dated,
    Example,
    Exclusion,
    Legal,
    Limit,
    Parameter,
    Policy,
    Reason,
    Renewal,
)  # fmt: skip

_KEYS = {
    "policy", "title", "says", "level", "subject", "pays", "channel", "fund", "items", "notice_days", "recovery", "legal", "facts",
    "parameters", "blocks", "tests",
}  # fmt: skip
_REASON_KEYS = {"met", "unmet", "missing", "fix"}
_BLOCK_KEYS = {"from", "until", "accept", "formulas", "conditions", "limits", "once_per", "exclusive_with", "amount"}
_LIMIT_KEYS = {
    "id", "count", "gives", "within", "per", "at_most", "used_before", "counts_when", "unless", "renewal", "anew", *_REASON_KEYS,
}  # fmt: skip
_ONCE_KEYS = {"id", "within", "per", "used_before", "anew", *_REASON_KEYS}
_TEST_KEYS = {"name", "month", "since", "on", "given", "others", "expect", "because"}
_MOST_REASONS = 62
LONGEST_TITLE = {"zh": 120, "en": 200}  # characters
_PLACE = re.compile(r"\{(\w+)\}")
CERTAINTIES = frozenset("ABCD")


def read_policy(path: Path, catalogue: Catalogue, text: str | None = None) -> Policy:
    """A policy of which everything is checked that can be without running it. Raises PolicyFault.

    `text`: what would stand in the file, where it is not one yet.
    """
    return _PolicyFile(path, catalogue, text).whole()


def digest_of(text: str) -> str:
    """What a version of a policy is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


class _PolicyFile(PolicyYaml):
    def __init__(self, path: Path, catalogue: Catalogue, text: str | None) -> None:
        super().__init__(path, text)
        self.catalogue = catalogue
        self.defaults = catalogue.defaults()

    def whole(self) -> Policy:
        tree = self.load()
        self.check_keys(tree, _KEYS, _KEYS - {"parameters", "items", "notice_days", "recovery"})
        subject = self.one_of(tree, "subject", self.get(tree, "subject", str), KEYS)
        facts = self.facts(tree, subject)
        parameters = self.parameters(tree, facts)
        names = {THIS_MONTH: self.catalogue.kinds(subject)[THIS_MONTH], **facts}
        names |= {name: _kind(each) for name, each in parameters.items()}
        blocks = self.blocks(tree, subject, names, parameters)
        policy = Policy(
            code=self.get(tree, "policy", str), path=str(self.path), text=self.text, digest=digest_of(self.text),
            title=self.title(tree), says=self.texts(tree, "says"),
            level=self.one_of(tree, "level", self.get(tree, "level", str), LEVELS), subject=subject,
            pays=self.get(tree, "pays", str), channel=self.one_of(tree, "channel", self.get(tree, "channel", str), CHANNELS),
            fund=self.get(tree, "fund", str), notice_days=self.get(tree, "notice_days", int, 0),
            recovery=self.texts(tree, "recovery") if "recovery" in tree else {}, legal=self.legal(tree),
            facts=tuple(facts), parameters=parameters, blocks=blocks, examples=self.examples(tree, facts),
            items=self.words(tree, "items"),
        )  # fmt: skip
        self.check_use(tree, policy)
        return policy

    def title(self, tree: CommentedMap) -> Texts:
        """Its name, which stands in lists."""
        found = self.texts(tree, "title")
        if len(found["zh"]) > LONGEST_TITLE["zh"] or len(found["en"]) > LONGEST_TITLE["en"]:
            raise self.fault(
                "shape", self.line(tree, "title"), key="title", expected=f"at most {LONGEST_TITLE} characters"
            )
        return found

    def facts(self, tree: CommentedMap, subject: str) -> dict[str, Kind]:
        nodes = self.get(tree, "facts", CommentedSeq)
        reachable = self.catalogue.kinds(subject)
        found: dict[str, Kind] = {}
        for at, name in enumerate(self.words(tree, "facts")):
            if name not in self.catalogue.facts:
                raise self.fault("unknown_fact", self.line(nodes, at), found=name)
            if name not in reachable:
                of = self.catalogue.facts[name].of
                raise self.fault("out_of_reach", self.line(nodes, at), found=name, of=of, subject=subject)
            found[name] = reachable[name]
        return found

    def legal(self, tree: CommentedMap) -> tuple[Legal, ...]:
        nodes = self.get(tree, "legal", CommentedSeq)
        found = []
        for node in nodes:
            self.check_keys(node, {"ref", "effective", "until", "certainty", "source"}, {"ref", "certainty"})
            certainty = self.one_of(node, "certainty", self.get(node, "certainty", str), CERTAINTIES)
            days = self.get(node, "effective", dt.date), self.get(node, "until", dt.date)
            source = self.cited(node, "source") if "source" in node else {"zh": "", "en": ""}
            found.append(Legal(self.cited(node, "ref"), *days, certainty, source))
        return tuple(found)

    def parameters(self, tree: CommentedMap, facts: Mapping[str, Kind]) -> dict[str, Parameter]:
        nodes = self.get(tree, "parameters", CommentedMap, CommentedMap())
        found: dict[str, Parameter] = {}
        for key in nodes:
            name, node = self.name(nodes, key, {*facts, *found}), self.get(nodes, key, CommentedMap)
            self.check_keys(node, {"unit", "says", "values"}, {"says", "values"})
            values = self.get(node, "values", CommentedMap)
            dated = tuple(sorted((self.dated(values, day) for day in values), key=lambda each: each.since))
            if not dated:
                raise self.fault("missing_key", self.line(node, "values"), expected="YYYY-MM-DD: {value: …}")
            if len({isinstance(each.value, bool) for each in dated}) > 1:
                raise self.fault(
                    "shape", self.line(node, "values"), key="values", expected="numbers, or true and false"
                )
            found[name] = Parameter(name, self.get(node, "unit", str, ""), self.texts(node, "says"), dated)
        return found

    def dated(self, values: CommentedMap, day: Any) -> Dated:
        if not isinstance(day, dt.date):
            raise self.fault("shape", self.line(values, day), found=day, expected="YYYY-MM-DD")
        node = self.get(values, day, CommentedMap)  # type: ignore[arg-type]  # a day is a key too
        self.check_keys(node, {"value", "certainty", "source"}, {"value", "certainty", "source"})
        certainty = self.one_of(node, "certainty", self.get(node, "certainty", str), CERTAINTIES)
        value = self.get(node, "value", (int, bool))
        if abs(value) > LARGEST:
            raise self.fault("shape", self.line(node, "value"), key="value", found=value, expected=f"at most {LARGEST}")
        return Dated(day, value, certainty, self.cited(node, "source"))

    def blocks(
        self, tree: CommentedMap, subject: str, names: Mapping[str, Kind], parameters: Mapping[str, Parameter]
    ) -> tuple[Block, ...]:
        nodes = self.get(tree, "blocks", CommentedSeq)
        found: list[Block] = []
        for at, node in enumerate(nodes):
            block = self.block(node, subject, names)
            before = found[-1].until if found else None
            if (found and (before is None or before >= block.since)) or (block.until and block.until < block.since):
                raise self.fault("dates", self.line(nodes, at), found=block.since)
            for name in sorted(block.names & set(parameters)):
                if parameters[name].values[0].since > last_day(month_of(block.since)):
                    raise self.fault("parameter_gap", self.line(nodes, at), found=name, since=block.since)
            found.append(block)
        if not found:
            raise self.fault("missing_key", self.line(tree, "blocks"), expected="from: YYYY-MM-DD")
        return tuple(found)

    def block(self, node: CommentedMap, subject: str, given: Mapping[str, Kind]) -> Block:
        self.check_keys(node, _BLOCK_KEYS, {"from", "conditions", "amount"})
        names = dict(given)
        steps = self.get(node, "formulas", CommentedMap, CommentedMap())
        formulas = self.block_formulas(steps, names)
        taken = {IN_FORCE, ACCEPTED, AMOUNT}
        conditions = []
        for each in self.get(node, "conditions", CommentedSeq):
            self.check_keys(each, {"id", "when", *_REASON_KEYS}, {"id", "when", "met", "unmet", "missing"})
            conditions.append(
                Condition(self.reason(each, taken), self.formula(each, "when", names, self.defaults, "bool"))
            )
        limits = self.limits(node, subject, names, taken)
        exclusions = self.exclusions(node, subject, taken)
        names |= {each.gives: each.units.kind for each in limits if each.gives and each.units}
        amount = self.formula(node, "amount", names, self.defaults, "int")
        unit = self.catalogue.money.unit
        if amount.kind.unit not in {unit, f"{unit}/month"}:
            raise self.fault("unit", self.line(node, "amount"), found=amount.kind.unit or "-", expected=unit)
        accept = self.get(node, "accept", CommentedMap, CommentedMap())
        self.check_keys(accept, {"from", "until"}, set())
        return Block(
            self.get(node, "from", dt.date), self.get(node, "until", dt.date), self.get(accept, "from", dt.date),
            self.get(accept, "until", dt.date), formulas, tuple(conditions), limits, exclusions, amount,
            int(node.lc.line) + 1, {str(key): self.texts(steps[key], "says") for key in steps},
        )  # fmt: skip

    def block_formulas(self, nodes: CommentedMap, names: dict[str, Kind]) -> tuple[tuple[str, Node], ...]:
        """Named steps, each of which may ask those above it; what asks one below is told that it goes round."""
        found = []
        for key in nodes:
            name, step = self.name(nodes, key, names), self.get(nodes, key, CommentedMap)
            self.check_keys(step, {"says", "formula"}, {"says", "formula"})
            try:
                read = self.formula(step, "formula", names, self.defaults)
            except self.Fault as fault:
                asked = fault.params.get("of", {})
                later = asked.get("found") if isinstance(asked, dict) else None
                if fault.params.get("fault") == "formula_name" and later in nodes:
                    circle = FormulaFault("formula_cycle", {"found": name, "path": f"{name} → {later}"})
                    raise self.of_formula(self.line(nodes, key), circle) from None
                raise
            names[name] = read.kind
            found.append((name, read))
        return tuple(found)

    def reason(self, node: CommentedMap, taken: set[str], default: str = "") -> Reason:
        name = self.get(node, "id", str, default)
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
            raise self.fault("name_spelling", self.line(node, "id"), found=name)
        if name in taken:
            raise self.fault("name_taken", self.line(node, "id"), found=name)
        taken.add(name)
        met, unmet, missing = (self.texts(node, key) for key in ("met", "unmet", "missing"))
        return Reason(name, met, unmet, missing, self.texts(node, "fix") if "fix" in node else {})

    def limits(self, node: CommentedMap, subject: str, names: Mapping[str, Kind], taken: set[str]) -> tuple[Limit, ...]:
        nodes = list(self.get(node, "limits", CommentedSeq, CommentedSeq()))
        found = [self.limit(each, subject, names, taken) for each in nodes]
        once = self.get(node, "once_per", CommentedMap)
        if once is not None:
            self.check_keys(once, _ONCE_KEYS, _ONCE_KEYS - {"id", "anew", "fix"})
            found.append(
                Limit(
                    self.reason(once, taken, "once"), "month", None, "", *self.kept(once, subject),
                    Node("literal", integer(1, 1, "month"), value=1), self.used(once, names), None, None, None,
                    self.get(once, "anew", bool, default=False),
                )
            )  # fmt: skip
        return tuple(found)

    def kept(self, node: CommentedMap, subject: str) -> tuple[str, str]:
        """Of whom a count is kept, and for how long."""
        allowed = {subject, *KEYS[subject], "household"} if "person" in KEYS[subject] else {subject}
        within = self.one_of(node, "within", self.get(node, "within", str), allowed)
        return within, self.one_of(node, "per", self.get(node, "per", str), PERIODS)

    def used(self, node: CommentedMap, names: Mapping[str, Kind]) -> Node:
        found = self.formula(node, "used_before", names, self.defaults, "int")
        if found.kind.lo < 0:
            raise self.fault("shape", self.line(node, "used_before"), key="used_before", expected="0 or more")
        return found

    def limit(self, node: CommentedMap, subject: str, names: Mapping[str, Kind], taken: set[str]) -> Limit:
        self.check_keys(
            node, _LIMIT_KEYS, {"count", "within", "per", "at_most", "used_before", "met", "unmet", "missing"}
        )
        counts = self.get(node, "count", str)
        units = None if counts in {"month", "amount"} else self.formula(node, "count", names, self.defaults, "int")
        gives = self.name(node, node["gives"], names) if "gives" in node else ""
        if bool(gives) != (units is not None) or (units is not None and units.kind.lo < 0):
            raise self.fault("shape", self.line(node, "count"), key="count", expected="a count from 0 on, and gives")
        formulas = {
            key: self.formula(node, key, names, self.defaults, "bool") if key in node else None
            for key in ("counts_when", "unless")
        }
        renewal = self.get(node, "renewal", CommentedMap)
        if renewal is not None:
            self.check_keys(renewal, {"when", "times"}, {"when", "times"})
            when = self.formula(renewal, "when", names, self.defaults, "bool")
            renewal = Renewal(when, self.get(renewal, "times", int))
        return Limit(
            self.reason(node, taken, "limit"), counts if counts in {"month", "amount"} else "units", units, gives,
            *self.kept(node, subject), self.formula(node, "at_most", names, self.defaults, "int"), self.used(node, names),
            formulas["counts_when"], formulas["unless"], renewal, self.get(node, "anew", bool, default=False),
        )  # fmt: skip

    def exclusions(self, node: CommentedMap, subject: str, taken: set[str]) -> tuple[Exclusion, ...]:
        found = []
        for each in self.get(node, "exclusive_with", CommentedSeq, CommentedSeq()):
            self.check_keys(
                each, {"id", "policy", "same", *_REASON_KEYS}, {"policy", "same", "met", "unmet", "missing"}
            )
            code = self.get(each, "policy", str)
            same = self.one_of(each, "same", self.get(each, "same", str), {subject, *KEYS[subject]})
            found.append(Exclusion(self.reason(each, taken, f"not_{code}"), code, KEYS[same]))
        return tuple(found)

    def examples(self, tree: CommentedMap, facts: Mapping[str, Kind]) -> tuple[Example, ...]:
        node = self.get(tree, "tests", CommentedMap)
        self.check_keys(node, {"given", "cases"}, {"cases"})
        base = self.get(node, "given", CommentedMap, CommentedMap())
        cases = self.get(node, "cases", CommentedSeq)
        return tuple(self.example(each, base, facts) for each in cases)

    def example(self, node: CommentedMap, base: CommentedMap, facts: Mapping[str, Kind]) -> Example:
        self.check_keys(node, _TEST_KEYS, {"name", "month", "expect"})
        given = {**base, **self.get(node, "given", CommentedMap, CommentedMap())}
        asked = self.catalogue.with_steps(frozenset(facts))  # what follows from others is worked out, never given
        for name, value in given.items():
            if name not in asked or self.catalogue.facts[name].formula is not None:
                raise self.fault("unknown_fact", self.line(node, "given" if "given" in node else "name"), found=name)
            if not is_plain(value):
                raise self.fault(
                    "shape", int(node.lc.line) + 1, key=str(name), expected="a value, or {YYYY-MM: value, else: value}"
                )
        month = self.month(node, "month")
        since = self.month(node, "since") if "since" in node else month
        if since > month:
            raise self.fault("shape", self.line(node, "since"), key="since", expected="no later than month")
        expect = self.get(node, "expect", (int, str))
        if isinstance(expect, str):
            self.one_of(node, "expect", expect, {"no", "unknown"})
        others = self.get(node, "others", CommentedMap, CommentedMap())
        for name in others:
            self.one_of(others, name, self.get(others, name, str), {"no", "pay", "unknown"})
        return Example(
            self.get(node, "name", str), int(node.lc.line) + 1, month,
            since, self.get(node, "on", dt.date), given, dict(others),
            expect, self.words(node, "because"),
        )  # fmt: skip

    def month(self, node: CommentedMap, key: str) -> int:
        try:
            return read_month(self.get(node, key, str))
        except ValueError:
            raise self.fault("shape", self.line(node, key), key=key, expected="YYYY-MM") from None

    def check_use(self, tree: CommentedMap, policy: Policy) -> None:
        """What is declared is asked, reasons fit into a mask, and texts name what is there."""
        asked = frozenset(name for block in policy.blocks for name in block.names)
        for key, names in (("facts", policy.facts), ("parameters", tuple(policy.parameters))):
            for name in names:
                if name not in asked:
                    raise self.fault("unused", self.line(tree, key), found=name)
        if len(policy.reasons) > _MOST_REASONS:
            raise self.fault("reasons", self.line(tree, "blocks"), found=len(policy.reasons))
        self.check_limits(policy)
        self.check_texts(policy)

    def check_limits(self, policy: Policy) -> None:
        """A count goes on over blocks: counted alike in all of them, without a gap, and begun anew only where that is said."""
        kept: dict[str, tuple[object, ...]] = {}
        last: dict[str, int] = {}
        for at, block in enumerate(policy.blocks):
            for limit in block.limits:
                name, how = limit.reason.id, (limit.counts, limit.within, limit.per, limit.units)
                if kept.setdefault(name, how) != how:
                    raise self.fault("limit_differs", block.line, found=name)
                begins = at if name not in last else None
                if (begins and not limit.is_anew) or (name in last and last[name] != at - 1):
                    raise self.fault("limit_begins", block.line, found=name)
                last[name] = at

    def check_texts(self, policy: Policy) -> None:
        """What a text asks in {…} is a parameter of the policy."""
        for block in policy.blocks:
            for reason in block.reasons():
                texts = (*reason.met.values(), *reason.unmet.values(), *reason.missing.values(), *reason.fix.values())
                for place in _PLACE.findall(" ".join(texts)):
                    if place not in policy.parameters:
                        raise self.fault("placeholder", block.line, found=place, id=reason.id)


def is_plain(value: Any) -> bool:
    """Whether a fact's value is one, or one by month: nothing that holds more."""
    inner = value.values() if isinstance(value, dict) else (value,)
    return not any(isinstance(each, (dict, list)) for each in inner)


def _kind(parameter: Parameter) -> Kind:
    """A parameter's kind: the range from its least to its greatest value."""
    values: list[Value] = [each.value for each in parameter.values]
    if all(isinstance(each, bool) for each in values):
        return Kind("bool")
    numbers = [int(each) for each in values]
    return integer(min(numbers), max(numbers), parameter.unit)
