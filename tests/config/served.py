"""A registry that is served as its user serves it, and somebody who asks it for pages."""

from __future__ import annotations

import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psutil


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
def serving(home: Path, *words: str, verb: str = "serve") -> Iterator[tuple[int, str, psutil.Process]]:
    """(port, what was printed up to the address, the process) of a running `anye serve` or `anye run`."""
    port = free_port()
    command = [sys.executable, "-m", "anye.cli", "--language", "en", verb, "--port", str(port), *words]
    with subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            printed = ""
            while "://" not in printed:
                line = process.stdout.readline()
                assert line, f"it ended after: {printed}"
                printed += line
            yield port, printed, psutil.Process(process.pid)
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


class Browser:
    """Keeps cookies, follows redirects, and sends forms with the token of the page they stand on."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.url = self.text = ""
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def go(self, path: str, form: dict[str, str] | None = None) -> str:
        """The text of the page at which it ends; `path` may be a whole address of the same site."""
        url = path if path.startswith("http") else self.base + path
        sent = None
        if form is not None:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.text)
            assert token is not None
            sent = urlencode({**form, "csrfmiddlewaretoken": token[1]}).encode()
        request = urllib.request.Request(url, sent, {"Accept-Language": "en", "Origin": self.base})
        with self.opener.open(request, timeout=20) as answer:
            self.url = answer.geturl().removeprefix(self.base)
            self.text = html.unescape(answer.read().decode())
        return self.text

    def send(self, **form: str) -> str:
        """Send the form of the page under view to its own address."""
        return self.go(self.url, form)
