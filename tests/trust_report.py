"""The trust report: what must never happen, the tests that would catch it, and how they went.

A test carries `@pytest.mark.bar(12, control="what was taken out")`; `trust` and `trust_long` take the same as keywords
(`bar=12, control=…`) for tests that are too slow for every run. `--trust-report=PATH` writes the report; a figure is
whatever a test gives to pytest's `record_property`. Of the property `taken_out`, (what, who noticed), the report makes
a list of its own: each scope call and what noticed that it was gone (see `taking_out.py`).
"""

import re
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.taking_out import PROPERTY, TAKEN_OUT

MARKS = ("bar", "trust", "trust_long")
NOTE = "trust_note"
Gone = tuple[str, str, str]  # what was taken out, who noticed, how that went

# the bars that can be asked of what is built; those of money, publishing and offline surveys come with their floors
BARS: dict[int, str] = {
    9: "every address × method × role × whose: no undeclared cell; a foreign object is 404",
    10: "no trace of another village's people in pages, exports, search, counts or errors",
    11: "found and not-found answers are alike across areas",
    12: "without the ORM's scope the row policies leak nothing; without them the scope leaks nothing",
    15: "every write leaves actor, time, purpose and what changed, also raw SQL and bulk",
    16: "any edit, deletion or reordering of events is detected, even a superuser's",
    17: "the trail costs at most 2× for a single write, 5× in bulk (`make bench`)",
    18: "reads and exports of sensitive data are logged with purpose; exports carry a watermark",
    19: "no personal data in logs, addresses, tracebacks, task arguments or cache keys",
    20: "a load is atomic, resumable and idempotent, and the order of files changes nothing",
    21: "hostile files: no crash, bounded memory, a message; every exported cell is formula-safe",
    23: "no server error, injection, script or foreign resource on any page",
    24: "officers have a second factor; passwords follow the rules; a change of role ends sessions",
    25: "pages cost at most 2× a stock Django list and detail; the number of queries is constant",
    26: "the load mix of a district while importing",
    27: "a million rows in at most 10 minutes, bounded memory (`make bench`)",
    28: "a restore from the real backup is whole, a damaged backup is refused",
    29: "mutation score ≥ 85% on rules, ledger and scope",
}


@dataclass
class Line:
    """One test of the report: its bar (None: not numbered), sentence, result, figures and negative control."""

    bar: int | None
    sentence: str
    control: str
    result: str
    figures: str
    node: str


@dataclass
class Report:
    """What the run has said so far; kept by the controlling process."""

    path: Path
    tier: str
    lines: dict[str, Line] = field(default_factory=dict)
    gone: dict[str, Gone] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the call of each marked test, and whatever went wrong before or after it."""
        told = {name: value for name, value in report.user_properties if name != PROPERTY}
        if report.when == "call" or report.outcome != "passed":
            pairs = [value for name, value in report.user_properties if name == PROPERTY]
            self.gone |= {call: (call, noticed, report.outcome) for call, noticed in pairs}
        if NOTE not in told:
            return
        if report.when == "call" or report.outcome != "passed":
            bar, sentence, control = told.pop(NOTE)
            figures = "; ".join(f"{name} {value}" for name, value in told.items())
            self.lines[report.nodeid] = Line(bar, sentence, control, report.outcome, figures, report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report, also of a run with failures."""
        seed = session.config.getoption("randomly_seed", None)
        text = page(list(self.lines.values()), tier=self.tier, seed=seed, gone=list(self.gone.values()))
        self.path.write_text(text, encoding="utf-8")


