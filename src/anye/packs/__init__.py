"""What is local, as data: each folder is a pack (地区包) with its code tables, areas, and profiles of source files.

A pack may stand on a `base`: it sees the base's code tables and profiles, and its own of the same name win.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from anye.engine.intake.profile import Profile, spelling_key
from anye.engine.intake.profile_file import Common, read_common, read_profile
from anye.engine.yaml_faults import YamlFault
from anye.engine.yaml_tree import read_yaml

HERE = Path(__file__).parent
_AREA_CODE = re.compile(r"[0-9]{12}")
_KEYS = {"name", "version", "title", "base", "district", "areas", "offices", "headlines", "on_map"}


class PackFault(YamlFault):
    """A pack that cannot be used."""

    prefix = "pack"
    says = MappingProxyType({
        "unknown": ("there is no such pack", "name one of those that there are, or a folder with pack.yaml",
                    "没有这个地区包", "改用现有的，或写一个有 pack.yaml 的文件夹"),
        "csv_heading": ("a table lacks a column", "add it", "表缺少一列", "补上"),
        "area": ("this is no area code", "correct it", "不是地区代码", "改正"),
        "date": ("this is no date", "write it as YYYY-MM-DD", "不是日期", "写成 YYYY-MM-DD"),
        "no_holidays": ("the pack and those that it stands on have no holidays.csv", "add one, or name a base",
                        "地区包及其上级都没有 holidays.csv", "补上，或写明 base"),
        "holiday": ("this line tells of no holiday and no day worked instead", "write the day as YYYY-MM-DD and holiday or worked",
                    "这一行既不是假日也不是调休上班日", "日期写成 YYYY-MM-DD，类别写 holiday 或 worked"),
        "no_facts": ("the pack and those that it stands on have no facts.yaml", "add one, or name a base",
                     "地区包及其上级都没有 facts.yaml", "补上，或写明 base"),
    })  # fmt: skip


@dataclass(frozen=True)
class Code:
    """One code of a table (代码): permanent code, its names, and the edition of the standard it comes from."""

    code: str
    zh: str
    en: str
    spellings: tuple[str, ...]
    edition: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class AreaRow:
    """One edition of one area (行政区划); `valid_to` None while it stands."""

    code: str
    level: str
    parent: str
    name: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True)
class OtherOffice:
    """An administration beside the district's own tree that runs some of its areas."""

    title: Mapping[str, str]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """A pack with its base folded in. `profiles`, `codes` and `columns` by name; `district` is None in a pack of the state.

    `headlines`: codes of the figures that the first page of a district or a town begins with, the first first. `on_map`: the
    figure that the report's map shows unless another is asked for.
    """

    name: str
    version: int
    title: Mapping[str, str]
    base: str | None
    district: str | None
    codes: Mapping[str, tuple[Code, ...]]
    columns: Common
    areas: tuple[AreaRow, ...]
    offices: tuple[OtherOffice, ...]
    profiles: Mapping[str, Profile]
    headlines: tuple[str, ...] = ()
    on_map: str = ""


