"""What each verb of the `anye` command does. Django is set up late, once the home and the database login are known."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from anye.config import postgres
from anye.config.doctor import diagnose
from anye.config.faults import SetupFault, Text
from anye.config.home import Home, default_home, last_home
from anye.config.site import is_loopback

FIRST_PACK = "cn_yubei"
PORT, LOCAL_PORT = 8000, 8001
LINK_MINUTES = 60
MADE_TRIAL = (
    "还没有登记库：已建一个试用库，只供虚构人员使用。正式使用请先运行 anye init --pack 名称。",
    "There was no registry: a trial one was made, for invented people only. For real use run `anye init --pack NAME`"
    " first.",
)
MADE_REAL = (
    f"还没有登记库：已按 {FIRST_PACK} 建一个正式登记库。请打开下面 /set-up/ 的网址，建立首个管理员。",
    f"There was no registry: a real one of the pack {FIRST_PACK} was made. Open the address of /set-up/ below to make its"
    " first administrator.",
)


def language(args: argparse.Namespace) -> str:
    return args.language or ("en" if os.environ.get("LANG", "").startswith("en") else "zh-hans")


def say(args: argparse.Namespace, zh: str, en: str) -> None:
    sys.stdout.write(Text(zh, en).in_language(language(args)) + "\n")
    sys.stdout.flush()


def set_up(home: Home, login: str) -> None:
    """Django for this home and login; once a process."""
    os.environ.update(ANYE_HOME=str(home.path), ANYE_LOGIN=login, DJANGO_SETTINGS_MODULE="anye.config.settings")
    import django

    django.setup()


def opened() -> Home:
    home = last_home()
    if home is None:
        raise SetupFault("home_missing", path=default_home())
    return home


def init(args: argparse.Namespace) -> None:
    """Make a registry, or complete one that is there: roles, database, tables, sources, areas, offices."""
    from anye.packs import read_pack

    path = default_home()
    if (path / "settings.toml").exists():
        home = Home.open(path)
    else:
        read_pack(args.pack)  # a pack that is not there is told of before a home is made for it
        home = Home.create(path, pack=args.pack, trial=args.trial, language=language(args))
    furnish(home, args.areas)
    home.remember()
    say(args, f"登记库已建好：{home.path}", f"The registry stands: {home.path}")
    say(args, "下一步：anye serve", "Next: anye serve")


def furnish(home: Home, areas: Path | None = None) -> None:
    """Bring the server, roles, tables and pack data of a home up to date, in a process of the migration login."""
    postgres.prepare(postgres.start(home), home)
    from anye.packs import read_pack

    read_pack(home.pack, home.sources)  # a profile at fault is told of here, before anything is touched
    env = {**os.environ, "ANYE_HOME": str(home.path), "ANYE_LOGIN": "migrate"}
    command = [sys.executable, "-m", "anye.config.furnishing", *([str(areas)] if areas else [])]
    subprocess.run(command, env=env, check=True)


def load(args: argparse.Namespace) -> int:
    home = opened()
    if home.sources.is_dir():
        furnish(home)  # a register of its own may be new
    postgres.start(home)
    set_up(home, "worker")
    from anye.config.loading import load_one, print_report

    report = load_one(
        args.file,
        source=args.source,
        known_on=args.known_on,
        user=args.user,
        quiet=args.json,
        language=language(args),
    )
    if args.json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
    else:
        print_report(report, language(args))
    return 1 if report.fault else 0


def withdraw(args: argparse.Namespace) -> int:
    """Take a load back, once whoever asks has seen what would change."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.config.loading import duty_to_load
    from anye.config.taking_back import foreseen, is_confirmed, loads_of, print_figures, take_back

    duty = duty_to_load(args.user) if args.user else None
    batches = loads_of(args.file, source=args.source)
    for batch, figures in zip(batches, foreseen(batches), strict=True):
        name, zh, en = batch.file_name, batch.source.title_zh, batch.source.title_en
        say(args, f"撤回 {name}（{zh}）将使：", f"Taking {name} ({en}) back would leave:")
        print_figures(figures, language(args))
    if not args.yes and not is_confirmed(language(args)):
        say(args, "未作改动。", "Nothing was changed.")
        return 1
    take_back(batches, reason=args.reason, by=args.user or "operator", duty=duty)
    zh, en = f"已撤回 {len(batches)} 次载入", f"{len(batches)} loads were taken back"
    if len(batches) == 1:
        zh, en = "已撤回", "It was taken back"
    say(args, f"{zh}。同一文件可以再次载入。", f"{en}. The same file may be loaded again.")
    return 0


