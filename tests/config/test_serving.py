"""`anye serve` as a proxy and a browser meet it: the real servers of a registry of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
import tomli_w

from anye.config import postgres
from anye.config.home import Home

NAME = "anye.example.gov.cn"
THROUGH = {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "ANYE_HOSTS"}}
    return kept | {"ANYE_HOME": str(home), "PYTHONUTF8": "1"}


def anye(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anye.cli", "--language", "en", *words]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, *words: str) -> Iterator[tuple[int, str, psutil.Process]]:
    """(port, the line that was printed, the process) of a running `anye serve`."""
    port = free_port()
    command = [sys.executable, "-m", "anye.cli", "--language", "en", "serve", "--port", str(port), *words]
    with subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield port, process.stdout.readline(), psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def ask(port: int, path: str, headers: dict[str, str], body: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """The answer to a GET, or to the POST of a form; read to its end."""
    sent = None if body is None else urlencode(body)
    more = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET" if sent is None else "POST", path, sent, {**headers, **more})
        answer = connection.getresponse()
        answer.read()
        return answer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real registry without users."""
    path = tmp_path_factory.mktemp("served")
    done = anye(path, "init", "--pack", "cn_yubei")
    assert done.returncode == 0, done.stderr
    yield path
    postgres.discard(Home.open(path))


@pytest.fixture
def public(home: Path) -> Iterator[Path]:
    """The registry with a public address, and as it was afterwards."""
    settings = Home.open(home).settings_path
    before = settings.read_text(encoding="utf-8")
    told = tomllib.loads(before) | {"site": {"address": f"https://{NAME}"}}
    settings.write_text(tomli_w.dumps(told), encoding="utf-8")
    yield home
    settings.write_text(before, encoding="utf-8")


def test_a_public_site_takes_forms_through_its_proxy_and_its_machine_has_a_door_of_its_own(public: Path) -> None:
    with serving(public) as (port, line, _process):
        assert f"https://{NAME}" in line
        assert "anye serve --local" in line
        page = ask(port, "/sign-in/", THROUGH)
        assert (page.status, page.headers["Strict-Transport-Security"]) == (200, "max-age=2592000")
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = cookie.partition("=")[2]
        told = {"login": "nobody", "password": "not this one", "csrfmiddlewaretoken": token}
        form = ask(port, "/sign-in/", {**THROUGH, "Cookie": cookie, "Origin": f"https://{NAME}"}, told)
        assert form.status == 200  # the form again, and its error: not 403
        for headers in (THROUGH, {"Host": f"127.0.0.1:{port}"}):
            assert ask(port, "/set-up/", headers).status == 404
        assert ask(port, "/sign-in/", {"Host": "other.example"}).status == 400
        with serving(public, "--local") as (door, told_here, process):
            assert f"http://127.0.0.1:{door}/set-up/" in told_here
            assert ask(door, "/set-up/", {"Host": f"127.0.0.1:{door}"}).status == 200
            assert ask(door, "/set-up/", {"Host": NAME}).status == 400
            assert len(process.children()) == 1  # pages alone


def test_bound_to_all_addresses_the_site_answers_to_this_machines_name(home: Path) -> None:
    with serving(home, "--host", "0.0.0.0") as (port, line, _process):
        assert f"http://127.0.0.1:{port}/set-up/" in line
        assert ask(port, "/sign-in/", {"Host": f"{socket.gethostname()}:{port}"}).status == 200
        assert ask(port, "/sign-in/", {"Host": "other.example"}).status == 400


def test_the_door_of_the_machine_is_opened_to_nobody_else(home: Path) -> None:
    done = anye(home, "serve", "--local", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "--local" in done.stderr
