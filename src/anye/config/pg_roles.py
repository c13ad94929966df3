"""The database, its roles and its logins.

Serving must not be able to become the owner: whoever reaches `anye_owner` from injected SQL reads every row. So each
process has a login of its own, and the login of the web is a member of `anye_app` alone. Roles belong to a server: of
several registries on one, web and worker stay apart, but each one's migrate login may act as the owner of all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from anye.config.faults import SetupFault
from anye.config.home import DATABASE_NAME, Home, Login

if TYPE_CHECKING:
    from anye.config.postgres import Server

OWNER, APP, BATCH = ROLES = ("anye_owner", "anye_app", "anye_batch")
MEMBER_OF = {"migrate": (OWNER,), "web": (APP,), "worker": (BATCH, APP)}
GUARD = 0x616E7965  # the advisory lock of preparing ("anye"); such locks are per database, hence MAINTENANCE
MAINTENANCE = "postgres"

Connection = psycopg.Connection[Any]


def prepare(server: Server, home: Home) -> None:
    """Make the roles, the registry's three logins and its database, where missing. May be repeated at any time.

    Raises SetupFault: may_not_prepare, login_too_strong, not_utf8, old_server.
    """
    name = server.database or home.database
    logins = {home.logins[each]: MEMBER_OF[each] for each in MEMBER_OF}
    try:
        with connect(server, MAINTENANCE) as admin:
            admin.execute("SELECT pg_advisory_lock(%s)", [GUARD])  # freed with the connection
            make_roles(admin)
            for login, roles in logins.items():
                make_login(admin, login, roles)
            _make_database(admin, name)
            with connect(server, name) as inside:
                _open_database(inside, name, [login.user for login in logins])
            for login in logins:
                if not can_log_in(server, login, name):
                    set_password(admin, login)
    except psycopg.errors.InsufficientPrivilege as error:
        raise SetupFault("may_not_prepare", user=server.admin.get("user", "?"), why=_first_line(error)) from error


def connect(server: Server, database: str) -> Connection:
    """An administrator's connection, each statement its own transaction."""
    return psycopg.connect(**{**server.admin, "dbname": database}, autocommit=True)  # type: ignore[arg-type]


def make_roles(admin: Connection, *, owner_may_create_databases: bool = False) -> None:
    """The three roles that nobody logs in as; the administrator may take each of them."""
    for role in ROLES:
        if not _role(admin, role):
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        if not _is_superuser(admin):
            _grant(admin, role, _current_user(admin))
    # A right that stays for test servers only: tests make and drop databases as the owner.
    if owner_may_create_databases and not _role(admin, OWNER)["rolcreatedb"]:
        admin.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))


def make_login(admin: Connection, login: Login, roles: tuple[str, ...], *, may_create_databases: bool = False) -> None:
    """A login that is a member of exactly these roles; its password is set when the login is new."""
    name = sql.Identifier(login.user)
    if not _role(admin, login.user):
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        set_password(admin, login)
    if may_create_databases:
        admin.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(name))
    now = _role(admin, login.user)
    strong = [each for each in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolreplication") if now[each]]
    if strong:
        raise SetupFault("login_too_strong", login=login.user, why=", ".join(strong))
    for role in roles:
        _grant(admin, role, login.user)
    for role in _memberships(admin, login.user) - set(roles):
        admin.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(role), name))
    rest = _memberships(admin, login.user) - set(roles)
    if rest:  # granted by somebody whose grants are not ours to take back: PostgreSQL only warns
        raise SetupFault("login_too_strong", login=login.user, why=", ".join(sorted(rest)))


def can_log_in(server: Server, login: Login, database: str) -> bool:
    """Whether the server takes the login's password for this database."""
    try:
        psycopg.connect(**_login_parameters(server, login, database)).close()  # type: ignore[arg-type]
    except psycopg.OperationalError:
        return False
    return True


def dsn(home: Home, server: Server, login: str, role: str) -> dict[str, Any]:
    """An entry of Django's DATABASES: `login` is migrate, web or worker; every connection starts as `role`."""
    return django_entry(server, home.logins[login], server.database or home.database, role)


