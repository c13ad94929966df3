"""Users from a sheet: lines of text → what each row would change, or what is wrong with it. Writes nothing.

A row is one duty: user name, name, role, office; telephone and e-mail if known. The same user may stand in several
rows. An empty telephone or e-mail cell leaves what is known as it is.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from anye.engine.areas import area_code, area_key
from anye.records.accounts.models import Role
from anye.records.accounts.role_places import kinds_of
from anye.records.accounts.usernames import as_username, is_username

COLUMNS = ("username", "name", "role", "office", "telephone", "email")
NEEDED = ("username", "name", "role", "office")
HEADING_LINES = 10
MOST_ROWS = 2_000
MOST_SUGGESTIONS = 5
LONGEST = 40

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "username": ("用户名", "username", "账号", "登录名", "user name", "user"),
    "name": ("姓名", "name", "名字"),
    "role": ("角色", "role", "岗位", "职责"),
    "office": ("机构", "office", "单位", "区划代码", "area code", "所属机构"),
    "telephone": ("电话", "telephone", "手机", "联系电话", "phone"),
    "email": ("邮箱", "email", "电子邮箱", "e-mail"),
}
ROLE_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    Role.VILLAGE_WORKER: ("村居工作人员", "村级工作人员", "社区工作人员", "Village worker"),
    Role.TOWN_OFFICER: ("镇街工作人员", "镇街干部", "Town officer"),
    Role.DISTRICT_OFFICER: ("区级工作人员", "区级干部", "District officer"),
    Role.APPROVER: ("审批人员", "Approver"),
    Role.FINANCE: ("财务人员", "Finance"),
    Role.POVERTY_OFFICE: ("乡村振兴部门", "扶贫办", "Poverty office"),
    Role.AUDITOR: ("审计人员", "Auditor"),
    Role.ADMINISTRATOR: ("系统管理员", "管理员", "Administrator"),
}


class HeadingMissing(ValueError):
    """No line among the first names the columns; `missing` holds the needed ones that the best line lacks."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)


class TooManyRows(ValueError):
    """More rows than one sheet may hold."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One filled line, its cells by column; `line` is its number in the sheet."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownOffice:
    """An open office of the administrator's range. `path` names it with the office above."""

    scope_no: int
    kind: str
    name: str
    path: str
    area_code: str


