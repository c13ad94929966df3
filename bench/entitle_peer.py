"""The same six rules for OpenFisca-core, as its users write them; run by `bench.entitle` in the peer's own environment.

`python entitle_peer.py FOLDER`: reads the facts of the folder, says `ready`, and answers each line on its input: `run`
with the CPU seconds that the amounts of all rules and months took, `save` once they lie in the folder.

A variable that asks itself of the month before answers with its default as soon as two such months are open at once
("spiral"); so months are asked in their order, each count finds the month before worked out, and the first month reads
what was had before. What is not known is 0 or no here, and there are no reasons.
"""

import sys
import time
from pathlib import Path

import numpy as np
from openfisca_core.entities import Entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

FIRST = (2020, 7)
MONTHS = [f"{2020 + (6 + at) // 12}-{(6 + at) % 12 + 1:02d}" for at in range(12)]
RULES = ("graduate", "insurance_subsidy", "public_post", "training_through_work", "travel", "wage_subsidy")
PARAMETERS = {
    "graduate": {"cap": 150_000, "most": 12},
    "insurance_subsidy": {"cap": 60_000, "most": 36},
    "public_post": {"rate": 180_000, "days": 15, "wage_line": 300_000, "most": 36},
    "training_through_work": {"rate": 50_000, "days": 10, "most": 6},
    "travel": {"cap": 80_000, "days": 15},
    "wage_subsidy": {"cap": 100_000, "minimum": 180_000, "most": 9},
}
Person = Entity("person", "persons", "", "")
VARIABLES = []


def variable(name, value_type, period, **formula):
    told = {"value_type": value_type, "entity": Person, "definition_period": period, **formula}
    VARIABLES.append(type(name, (Variable,), told))


def formula(value_type, period=DateUnit.MONTH):
    """What follows is a variable that is worked out: month by month, or once for all."""
    return lambda function: variable(function.__name__, value_type, period, formula=function)


FACTS = {
    **dict.fromkeys(("works", "insured", "enrolled", "waived"), (bool, DateUnit.MONTH)),
    **dict.fromkeys(("days", "premium", "wage"), (int, DateUnit.MONTH)),
    **dict.fromkeys(("poor", "hard_to_place", "disabled"), (bool, DateUnit.ETERNITY)),
    **dict.fromkeys(("born", "graduated", "fare"), (int, DateUnit.ETERNITY)),
    **dict.fromkeys(("had_insurance", "had_training", "had_post", "had_travel"), (int, DateUnit.ETERNITY)),
}
for fact, (kind, per) in FACTS.items():
    variable(fact, kind, per)


def month_no(period):
    return (period.start.year - 1970) * 12 + period.start.month - 1


def is_first(period):
    return (period.start.year, period.start.month) == FIRST


def between(values, low, high):
    return (values >= low) & (values <= high)


@formula(bool, DateUnit.ETERNITY)
def in_group(person, period):
    return person("poor", period) | person("hard_to_place", period)


@formula(bool)
def is_working(person, period):
    return person("works", period) & person("insured", period)


@formula(int)
def age(person, period):
    return month_no(period) - person("born", period)


def used(rule, had=None, *, counts=None, by_year=False):
    """The count of a limit: what was used before the month."""

    def count(person, period):
        if is_first(period):
            return person(had, period) if had else person.filled_array(0)
        if by_year and period.start.month == 1:
            return person.filled_array(0)
        last = period.last_month
        counted = person(rule, last) > 0
        return person(f"{rule}_used", last) + (counted & counts(person, last) if counts else counted)

    variable(f"{rule}_used", int, DateUnit.MONTH, formula=count)


