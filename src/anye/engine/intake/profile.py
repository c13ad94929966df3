"""What a register's files look like (导入方案): which headings mean what, how cells are read, what a row becomes.

A profile is data of a pack (`packs/*/sources/*.yaml`, read by `profile_file`). Headings are compared by `label_key`,
many spellings to one column. Premium columns of insurance sheets are a product of kind, side and state, so they are
parsed by a `Grid` and not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product

from anye.engine.intake.due import Due
from anye.engine.intake.labels import known_keys, label_key
from anye.engine.intake.statements import FIRM, STATEMENTS

TYPES = frozenset({
    "id", "name", "sex", "date", "month", "year", "yuan", "int", "phone", "credit_code", "area-path", "area-town",
    "area-village", "text", "code", "bool", "serial", "tenths", "wages",
})  # fmt: skip
FRAMES = frozenset({
    "detail", "membership", "household", "helper", "need", "income", "spell", "insurance", "firm", "row", *STATEMENTS,
})  # fmt: skip
OF_KINDS = frozenset({"detail", "need", "income"})  # frames of which a column becomes one kind
_LABEL_PARTS = re.compile(r"[\s/|_\-—·>]+")
SOMEONE_ELSE = re.compile("户主|配偶|联系人|责任人|帮扶|监护|担保|法人|法定|代表|单位|企业|公司|经办|填表")


def spelling_key(text: str) -> str:
    """How a code's spelling is compared; a mark without letters (√) stands for itself."""
    return label_key(text) or text.strip()


@dataclass(frozen=True)
class Target:
    """What a column becomes: a field of a fact frame (`spell.wage_fen`), or a kind (`detail.education`)."""

    frame: str
    field: str


@dataclass(frozen=True, eq=False)
class Column:
    """One thing a sheet may say, under any of its headings; the first heading is the one on blank sheets.

    `codes`: spelling key → code, of this source alone. `is_many`: a cell may hold several values. `fills_down`: blank
    below the first line of a household means "as above", unless a cell of `fill_unless` is given in that line
    (`relation=02` reads: unless the relation is 02). `must_read`: an unreadable number refuses the row; otherwise it
    is a query and the value unknown. `must_be_given`: a blank refuses the row. `plausible`: per wage unit the lowest
    and highest yuan that raise no question.
    """

    name: str
    type: str
    aliases: tuple[str, ...]
    title_en: str = ""
    is_required: bool = False
    must_read: bool = False
    must_be_given: bool = False
    fills_down: bool = False
    fill_unless: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    is_many: bool = False
    unit: str | None = None
    plausible: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    becomes: tuple[Target, ...] = ()
    on_blank_sheet: bool = True

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The heading keys in order of preference; the English title comes last."""
        named = (*self.aliases, self.title_en) if self.title_en else self.aliases
        return tuple(dict.fromkeys(label_key(each) for each in named))


@dataclass(frozen=True, eq=False)
class Grid:
    """Headings that are a product of kind × side × state (养老 × 单位 × 实缴), in any order and wording.

    Tokens map spelling keys to parts; `fillers` are words without meaning here (缴费, 金额 …). A heading belongs to the
    grid when a side is named and nothing remains after taking out the parts and fillers. Without a kind it is a column
    of the long form, where a column of kinds says which.
    """

    kinds: Mapping[str, str]
    sides: Mapping[str, str]
    states: Mapping[str, str]
    fillers: tuple[str, ...]
    default_state: str

    def parse(self, key: str) -> tuple[str | None, str, str] | None:
        """(kind or None, side, state) of a heading key, or None when it is no heading of the grid."""
        rest = key
        for filler in (each for each in self.fillers if each.startswith("含")):
            rest = rest.replace(filler, "")
        kind, rest = _take(rest, self.kinds)
        state, rest = _take(rest, self.states)
        side, rest = _take(rest, self.sides)
        for filler in self.fillers:
            rest = rest.replace(filler, "")
        if side is None or rest:
            return None
        return kind, side, state or self.default_state

    def usual_headings(self) -> Iterator[tuple[str, str]]:
        """(column name, heading) of the shorter spellings, in the usual orders: enough to find a heading's line."""
        kinds, sides, states = (_short(tokens) for tokens in (self.kinds, self.sides, self.states))
        verbs = [verb for verb in self.fillers if len(verb) == 2]
        for (kind_word, kind), (side_word, side) in product(kinds, sides):
            for verb in ("", *verbs):
                yield f"{kind}_{side}_{self.default_state}", kind_word + side_word + verb
                yield f"{kind}_{side}_{self.default_state}", side_word + verb + kind_word
            for state_word, state in states:
                for words in ((kind_word, side_word, state_word), (kind_word, state_word, side_word),
                              (side_word, state_word, kind_word)):  # fmt: skip
                    yield f"{kind}_{side}_{state}", "".join(words)


