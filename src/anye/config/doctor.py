"""What `anye doctor` looks at: the machine, the registry's folder, the server, the roles. It changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from anye.config import postgres
from anye.config.faults import SetupFault, Text
from anye.config.home import Home, default_home
from anye.config.pg_roles import MAINTENANCE, MEMBER_OF, ROLES, can_log_in, connect
from anye.config.site import Site

NEWEST_TRIED = (3, 14)
LOW_DISK_GB = 5  # a district of 1M people with a year of insurance months takes about as much
PACKAGE = Path(__file__).resolve().parent.parent
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts")
FONT_NAMES = ("NotoSansSC*", "NotoSansCJK*", "SourceHanSans*", "wqy-*", "PingFang*", "STHeiti*", "DroidSansFallback*")

TITLES = {
    "python": Text("Python", "Python"),
    "platform": Text("操作系统", "Platform"),
    "postgres_programs": Text("PostgreSQL 程序", "PostgreSQL programs"),
    "home": Text("登记库", "Registry"),
    "site": Text("网站地址", "Site"),
    "settings_file": Text("设置文件", "Settings file"),
    "key_file": Text("密钥文件", "Key file"),
    "server": Text("数据库服务器", "Server"),
    "administrator": Text("建库和建角色的权限", "CREATEDB and CREATEROLE"),
    "database": Text("数据库", "Database"),
    "roles": Text("数据库角色", "Database roles"),
    "logins": Text("数据库用户", "Database logins"),
    "safety": Text("落盘与校验", "Durability and checksums"),
    "disk": Text("磁盘空间", "Free disk"),
    "font": Text("中文字体", "Chinese font"),
}


@dataclass(frozen=True)
class Check:
    """One thing looked at. `name` is permanent; `cure` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: Text
    cure: Text | None = None

    @property
    def title(self) -> Text:
        """What was looked at, for people."""
        return TITLES[self.name]


def diagnose(home: Home | None) -> list[Check]:
    """Every check that applies; those of the registry only when there is one, of the server only when it answers."""
    return [*_machine(home), *(_registry(home) if home else [])]


def _machine(home: Home | None) -> Iterator[Check]:
    version = platform.python_version()
    yield Check(
        "python",
        (3, 11) <= sys.version_info[:2] <= NEWEST_TRIED,
        _same(f"{version}, {sys.executable}"),
        Text("请用 Python 3.11 至 3.14。", "Use Python 3.11 to 3.14."),
    )
    is_posix = sys.platform != "win32"
    yield Check(
        "platform",
        is_posix or bool(os.environ.get("DATABASE_URL")),
        _same(f"{platform.system()} {platform.machine()}, {' '.join(filter(None, platform.libc_ver())) or '-'}"),
        Text("此系统上请设置 DATABASE_URL。", "On this system set DATABASE_URL."),
    )
    if is_posix:
        yield _programs(home)
    yield _disk(home.path if home else default_home())
    yield _font()


def _registry(home: Home) -> Iterator[Check]:
    kind = (", trial" if home.trial else "") + (f", day {home.day}" if home.day else "")
    yield Check("home", True, _same(f"{home.path} ({home.pack}{kind})"))
    yield _site(home.site)
    yield _private("settings_file", home.settings_path)
    yield _private("key_file", home.keys_path)
    try:
        home.keyring()
    except SetupFault as fault:
        yield _failed("key_file", fault)
    try:
        server = postgres.find(home)
    except SetupFault as fault:
        yield _failed("server", fault)
        return
    if server is None:
        yield Check("server", False, Text("没有运行", "not running"), Text("运行 anye serve。", "Run `anye serve`."))
        return
    where = str(server.data) if server.data else f"{server.host}:{server.port}"
    yield Check("server", True, _same(f"PostgreSQL {server.version} ({server.kind}), {where}"))
    yield from _inside(home, server)


def _site(site: Site) -> Check:
    told = ", ".join(filter(None, [site.address, *site.hosts, *(f"← {proxy}" for proxy in site.believed)]))
    return Check(
        "site",
        site.address is None or site.is_https,
        _same(told) if told else Text("只供本机", "this machine only"),
        Text(
            "在网站前设置 HTTPS，并把 settings.toml 中 [site] 的 address 改为 https://。",
            "Put HTTPS before the site and write its address in [site] of settings.toml with https://.",
        ),
    )


