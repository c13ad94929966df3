"""All figures of a whole district: every indicator for every area, and the report's page from the snapshot.

The registry is that of the nights; each step is a process of its own. The floor is the night's: the columns that facts are drawn
from, read once by libpq and thrown away.
"""

import json
import os
import statistics
import sys
from collections.abc import Callable
from typing import Any

from bench.nightly import DAYS, ON, PACK, Clock, apart, floor
from bench.results import keep

BENCH = "bench.figures"
KNOWN = DAYS["changed"]
SHOWN, WARMED = 60, 5
MUST_S, MUST_PAGE_MS = 60, 300


def run(people: int, *, afresh: bool = False) -> None:
    apart("make", people, *(["afresh"] if afresh else []), bench=BENCH)
    figures: dict[str, Any] = {"people": people, "load_average_before": os.getloadavg()[0]}
    for step in STEPS:
        figures |= {f"{step}_{name}": value for name, value in apart(step, people, bench=BENCH).items()}
    keep("figures", figures | judged(figures))


def judged(figures: dict[str, Any]) -> dict[str, Any]:
    """Ratios, and whether both limits are kept."""
    return {
        "count_by_floor": figures["count_s"] / figures["floor_s"], "load_average": os.getloadavg()[0],
        "must": f"all indicators of all areas <= {MUST_S} s, the report's page p95 <= {MUST_PAGE_MS} ms",
        "is_met": figures["count_s"] <= MUST_S and figures["page_p95_ms"] <= MUST_PAGE_MS,
    }  # fmt: skip


def count() -> dict[str, Any]:
    """Every indicator, and its figure of every area."""
    from anye.flow.reporting.figures import Figures
    from anye.packs import read_pack
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.places.queries import areas_on
    from bench.memory import Peak

    with Peak() as peak, acting(BATCH, actor="bench", purpose="bench"), Clock() as clock:
        figures = Figures(read_pack(PACK), on=ON, known=KNOWN)
        areas = sorted({area.code for area in areas_on(ON)})
        found = {code: figures.by_area(code, areas) for code in figures.indicators}
    rows = {code: figures.rows(code).height for code in found}
    return {
        **clock.told(), "mb": peak.together_mb, "indicators": len(found), "areas": len(areas), "rows": sum(rows.values()),
        "counted": sum(1 for values in found.values() if any(values.values())),
    }  # fmt: skip


def take() -> dict[str, Any]:
    """The same, kept with the rows behind it."""
    from anye.flow.reporting.snapshots import take as take_snapshot
    from anye.packs import read_pack

    with Clock() as clock:
        take_snapshot(read_pack(PACK), on=ON, known=KNOWN, by="bench")
    return clock.told()


def page() -> dict[str, Any]:
    """What the district's officer waits for: the report, and a figure with its first rows."""
    from anye.records.briefings.models import Snapshot
    from bench.officers import cookies_of
    from bench.pages import Site

    site, took = Site(cookies_of("district")), list[float]()
    from anye.records.places.models import Office

    snapshot = Snapshot.objects.order_by("-as_of", "-known_on").first()
    assert snapshot is not None
    area = Office.objects.get(kind="district").area_code
    for at in range(SHOWN + WARMED):
        address = f"/report/{snapshot.token}/{area}/" if at % 2 else f"/report/{snapshot.token}/{area}/I01/"
        with Clock() as clock:
            site.get(address)
        took.append(clock.s * 1000)
    waited = sorted(took[WARMED:])
    return {"pages": len(waited), "p50_ms": statistics.median(waited), "p95_ms": waited[len(waited) * 95 // 100]}


STEPS: dict[str, Callable[[], dict[str, Any]]] = {"floor": floor, "count": count, "take": take, "page": page}


def main(step: str, people: int, *, afresh: bool) -> None:
    from bench.night_registry import open_night

    open_night(people, afresh=afresh)
    print(json.dumps(STEPS[step]() if step in STEPS else {}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), afresh="afresh" in sys.argv[3:])