@formula(int)
def graduate(person, period, parameters):
    rule = parameters(period).graduate
    due = (
        between(person("age", period), 192, 348)
        & between(month_no(period) - person("graduated", period), 0, 24)
        & person("is_working", period)
        & (person("graduate_used", period) < rule.most)
    )
    return due * np.minimum(person("wage", period) * 3 // 10, rule.cap)


@formula(int)
def insurance_subsidy(person, period, parameters):
    rule = parameters(period).insurance_subsidy
    due = (
        person("in_group", period)
        & between(person("age", period), 192, 719)
        & person("works", period)
        & person("insured", period)
        & (person("insurance_subsidy_used", period) < rule.most)
    )
    return due * np.minimum(person("premium", period), rule.cap)


@formula(int)
def public_post(person, period, parameters):
    rule = parameters(period).public_post
    due = (
        (person("hard_to_place", period) | person("disabled", period))
        & between(person("age", period), 192, 719)
        & (person("days", period) >= rule.days)
        & (person("wage", period) < rule.wage_line)
        & (person("public_post_used", period) < rule.most)
    )
    return due * np.minimum(person("wage", period), rule.rate)


@formula(int)
def training_through_work(person, period, parameters):
    rule = parameters(period).training_through_work
    due = (
        person("in_group", period)
        & person("is_working", period)
        & person("enrolled", period)
        & (person("days", period) >= rule.days)
        & (person("training_through_work_used", period) < rule.most)
    )
    return due * rule.rate


@formula(int)
def travel(person, period, parameters):
    rule = parameters(period).travel
    due = (
        person("poor", period)
        & person("works", period)
        & (person("days", period) >= rule.days)
        & (person("travel_used", period) < 1)
    )
    return due * np.minimum(person("fare", period), rule.cap)


@formula(int)
def wage_subsidy(person, period, parameters):
    rule = parameters(period).wage_subsidy
    due = (
        person("poor", period)
        & between(person("age", period), 192, 719)
        & person("is_working", period)
        & (person("wage", period) >= rule.minimum)
        & (person("public_post", period) == 0)
        & (person("wage_subsidy_used", period) < rule.most)
    )
    return due * np.minimum(person("wage", period) // 5, rule.cap)


used("graduate")
used("insurance_subsidy", "had_insurance", counts=lambda person, month: ~person("waived", month))
used("public_post", "had_post")
used("training_through_work", "had_training")
used("travel", "had_travel", by_year=True)
used("wage_subsidy")


def system() -> TaxBenefitSystem:
    found = TaxBenefitSystem([Person])
    values = {
        rule: {name: {"values": {"2020-01-01": {"value": value}}} for name, value in of.items()}
        for rule, of in PARAMETERS.items()
    }
    found.parameters = ParameterNode("", data=values)
    for each in VARIABLES:
        found.add_variable(each)
    return found


def facts_of(folder: Path) -> dict[str, np.ndarray]:
    """The facts, with 0 or no in the place of what is not known, in the types that the variables keep."""
    found = {}
    for name, (value_type, _) in FACTS.items():
        dtype = np.bool_ if value_type is bool else np.int32
        values, known = np.load(folder / f"{name}.npy"), np.load(folder / f"{name}.known.npy")
        found[name] = np.where(known, values, 0).astype(dtype)
    return found


def simulation(of: TaxBenefitSystem, facts: dict[str, np.ndarray]) -> Simulation:
    found = SimulationBuilder().build_default_simulation(of, count=facts["born"].shape[-1])
    for name, values in facts.items():
        if values.ndim == 1:
            found.set_input(name, "eternity", values)
        else:
            for at, month in enumerate(MONTHS):
                found.set_input(name, month, values[at])
    return found


def main(folder: Path) -> None:
    rules, facts = system(), facts_of(folder)
    print("ready", flush=True)
    for line in sys.stdin:
        asked = simulation(rules, facts)
        started = time.process_time()
        amounts = {rule: [asked.calculate(rule, month) for month in MONTHS] for rule in RULES}
        took = time.process_time() - started
        if line.strip() == "save":
            for rule, months in amounts.items():
                np.save(folder / f"amount.{rule}.npy", np.stack(months))
        print(took, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