def pack_names() -> tuple[str, ...]:
    """The packs that are installed."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/pack.yaml")))


@cache
def read_pack(name: str, own: Path | None = None) -> Pack:
    """A pack of this installation by name, with the profiles of the registry's `own` folder, which win by name.

    Raises PackFault, or ProfileFault for one of the profiles. Read once a process: a new profile counts from the next.
    """
    if name not in pack_names():
        raise PackFault("pack_unknown", {"file": name, "line": 1, "found": name, "expected": ", ".join(pack_names())})
    pack = read_folder(HERE / name)
    if own is None or not own.is_dir():
        return pack
    tables = {table: spellings(rows) for table, rows in pack.codes.items()}
    profiles = [read_profile(each, tables=tables, common=pack.columns) for each in sorted(own.glob("*.yaml"))]
    return replace(pack, profiles={**pack.profiles, **{each.name: each for each in profiles}})


def read_folder(folder: Path) -> Pack:
    """A pack from any folder; its base is looked for beside it, then among the installed ones."""
    path = folder / "pack.yaml"
    tree = _load(path)
    for key in tree:
        if key not in _KEYS:
            line = _line(tree, key)
            raise PackFault("pack_unknown_key", {"file": str(path), "line": line, "found": key})
    for key, kind in (("name", str), ("version", int), ("title", dict)):
        if not isinstance(tree.get(key), kind):
            raise PackFault("pack_missing_key", {"file": str(path), "line": 1, "expected": key})
    base = _base(folder, tree.get("base"))
    codes = {**(base.codes if base else {}), **{each.stem: read_codes(each) for each in folder.glob("codes/*.csv")}}
    tables = {name: spellings(rows) for name, rows in codes.items()}
    columns = folder / "columns.yaml"
    common = {**(base.columns if base else {}), **(read_common(columns, tables=tables) if columns.exists() else {})}
    profiles = [read_profile(each, tables=tables, common=common) for each in sorted(folder.glob("sources/*.yaml"))]
    offices = tree.get("offices") or []
    return Pack(
        name=str(tree["name"]),
        version=int(tree["version"]),
        title=dict(tree["title"]),
        base=tree.get("base"),
        district=tree.get("district") or (base.district if base else None),
        codes=codes,
        columns=common,
        areas=_areas(path, tree) or (base.areas if base else ()),
        offices=tuple(OtherOffice(dict(each["title"]), tuple(each["runs"])) for each in offices),
        profiles={**(base.profiles if base else {}), **{each.name: each for each in profiles}},
        headlines=tuple(tree.get("headlines") or (base.headlines if base else ())),
        on_map=str(tree.get("on_map") or (base.on_map if base else "")),
    )


def _base(folder: Path, name: str | None) -> Pack | None:
    if not name:
        return None
    beside = folder.parent / name
    return read_folder(beside) if (beside / "pack.yaml").exists() and beside.parent != HERE else read_pack(name)


def read_codes(path: Path) -> tuple[Code, ...]:
    """A code table: code, zh, en, spellings (| between), edition, valid_from, valid_to."""
    rows = []
    for line, row in _csv(path, {"code", "zh", "en", "spellings", "edition", "valid_from", "valid_to"}):
        words = tuple(word for word in row["spellings"].split("|") if word)
        first, last = (_date(path, line, row[key]) for key in ("valid_from", "valid_to"))
        rows.append(Code(row["code"], row["zh"], row["en"], words, row["edition"], first, last))
    return tuple(rows)


def spellings(rows: tuple[Code, ...]) -> Mapping[str, str]:
    """Spelling key → code: the code itself (also without its leading zero), its names and its other spellings."""
    found: dict[str, str] = {}
    for row in rows:
        for word in (row.code, row.zh, row.en, *row.spellings):
            found.setdefault(spelling_key(word), row.code)
    for row in rows:
        if row.code.isdigit():
            found.setdefault(str(int(row.code)), row.code)
    return found


def _areas(path: Path, tree: Any) -> tuple[AreaRow, ...]:
    spec = tree.get("areas")
    if not spec:
        return ()
    return read_areas(path.parent / spec["file"], start=spec.get("valid_from") or spec["edition"])


def read_areas(file: Path, *, start: dt.date = dt.date(2000, 1, 1)) -> tuple[AreaRow, ...]:
    """An area list: code, level, parent, name, and valid_from (else `start`) and valid_to if it has them."""
    rows = []
    for line, row in _csv(file, {"code", "level", "parent", "name"}):
        if not _AREA_CODE.fullmatch(row["code"]) or not row["name"]:
            raise PackFault(
                "pack_area", {"file": str(file), "line": line, "found": row["code"], "expected": "12 digits"}
            )
        first = _date(file, line, row.get("valid_from") or "") or start
        last = _date(file, line, row.get("valid_to") or "")
        rows.append(AreaRow(row["code"], row["level"], row["parent"], row["name"], first, last))
    return tuple(rows)


def _csv(path: Path, needed: set[str]) -> list[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV with a heading; lines from 1."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = needed - set(reader.fieldnames or ())
        if missing:
            raise PackFault("pack_csv_heading", {"file": str(path), "line": 1, "expected": ", ".join(sorted(missing))})
        return [(reader.line_num, {key: (value or "").strip() for key, value in row.items()}) for row in reader]


def _date(path: Path, line: int, text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise PackFault(
            "pack_date", {"file": str(path), "line": line, "found": text, "expected": "YYYY-MM-DD"}
        ) from error


def _load(path: Path) -> Any:
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = mark.line + 1 if mark else 1
        raise PackFault("pack_unreadable", {"file": str(path), "line": line, "found": type(error).__name__}) from error


def _line(tree: Any, key: object) -> int:
    return int(tree.lc.data[key][0]) + 1