def uri(home: Home, server: Server, login: str, role: str) -> str:
    """The same as an address for libpq, ADBC and procrastinate. It holds the password: never log it."""
    return address(server, home.logins[login], server.database or home.database, role)


def django_entry(server: Server, login: Login, database: str, role: str) -> dict[str, Any]:
    """An entry of Django's DATABASES for any login."""
    given = _login_parameters(server, login, database)
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    options = {key: value for key, value in given.items() if key not in named}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{named[key]: given[key] for key in named},
        "OPTIONS": {**options, "options": f"-c role={role}"},
    }


def address(server: Server, login: Login, database: str, role: str) -> str:
    """A libpq address for any login."""
    given = {**_login_parameters(server, login, database), "options": f"-c role={role}"}
    user, password, name = (quote(given.pop(key), safe="") for key in ("user", "password", "dbname"))
    # The host is a parameter: a socket's folder cannot stand in the authority part. libpq reads no plus as a blank.
    return f"postgresql://{user}:{password}@/{name}?{urlencode(given, quote_via=quote)}"


def _login_parameters(server: Server, login: Login, database: str) -> dict[str, str]:
    return {**server.admin, "user": login.user, "password": login.password, "dbname": database}


def _make_database(admin: Connection, name: str) -> None:
    if not DATABASE_NAME.fullmatch(name):
        raise SetupFault("bad_database_name", name=name)
    found = admin.execute(
        "SELECT pg_encoding_to_char(encoding), pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    if found is None:
        make = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
        admin.execute(make.format(database, owner))
    elif found[0] != "UTF8":
        raise SetupFault("not_utf8", name=name, encoding=found[0])
    elif found[1] != OWNER:
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))


def _open_database(inside: Connection, name: str, logins: list[str]) -> None:
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    inside.execute(sql.SQL("SET ROLE {}").format(owner))
    inside.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for login in logins:  # to the logins, not the roles: the roles are shared by all registries of a server
        inside.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(login)))
    # Temporary tables are for loading: checked against the role in force, so granted to the role.
    inside.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(BATCH)))
    inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    inside.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(owner))
    both = sql.SQL(", ").join([sql.Identifier(APP), sql.Identifier(BATCH)])
    inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(both))


def set_password(admin: Connection, login: Login) -> None:
    """Give the login its password."""
    # The verifier goes over the line and into statement logs, never the password.
    verifier = admin.pgconn.encrypt_password(login.password.encode(), login.user.encode(), b"scram-sha-256").decode()
    admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login.user), sql.Literal(verifier)))


def _grant(admin: Connection, role: str, member: str) -> None:
    """Membership with which the member can SET ROLE; since 16 that is an option, and the creator's own lacks it."""
    is_new = admin.info.server_version >= 160000
    held = admin.execute(f"SELECT pg_has_role(%s, %s, '{'SET' if is_new else 'MEMBER'}')", [member, role]).fetchone()
    if held and held[0] and role in _memberships(admin, member):
        return
    options = sql.SQL(" WITH INHERIT TRUE, SET TRUE" if is_new else "")
    admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member)) + options)


def _memberships(admin: Connection, member: str) -> set[str]:
    rows = admin.execute(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid "
        "JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = %s",
        [member],
    )
    return {row[0] for row in rows}


def _role(admin: Connection, name: str) -> dict[str, Any]:
    """The attributes of a role (columns of pg_roles); empty when there is none."""
    row = admin.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication, rolcreatedb FROM pg_roles WHERE rolname = %s",
        [name],
    ).fetchone()
    names = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolreplication", "rolcreatedb")
    return dict(zip(names, row, strict=True)) if row else {}


def _is_superuser(admin: Connection) -> bool:
    return bool(_role(admin, _current_user(admin))["rolsuper"])


def _current_user(admin: Connection) -> str:
    row = admin.execute("SELECT current_user").fetchone()
    return str(row[0])  # type: ignore[index]  # one row always


def _first_line(error: Exception) -> str:
    return re.split(r"[\r\n]", str(error))[0]
