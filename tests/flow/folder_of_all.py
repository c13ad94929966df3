"""A folder with a file or two of every register of the pack, written with a bureau's mess, and what is true of each.

Drawn from the profiles themselves: headings are chosen among those that a register is known by, in any order; cells are
written in several spellings. Of every file is known how many rows it has and which are refused for what.
"""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import xlsxwriter

from anye.engine.codes import complete_credit_code
from anye.engine.intake.profile import Column, Profile
from anye.packs import read_pack
from tests.flow.written import number

PROFILES = read_pack("cn_yubei").profiles
VILLAGES = [("东河镇", "柳树村"), ("东河镇", "石桥村"), ("西岭镇", "云峰村"), ("西岭镇", "大坪村")]
MONTH = dt.date(2020, 5, 1)
ROWS = 14
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "明华强芳丽军敏静伟秀"


@dataclass(frozen=True)
class Truth:
    """What is true of a file: its register, its rows, and the rows that are refused, by reason."""

    path: Path
    source: str
    rows: int
    refused: Counter[str]

    @property
    def taken(self) -> int:
        return self.rows - sum(self.refused.values())


@dataclass
class Someone:
    name: str
    id_number: str
    place: tuple[str, str]


@dataclass
class Sheet:
    """A file that is being written: its columns, its rows as dicts of cells, what is refused."""

    profile: Profile
    chance: Random
    columns: list[Column]
    headings: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def people(chance: Random, count: int) -> list[Someone]:
    """Invented people; no two share a name."""
    names = [a + b + c for a in SURNAMES for b in GIVEN for c in GIVEN]
    chance.shuffle(names)
    births = [dt.date(1960, 1, 1) + dt.timedelta(days=chance.randrange(15_000)) for _ in range(count)]
    return [
        Someone(names[n], number(n + 1, f"{births[n]:%Y%m%d}"), chance.choice(VILLAGES)) for n in range(count)
    ]  # fmt: skip


def write_folder(folder: Path, *, seed: int) -> list[Truth]:
    """Some forty files: every register once, those of a month twice, the ledger first by name alone."""
    folder.mkdir(parents=True, exist_ok=True)
    chance, truths = Random(seed), []
    known = people(chance, 40)
    for name, profile in sorted(PROFILES.items()):
        for copy in range(2 if profile.month_from else 1):
            sheet = _sheet(profile, chance)
            month = MONTH.replace(month=5 + copy)
            _fill(sheet, known, month, chance)
            _break(sheet, chance)
            path = _written(folder / f"{chance.randrange(900) + 100}-{name}-{copy}", sheet, month, chance)
            truths.append(Truth(path, name, len(sheet.rows), sheet.refused))
    return truths


def _sheet(profile: Profile, chance: Random) -> Sheet:
    needed = {chance.choice(choice.split("|")) for choice in (*profile.needs, *profile.signs)}
    needed |= {column.name for column in profile.columns if column.must_be_given}
    if profile.names_firm:
        needed.add("firm_name" if "firm_name" in profile.by_name else profile.named_by[0])
    # a month of its own in a column would be another month than the file's
    left_out = {"month_end", "premium_kind", "firm_number"} | ({"month"} if profile.month_from else set())
    columns = [
        column for column in profile.columns
        if column.name in needed or (column.name not in left_out and column.on_blank_sheet and chance.random() < 0.75)
    ]  # fmt: skip
    chance.shuffle(columns)
    headings = [chance.choice(column.aliases) for column in columns]
    return Sheet(profile, chance, columns, headings)


def _fill(sheet: Sheet, known: Sequence[Someone], month: dt.date, chance: Random) -> None:
    chosen = chance.sample(list(known), ROWS)
    for at, someone in enumerate(chosen):
        start = month - dt.timedelta(days=chance.randrange(30, 900))
        cells = {
            column.name: _cell(column, at, someone, start, sheet) for column in sheet.columns
        }  # fmt: skip
        sheet.rows.append(cells)


