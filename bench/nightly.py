"""The night's pass over a whole district: everybody, an unchanged night, and one on which a hundredth was learned anew; who changes
when a limit is raised; and one person's page with all reasons.

Each is a process of its own, so that the memory it took is its own. The floor is the same columns of the same rows read once
by libpq and thrown away: what no pass that reads the registry can do without.
"""

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from bench.results import keep

PACK, OFFICE = "cn_yubei", 1_000_000_000_000
ON = dt.date(2021, 12, 20)
DAYS = {"first": dt.date(2021, 12, 20), "same": dt.date(2021, 12, 21), "changed": dt.date(2021, 12, 22)}
"""Night → the day as known on which."""
RAISED = ("training_through_work", "insurance_subsidy", "work_travel_subsidy")
SHOWN, WARMED = 200, 20
MUST_S, MUST_MB, MUST_SHARE, MUST_RULES, MUST_WHO_S, MUST_PAGE_MS = 1800, 6000, 1 / 3, 15, 10, 300


class Clock:
    """Seconds that pass while the block runs, and how many of them Python and our connection's process in the server worked: on a
    machine that others use too the first says more of them than of us."""

    s = cpu_s = 0.0

    def __enter__(self) -> Self:
        self._began, self._worked = time.perf_counter(), self._work()
        return self

    def __exit__(self, *_: object) -> None:
        self.s, self.cpu_s = time.perf_counter() - self._began, self._work() - self._worked

    def told(self) -> dict[str, float]:
        return {"s": self.s, "cpu_s": self.cpu_s}

    def _work(self) -> float:
        from django.db import connection

        connection.ensure_connection()
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text(encoding="ascii")
        ticks = stat.rpartition(")")[2].split()[11:13]
        return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def run(people: int, *, afresh: bool = False) -> None:
    apart("make", people, *(["afresh"] if afresh else []))
    figures: dict[str, Any] = {"people": people, "load_average_before": os.getloadavg()[0]}
    for step in STEPS:
        figures |= {f"{step}_{name}": value for name, value in apart(step, people).items()}
    figures |= judged(figures, people)
    keep("nightly", figures)


def judged(figures: dict[str, Any], people: int) -> dict[str, Any]:
    """Ratios, and whether all limits are kept. Who changes may take ten seconds for each million persons."""
    nights = [name for name in DAYS if f"{name}_s" in figures]
    shares = {f"{name}_by_first": figures[f"{name}_s"] / figures["first_s"] for name in nights[1:]}
    slowest = max(figures[f"who_{code}_s"] for code in RAISED) / max(people / 1e6, 1)
    return {
        **{f"{name}_by_floor": figures[f"{name}_s"] / figures["floor_s"] for name in nights}, **shares,
        "who_s_by_million": slowest, "load_average": os.getloadavg()[0],
        "must": f"first <= {MUST_S} s, <= {MUST_MB} MB, changed <= 1/3 of first, >= {MUST_RULES} rules, "
                f"who changes <= {MUST_WHO_S} s a million, page p95 <= {MUST_PAGE_MS} ms",
        "is_met": figures["first_s"] <= MUST_S and max(figures[f"{name}_mb"] for name in nights) <= MUST_MB
        and max(shares.values()) <= MUST_SHARE and figures["first_rules"] >= MUST_RULES and slowest <= MUST_WHO_S
        and figures["page_p95_ms"] <= MUST_PAGE_MS,
    }  # fmt: skip


def apart(step: str, people: int, *more: str, bench: str = "bench.nightly") -> dict[str, Any]:
    """A step in a process of its own; its last line is what it found."""
    command = [sys.executable, "-m", bench, step, str(people), *more]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    sys.stderr.write(f"{step}: {found}\n")
    return found


def floor() -> dict[str, Any]:
    """The columns that facts are drawn from, read once."""
    from anye.flow.drawing.file import read_drawn
    from anye.flow.drawing.spans import copied
    from anye.packs.rules import pack_folder
    from anye.records.accounts.scope import BATCH, acting
    from bench.night_registry import columns_read

    columns = columns_read(read_drawn(pack_folder(PACK)))
    rows = 0
    with acting(BATCH, actor="bench", purpose="bench"), Clock() as clock:
        for table, names in sorted(columns.items()):
            listed = ", ".join(f'"{name}"' for name in sorted(names))
            rows += sum(1 for _ in copied(f"COPY (SELECT {listed} FROM {table}) TO STDOUT (FORMAT BINARY)", {}))
    return {**clock.told(), "rows": rows}