def _programs(home: Home | None) -> Check:
    from anye.config import pg_binaries  # POSIX only

    shown = "; ".join(
        f"{one.version} ({one.kind}, {one.bindir}{'' if one.is_supported else ', -'})" for one in pg_binaries.found()
    )
    if os.environ.get("DATABASE_URL") or (home and home.url):
        return Check("postgres_programs", True, Text("用 DATABASE_URL 的服务器", "the server of DATABASE_URL is used"))
    data = ((home.cluster or home.path) if home else Path("/nonexistent")) / "postgres"
    try:
        chosen = pg_binaries.chosen(data)
    except SetupFault as fault:
        return _failed("postgres_programs", fault)
    return Check(
        "postgres_programs",
        True,
        Text(
            f"用 {chosen.version}（{chosen.kind}）；找到：{shown}",
            f"uses {chosen.version} ({chosen.kind}); found: {shown}",
        ),
    )


def _inside(home: Home, server: postgres.Server) -> Iterator[Check]:
    name = server.database or home.database
    prepare_again = Text("运行 anye init 会补齐。", "Running `anye init` adds what is missing.")
    with connect(server, MAINTENANCE) as admin:
        row = admin.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        is_super, may_databases, may_roles = row or (False, False, False)
        user = admin.info.user
        yield Check(
            "administrator",
            is_super or (may_databases and may_roles),
            _same(user),
            _same(f'ALTER ROLE "{user}" CREATEDB CREATEROLE'),
        )
        told = admin.execute(
            "SELECT pg_encoding_to_char(encoding), pg_get_userbyid(datdba), pg_size_pretty(pg_database_size(oid)) "
            "FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
        detail = f"{name}, {told[0]}, {told[1]}, {told[2]}" if told else name
        yield Check("database", told is not None and told[:2] == ("UTF8", ROLES[0]), _same(detail), prepare_again)
        here = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)])}
        yield Check("roles", here == set(ROLES), _same(", ".join(sorted(here)) or "-"), prepare_again)
        yield _logins(home, server, admin, name)
        yield _safety(admin)


def _logins(home: Home, server: postgres.Server, admin: psycopg.Connection[object], database: str) -> Check:
    wrong = []
    for each, roles in MEMBER_OF.items():
        login = home.logins[each]
        held = admin.execute(
            "SELECT pg_get_userbyid(roleid) FROM pg_auth_members WHERE pg_get_userbyid(member) = %s", [login.user]
        )
        if {row[0] for row in held} != set(roles) or not can_log_in(server, login, database):  # type: ignore[index]
            wrong.append(login.user)
    users = ", ".join(login.user for login in home.logins.values())
    cure = Text(
        "运行 anye init：各用户只应属于自己的角色。", "Run `anye init`: each login belongs to its own roles only."
    )
    return Check("logins", not wrong, _same(", ".join(wrong) if wrong else users), cure)


def _safety(admin: psycopg.Connection[object]) -> Check:
    wanted = ("data_checksums", "fsync", "full_page_writes")
    values = {each: admin.execute(f"SHOW {each}").fetchone()[0] for each in wanted}  # type: ignore[index]
    return Check(
        "safety",
        set(values.values()) == {"on"},
        _same(", ".join(f"{name}={value}" for name, value in values.items())),
        Text(
            "在 postgresql.conf 中打开 fsync 和 full_page_writes；停机后用 pg_checksums --enable 打开校验和。",
            "Turn fsync and full_page_writes on in postgresql.conf; with the server stopped, pg_checksums --enable.",
        ),
    )


def _private(name: str, file: Path) -> Check:
    cure = Text(
        f"运行 chmod 600 {file}；没有时从备份恢复。", f"Run chmod 600 {file}; restore it from a backup if gone."
    )
    if not file.exists():
        return Check(name, False, Text(f"{file} 不存在", f"{file} is missing"), cure)
    mode = stat.S_IMODE(file.stat().st_mode)
    return Check(name, not mode & 0o077, _same(f"{file} {mode:04o}"), cure)


def _disk(path: Path) -> Check:
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    free_gb = shutil.disk_usage(there).free / 1e9
    return Check(
        "disk",
        free_gb >= LOW_DISK_GB,
        _same(f"{free_gb:.1f} GB, {there}"),
        Text(f"请至少留出 {LOW_DISK_GB} GB。", f"Keep at least {LOW_DISK_GB} GB free."),
    )


def _font() -> Check:
    """A font for PDF files: the one shipped with the package, or one of the system."""
    shipped = next(iter((PACKAGE / "doors").rglob("NotoSansSC*.[to]tf")), None)
    installed = (
        font for folder in FONT_FOLDERS for pattern in FONT_NAMES for font in Path(folder).rglob(pattern)
    )  # looked at only when none is shipped
    font = shipped or next(installed, None)
    return Check(
        "font",
        font is not None,
        _same(str(font)) if font else Text("没有", "none"),
        Text("安装 fonts-noto-cjk，或重新安装安业。", "Install fonts-noto-cjk, or install Anye again."),
    )


def _failed(name: str, fault: SetupFault) -> Check:
    return Check(name, False, Text(fault.text("zh"), fault.text("en")))


def _same(text: str) -> Text:
    return Text(text, text)
