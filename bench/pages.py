"""List and detail of people against a stock Django with the same rows, queries and words (bench/stock.py).

Both are called in this process, round by round, from the WSGI entry to the last byte. What is measured is the CPU time
of Python: the database's work on row policies and the trail is its own process and shows in the wall time only.
"""

import io
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.officers import TIERS, cookies_of
from bench.results import keep

ROUNDS = 5
A_ROUND = 50
SUBJECTS = 20  # households of four
MUST = 2
MARKUP = re.compile("<[^>]*>")
TITLE = re.compile(' title="([^"]*)"')


def run(people: int) -> None:
    from django.test.utils import override_settings

    from bench import stock

    figures: dict[str, object] = {"people": people, "requests_each": ROUNDS * A_ROUND}
    ratios = []
    for tier in TIERS:
        cookies, (lo, hi) = cookies_of(tier), _reach(tier)
        full, bare = ([f"/people/{token}/" for token in tokens] for tokens in _subjects())
        pages = {"list": (["/people/"], [f"/people/{lo}/{hi}/"]), "detail": (full, full), "bare_detail": (bare, bare)}
        for page, (ours, theirs) in pages.items():
            measured = _against(Site(cookies), ours, Site(cookies), theirs, override_settings(**stock.SETTINGS))
            figures |= {f"{tier}_{page}_{key}": value for key, value in measured.items()}
            ratios.append(measured["ratio"])
    figures |= {"highest_ratio": max(ratios), "must": f"<= {MUST}", "is_met": max(ratios) <= MUST}
    keep("pages", figures)


def _reach(tier: str) -> tuple[int, int]:
    """The range of a tier's officer."""
    from anye.records.accounts.models import User
    from anye.records.accounts.queries import duties_in_force
    from anye.records.accounts.scope import BATCH, acting

    with acting(BATCH):
        reach = duties_in_force(User.objects.get(username=tier))[0].reach
    return reach.lo or 0, reach.hi or 0


def _subjects() -> tuple[list[str], list[str]]:
    """People of the village, whom all tiers reach: some of whom much is known, and some of whom little is."""
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.people.models import Person
    from bench import subjects

    lo, hi = _reach("village")
    with acting(BATCH, actor="bench", purpose="bench"):
        village = Person.objects.filter(scope_no__range=(lo, hi)).order_by("id")
        known, others = village.filter(household_id__isnull=False), village.filter(household_id__isnull=True)
        if not known.exists():
            subjects.furnish(list(others[:SUBJECTS]))
        return tuple(list(rows.values_list("token", flat=True)[:SUBJECTS]) for rows in (known, others))


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
    """CPU and wall milliseconds of a request, bytes, words and queries of both, and the ratio of the CPU."""
    own: list[tuple[float, float]] = []
    other: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        own.append(_round(ours, our_paths, A_ROUND))
        with as_stock:
            other.append(_round(theirs, their_paths, A_ROUND))
    own_sizes = _sizes(ours, our_paths[0])
    with as_stock:
        other_sizes = _sizes(theirs, their_paths[0])
    own_cpu, other_cpu = (statistics.median(cpu for cpu, _wall in each) for each in (own, other))
    return {
        "cpu_ms": own_cpu, "stock_cpu_ms": other_cpu, "ratio": own_cpu / other_cpu,
        "wall_ms": statistics.median(wall for _cpu, wall in own),
        "stock_wall_ms": statistics.median(wall for _cpu, wall in other),
        **own_sizes, **{f"stock_{key}": value for key, value in other_sizes.items()},
    }  # fmt: skip


def _round(site: Site, paths: list[str], times: int) -> tuple[float, float]:
    site.get(paths[0])  # a change of settings empties Django's caches
    cpu, wall = time.process_time(), time.perf_counter()
    for each in range(times):
        site.get(paths[each % len(paths)])
    return (time.process_time() - cpu) * 1000 / times, (time.perf_counter() - wall) * 1000 / times


def _sizes(site: Site, path: str) -> dict[str, int]:
    """Queries and bytes of a page, and how many characters a reader is told: text and titles, without the markup."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    site.get(path)
    with CaptureQueriesContext(connection) as queries:
        body = site.get(path)
    return {"queries": len(queries), "bytes": len(body), "characters": len(told(body.decode()))}


def told(page: str) -> str:
    """What a reader meets on a page: its texts and the titles of its cells."""
    body = page.partition("<body")[2].partition(">")[2]
    titles = TITLE.findall(body)
    return " ".join((MARKUP.sub(" ", body) + " " + " ".join(titles)).split())
