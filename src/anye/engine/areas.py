"""Areas (行政区划) by code and by name: which 12-digit statistical code a row's town, village or code means.

People write 玉兰村 for 玉兰村村民委员会 and 茨竹 for 茨竹镇; codes move between editions; names repeat. What is not
certain is left to a person, with suggestions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Protocol

import polars as pl

from anye.engine.names import simplified_characters

CODE_LENGTH = 12
LEVEL_DIGITS = (6, 9, 12)  # county, town, village; upper tiers end in zeros
MOST_SUGGESTIONS = 5

_COMMITTEE = (
    "社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区", "街道办事处", "人民政府", "办事处",
)  # fmt: skip
_KEEPS = {"街道办事处": "街道"}
# 玉兰村委会 and 玉兰村民委员会 are the committee of 玉兰村, as 玉兰村村民委员会 is; 嘎查 and 社区 have their own word.
_OF_VILLAGE = ("村民委员会", "村委会")
_VILLAGE_WORDS = ("村", "嘎查", "社区")
_TIER = ("街道", "镇", "乡", "村", "嘎查")
_GROUP = re.compile(r"(?<=.{2})第?[0-9一二三四五六七八九十]{1,3}(?:组|社|队|小组|村民小组)$")
_ABOVE = re.compile(r"^[^省市区县镇乡街村社]{2,}(?:省|自治区|市)")
_NO_SIGNS = re.compile(r"[\s/\\|>,、，\-_—·.'‘’]+")


class AreaRow(Protocol):
    """One edition of one area; `parent` is a code, `valid_to` None while it stands."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Resolved:
    """What one (town, village, code) means. `area_code` or `problem`, never both; neither when nothing was said.

    problem: 'unknown_pair' (the parts are known but not together, or mean several areas), 'unknown'.
    """

    area_code: str | None = None
    problem: str | None = None
    suggestions: tuple[str, ...] = ()


def area_key(name: str) -> str:
    """A name to compare by: simplified, no signs, and without 社区居民委员会, 居民委员会, 村民委员会 or 社区 at its end."""
    plain = _plain(name)
    for ending in _COMMITTEE:
        if not plain.endswith(ending):
            continue
        rest = plain.removesuffix(ending)
        if ending in _OF_VILLAGE and rest:
            rest = rest.removesuffix("社区") if rest.endswith(_VILLAGE_WORDS) else rest + "村"
        return rest + _KEEPS.get(ending, "") or plain
    return plain


def area_code(text: str | None) -> str | None:
    """A code of 6, 9 or 12 digits, padded with zeros to 12; None for anything else."""
    plain = unicodedata.normalize("NFKC", text or "").strip().strip("'‘’").removesuffix(".0")
    if len(plain) not in LEVEL_DIGITS or not (plain.isascii() and plain.isdigit()):
        return None
    return plain.ljust(CODE_LENGTH, "0")


