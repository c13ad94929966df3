"""Reads profiles written as YAML 1.2 (packs/*/sources/*.yaml); every fault names the file, the line and the cure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from anye.engine.intake.due import MONTHS, Due
from anye.engine.intake.labels import label_key
from anye.engine.intake.profile import FRAMES, TYPES, Column, Grid, Profile, Target, spelling_key
from anye.engine.intake.profile_faults import ProfileFault
from anye.engine.intake.statements import ABOUT, STATEMENTS
from anye.engine.yaml_file import YamlFile

Tables = Mapping[str, Mapping[str, str]]
Common = Mapping[str, CommentedMap]

PREMIUM_KINDS = frozenset({"pension", "medical", "unemployment", "injury", "maternity"})
PREMIUM_SIDES = frozenset({"firm", "worker"})
PREMIUM_STATES = frozenset({"payable", "waived", "paid"})
FIELDS: Mapping[str, frozenset[str]] = MappingProxyType({
    "household": frozenset({"household_code", "head_name", "relation", "is_head"}),
    "helper": frozenset({"helper_name", "helper_unit", "helper_phone"}),
    "income": frozenset({"wage", "post", "property", "transfer", "business", "other"}),
    "spell": frozenset({
        "employer_name", "credit_code", "workplace_text", "work_kind", "channel", "occupation", "industry",
        "started_on", "ended_on", "wage_fen", "has_contract", "contract_months", "is_insured",
    }),
    "insurance": frozenset({"credit_code", "firm_name", "base_fen"}),
    **{name: frozenset(statement.fields) - {"month"} for name, statement in STATEMENTS.items()},
    "row": frozenset({"birth_on", "area_code"}),
})  # fmt: skip
MONTH_SOURCES = frozenset({"column", "title", "file_name"})

_PROFILE_KEYS = {
    "name",
    "version",
    "title",
    "creates_persons",
    "rank",
    "ranks",
    "needs",
    "month_from",
    "columns",
    "grid",
    "kept",
    "says",
    "signs",
    "about",
    "due",
    "never",
}
_COLUMN_KEYS = {
    "name", "type", "en", "aliases", "required", "must_read", "must_be_given", "fill_down", "fill_unless", "codes", "many", "unit",
    "plausible", "becomes", "on_blank_sheet", "common",
}  # fmt: skip
_GRID_KEYS = {"kinds", "sides", "states", "fillers", "default_state"}


class _Reader(YamlFile):
    """One YAML file being read: knows where every node stands, so that faults can say so."""

    Fault = ProfileFault

    def __init__(self, path: Path, tables: Tables, common: Common) -> None:
        super().__init__(path)
        self.tables = tables
        self.common = common

    def spellings(self, node: CommentedMap, allowed: frozenset[str] | None = None) -> dict[str, str]:
        """{code: [spellings]} turned round: spelling key → code."""
        codes: dict[str, str] = {}
        for code in node:
            if allowed is not None:
                self.one_of(node, code, str(code), allowed)
            for word in self.words(node, code):
                key = spelling_key(word)
                if codes.setdefault(key, str(code)) != str(code):
                    raise self.fault("ambiguous_code", self.line(node, code), found=word)
        return codes

    def codes(self, node: CommentedMap) -> Mapping[str, str]:
        """A column's codes: a table of the pack, the source's own spellings, or both (its own win)."""
        tree = self.get(node, "codes", CommentedMap)
        if tree is None:
            return {}
        table: Mapping[str, str] = {}
        if "table" in tree:
            name = self.get(tree, "table", str)
            if name not in self.tables:
                near = ", ".join(sorted(self.tables))
                raise self.fault("unknown_table", self.line(tree, "table"), found=name, expected=near)
            table = self.tables[name]
        own = CommentedMap({key: value for key, value in tree.items() if key != "table"})
        own.lc.line, own.lc.data = tree.lc.line, tree.lc.data
        return {**table, **self.spellings(own)}

    def target(self, node: CommentedMap, text: str) -> Target:
        frame, _, name = text.partition(".")
        self.one_of(node, "becomes", frame, FRAMES)
        if frame in FIELDS:
            self.one_of(node, "becomes", name, FIELDS[frame])
        elif not name.isidentifier() or len(name) > (24 if frame == "detail" else 20):
            raise self.fault("shape", self.line(node, "becomes"), found=text, expected="frame.name, name ≤ 20")
        return Target(frame, name)

    def says(self, tree: CommentedMap) -> Mapping[str, Mapping[str, str]]:
        """What the register says of everybody in it: `status.kind: death`."""
        node = self.get(tree, "says", CommentedMap, CommentedMap())
        said: dict[str, dict[str, str]] = {}
        for key in node:
            frame, _, name = str(key).partition(".")
            self.one_of(node, key, frame, frozenset(STATEMENTS))
            self.one_of(node, key, name, FIELDS[frame])
            value = self.get(node, key, str)
            kinds = STATEMENTS[frame].kinds
            said.setdefault(frame, {})[name] = self.one_of(node, key, value, kinds) if name == "kind" else value
        return said

    def whole(self, node: CommentedMap) -> CommentedMap:
        """A column that many registers share, with what this one says otherwise; its own headings come first."""
        if "common" not in node:
            return node
        name = self.get(node, "common", str)
        if name not in self.common:
            near = difflib.get_close_matches(name, sorted(self.common), n=1)
            raise self.fault("unknown_common", self.line(node, "common"), found=name, meant=near[0] if near else None)
        own = {key: value for key, value in node.items() if key != "common"}
        both = CommentedMap({"name": name, **self.common[name], **own})
        if "aliases" in own:
            both["aliases"] = CommentedSeq(
                dict.fromkeys([*self.words(node, "aliases"), *self.common[name].get("aliases", ())])
            )
        both.lc.line, both.lc.data = node.lc.line, node.lc.data
        return both

    def column(self, node: CommentedMap) -> Column:
        self.check_keys(node, _COLUMN_KEYS, {"name", "type", "aliases"})
        plausible = self.get(node, "plausible", CommentedMap, CommentedMap())
        for unit, pair in plausible.items():
            if not (isinstance(pair, CommentedSeq) and len(pair) == 2 and all(type(each) is int for each in pair)):
                raise self.fault("shape", self.line(plausible, unit), key=unit, expected="[lowest, highest] yuan")
        aliases = self.words(node, "aliases")
        if not aliases:
            raise self.fault("missing_key", self.line(node, "aliases"), expected="at least one heading")
        column_type = self.one_of(node, "type", self.get(node, "type", str), TYPES)
        codes = self.codes(node)
        if column_type in {"code", "sex"} and not codes:
            raise self.fault("missing_key", int(node.lc.line) + 1, expected="codes")
        return Column(
            name=self.get(node, "name", str),
            type=column_type,
            aliases=aliases,
            title_en=self.get(node, "en", str, ""),
            is_required=self.get(node, "required", bool, False),
            must_read=self.get(node, "must_read", bool, False),
            must_be_given=self.get(node, "must_be_given", bool, False),
            fills_down=self.get(node, "fill_down", bool, False),
            fill_unless=self.words(node, "fill_unless"),
            codes=codes,
            is_many=self.get(node, "many", bool, False),
            unit=self.get(node, "unit", str),
            plausible={str(unit): (pair[0], pair[1]) for unit, pair in plausible.items()},
            becomes=tuple(self.target(node, text) for text in self.words(node, "becomes")),
            on_blank_sheet=self.get(node, "on_blank_sheet", bool, True),
        )

    def grid(self, node: CommentedMap) -> Grid:
        self.check_keys(node, _GRID_KEYS, _GRID_KEYS)
        parts = {
            key: self.spellings(self.get(node, key, CommentedMap), allowed)
            for key, allowed in (("kinds", PREMIUM_KINDS), ("sides", PREMIUM_SIDES), ("states", PREMIUM_STATES))
        }
        default = self.one_of(node, "default_state", self.get(node, "default_state", str), PREMIUM_STATES)
        fillers = tuple(sorted((label_key(each) for each in self.words(node, "fillers")), key=len, reverse=True))
        return Grid(parts["kinds"], parts["sides"], parts["states"], fillers, default)

    def columns(self, tree: CommentedMap) -> tuple[Column, ...]:
        nodes = self.get(tree, "columns", CommentedSeq)
        columns: list[Column] = []
        owners: dict[str, str] = {}
        for i, node in enumerate(nodes):
            if not isinstance(node, CommentedMap):
                raise self.fault("shape", self.line(nodes, i), found=type(node).__name__, expected="a mapping")
            column = self.column(self.whole(node))
            if column.name in {each.name for each in columns}:
                raise self.fault("duplicate_column", self.line(node, "name"), found=column.name)
            for key in column.keys:
                if owners.setdefault(key, column.name) != column.name:
                    raise self.fault(
                        "duplicate_alias", self.line(node, "aliases"), found=key,
                        columns=f"{owners[key]}, {column.name}",
                    )  # fmt: skip
            columns.append(column)
        return tuple(columns)

    def profile(self) -> Profile:
        tree = self.load()
        self.check_keys(tree, _PROFILE_KEYS, {"name", "version", "title", "creates_persons", "rank", "columns"})
        title = self.get(tree, "title", CommentedMap)
        self.check_keys(title, {"zh", "en"}, {"zh", "en"})
        columns = self.columns(tree)
        names = frozenset(column.name for column in columns)
        self._check_references(tree, columns, names)
        month_from = self.words(tree, "month_from")
        for source in month_from:
            self.one_of(tree, "month_from", source, MONTH_SOURCES)
        grid = self.get(tree, "grid", CommentedMap)
        profile = Profile(
            name=self.get(tree, "name", str),
            version=self.get(tree, "version", int),
            title={"zh": self.get(title, "zh", str), "en": self.get(title, "en", str)},
            creates_persons=self.get(tree, "creates_persons", bool),
            rank=self.rank(tree, "rank"),
            columns=columns,
            grid=None if grid is None else self.grid(grid),
            kept=self.words(tree, "kept"),
            needs=self.words(tree, "needs"),
            signs=self.words(tree, "signs"),
            never=self.words(tree, "never"),
            month_from=month_from,
            says=self.says(tree),
            about=self.about(tree),
            due=self.due(tree),
            path=str(self.path),
        )
        profile = replace(profile, ranks=self.ranks(tree, profile.facts))
        if profile.creates_persons and profile.is_restricted:
            # whom it named would stand in the registry for everybody to see
            raise self.fault(
                "shape", self.line(tree, "creates_persons"), key="creates_persons", found="true",
                expected="false, because the register tells of justice or health",
            )  # fmt: skip
        return profile

    def about(self, tree: CommentedMap) -> str:
        """Whom the rows speak of; persons come into being by rows about them alone."""
        about = self.one_of(tree, "about", self.get(tree, "about", str, "person"), frozenset(ABOUT))
        if about != "person" and tree["creates_persons"]:
            raise self.fault("shape", self.line(tree, "creates_persons"), found="true", expected="false")
        return about

    def due(self, tree: CommentedMap) -> Due | None:
        """`due: {every: month, day: 15, by: {zh: …, en: …}}`: by that day of the month after."""
        node = self.get(tree, "due", CommentedMap)
        if node is None:
            return None
        self.check_keys(node, {"every", "day", "by"}, {"every", "day", "by"})
        every = self.one_of(node, "every", self.get(node, "every", str), frozenset(MONTHS))
        day, by = self.get(node, "day", int), self.get(node, "by", CommentedMap)
        if not 1 <= day <= 28:
            raise self.fault("shape", self.line(node, "day"), key="day", found=str(day), expected="1 to 28")
        self.check_keys(by, {"zh", "en"}, {"zh", "en"})
        return Due(every, day, {"zh": self.get(by, "zh", str), "en": self.get(by, "en", str)})

    def rank(self, node: CommentedMap, key: str) -> int:
        found: int = self.get(node, key, int)
        if found < 1:
            # whoever is registered by hand has rank 0: registers say whom a number belongs to
            raise self.fault("shape", self.line(node, key), found=str(found), expected="a rank above 0")
        return found

    def ranks(self, tree: CommentedMap, facts: frozenset[str]) -> Mapping[str, int]:
        """Where the register is trusted otherwise: `household: 65`, of things that its columns become."""
        node = self.get(tree, "ranks", CommentedMap, CommentedMap())
        return {self.one_of(node, fact, fact, facts | {"identity"}): self.rank(node, fact) for fact in node}

    def _check_references(self, tree: CommentedMap, columns: tuple[Column, ...], names: frozenset[str]) -> None:
        """Columns that others name must exist; so must those that say whom a row is about."""
        about = self.about(tree)
        for name in {"person": ("id_number", "name"), "firm": ("firm_name",)}.get(about, ()):
            if name not in names:
                raise self.fault("missing_key", self.line(tree, "columns"), expected=f"a column named {name}")
        for key in ("needs", "signs"):
            for need in self.words(tree, key):
                for name in need.split("|"):
                    self.one_of(tree, key, name, names)
        for column, node in zip(columns, tree["columns"], strict=True):
            for other in column.fill_unless:
                self.one_of(node, "fill_unless", other.partition("=")[0], names)


def read_common(path: Path, *, tables: Tables | None = None) -> Common:
    """Columns that many registers share (packs/*/columns.yaml), by name; checked like a profile's. Raises ProfileFault."""
    reader = _Reader(path, tables or {}, {})
    tree = reader.load()
    for name in tree:
        node = reader.get(tree, name, CommentedMap)
        reader.column(CommentedMap({"name": name, **node}))
    return tree


def read_profile(path: Path, *, tables: Tables | None = None, common: Common | None = None) -> Profile:
    """Read and check one profile. `tables`: code tables of the pack by name, spelling key → code; `common`: columns.

    Raises ProfileFault at the first fault.
    """
    return _Reader(path, tables or {}, common or {}).profile()