def entitle(args: argparse.Namespace) -> int:
    """The night's pass, now."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.config.entitling import judge, tell
    from anye.packs import read_pack
    from anye.records.audit.day import registry_day

    pack, today = read_pack(home.pack, home.sources), registry_day()
    report, is_kept = judge(pack, on=args.on or args.known or today, known=args.known, today=today, by="operator")
    tell(report, pack, is_kept=is_kept, as_json=args.json, language=language(args))
    return 0


def indicator(args: argparse.Namespace) -> int:
    """A figure, and its rows."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.config.figuring import indicate, say
    from anye.packs import read_pack
    from anye.records.audit.day import registry_day

    today = registry_day()
    if args.known is not None and args.known > today:
        raise SetupFault("known_on_future", day=args.known.isoformat())
    pack = read_pack(home.pack, home.sources)
    figure, found = indicate(
        pack, args.code, on=args.on or today, known=args.known or today, area=args.area,
        rows_to=args.rows, by="operator",
    )  # fmt: skip
    say(figure, found, pack, as_json=args.json, language=language(args))
    return 0


def snapshot(args: argparse.Namespace) -> int:
    """All figures of all areas as of some days, kept."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.flow.reporting.snapshots import take
    from anye.packs import read_pack
    from anye.records.audit.day import registry_day

    today = registry_day()
    for on in args.on or [today]:
        known = on if args.then else args.known or today
        if known > today:
            raise SetupFault("known_on_future", day=known.isoformat())
        if on > known:
            raise SetupFault("snapshot_early", day=on.isoformat(), known=known.isoformat())
        take(read_pack(home.pack, home.sources), on=on, known=known, by="operator")
        say(
            args,
            f"已统计截至 {on} 的全部指标（按 {known} 所知）。",
            f"All figures as of {on} were counted, by what was known on {known}.",
        )
    return 0


def give_back(args: argparse.Namespace) -> int:
    """Write the rows of a load that are to be mended, in the file's own layout."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.config.giving_back import duty_to_take, load_named
    from anye.config.giving_back import give_back as write

    batch = load_named(args.load)
    duty = duty_to_take(args.user, batch) if args.user else None
    count = write(batch, args.to, rows=args.rows, language=language(args), by=args.user or "operator", duty=duty)
    say(args, f"退回 {count} 行：{args.to}。更正后再次载入，只取用更正的行。",
        f"{count} rows given back: {args.to}. Mended and loaded again, only they are taken.")  # fmt: skip
    return 0


def run(args: argparse.Namespace) -> int:
    """Load a folder's files, if one is given, into the last registry, then serve it.

    When there is none: a trial one for files, else a real one, which begins at its set-up page (decisions 0013, 0018).
    """
    if args.folder and not args.folder.is_dir():
        raise SetupFault("not_a_folder", path=args.folder)
    home = last_home()
    if home is None:
        is_trial = args.folder is not None
        home = Home.create(default_home(), pack=FIRST_PACK, trial=is_trial, language=language(args))
        say(args, *(MADE_TRIAL if is_trial else MADE_REAL))
    furnish(home)
    home.remember()
    if args.folder:
        load_folder(args, home, args.folder)
    return 0 if args.no_serve else serve_it(args, home)


def load_folder(
    args: argparse.Namespace,
    home: Home,
    folder: Path,
    known: Mapping[str, str] | None = None,
    closed: Sequence[str] = (),
) -> None:
    env = {**os.environ, "ANYE_HOME": str(home.path), "ANYE_LOGIN": "worker"}
    command = [sys.executable, "-m", "anye.config.loading", str(folder), language(args)]
    command += [json.dumps(known or {}), json.dumps(closed)]
    subprocess.run(command, env=env, check=True)


