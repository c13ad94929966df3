"""What a person said the columns of an unknown sheet mean (字段对应), and a profile that reads sheets of those headings so.

A mapping holds for one heading: the same headings in any order. Whatever else a sheet says makes it another one, which
a person looks at again. Columns without a meaning are kept under seal and not read.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import polars as pl

from anye.engine.intake.given_back import places
from anye.engine.intake.header import Header, headers_of
from anye.engine.intake.labels import label_key
from anye.engine.intake.profile import Binding, Profile, spelling_key

# 9月工资 this month is 10月工资 the next: the month of a heading does not tell one sheet from another
_MONTH = re.compile(r"(?:(?:19|20)\d\d年?)?(?:1[0-2]|0?[1-9])月份?|(?:19|20)\d\d年")
_PREMIUM = re.compile(r"(?:[a-z]+)?_(?:firm|worker)_(?:payable|waived|paid)")

Fault = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class SheetMapping:
    """The meaning of each heading of one source's sheet: a column of its profile, or "" for one that is not read.

    `key` names the saved mapping, 0 one that is only tried. `depth`: how many lines the heading has. `codes`: of a
    column, how this sheet spells its codes beside the spellings that the profile knows.
    """

    source: str
    headings: tuple[str, ...]
    meanings: tuple[str, ...]
    key: int = 0
    depth: int = 1
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        return signature(self.headings)


@dataclass(frozen=True, eq=False)
class MappedProfile(Profile):
    """A profile whose columns are found as a person said, not by its own headings."""

    mapping: SheetMapping = field(kw_only=True)

    def bind(self, labels: Sequence[str]) -> Binding:
        """By place where the headings stand as they did, else by heading: then each of them is named once."""
        said, own = self.mapping, _own(labels)
        if _keys(own) == _keys(said.headings):
            meanings = said.meanings
        else:
            by_key = dict(zip(_keys(said.headings), said.meanings, strict=False))
            meanings = tuple(by_key.get(key, "") for key in _keys(own))
        sources: dict[str, tuple[int, ...]] = {}
        for index, name in enumerate(meanings):
            if name:
                sources[name] = (*sources.get(name, ()), index)
        return Binding(profile=self, labels=tuple(labels), sources=sources)


def signature(headings: Sequence[str]) -> str:
    """By what a heading is known again: its labels in any order if each is there once, else as they stand."""
    keys = _keys(headings)
    is_named = all(keys) and len(set(keys)) == len(keys)
    text = json.dumps([is_named, sorted(keys) if is_named else keys], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _own(labels: Sequence[str]) -> list[str]:
    """The sheet's headings without those that a sheet of faults has besides, at its right end."""
    ours = set(places(labels).values())
    return [label for at, label in enumerate(labels) if at not in ours]


def _keys(headings: Sequence[str]) -> list[str]:
    """Headings as they are compared; blank ones after the last are no columns."""
    keys = [_MONTH.sub("", label_key(heading)) for heading in headings]
    while keys and not keys[-1]:
        keys.pop()
    return keys


def without_months(text: str) -> str:
    """A file's name or a heading without the months and years in it, nor the marks around them."""
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"\(\s*\)|\[\s*\]", "", _MONTH.sub("", plain)).strip(" _-.·")


def meanings_of(profile: Profile) -> tuple[str, ...]:
    """Whatever a column of the register's sheets may mean: its columns, and the premiums of its grid by name."""
    premiums: list[str] = []
    if profile.grid:
        kinds, sides, states = (
            tuple(dict.fromkeys(part.values()))
            for part in (profile.grid.kinds, profile.grid.sides, profile.grid.states)
        )
        kinds = (*kinds, "") if "premium_kind" in profile.by_name else kinds
        premiums = [f"{kind}_{side}_{state}" for kind in kinds for side in sides for state in states]
    return (*profile.by_name, *premiums)


def is_premium(name: str) -> bool:
    """Whether a meaning is a column of a grid (`pension_firm_paid`, of the long form `_firm_paid`)."""
    return _PREMIUM.fullmatch(name) is not None


def mapping_faults(profile: Profile, mapping: SheetMapping) -> list[Fault]:
    """Why a mapping cannot be used, as codes and parameters: what is needed and not there, what is there twice."""
    known = set(meanings_of(profile))
    faults: list[Fault] = []
    places: dict[str, list[str]] = {}
    for index, name in enumerate(mapping.meanings):
        if name:
            places.setdefault(name, []).append(mapping.headings[index] or column_letters(index))
    faults += [("meaning_unknown", {"column": name}) for name in places if name not in known]
    faults += [("meaning_twice", {"column": name, "headings": said}) for name, said in places.items() if len(said) > 1]
    for need in profile.needs:
        if not places.keys() & set(need.split("|")):
            faults.append(("meaning_missing", {"columns": need.split("|")}))
    for name in sorted(mapping.codes.keys() & profile.by_name.keys()):
        wrong = sorted(set(mapping.codes[name].values()) - set(profile.by_name[name].codes.values()))
        faults += [("code_unknown", {"column": name, "code": code}) for code in wrong]
    if any(name.startswith("_") for name in places) and "premium_kind" not in places:
        faults.append(("meaning_missing", {"columns": ["premium_kind"]}))
    return faults


def mapped_profile(profile: Profile, mapping: SheetMapping) -> MappedProfile | None:
    """The profile that reads sheets of the mapping's headings; None when the pack's profile has changed too much for it."""
    if mapping_faults(profile, mapping):
        return None
    said = {name: {spelling_key(word): code for word, code in words.items()} for name, words in mapping.codes.items()}
    columns = tuple(
        replace(column, codes={**column.codes, **said[column.name]}) if column.name in said else column
        for column in profile.columns
    )
    told = {each.name: getattr(profile, each.name) for each in fields(Profile)} | {"columns": columns}
    return MappedProfile(**told, mapping=mapping)


def find_mapped(first_rows: pl.DataFrame, profiles: Iterable[MappedProfile]) -> tuple[MappedProfile, Header] | None:
    """The mapping, the first of several, whose heading stands among the first lines of a sheet."""
    known: dict[tuple[int, str], MappedProfile] = {}
    for profile in profiles:
        known.setdefault((profile.mapping.depth, profile.mapping.signature), profile)
    for depth in sorted({depth for depth, _ in known}):
        for header in headers_of(first_rows, depth):
            profile_of = known.get((depth, signature(_own(header.labels))))
            if profile_of is not None:
                return profile_of, header
    return None


def column_letters(index: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    letters, rest = "", index + 1
    while rest:
        rest, at = divmod(rest - 1, 26)
        letters = chr(65 + at) + letters
    return letters