class AreaIndex:
    """All areas of an installation by code, by name and by path of names. Built once, then only read."""

    def __init__(self, names: dict[str, str], parents: dict[str, str], standing: frozenset[str]) -> None:
        """`names` and `parents` by code, former names as `{code}@{name}`; `standing`: codes of areas not abolished."""
        self._parents = parents
        self._standing = standing
        self._codes = frozenset(parents)
        self._by_path: dict[str, set[str]] = {}
        self._children: dict[str, dict[str, str]] = {}
        short: dict[str, set[str]] = {}
        for key, name in names.items():
            code = key.partition("@")[0]
            for path, is_short in self._paths(code, name, names):
                (short if is_short else self._by_path).setdefault(path, set()).add(code)
            self._children.setdefault(parents[code], {})[area_key(name)] = code
        # 茨竹 for 茨竹镇, 茨竹镇玉兰 for 茨竹镇玉兰村: only where the short form means nothing else
        self._by_path.update(
            (path, codes) for path, codes in short.items() if len(codes) == 1 and path not in self._by_path
        )

    @classmethod
    def from_rows(cls, rows: Iterable[AreaRow]) -> AreaIndex:
        """The index of dated rows. A code's latest edition names it; what it was called before is found as well."""
        names: dict[str, str] = {}
        parents: dict[str, str] = {}
        standing: set[str] = set()
        for row in sorted(rows, key=lambda row: (row.valid_from or date.min, row.code)):
            if row.code in names and names[row.code] != row.name:
                names[f"{row.code}@{names[row.code]}"] = names[row.code]
            names[row.code], parents[row.code] = row.name, row.parent
            (standing.add if row.valid_to is None else standing.discard)(row.code)
        return cls(names, parents, frozenset(standing))

    def resolve(self, town: pl.Series, village: pl.Series, code: pl.Series) -> pl.DataFrame:
        """Three String series → area_code, problem, suggestions (List of codes), a row a row; once per distinct triple."""
        said = pl.DataFrame({"town": town, "village": village, "code": code}).cast(pl.String)
        distinct = said.unique(maintain_order=True)
        found = [self.resolve_one(*triple) for triple in distinct.iter_rows()]
        answers = distinct.with_columns(
            pl.Series("area_code", [each.area_code for each in found], dtype=pl.String),
            pl.Series("problem", [each.problem for each in found], dtype=pl.String),
            pl.Series("suggestions", [list(each.suggestions) for each in found], dtype=pl.List(pl.String)),
        )
        joined = said.join(answers, on=said.columns, how="left", nulls_equal=True, maintain_order="left")
        return joined.select("area_code", "problem", "suggestions")

    def resolve_one(self, town: str | None, village: str | None, code: str | None = None) -> Resolved:
        """What one row's parts mean. A town alone means the town; a code has to agree with the names beside it."""
        place = _Said(_plain(town), _plain(village))
        named = self._named(place) if place else None
        coded = area_code(code)
        if coded is None or coded not in self._codes:
            return named or (Resolved(problem="unknown") if _plain(code) else Resolved())
        if named is None:
            return Resolved(coded)
        if named.area_code is None:
            return self._doubt("unknown_pair", {coded, *named.suggestions})
        if self._is_within(named.area_code, coded):
            return named  # the code gives an upper tier, the name what lies below
        if self._is_within(coded, named.area_code):
            return Resolved(coded)
        return self._doubt("unknown_pair", {coded, named.area_code})

    def _named(self, said: _Said) -> Resolved:
        for path in said.paths():
            codes = self._among_standing(self._by_path.get(path, set()))
            if len(codes) == 1:
                return Resolved(codes.pop())
            if codes:
                return self._doubt("unknown_pair", codes)
        elsewhere: set[str] = set()
        for village in said.villages():
            elsewhere |= self._by_path.get(village, set())
        if elsewhere:
            return self._doubt("unknown_pair", elsewhere)
        return self._doubt("unknown", self._alike(said))

    def _alike(self, said: _Said) -> set[str]:
        """Areas spelled nearly so: of the town if it is known, else anywhere."""
        wanted = area_key(said.village or said.town)
        towns = self._by_path.get(area_key(said.town), set()) if said.village else set()
        among: dict[str, str] = {}
        for parent in towns or self._children:
            among |= self._children.get(parent, {})
        return {among[name] for name in get_close_matches(wanted, among, n=MOST_SUGGESTIONS, cutoff=0.6)}

    def _doubt(self, problem: str, codes: Iterable[str]) -> Resolved:
        standing_first = sorted(codes, key=lambda code: (code not in self._standing, code))
        return Resolved(problem=problem, suggestions=tuple(standing_first[:MOST_SUGGESTIONS]))

    def _among_standing(self, codes: set[str]) -> set[str]:
        """Those that stand, if any: an old ledger may still name an abolished area, which keeps its code."""
        return codes & self._standing or set(codes)

    def _is_within(self, code: str, upper: str) -> bool:
        return code == upper or upper in self._uppers(code)

    def _uppers(self, code: str) -> list[str]:
        """The codes above, nearest first; a loop in the rows ends where it closes."""
        uppers: list[str] = []
        above = self._parents.get(code)
        while above in self._parents and above != code and above not in uppers:
            uppers.append(above)
            above = self._parents[above]
        return uppers

    def _paths(self, code: str, name: str, names: dict[str, str]) -> list[tuple[str, bool]]:
        """(path, is short): the name alone, and with each tier above in front: 玉兰村, 茨竹镇玉兰村, 渝北区茨竹镇玉兰村."""
        paths = ends = _forms(name)
        for upper in self._uppers(code):
            ends = [(head + end, a or b) for head, a in _forms(names[upper]) for end, b in ends]
            paths = paths + ends
        return paths


def _forms(name: str) -> list[tuple[str, bool]]:
    """(key, False) and, where a tier's word can go, (key without it, True)."""
    key = area_key(name)
    short = next((key.removesuffix(tier) for tier in _TIER if key.endswith(tier)), "")
    return [(key, False), (short, True)] if len(short) > 1 else [(key, False)]


@dataclass(frozen=True, slots=True)
class _Said:
    """The names of one row without signs; either may hold the whole path."""

    town: str
    village: str

    def __bool__(self) -> bool:
        return bool(self.town or self.village)

    def villages(self) -> list[str]:
        """The village's possible keys: as written, and without its group (玉兰村3组)."""
        names = [self.village, _GROUP.sub("", self.village)] if self.village else []
        return list(dict.fromkeys(area_key(name) for name in names))

    def paths(self) -> list[str]:
        """Possible paths, most exact first; provinces and cities in front are tried without."""
        town = area_key(self.town) if self.town else ""
        found = [
            path for village in self.villages() for path in ([village] if village.startswith(town) and town else [])
        ]
        found += [town + village for village in self.villages()] or [town]
        for path in found:  # grows while it is read: 重庆市渝北区… loses one tier after the other
            if (rest := _ABOVE.sub("", path)) != path:
                found.append(rest)
        return list(dict.fromkeys(found))


def _plain(text: str | None) -> str:
    plain = _NO_SIGNS.sub("", unicodedata.normalize("NFKC", text or ""))
    return plain.translate(_simplifying()) if plain else plain


@cache
def _simplifying() -> dict[int, str]:
    return str.maketrans(simplified_characters())


_SPOKEN = re.compile("(?<=[村社区])(村民委员会|居民委员会|社区居民委员会)$")


def spoken(name: str) -> str:
    """An area's name as people say it: 柳树村村民委员会 is spoken of as 柳树村, 兴隆社区居民委员会 as 兴隆社区."""
    return _SPOKEN.sub("", name)