def serve(args: argparse.Namespace) -> int:
    if args.local and not is_loopback(args.host):
        raise SetupFault("local_host", host=args.host)
    home = opened()
    furnish(home)
    return serve_it(args, home, is_local=args.local)


def serve_it(args: argparse.Namespace, home: Home, *, is_local: bool = False) -> int:
    from anye.config.serving import serve_home

    port = args.port or (LOCAL_PORT if is_local else PORT)
    return serve_home(home, host=args.host, port=port, language=language(args), is_local=is_local)


def stop(args: argparse.Namespace) -> None:
    if postgres.stop(opened()):
        say(args, "数据库服务器已停止。", "The database server has stopped.")
    else:
        say(args, "没有在运行的自有服务器。", "No server of ours was running.")


def doctor(args: argparse.Namespace) -> int:
    checks = list(_checks())
    for check in checks:
        mark = "✔" if check.ok else "✘"
        sys.stdout.write(
            f"{mark} {check.title.in_language(language(args))}: {check.detail.in_language(language(args))}\n"
        )
        if check.cure and not check.ok:
            sys.stdout.write(f"   → {check.cure.in_language(language(args))}\n")
    return 0 if all(check.ok for check in checks) else 1


def _checks() -> Iterator[Any]:
    yield from diagnose(last_home())


def blank(args: argparse.Namespace) -> int:
    from anye.engine.intake.blank import blank_sheet
    from anye.packs import read_pack

    home = last_home()
    profiles = (read_pack(home.pack, home.sources) if home else read_pack(FIRST_PACK)).profiles
    if args.source not in profiles:
        say(args, f"没有这种表：{args.source}。可选：{', '.join(profiles)}",
            f"There is no profile {args.source}. There are: {', '.join(profiles)}")  # fmt: skip
        return 2
    out = args.out or Path(f"{args.source}.xlsx")
    out.write_bytes(blank_sheet(profiles[args.source], "zh" if language(args).startswith("zh") else "en"))
    say(args, f"空白表：{out}", f"Blank sheet: {out}")
    return 0


def link(args: argparse.Namespace) -> None:
    """A way back for somebody who lost password or device, from this machine; in a trial registry a way in."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.records.accounts.actions import new_sign_in_link
    from anye.records.accounts.models import User
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.accounts.usernames import as_username

    with acting(BATCH, actor="operator", purpose="sign-in link"):
        user = User.objects.filter(username=as_username(args.user), is_active=True).first()
        if user is None:
            raise SetupFault("no_such_user", user=args.user)
        token = new_sign_in_link(
            user=user,
            by="operator",
            minutes=LINK_MINUTES,
            wants_password=not home.trial,
            wants_device=args.new_device,
        )
    port = args.port or (LOCAL_PORT if home.site.is_public else PORT)
    sys.stdout.write(f"{user.username} http://127.0.0.1:{port}/link/{token}/\n")
    if home.site.is_public:
        say(args, f"请先在本机运行 anye serve --local --port {port}，再用本机浏览器打开。{LINK_MINUTES} 分钟内有效，只能用一次。",
            f"First run `anye serve --local --port {port}` on this machine, then open it in a browser here. It works once,"
            f" for {LINK_MINUTES} minutes.")  # fmt: skip
    else:
        say(args, f"请用本机浏览器打开。{LINK_MINUTES} 分钟内有效，只能用一次。",
            f"Open it in a browser on this machine. It works once, for {LINK_MINUTES} minutes.")  # fmt: skip


def seal(args: argparse.Namespace) -> int:
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.audit.seals import seal_new, verify

    with acting(BATCH, actor="operator", purpose="seal"):
        sealed = seal_new()
        faults = verify()
    say(args, f"新封存 {sealed} 条事件；校验{'通过' if not faults else '失败'}。",
        f"Sealed {sealed} events; the trail {'is whole' if not faults else 'does not verify'}.")  # fmt: skip
    for fault in faults:
        sys.stdout.write(f"  {fault}\n")
    return 1 if faults else 0


def rotate_keys(args: argparse.Namespace) -> int:
    home = opened()
    postgres.start(home)
    set_up(home, "migrate")
    from anye.config.rotation import rotate

    count = rotate(home)
    say(args, f"已用新密钥重新加密 {count} 个值。", f"{count} values are sealed under the new key.")
    return 0