@dataclass(frozen=True, slots=True)
class KnownUser:
    """An account of a name in the sheet. `may_change`: it serves nowhere else, so its administrator is this one.

    `is_seen` is false for an account that only other administrators see: its name is taken, and nothing else is told.
    """

    name: str
    telephone: str
    email: str
    is_active: bool = True
    is_seen: bool = True
    may_change: bool = True
    duties: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row: permanent code, the column, what stands there, and what could stand there."""

    line: int
    column: str
    code: str
    value: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a good row does: `is_new_user`, `changes` of an account, `is_new_duty`; nothing of these: it is so already."""

    line: int
    username: str
    name: str
    role: str
    office: KnownOffice
    telephone: str
    email: str
    is_new_user: bool
    is_new_duty: bool
    changes: tuple[str, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        return not (self.is_new_user or self.is_new_duty or self.changes)


@dataclass(frozen=True, slots=True)
class Plan:
    """Good rows and faults, both in the sheet's order."""

    rows: tuple[PlannedRow, ...]
    faults: tuple[RowFault, ...]

    @property
    def new_users(self) -> tuple[str, ...]:
        """The user names to be made, once each."""
        return tuple(dict.fromkeys(row.username for row in self.rows if row.is_new_user))


def rows_of(lines: Iterable[tuple[int, Sequence[str | None]]]) -> list[SheetRow]:
    """The filled lines below the heading. Raises HeadingMissing and TooManyRows."""
    best: set[str] = set()
    at: dict[int, str] = {}
    rows: list[SheetRow] = []
    for seen, (line, cells) in enumerate(lines):
        if not at:
            found = _headings(cells)
            best = max(best, set(found.values()), key=len)
            if set(NEEDED) <= set(found.values()):
                at = found
            elif seen >= HEADING_LINES:
                break
            continue
        texts = {name: _plain(cells[index]) for index, name in at.items() if index < len(cells)}
        if any(texts.values()):
            rows.append(SheetRow(line, {name: texts.get(name, "") for name in COLUMNS}))
        if len(rows) > MOST_ROWS:
            raise TooManyRows(MOST_ROWS)
    if not at:
        raise HeadingMissing([name for name in NEEDED if name not in best])
    return rows


def plan(
    rows: Iterable[SheetRow],
    *,
    offices: Sequence[KnownOffice],
    users: Mapping[str, KnownUser],
    roles: Mapping[str, str] | None = None,
) -> Plan:
    """What the rows would do to the accounts as they are; a row with a fault does nothing and holds up no other.

    `roles` adds words for roles to ROLE_SPELLINGS: those of the pages that the sheet comes from.
    """
    planner = _Planner(offices, dict(users), _roles_by_spelling(roles or {}))
    for row in rows:
        planner.take(row)
    return Plan(tuple(planner.rows), tuple(planner.faults))


@dataclass
class _Planner:
    offices: Sequence[KnownOffice]
    users: dict[str, KnownUser]
    roles: Mapping[str, str]
    rows: list[PlannedRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    above: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def take(self, row: SheetRow) -> None:
        """Add the row's plan, or its faults."""
        faults = [*self._blanks(row), *self._texts(row)]
        said = row.cells["role"]
        role = self.roles.get(said.casefold())
        if role is None and said:
            near = get_close_matches(said.casefold(), self.roles, n=MOST_SUGGESTIONS, cutoff=0.5)
            faults.append(RowFault(row.line, "role", "role_unknown", said, tuple(near)))
        office = self._office(row, role, faults) if row.cells["office"] else None
        username = as_username(row.cells["username"])
        known = self.users.get(username)
        if not faults and known is not None:
            faults += self._clashes(row, known, self.above.get(username, {}))
        if faults or role is None or office is None:
            self.faults += faults
            return
        self._add(row, username, known, role, office)

    def _blanks(self, row: SheetRow) -> Iterable[RowFault]:
        return (RowFault(row.line, name, "missing") for name in NEEDED if not row.cells[name])

    def _texts(self, row: SheetRow) -> Iterable[RowFault]:
        cells = row.cells
        if cells["username"] and not is_username(as_username(cells["username"])):
            yield RowFault(row.line, "username", "username_unfit", cells["username"])
        for name in ("name", "telephone"):
            if len(cells[name]) > LONGEST:
                yield RowFault(row.line, name, "too_long", cells[name])
        if cells["email"]:
            try:
                validate_email(cells["email"])
            except ValidationError:
                yield RowFault(row.line, "email", "email_unfit", cells["email"])

    def _clashes(self, row: SheetRow, known: KnownUser, above: Mapping[str, str]) -> Iterable[RowFault]:
        username = row.cells["username"]
        if not known.is_seen:
            return [RowFault(row.line, "username", "username_taken", username)]
        if not known.is_active:
            return [RowFault(row.line, "username", "user_inactive", username)]
        changes = _changes(row, known)
        if not known.may_change and changes:
            return [RowFault(row.line, name, "serves_elsewhere", row.cells[name]) for name in changes]
        return [RowFault(row.line, name, "differs_above", row.cells[name]) for name in changes if above.get(name)]

    def _office(self, row: SheetRow, role: str | None, faults: list[RowFault]) -> KnownOffice | None:
        text = row.cells["office"]
        found = _offices_named(text, self.offices)
        fitting = [office for office in found if role is None or office.kind in kinds_of(role)]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            shown = tuple(f"{office.path} {office.area_code}".strip() for office in fitting)
            faults.append(RowFault(row.line, "office", "office_ambiguous", text, shown))
        elif found:
            faults.append(RowFault(row.line, "office", "role_misplaced", text, tuple(office.path for office in found)))
        else:
            faults.append(RowFault(row.line, "office", "office_unknown", text, _alike(text, self.offices)))
        return None

    def _add(self, row: SheetRow, username: str, known: KnownUser | None, role: str, office: KnownOffice) -> None:
        cells = row.cells
        duty = (role, office.scope_no)
        self.rows.append(
            PlannedRow(
                line=row.line,
                username=username,
                name=cells["name"],
                role=role,
                office=office,
                telephone=cells["telephone"],
                email=cells["email"],
                is_new_user=known is None,
                is_new_duty=known is None or duty not in known.duties,
                changes=() if known is None else _changes(row, known),
            )
        )
        self.above[username] = {**self.above.get(username, {}), **{name: text for name, text in cells.items() if text}}
        # the next row of the same user meets what this one will have done
        self.users[username] = KnownUser(
            name=cells["name"],
            telephone=cells["telephone"] or (known.telephone if known else ""),
            email=cells["email"] or (known.email if known else ""),
            may_change=known.may_change if known else True,
            duties=(known.duties if known else frozenset()) | {duty},
        )


def _headings(cells: Sequence[str | None]) -> dict[int, str]:
    """Which column of the sheet holds which of ours; the first of two alike."""
    spelled = {spelling.casefold(): name for name, spellings in HEADINGS.items() for spelling in spellings}
    found: dict[int, str] = {}
    for index, cell in enumerate(cells):
        name = spelled.get(_plain(cell).strip("*＊ ").casefold())
        if name is not None and name not in found.values():
            found[index] = name
    return found


def _plain(cell: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell or "").split())


def _roles_by_spelling(more: Mapping[str, str]) -> dict[str, str]:
    """Codes, our own spellings and `more`, in the plain form of a cell."""
    found = {_plain(words).casefold(): role for words, role in more.items()}
    for role, spellings in ROLE_SPELLINGS.items():
        found |= {_plain(spelling).casefold(): str(role) for spelling in (role, *spellings)}
    return found


def _offices_named(text: str, offices: Sequence[KnownOffice]) -> list[KnownOffice]:
    """Offices with this area code, else with this name, else with this name after that of the office above."""
    code = area_code(text)
    if code is not None:
        return [office for office in offices if office.area_code == code]
    exact = [office for office in offices if office.name == text]
    if exact:
        return exact
    key = area_key(text.replace(" ", ""))
    named = [office for office in offices if area_key(office.name) == key]
    return named or [office for office in offices if area_key(office.path.replace(" ", "")) == key]


def _alike(text: str, offices: Sequence[KnownOffice]) -> tuple[str, ...]:
    paths = {area_key(office.name): office.path for office in offices}
    close = get_close_matches(area_key(text.replace(" ", "")), paths, n=MOST_SUGGESTIONS, cutoff=0.5)
    return tuple(paths[key] for key in close)


def _changes(row: SheetRow, known: KnownUser) -> tuple[str, ...]:
    """The fields of the account that the row says otherwise."""
    said = [name for name in ("name", "telephone", "email") if row.cells[name]]
    return tuple(name for name in said if row.cells[name] != getattr(known, name))