def _cell(column: Column, at: int, someone: Someone, start: dt.date, sheet: Sheet) -> str:
    chance = sheet.chance
    born = dt.datetime.strptime(someone.id_number[6:14], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    fields = {target.field for target in column.becomes}
    if column.name == "birth":
        return _day(born, chance)
    if column.type == "date":
        late = bool(fields & {"valid_to", "ended_on"}) or column.name in {"ended_on", "ends_on"}
        return _day(start + dt.timedelta(days=400 if late else 0), chance)
    firm = f"第{at % 8}服装有限公司"
    plain: dict[str, Callable[[], str]] = {
        "serial": lambda: str(at + 1), "id": lambda: _id(someone.id_number, chance), "name": lambda: someone.name,
        "sex": lambda: "男" if int(someone.id_number[16]) % 2 else "女", "month": lambda: f"{start:%Y-%m}",
        "year": lambda: f"{start.year}年", "yuan": lambda: chance.choice(["1,800", "2350.50", "3000元"]),
        "int": lambda: str(1 + at), "tenths": lambda: f"{10 + at}.5", "phone": lambda: f"139{at:08d}",
        "credit_code": lambda: complete_credit_code("91990001", f"MA00{at % 8}DEM"), "wages": lambda: "3000-4500元/月",
        "area-town": lambda: someone.place[0], "area-village": lambda: someone.place[1],
        "area-path": lambda: "".join(("青石区", *someone.place)), "bool": lambda: chance.choice(["是", "否"]),
        "code": lambda: chance.choice(sorted(_spellings(column))),
    }  # fmt: skip
    if column.type in plain:
        return plain[column.type]()
    is_firm = column.name in {"firm_name", "employer", "unit", "provider"} or "firm_name" in fields
    return f"{firm}{at if column.must_be_given else ''}" if is_firm else f"{column.aliases[0][:6]}{at + 1}号"


def _spellings(column: Column) -> set[str]:
    """Spellings that a sheet may hold; marks and bare digits may mean something else beside them."""
    words = {word for word in column.codes if len(word) > 1 and not word.isdigit() and not word.isascii()}
    return words or set(column.codes)


def _day(day: dt.date, chance: Random) -> str:
    return chance.choice(
        [
            f"{day:%Y-%m-%d}",
            f"{day:%Y/%m/%d}",
            f"{day:%Y.%m.%d}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
        ]
    )


def _id(number_: str, chance: Random) -> str:
    return chance.choice([number_, f" {number_}", number_.lower(), f"{number_[:6]} {number_[6:14]} {number_[14:]}"])


def _break(sheet: Sheet, chance: Random) -> None:
    """Spoil some rows, each in one way that its register refuses; and repeat one."""
    spoil: list[tuple[str, Callable[[dict[str, str]], None]]] = []
    at = {column.name: column for column in sheet.columns}
    if sheet.profile.about == "person":
        spoil += [
            ("id_check", lambda row: row.update(id_number=_wrong_digit(row["id_number"]))),
            ("id_length", lambda row: row.update(id_number=row["id_number"].replace(" ", "")[:16])),
            ("id_missing", lambda row: row.update(id_number="")),
            ("name_missing", lambda row: row.update(name="")),
            ("multi_person", lambda row: row.update(name=f"{row['name']}、孙小二")),
        ]
    for column in at.values():
        if column.must_be_given and column.name != "workshop":
            spoil.append(("value_missing", lambda row, column=column: row.update({column.name: ""})))
        if column.must_read:
            spoil.append(("number_unreadable", lambda row, column=column: row.update({column.name: "约三五百"})))
    firms = [name for name in sheet.profile.firm_columns if name in at]
    if sheet.profile.names_firm and not any(at[name].must_be_given for name in firms):
        spoil.append(("firm_missing", lambda row: row.update(dict.fromkeys(firms, ""))))
    rows = list(range(len(sheet.rows)))
    chance.shuffle(rows)
    for (reason, change), row in zip(chance.sample(spoil, min(len(spoil), 5)), rows, strict=False):
        change(sheet.rows[row])
        sheet.refused[reason] += 1
    sheet.rows.append(dict(sheet.rows[rows[-1]]))
    sheet.refused["duplicate_row"] += 1


def _wrong_digit(text: str) -> str:
    number_ = text.replace(" ", "").upper()
    return number_[:17] + ("1" if number_[17] != "1" else "2")


def _written(path: Path, sheet: Sheet, month: dt.date, chance: Random) -> Path:
    title = f"青石区{month.year}年{month.month}月{sheet.profile.title['zh']}"
    lines = [[title], sheet.headings, *([row[c.name] for c in sheet.columns] for row in sheet.rows)]
    named = {name for each in (sheet.profile.named_by, ("id_number",)) for name in each}
    if all(column.name not in named for column in sheet.columns[:1]):
        lines.append(["合计", *[""] * (len(sheet.columns) - 1)])
    lines += [[""] * len(sheet.columns), ["填表人：", *[""] * (len(sheet.columns) - 1)]]
    kind = chance.choice(["utf-8-sig", "gb18030", "xlsx", "xlsx"])
    if kind == "xlsx":
        book = xlsxwriter.Workbook(path.with_suffix(".xlsx"))
        page = book.add_worksheet("Sheet1")
        for at, line in enumerate(lines):
            page.write_row(at, 0, [str(cell) for cell in line])
        page.merge_range(0, 0, 0, max(1, len(sheet.columns) - 1), title)
        book.close()
        return path.with_suffix(".xlsx")
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    out = path.with_suffix(".csv")
    out.write_bytes(text.getvalue().encode(kind))
    return out