def _short(tokens: Mapping[str, str]) -> list[tuple[str, str]]:
    """The three shortest spellings of each part."""
    by_part: dict[str, list[str]] = {}
    for token, part in tokens.items():
        by_part.setdefault(part, []).append(token)
    return [(token, part) for part, words in by_part.items() for token in sorted(words, key=len)[:3]]


def _take(rest: str, tokens: Mapping[str, str]) -> tuple[str | None, str]:
    """The first token (longest first) that occurs, and what is left without any spelling of the same part."""
    for token in sorted(tokens, key=len, reverse=True):
        if token in rest:
            part = tokens[token]
            same = sorted((each for each in tokens if tokens[each] == part), key=len, reverse=True)
            for each in same:
                rest = rest.replace(each, "\x00")
            return part, rest.replace("\x00", "")
    return None, rest


@dataclass(frozen=True, eq=False)
class Profile:
    """A source's files as a pack describes them. A higher `rank` wins contradictions (house.md, *Facts*).

    `ranks`: where this register is trusted otherwise than for the rest: of `identity` (name, sex, birth, ID number), of a
    frame (`household`) or of one kind in a frame (`detail.lifted_year`).
    `needs`: columns that must be there (`a|b`: one of them); `signs`: columns that tell this register from others;
    `never`: words in headings of other registers alone. Once a person has named the register, neither is asked for.
    `says`: frame → field → what every row of this register says without a column for it (a list of deaths: `death`).
    `due`: when it is owed, and by whom; None where nobody owes it at any time.
    `about`: whom its rows speak of (`statements.ABOUT`); one of firms may name a person besides, its owner.
    """

    name: str
    version: int
    title: Mapping[str, str]
    creates_persons: bool
    rank: int
    columns: tuple[Column, ...]
    grid: Grid | None = None
    kept: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    month_from: tuple[str, ...] = ()
    says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    about: str = "person"
    due: Due | None = None
    ranks: Mapping[str, int] = field(default_factory=dict)
    path: str = ""

    @cached_property
    def named_by(self) -> tuple[str, ...]:
        """The columns that say whom or what a row is about."""
        if self.about == "person":
            return ("name",)
        given = tuple(column.name for column in self.columns if column.must_be_given)
        return (*given, "firm_name") if self.about == "firm" else given

    @cached_property
    def firm_columns(self) -> tuple[str, ...]:
        """The columns that say which firm: its code, the bureau's own number, its name."""
        named = {column.name for column in self.columns for target in column.becomes if target.field in FIRM}
        return tuple(sorted(named | {"credit_code", "firm_name", "firm_number"}))

    @cached_property
    def names_firm(self) -> bool:
        """Whether its rows mean nothing without a firm."""
        frames = {target.frame for column in self.columns for target in column.becomes} | set(self.says)
        named = {"insurance"} | {name for name, statement in STATEMENTS.items() if statement.names_firm}
        return self.about == "firm" or bool(frames & named)

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def is_restricted(self) -> bool:
        """Whether the register tells of justice or health: then its rows too are seen by those alone who must."""
        return "restricted" in self.says or any(
            target.frame == "restricted" for column in self.columns for target in column.becomes
        )

    @cached_property
    def facts(self) -> frozenset[str]:
        """What the rows become, as `ranks` names it: frames, and the kinds of frames that have kinds."""
        targets = [target for column in self.columns for target in column.becomes if target.frame != "row"]
        kinds = {f"{target.frame}.{target.field}" for target in targets if target.frame in OF_KINDS}
        return frozenset({target.frame for target in targets} | kinds)

    @cached_property
    def aliases(self) -> frozenset[str]:
        """Every heading as written that this profile knows, headings of the grid left out (see `knows`)."""
        written = {alias for column in self.columns for alias in (*column.aliases, column.title_en) if alias}
        return frozenset(written | set(self.kept))

    @cached_property
    def _keys(self) -> Mapping[str, tuple[Column, int]]:
        return {key: (column, i) for column in self.columns for i, key in enumerate(column.keys)}

    @cached_property
    def _kept_keys(self) -> frozenset[str]:
        return frozenset(label_key(each) for each in self.kept)

    @cached_property
    def fields(self) -> Mapping[str, frozenset[str]]:
        """Field → headings, for finding a heading row; of the grid's headings the usual spellings."""
        fields = {
            column.name: frozenset(each for each in (*column.aliases, column.title_en) if each)
            for column in self.columns
        }
        fields.update({f"kept {label}": frozenset({label}) for label in self.kept})
        if self.grid:
            for name, label in self.grid.usual_headings():
                fields[name] = fields.get(name, frozenset()) | {label}
        return fields

    @cached_property
    def known(self) -> Mapping[str, str]:
        """What a heading may be known by → field, for finding a heading row."""
        return known_keys(self.fields)

    def __getstate__(self) -> dict[str, object]:
        """With what its headings are known by: the process that opens a file need not work it out."""
        return {**self.__dict__, "known": self.known}

    def knows(self, label: str) -> bool:
        """Whether a heading is one of this profile's, kept ones and those of the grid included."""
        return self.match(label) is not None or any(key in self._kept_keys for key in _readings(label))

    def match(self, label: str) -> tuple[str, int] | None:
        """(column name, preference) of a heading; grid columns are named `pension_firm_paid`, or `_firm_paid`."""
        sides = self.grid.sides if self.grid else {}
        for rank, key in enumerate(_readings(label)):
            if rank and key in sides:
                continue  # the last part of 公积金/单位 is nobody's employer
            if key in self._kept_keys:
                return None
            if key in self._keys:
                column, preference = self._keys[key]
                return column.name, rank * 1000 + preference
            parts = self.grid.parse(key) if self.grid else None
            if parts:
                return f"{parts[0] or ''}_{parts[1]}_{parts[2]}", rank * 1000
        return None

    def bind(self, labels: Sequence[str]) -> Binding:
        """Which sheet columns say what, by heading and then by position (one heading may occur twice)."""
        found: dict[str, list[tuple[int, int]]] = {}
        for index, label in enumerate(labels):
            hit = self.match(label) if label else None
            if hit:
                found.setdefault(hit[0], []).append((hit[1], index))
        if "premium_kind" not in found:
            found = {name: places for name, places in found.items() if not name.startswith("_")}
        sources = {name: tuple(index for _, index in sorted(places)) for name, places in found.items()}
        return Binding(profile=self, labels=tuple(labels), sources=sources)

    def missing(self, labels: Sequence[str], *, is_named: bool = False) -> list[str]:
        """The first headings of the columns that the profile needs and a heading row lacks."""
        names = {hit[0] for label in labels if label and (hit := self.match(label))}
        choices = [choice.split("|") for choice in (*self.needs, *(() if is_named else self.signs))]
        return [self.by_name[choice[0]].aliases[0] for choice in choices if not names & set(choice)]

    def others(self, labels: Sequence[str]) -> list[str]:
        """The headings that other registers have and this one never."""
        words = [label_key(word) for word in self.never]
        return [label for label in labels if any(word in label_key(label or "") for word in words)]

    def score(self, labels: Sequence[str], *, is_named: bool = False) -> int:
        """How many different columns of this profile a heading row names; 0 when one it needs is missing."""
        names = {hit[0] for label in labels if label and (hit := self.match(label))}
        if self.missing(labels, is_named=is_named) or (not is_named and self.others(labels)):
            return 0
        return len(names) + sum(1 for label in labels if label and label_key(label) in self._kept_keys)


