"""A YAML 1.2 file being read, in which every node knows its line, so that every fault can name file, line and cure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from anye.engine.yaml_faults import YamlFault
from anye.engine.yaml_tree import read_yaml

_KIND_NAMES: Mapping[type, str] = MappingProxyType({
    CommentedMap: "a mapping", CommentedSeq: "a list", str: "a text", int: "a whole number", bool: "true or false",
})  # fmt: skip


def _line_of(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return int(mark.line) + 1 if mark else 1


class YamlFile:
    """Reads with faults of a subclass's kind: their codes begin with its prefix, their params are file, line and more."""

    Fault: ClassVar[type[YamlFault]]

    def __init__(self, path: Path, text: str | None = None) -> None:
        """`text`: what stands in it, where it is no file (yet); then the path is only what it is called."""
        self.path, self.given = path, text

    def fault(self, code: str, line: int, **params: object) -> YamlFault:
        return self.Fault(f"{self.Fault.prefix}_{code}", {"file": str(self.path), "line": line, **params})

    def load(self) -> CommentedMap:
        try:
            self.text = self.path.read_text(encoding="utf-8") if self.given is None else self.given
            tree = read_yaml(self.text)
        except DuplicateKeyError as error:
            raise self.fault("duplicate_key", _line_of(error), found=error.problem) from error
        except (YAMLError, UnicodeDecodeError) as error:
            line = _line_of(error) if isinstance(error, MarkedYAMLError) else 1
            raise self.fault("unreadable", line, found=str(getattr(error, "problem", error))) from error
        if not isinstance(tree, CommentedMap):
            raise self.fault("shape", 1, found=type(tree).__name__, expected="a mapping")
        return tree

    def line(self, node: CommentedMap | CommentedSeq, key: Any) -> int:
        """The line of a key or an item, from 1."""
        place = (node.lc.data or {}).get(key)
        return int(place[0] if place else node.lc.line) + 1

    def check_keys(self, node: CommentedMap, allowed: Collection[str], required: Collection[str]) -> None:
        for key in node:
            if key not in allowed:
                near = difflib.get_close_matches(str(key), sorted(allowed), n=1)
                raise self.fault("unknown_key", self.line(node, key), found=key, meant=near[0] if near else None)
        for key in sorted(set(required) - set(node)):
            raise self.fault("missing_key", int(node.lc.line) + 1, expected=key)

    def get(self, node: CommentedMap, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """A value of the kind that is expected; bool is no int."""
        if key not in node:
            return default
        value = node[key]
        names = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in names):
            expected = " or ".join(_KIND_NAMES.get(each, each.__name__) for each in names)
            found = _KIND_NAMES.get(type(value), type(value).__name__)
            raise self.fault("shape", self.line(node, key), key=key, found=found, expected=expected)
        return value

    def words(self, node: CommentedMap, key: str) -> tuple[str, ...]:
        """A list of texts; other scalars (numbers, booleans) must be quoted, so that nothing is read as what it is not."""
        items = self.get(node, key, CommentedSeq, CommentedSeq())
        for i, item in enumerate(items):
            if not isinstance(item, str):
                raise self.fault(
                    "shape", self.line(items, i) if items.lc.data else self.line(node, key),
                    key=key, found=repr(item), expected="a text (put it in quotes)",
                )  # fmt: skip
        return tuple(str(item) for item in items)

    def one_of(self, node: CommentedMap, key: str, value: str, allowed: Collection[str]) -> str:
        if value not in allowed:
            raise self.fault(
                "unknown_value", self.line(node, key), key=key, found=value, expected=", ".join(sorted(allowed))
            )
        return value