def first() -> dict[str, Any]:
    """With an empty ledger."""
    from bench.night_registry import forget_nights

    forget_nights(DAYS["changed"])
    return night("first")


def same() -> dict[str, Any]:
    return night("same")


def changed() -> dict[str, Any]:
    """A hundredth of the last month's insurance, and of all memberships, is known otherwise."""
    from bench.night_registry import learn_anew

    learned = learn_anew(DAYS["changed"])
    return {"facts": learned, **night("changed")}


def night(name: str) -> dict[str, Any]:
    from anye.flow.nightly import entitle
    from anye.packs import read_pack
    from bench.memory import Peak

    with Peak() as peak, Clock() as clock:
        report = entitle(read_pack(PACK), on=ON, known=DAYS[name], office_no=OFFICE, by="bench")
    paying = sum(one.outcomes["pay"] > 0 for one in report.policies.values())
    return {
        **clock.told(), "mb": peak.together_mb, "python_mb": peak.ours_mb, "judged": report.judged, "appended": report.appended,
        "retired": report.retired, "rules": len(report.policies), "rules_paying": paying,
        "differences": sum(came for _, came in report.settled.values()),
    }  # fmt: skip


def who() -> dict[str, Any]:
    """Whom it changes something for when a limit, or a sum, is raised: what a page of the rules asks the worker for."""
    from anye.flow.foreseeing import whom
    from anye.packs import read_pack
    from anye.packs.rules import pack_folder, read_rules, with_policy
    from anye.records.accounts.scope import BATCH, acting

    book, found = read_rules(pack_folder(PACK)), dict[str, Any]()
    for code in RAISED:
        other, _ = with_policy(book, Path(f"{code}.yaml"), raised(book.policies[code].text))
        with acting(BATCH, actor="bench", purpose="bench"), Clock() as clock:
            figures, _lines = whom(book, other, code, read_pack(PACK), on=ON)
        found |= {f"{code}_{name}": value for name, value in clock.told().items()}
        found[f"{code}_row_months"] = figures["months"]
    return found


def raised(rules: str) -> str:
    """The rules with the first value of each limit that they name doubled."""
    found, is_limit = list[str](), False
    for line in rules.splitlines():
        is_limit = is_limit or line.strip().startswith(("最长月数:", "市外定额:"))
        before, is_value, after = line.partition("{value: ")
        if is_limit and is_value:
            number, _, rest = after.partition(",")
            found.append(f"{before}{is_value}{int(number) * 2},{rest}")
            is_limit = False
        else:
            found.append(line)
    return "\n".join(found) + "\n"


def page() -> dict[str, Any]:
    """What the district's officer waits for: the page of one person with every rule and all reasons."""
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.people.models import Person
    from bench.officers import cookies_of
    from bench.pages import Site

    site, draw = Site(cookies_of("district")), random.Random(20211220)
    with acting(BATCH, actor="bench", purpose="bench"):
        ids = draw.sample(range(1, Person.objects.count() + 1), SHOWN + WARMED)
        tokens = list(Person.objects.filter(pk__in=ids).values_list("token", flat=True))
    draw.shuffle(tokens)
    took = []
    for token in tokens:
        with Clock() as clock:
            site.get(f"/people/{token}/owed/")
        took.append((clock.s * 1000, clock.cpu_s * 1000))
    waited, worked = (sorted(each) for each in zip(*took[WARMED:], strict=True))
    return {
        "persons": len(waited), "p50_ms": statistics.median(waited), "p95_ms": waited[len(waited) * 95 // 100],
        "p50_cpu_ms": statistics.median(worked),
    }  # fmt: skip


STEPS: dict[str, Callable[[], dict[str, Any]]] = {
    "floor": floor, "first": first, "same": same, "changed": changed, "who": who, "page": page,
}  # fmt: skip


def main(step: str, people: int, *, afresh: bool) -> None:
    from bench.night_registry import open_night

    open_night(people, afresh=afresh)
    print(json.dumps(STEPS[step]() if step in STEPS else {}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), afresh="afresh" in sys.argv[3:])