def page(lines: list[Line], *, tier: str, seed: Any, gone: list[Gone] | None = None) -> str:
    """docs/trust.md: every bar with its tests in the order of the numbers; a bar without a test says so."""
    text = [
        "# Trust",
        "",
        "What must never happen, the tests that would catch it, and how they went. Written by `make trust` and",
        "`make trust-long`. A negative control says what is taken out to see that the test notices.",
        "",
        f"Tier: {tier}. Seed of order and chance: {seed}. Tests: {len(lines)}, of which "
        f"{sum(line.result == 'passed' for line in lines)} passed. A test with several cases stands once.",
        "",
        "| bar | what holds | test | result | figure | negative control |",
        "|---|---|---|---|---|---|",
    ]
    for number, sentence in BARS.items():
        mine = _tests([line for line in lines if line.bar == number])
        text += _rows(str(number), sentence, mine) or [f"| {number} | {sentence} | no test in this run | – | – | – |"]
    text += _rows("–", "not numbered", _tests([line for line in lines if line.bar not in BARS]))
    return "\n".join([*text, *_taken_out(gone or [])]) + "\n"


def _taken_out(gone: list[Gone]) -> list[str]:
    """The list of scope calls, each with the test or the cell of the access matrix that noticed that it was gone."""
    text = [
        "",
        "## Scope calls",
        "",
        "Each call that says who may do what, or whose rows are meant, taken out alone. The list is made from the sources:",
        "a new call without a test that notices it fails.",
        "",
        f"Taken out: {len(gone)}. Noticed: {sum(result == 'passed' for _, _, result in gone)}.",
        "",
        "| taken out | noticed by | result |",
        "|---|---|---|",
    ]
    return [*text, *(f"| {call} | {noticed} | {result} |" for call, noticed, result in sorted(gone))]


def _tests(lines: list[Line]) -> list[Line]:
    """One line a test: the cases of a parametrised one together, passed when all of them did."""
    cases: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: line.node):
        cases.setdefault(line.node.partition("[")[0], []).append(line)
    return [_together(several) for several in cases.values()]


def _together(cases: list[Line]) -> Line:
    first = cases[0]
    worst = max(cases, key=lambda line: ("passed", "skipped", "failed").index(line.result))
    count = f" ({len(cases)} cases)" if len(cases) > 1 else ""
    figures = "; ".join(dict.fromkeys(line.figures for line in cases if line.figures))
    return replace(first, sentence=first.sentence + count, result=worst.result, figures=figures)


def _rows(number: str, sentence: str, lines: list[Line]) -> list[str]:
    rows = []
    for at, line in enumerate(lines):
        bar = [number, sentence] if at == 0 else ["", ""]
        cells = [*bar, line.sentence, line.result, line.figures or "–", line.control or "–"]
        rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return rows


def sentence_of(item: pytest.Item) -> str:
    """The test's docstring, else its name as words."""
    doc = (getattr(getattr(item, "function", None), "__doc__", None) or "").strip().splitlines()
    return doc[0] if doc else re.sub(r"^test_", "", item.name.partition("[")[0]).replace("_", " ")


def note_of(item: pytest.Item) -> tuple[int | None, str, str] | None:
    """(bar, sentence, control) of a marked test; None for the others."""
    marks = [mark for name in MARKS for mark in item.iter_markers(name)]
    if not marks:
        return None
    told = {key: value for mark in reversed(marks) for key, value in mark.kwargs.items()}
    bar = next((mark.args[0] for mark in marks if mark.args), told.get("bar"))
    return bar, sentence_of(item), str(told.get("control", ""))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that asks for the report."""
    parser.addoption("--trust-report", metavar="PATH", help="write the trust report of this run")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark; keep the report in the controlling process only."""
    config.addinivalue_line("markers", "bar(number, control=...): a test of the trust report that runs every time")
    path = config.getoption("--trust-report")
    if path and not hasattr(config, "workerinput"):
        tier = "long" if "trust_long" in (config.getoption("markexpr") or "") else "commit"
        config.pluginmanager.register(Report(config.rootpath / path, tier), "anye-trust-report")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the note travel with the result, from a worker process too."""
    report = yield
    note = note_of(item)
    if note is not None and TAKEN_OUT not in item.stash and item.config.getoption("--trust-report"):
        report.user_properties = [*report.user_properties, (NOTE, note)]
    return report
