"""Search for a person as an officer's browser does it: posted to the served registry, under row-level security."""

import http.client
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.officers import CSRF, TIERS, cookies_of
from bench.results import keep

TIMES = 60
WARM = 5
MUST_P95_MS = 150
START_LIMIT_S = 60
VACUUM_LIMIT_S = 180


def run(people: int) -> None:
    from django.db import connection

    _vacuumed()
    surname, two = _commonest(1), _commonest(2)
    cookies = {tier: cookies_of(tier) for tier in TIERS}
    connection.close()
    figures: dict[str, object] = {
        "people": people, "surname_share": surname[1], "two_share": two[1], "requests_each": TIMES,
    }  # fmt: skip
    slowest = 0.0
    with _served() as (server, port):
        for tier in TIERS:
            officer = Officer(port, cookies[tier])
            for length, (part, _share) in ((1, surname), (2, two)):
                for page in ("first", "last"):
                    cpu = _cpu_s(server)
                    took = officer.times(part, page)
                    name = f"{tier}_{length}_{page}"
                    figures[f"{name}_p50_ms"] = statistics.median(took)
                    figures[f"{name}_p95_ms"] = p95 = statistics.quantiles(took, n=20)[-1]
                    figures[f"{name}_server_cpu_ms"] = (_cpu_s(server) - cpu) * 1000 / (TIMES + WARM)
                    slowest = max(slowest, p95)
                figures[f"{tier}_{length}_rows"] = officer.rows
    figures["load_average"] = os.getloadavg()[0]  # above the number of cores: others ran, and the wall times are theirs
    figures |= {"slowest_p95_ms": slowest, "must": f"p95 <= {MUST_P95_MS} ms", "is_met": slowest <= MUST_P95_MS}
    keep("search", figures)


def _vacuumed() -> None:
    """Wait for what the server does by itself a minute or two after a large load."""
    from django.db import connection

    from anye.records.accounts.scope import BATCH, acting

    deadline = time.monotonic() + VACUUM_LIMIT_S
    while time.monotonic() < deadline:
        with acting(BATCH), connection.cursor() as cursor:
            cursor.execute(
                "SELECT n_ins_since_vacuum > 0.02 * n_live_tup FROM pg_stat_user_tables WHERE relname = 'people_namegram'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(5)


def _commonest(length: int) -> tuple[str, float]:
    """The first characters that most names share, with the share of people who bear them."""
    from django.db import connection

    from anye.records.accounts.scope import BATCH, acting

    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(name_key, %s), count(*)::float / sum(count(*)) OVER () FROM people_person"
            " GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
            [length],
        )
        part, share = cursor.fetchone()
    return part, share


@contextmanager
def _served() -> Iterator[tuple[int, int]]:
    """The web server as `anye serve` runs it, with the login that may be the app role only."""
    from anye.config.serving import _commands

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = dict(_commands("127.0.0.1", port))["web"]
    env = {**os.environ, "ANYE_LOGIN": "web"}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + START_LIMIT_S
            while not _answers(port):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the server does not start: run `anye serve` on the bench's home to see why")
                time.sleep(0.2)
            yield server.pid, port
        finally:
            server.terminate()


def _cpu_s(server: int) -> float:
    """CPU seconds of the web server and its workers so far (Linux)."""
    spent = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text("ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        if server in (int(stat.parent.name), int(parts[1])):
            spent += (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/static/anye/css/anye.css")
        return connection.getresponse().status == 200
    except OSError:
        return False


class Officer:
    """One browser: one connection, one session. `rows`: how many people the last page showed."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
        self.rows = 0

    def times(self, part: str, page: str) -> list[float]:
        """Milliseconds of the first page (the posted search and the page it leads to) or of the last page."""
        if page == "first":
            return _timed(lambda: self._get(self._search(part)))
        found = self._search(part)
        return _timed(lambda: self._get(f"{found}&place=last"))

    def _search(self, part: str) -> str:
        body = urlencode({"do": "search", "text": part, "csrfmiddlewaretoken": CSRF})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", "/people/", body, self.headers | form)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 303:
            raise RuntimeError(f"the search was answered by {answer.status}")
        return answer.headers["Location"]

    def _get(self, href: str) -> None:
        self.connection.request("GET", href, headers=self.headers)
        answer = self.connection.getresponse()
        page = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the page was answered by {answer.status}")
        self.rows = page.count(b" data-row>")


def _timed(act: Callable[[], None]) -> list[float]:
    took = []
    for each in range(-WARM, TIMES):
        started = time.perf_counter()
        act()
        if each >= 0:
            took.append((time.perf_counter() - started) * 1000)
    return took
