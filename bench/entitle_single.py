"""One person while someone waits: all six rules over a year, each month explained in both languages."""

import statistics
import time
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from anye.engine.entitle.case import CaseRule, Row, Verdict
from anye.engine.entitle.columns import Column, values_of
from anye.engine.entitle.said import Explainer
from bench.entitle_people import FIRST, MONTHS, brought, rule_book, rules

PERSONS, WARM = 400, 20


class Single(NamedTuple):
    """Milliseconds, on the clock and of the processor: they part where others use the machine."""

    p50_ms: float
    p95_ms: float
    p50_cpu_ms: float
    p95_cpu_ms: float


def singles(facts: Mapping[str, Column]) -> Single:
    """One after the other, different persons."""
    catalogue = rule_book().catalogue
    policies = {code: rule.policy for code, rule in rules().items()}
    ready = {code: (CaseRule(each, catalogue), Explainer(each, catalogue)) for code, each in policies.items()}
    waited, worked = [], []
    for person in range(WARM + PERSONS):
        row = _row(facts, person)
        started = time.perf_counter(), time.process_time()
        _answer(ready, row)
        waited.append((time.perf_counter() - started[0]) * 1000)
        worked.append((time.process_time() - started[1]) * 1000)
    return Single(*_median_and_p95(waited[WARM:]), *_median_and_p95(worked[WARM:]))


def _median_and_p95(took: list[float]) -> tuple[float, float]:
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def _answer(ready: Mapping[str, tuple[CaseRule, Explainer]], row: Row) -> None:
    others: dict[str, list[tuple[Row, list[Verdict]]]] = {}
    for code, (rule, explainer) in ready.items():
        verdicts = rule.judge([row], FIRST, MONTHS, others=others)[0]
        others[code] = [(row, verdicts)]
        for verdict in verdicts:
            explainer.explain_in(verdict, ("zh", "en"))


def _row(facts: Mapping[str, Column], person: int) -> Row:
    always, monthly = {}, {}
    for name, fact in brought().items():
        column = facts[name]
        assert column.known is not None
        part = Column(np.atleast_1d(column.values[..., person]), np.atleast_1d(column.known[..., person]))
        values = values_of(part, fact.kind, len(part.values))
        if fact.is_monthly:
            monthly[name] = values
        else:
            always[name] = values[0]
    return Row({"person": str(person)}, always, monthly)
