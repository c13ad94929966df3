"""List and detail of people against a stock Django with the same rows, queries and words (bench/stock.py).

Both are called in this process, round by round, from the WSGI entry to the last byte. What is measured is the CPU time
of Python: the database's work on row policies and the trail is its own process and shows in the wall time only.
"""

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.officers import TIERS, cookies_of
from bench.results import keep

ROUNDS = 5
A_ROUND = 50
SUBJECTS = 50
MUST = 2


def run(people: int) -> None:
    from django.test.utils import override_settings

    from bench import stock

    figures: dict[str, object] = {"people": people, "requests_each": ROUNDS * A_ROUND}
    ratios = []
    for tier in TIERS:
        cookies, (lo, hi), subjects = cookies_of(tier), *_reach(tier)
        details = [f"/people/{token}/" for token in subjects]
        pages = {"list": (["/people/"], [f"/people/{lo}/{hi}/"])}
        if tier != "town":
            pages["detail"] = (details, details)
        for page, (ours, theirs) in pages.items():
            measured = _against(Site(cookies), ours, Site(cookies), theirs, override_settings(**stock.SETTINGS))
            figures |= {f"{tier}_{page}_{key}": value for key, value in measured.items()}
            ratios.append(measured["ratio"])
    figures |= {"highest_ratio": max(ratios), "must": f"<= {MUST}", "is_met": max(ratios) <= MUST}
    keep("pages", figures)


def _reach(tier: str) -> tuple[tuple[int, int], list[str]]:
    """The range of a tier's officer, and people in it: those with insured months where a register told of any."""
    from anye.records.accounts.models import User
    from anye.records.accounts.queries import duties_in_force
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.firms.models import InsuranceMonth
    from anye.records.people.models import Person

    with acting(BATCH):
        reach = duties_in_force(User.objects.get(username=tier))[0].reach
        inside = Person.objects.filter(scope_no__range=(reach.lo, reach.hi))
        insured = InsuranceMonth.objects.filter(scope_no__range=(reach.lo, reach.hi)).values("person_id")[:SUBJECTS]
        keys = [row["person_id"] for row in insured]
        chosen = inside.filter(pk__in=keys) if keys else inside.order_by("scope_no", "name", "id")[:SUBJECTS]
        return (reach.lo or 0, reach.hi or 0), list(chosen.values_list("token", flat=True))


class Site:
    """A WSGI application of this process, and one browser before it."""

    def __init__(self, cookies: dict[str, str]) -> None:
        self.cookies = "; ".join(f"{key}={value}" for key, value in cookies.items())
        self.handler: Callable[..., Any] | None = None

    def get(self, path: str) -> bytes:
        from django.core.handlers.wsgi import WSGIHandler

        if self.handler is None:
            self.handler = WSGIHandler()  # reads the settings of the moment
        status: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookies, "HTTP_ACCEPT_LANGUAGE": "zh-CN", "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        answer = self.handler(environ, lambda line, _headers: status.append(line))
        body = b"".join(answer)
        answer.close()
        if not status[0].startswith("200"):
            raise RuntimeError(f"{path} was answered by {status[0]}")
        return body


def _against(ours: Site, our_paths: list[str], theirs: Site, their_paths: list[str], as_stock: Any) -> dict[str, Any]:
    """CPU and wall milliseconds of a request, bytes and queries of both, and the ratio of the CPU."""
    own: list[tuple[float, float]] = []
    other: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        own.append(_round(ours, our_paths, A_ROUND))
        with as_stock:
            other.append(_round(theirs, their_paths, A_ROUND))
    own_queries, own_bytes = _counted(ours, our_paths[0])
    with as_stock:
        other_queries, other_bytes = _counted(theirs, their_paths[0])
    own_cpu, other_cpu = (statistics.median(cpu for cpu, _wall in each) for each in (own, other))
    return {
        "cpu_ms": own_cpu, "stock_cpu_ms": other_cpu, "ratio": own_cpu / other_cpu,
        "wall_ms": statistics.median(wall for _cpu, wall in own),
        "stock_wall_ms": statistics.median(wall for _cpu, wall in other),
        "queries": own_queries, "stock_queries": other_queries, "bytes": own_bytes, "stock_bytes": other_bytes,
    }  # fmt: skip


def _round(site: Site, paths: list[str], times: int) -> tuple[float, float]:
    site.get(paths[0])  # a change of settings empties Django's caches
    cpu, wall = time.process_time(), time.perf_counter()
    for each in range(times):
        site.get(paths[each % len(paths)])
    return (time.process_time() - cpu) * 1000 / times, (time.perf_counter() - wall) * 1000 / times


def _counted(site: Site, path: str) -> tuple[int, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    site.get(path)
    with CaptureQueriesContext(connection) as queries:
        size = len(site.get(path))
    return len(queries), size
