"""A row of a register stands in a figure if, and only if, the figure's rows would be others without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from django.apps import apps
from django.db import transaction

from anye.flow.reporting.figures import Figures, indicators_of
from anye.flow.reporting.lineage import Lineage, facts_of_row
from anye.flow.reporting.snapshots import take
from anye.flow.specs import SPECS
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings.models import Snapshot
from anye.records.firms.models import Firm
from anye.records.people.models import Person
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year, day

PACK = read_pack("cn_yubei")


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


@pytest.fixture
def snapshot(year: Year) -> Snapshot:
    return take(PACK, on=ON, known=KNOWN, by="tests")


def facts_of(**subject: int) -> Iterator[tuple[str, Any]]:
    """Of each table, and of each kind of row in it, all facts of a person or a firm."""
    (whose,) = subject
    for name, spec in SPECS.items():
        if spec.parent == whose and name not in {"restricted", "helper"}:
            model = apps.get_model(*spec.table.split("_", 1))
            for fact in model._default_manager.filter(**subject).order_by("pk"):
                if not (name == "detail" and fact.kind in {"name", "name_key", "phone", "id_number", "sex"}):
                    yield name, fact


def rows_with(subject: Person | Firm) -> dict[str, list[Any]]:
    """Figure → its rows of a person, their household, a firm, or of nobody at all."""
    key = "person" if isinstance(subject, Person) else "firm"
    figures = Figures(PACK, on=ON, known=KNOWN)
    stands = figures.members.filter(pl.col("person") == subject.pk).get_column("stands").to_list()
    theirs = pl.col(key).is_in([subject.pk, *(stands if key == "person" else [])]) | pl.col(key).is_null()
    kept = ["person", "firm", "what", "lines", "value", "is_in"]
    return {code: figures.behind(code).filter(theirs).select(kept).rows() for code in figures.indicators}


def changed_without(fact: Any, before: dict[str, list[Any]], subject: Person | Firm, batch: int) -> set[str]:
    with transaction.atomic():
        with as_owner():
            type(fact)._default_manager.filter(pk=fact.pk).update(retired_on=day(12, 28), retired_by=batch)
        with acting(BATCH):
            after = rows_with(subject)
        transaction.set_rollback(True)
    return {code for code in before if before[code] != after[code]}


def told(snapshot: Snapshot, name: str, fact: Any, subject: Person | Firm) -> tuple[set[str], set[str]]:
    """The figures that count a fact, and those that ask it."""
    lineage = Lineage(PACK.name, snapshot, {name: [fact]})
    asking = lineage.asking(subject) if isinstance(subject, Person) else ()
    return {one.code for one in lineage.counting()}, {one.code for one in asking}


@pytest.mark.parametrize("who", ["one", "idle", "leaver", "first"])
def test_a_fact_stands_in_the_figures_that_would_be_others_without_it(who: str, year: Year, snapshot: Snapshot) -> None:
    subject: Person | Firm = getattr(year, who)
    with acting(BATCH):
        before = rows_with(subject)
        facts = list(facts_of(**{"firm_id" if who == "first" else "person_id": subject.pk}))
    counted, shares = set(), indicators_of(PACK.name)
    for name, fact in facts:
        with acting(BATCH):
            counting, asking = told(snapshot, name, fact, subject)
        changed = changed_without(fact, before, subject, year.batch.pk)
        counted |= counting
        idle = {code for code in counting - changed if shares[code].take != "share"}  # in a part it may be told twice
        assert not idle, (name, fact.pk, "is said to be counted, and nothing changes", idle)
        assert changed - ASKED_BY_OTHERS <= counting | asking, (
            name,
            vars(fact),
            "changes more",
            changed - counting - asking,
        )
    assert counted


ASKED_BY_OTHERS = frozenset(
    {"C01", "I13", "I14", "I17", "I18", "I22", "I23", "I26", "R01", "R02", "R03", "R04", "R07", "R08"}
)
"""Counted among those of another indicator, of another period or beside other rows: without a row others of the same register go."""


def test_a_reader_is_told_of_what_they_reach_alone(year: Year, snapshot: Snapshot) -> None:
    batch = year.batch.pk
    for place, other in (("willow", "bridge"), ("bridge", "willow")):
        scope = year.places[place].scope_no
        with acting(lo=scope, hi=scope):
            for person in (year.one, year.brief):
                facts = facts_of_row(batch, 0, 3, person_id=person.pk)
                assert bool(facts) is (person.scope_no == scope), (place, other)
    scope = year.places["willow"].scope_no
    with acting(lo=scope, hi=scope):
        lineage = Lineage(PACK.name, snapshot, facts_of_row(batch, 0, 3, person_id=year.one.pk))
        assert {"I01", "I02", "I11", "I20", "I31", "R01"} <= {one.code for one in lineage.counting()}
        assert {"I01", "I24"} <= {one.code for one in lineage.asking(year.one)}
        of_firm = facts_of_row(batch, 0, 3, firm_id=year.first.pk)
        assert "firm_payment" not in of_firm  # a firm's money is the district's
