"""From a row of a register to the figures that it stands in: its facts, and which indicators count them or ask them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q

from anye.engine.entitle.months import last_day, month_of
from anye.engine.report.definition import Indicator, Lines, Measure
from anye.engine.report.periods import months_before
from anye.engine.report.who import asked
from anye.flow.drawing.file import Draw, read_drawn
from anye.flow.reporting.figures import indicators_of
from anye.flow.reporting.lines import Statement, When, Whom
from anye.flow.reporting.snapshots import MOST_TEXT
from anye.flow.rules import rules_in_use
from anye.flow.settling import named_by
from anye.flow.specs import SPECS
from anye.flow.stated import OF_OFFICES
from anye.packs.rules import pack_folder
from anye.records.briefings.models import Snapshot
from anye.records.briefings.queries import rows_behind
from anye.records.people.models import HouseholdMember, Person

Facts = Mapping[str, Sequence[Any]]
"""Table → what a row says there."""
_NOT_SHOWN = frozenset({"restricted", "helper"})


def facts_of_row(batch: int, sheet: int, line: int, **subject: int) -> Facts:
    """What a row of a file says of a person (`person_id`), a firm (`firm_id`) or, without either, of an office (a catalogue, an
    event, a fund), as it stands now and within the range."""
    found = {}
    for name, spec in SPECS.items():
        if (spec.parent in subject or (not subject and name in OF_OFFICES)) and name not in _NOT_SHOWN:
            model = apps.get_model(*spec.table.split("_", 1))
            rows = model._default_manager.filter(
                **subject, source_batch=batch, source_sheet=sheet, source_line=line, retired_on__isnull=True
            )
            if listed := list(rows.order_by("pk")):
                found[name] = listed
    return found


class Lineage:
    """The figures of a snapshot that facts of a person or a firm stand in, as far as the range reaches."""

    def __init__(self, pack: str, snapshot: Snapshot, facts: Facts) -> None:
        self.pack, self.snapshot, self.facts = pack, snapshot, facts

    def counting(self) -> Iterator[Indicator]:
        """Those that count one of the facts."""
        for indicator in indicators_of(self.pack).values():
            if any(self._is_counted(indicator, measure) for measure in indicator.measures):
                yield indicator

    def asking(self, person: Person) -> Iterator[Indicator]:
        """Those that count the person because one of the facts says who they are."""
        drawn, catalogue = read_drawn(pack_folder(self.pack)), rules_in_use(self.pack).catalogue
        for indicator in indicators_of(self.pack).values():
            conditions = (node for measure in indicator.measures for node in measure.conditions)
            names = frozenset[str]().union(*(asked(node, catalogue) for node in conditions))
            draws = (draw for name in names for draw in drawn.get(name, ()))
            is_of_homes = any("household" in measure.count for measure in indicator.measures)
            home = self._household(person.pk)
            key = Q(what=home) | Q(what__startswith=f"{home}|") if is_of_homes else Q(person=person)
            is_asked = any(map(self._is_drawn, draws)) or self._places(indicator, is_of_homes=is_of_homes)
            if is_asked and self._is_behind(indicator, key):
                yield indicator

    def _places(self, indicator: Indicator, *, is_of_homes: bool) -> bool:
        """Whether a fact says where somebody lives, of a figure of residents, or with whom, of one of households."""
        is_of_residents = any(measure.is_resident for measure in indicator.measures)
        told_home = any(fact.kind == "residence" for fact in self.facts.get("detail", ()))
        return (is_of_residents and told_home) or (is_of_homes and "household" in self.facts)

    def _is_counted(self, indicator: Indicator, measure: Measure) -> bool:
        keyed = (
            key for lines in measure.lines if lines.table in self.facts for key in self._keys(indicator, measure, lines)
        )
        return any(self._is_behind(indicator, key) for key in keyed)

    def _keys(self, indicator: Indicator, measure: Measure, lines: Lines) -> Iterator[Q]:
        """By what the figure counts the facts, of those that it takes: a condition on its rows."""
        count = tuple("person" if each == "household" else each for each in measure.count)
        when = self._when(indicator, measure)
        one = replace(measure, count=count, enough=0)
        statement = Statement(one, lines, when, Whom(), self._items, only=[fact.pk for fact in self.facts[lines.table]])
        with connection.cursor() as cursor:
            cursor.execute(statement.sql(), statement.params)
            for person, firm, what, *_days, fact, _office in cursor.fetchall():
                if not count:
                    yield Q(fact=fact, person_id=person, firm_id=firm)
                elif "household" in measure.count:
                    yield Q(what="|".join(filter(None, (self._household(person), what))))
                else:
                    yield Q(person_id=person, firm_id=firm, what=(what or "")[:MOST_TEXT])

    def _when(self, indicator: Indicator, measure: Measure) -> When:
        """As of which day the measure is; the newest month is the one that the figure's own rows tell of."""
        when = When(self.snapshot.as_of, self.snapshot.known_on)
        if measure.period == "newest":
            whole = indicator.among or indicator.of
            first = rows_behind(self.snapshot, indicator.code).values_list("since", flat=True).first()
            when = when._replace(on=last_day(month_of(first) + whole.ago)) if first else when
        return when._replace(on=months_before(when.on, measure.ago)) if measure.ago else when

    def _is_behind(self, indicator: Indicator, key: Q) -> bool:
        return rows_behind(self.snapshot, indicator.code).filter(key).exists()

    def _is_drawn(self, draw: Draw) -> bool:
        return not draw.kin and any(_says(draw, fact) for fact in self.facts.get(draw.spec.name, ()))

    def _household(self, person: int) -> str:
        """The code of a person's household."""
        homes = HouseholdMember.objects.filter(person_id=person).known(on=self.snapshot.known_on).order_by("-pk")
        return str(homes.values_list("household__code", flat=True).first() or "")

    @cached_property
    def _items(self) -> Mapping[str, str]:
        """What the facts say that was paid → the policy that it means."""
        policies = rules_in_use(self.pack).policies
        told = {getattr(fact, "item", "") for listed in self.facts.values() for fact in listed} - {""}
        return {item: code for item in told if (code := named_by(policies, item))}


def _says(draw: Draw, fact: Any) -> bool:
    """Whether a draw takes a row of its table."""
    is_chosen = all(str(getattr(fact, column)) in values for column, values in draw.where.items())
    return is_chosen and all(
        any(word in (getattr(fact, column) or "") for word in words) for column, words in draw.words.items()
    )
