"""`anye serve`: the web server, the workers and the schedule of one registry, on one machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from anye.config.faults import SetupFault, Text
from anye.config.home import Home
from anye.config.site import Site, is_loopback, is_unspecified, names_of, shown

DEMO_USERS = (
    ("district", "district_officer", "区人力社保局 区级工作人员", "district"),
    ("town", "town_officer", "镇街工作人员", "town"),
    ("village", "village_worker", "村居工作人员", "village"),
    ("auditor", "auditor", "审计人员", "district"),
    ("admin", "administrator", "系统管理员", "district"),
)
# a worker each (see flow/jobs.py): files, what officers typed, the watch
QUEUES = ("loads", "entries", "watch")
START_LIMIT_S = 60


def serve_home(home: Home, *, host: str, port: int, language: str, is_local: bool = False) -> int:
    """Run until interrupted; a child that dies takes the others down with it, so that nothing half-serves.

    `is_local`: pages alone, for a browser on this machine, beside a site that is served to others.
    """
    if _is_taken(host, port):
        raise SetupFault("port_taken", port=port)
    # ended by a supervisor as by Ctrl-C: the children go too
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    env = _environment(home, host, is_local=is_local)
    (home.logs).mkdir(parents=True, exist_ok=True)
    with (home.logs / "serve.log").open("ab") as log:
        children = [
            subprocess.Popen(command, env={**env, "ANYE_LOGIN": login}, stdout=log, stderr=log)
            for login, command in _commands(host, port)
            if login == "web" or not is_local
        ]
        try:
            if not _answers(host, port, children):
                sys.stderr.write(_last_lines(home.logs / "serve.log"))
                return 1
            _announce(home, host, port, language, is_local=is_local)
            while all(child.poll() is None for child in children):
                time.sleep(0.5)
            sys.stderr.write(_last_lines(home.logs / "serve.log"))
            return 1
        except KeyboardInterrupt:
            return 0
        finally:
            for child in children:
                child.send_signal(signal.SIGTERM)
            for child in children:
                child.wait(20)


def _environment(home: Home, host: str, *, is_local: bool) -> dict[str, str]:
    """What the children are told: the registry, and under which names they are asked for."""
    names = [*filter(None, [os.environ.get("ANYE_HOSTS")]), *([] if is_loopback(host) else names_of(host))]
    told = {"ANYE_HOME": str(home.path), "ANYE_HOSTS": ",".join(names), "ANYE_LOCAL": "1" if is_local else ""}
    return {**os.environ, **told, "DJANGO_SETTINGS_MODULE": "anye.config.settings"}


def _is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there: the web server would share the port with them without a word."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def _commands(host: str, port: int) -> list[tuple[str, list[str]]]:
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
           "--workers", "1", "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "anye.config.wsgi:application"]  # fmt: skip
    worker = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "1",
              "--delete-jobs", "successful", "--queues"]  # fmt: skip
    return [("web", web), *(("worker", [*worker, queue]) for queue in QUEUES)]


def _answers(host: str, port: int, children: Sequence[subprocess.Popen[bytes]]) -> bool:
    import http.client

    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and all(child.poll() is None for child in children):
        try:
            connection = http.client.HTTPConnection(host, port, timeout=5)
            connection.request("GET", "/static/anye/css/anye.css")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            time.sleep(0.2)
    return False


def _announce(home: Home, host: str, port: int, language: str, *, is_local: bool) -> None:
    """One line with the address; for a trial registry the one-time links of its users, else where first use begins."""
    site = Site() if is_local else home.site
    base = site.address or shown(host, port)
    # whether a browser on this machine counts as such
    opens_here = not site.is_public and (is_loopback(host) or is_unspecified(host))
    if home.trial and opens_here:
        env = {**os.environ, "ANYE_HOME": str(home.path), "ANYE_LOGIN": "migrate"}
        command = [sys.executable, "-m", "anye.config.serving", base]
        links = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.strip()
        sys.stdout.write(f"安业 Anye {base}  {links}\n")
    else:
        sys.stdout.write(_welcome(base, opens_here=opens_here).in_language(language) + "\n")
    sys.stdout.flush()


def _welcome(base: str, *, opens_here: bool) -> Text:
    if opens_here:
        return Text(
            f"安业已启动：{base}  （尚无用户时，请在本机打开 {base}/set-up/ 建立首个管理员）",
            f"Anye is serving at {base}  (while there is no user, open {base}/set-up/ on this machine)",
        )
    return Text(
        f"安业已启动：{base}  （尚无用户时，请在本机运行 anye serve --local 建立首个管理员）",
        f"Anye is serving at {base}  (while there is no user, run `anye serve --local` on this machine)",
    )


def _last_lines(log: Path, count: int = 20) -> str:
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-count:]) + "\n"


def demo_users() -> list[str]:
    """The users of a trial registry, one a tier: made once, over the first town with villages."""
    import datetime as dt

    from anye.records.accounts.actions import add_user, grant_duty
    from anye.records.accounts.models import User
    from anye.records.places.models import Office

    district = Office.objects.get(parent__isnull=True)
    busiest = _busiest_village()
    offices = {"district": district, "town": busiest.parent, "village": busiest}
    for username, role, name, tier in DEMO_USERS:
        if not User.objects.filter(username=username).exists():
            user = add_user(username=username, name=name)
            grant_duty(user=user, role=role, office=offices[tier], on=dt.date(2016, 1, 1))
    return [username for username, *_ in DEMO_USERS]


def _busiest_village() -> "Office":  # noqa: F821
    """The village with most visits due, so that a first look finds work to do; else the first village."""
    from django.db.models import Count

    from anye.records.findings.models import Visit
    from anye.records.places.models import Office

    villages = Office.objects.filter(kind="village")
    most = (
        Visit.objects.filter(state="due", scope_no__in=villages.values("scope_no"))
        .values("scope_no").annotate(n=Count("id")).order_by("-n", "scope_no").first()
    )  # fmt: skip
    return villages.get(scope_no=most["scope_no"]) if most else villages.order_by("scope_no")[0]


def print_links(usernames: Sequence[str], base: str) -> None:
    """A day's links for the users of a trial registry; acts as whoever the caller acts as."""
    from anye.records.accounts.actions import new_sign_in_link
    from anye.records.accounts.models import User

    for username in usernames:
        token = new_sign_in_link(user=User.objects.get(username=username), by="operator", minutes=60 * 24)
        sys.stdout.write(f"{username} {base}/link/{token}/  ")
    sys.stdout.write("\n")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "anye.config.settings"
    import django

    django.setup()
    from anye.records.accounts.scope import OWNER, acting

    with acting(OWNER, actor="operator", purpose="demo users"):
        print_links(demo_users(), sys.argv[1])


if __name__ == "__main__":
    main()