@lru_cache(maxsize=1 << 12)
def _readings(label: str) -> tuple[str, ...]:
    """The keys a heading may be known by: as a whole, without bracketed notes, undoubled, and by its last part.

    Headings of two rows arrive joined (人员信息 姓名), those merged over both rows may arrive doubled (姓名 姓名). The
    last part alone does not count under a group that speaks of someone else (紧急联系人 姓名).
    """
    plain = re.sub(r"[(（\[【].*?[)）\]】]", "", label)
    readings = [label_key(label), label_key(plain)]
    for key in tuple(readings):
        half = len(key) // 2
        if key and key[:half] == key[half:]:
            readings.append(key[:half])
    parts = [key for part in _LABEL_PARTS.split(plain.strip()) if (key := label_key(part))]
    others = {word for part in parts[:-1] for word in SOMEONE_ELSE.findall(part)}
    if len(parts) > 1 and all(word in parts[-1] for word in others):
        readings.append(parts[-1])
    return tuple(dict.fromkeys(key for key in readings if key))


@dataclass(frozen=True, eq=False)
class Binding:
    """A profile laid over one sheet: `sources` maps a column's name to the sheet columns that say it, best first."""

    profile: Profile
    labels: tuple[str, ...]
    sources: Mapping[str, tuple[int, ...]]

    def has(self, name: str) -> bool:
        return name in self.sources

    def label(self, name: str) -> str:
        """The heading as the sheet has it, for messages; the profile's own word when the sheet lacks it."""
        if name in self.sources:
            return self.labels[self.sources[name][0]]
        column = self.profile.by_name.get(name)
        return column.aliases[0] if column else name

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The profile's columns that this sheet has, in the profile's order."""
        return tuple(column for column in self.profile.columns if column.name in self.sources)

    @cached_property
    def premiums(self) -> Mapping[str, tuple[int, ...]]:
        """The grid columns of this sheet by name (`pension_firm_paid`, long form `_firm_paid`)."""
        known = self.profile.by_name
        return {name: places for name, places in self.sources.items() if name not in known}
