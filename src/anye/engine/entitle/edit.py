"""A policy's file changed in one place, by a form: everything else, comments among it, stays as it was written.

The text that comes out is checked by whoever reads it as a policy (`read_policy`); nothing is checked here but the place.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

WIDTH = 4_096  # a line is never folded: what differs between two versions is then what somebody changed
Path = Sequence[str | int | dt.date]
"""The way to a place: keys of mappings, numbers of items."""


class NoSuchPlace(LookupError):
    """The text has nothing there, or cannot be read at all."""


def changed(text: str, change: Callable[[Any], None]) -> str:
    """The text with its tree changed. Raises NoSuchPlace."""
    yaml = _yaml()
    try:
        tree = yaml.load(text)
        change(tree)
    except (YAMLError, LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise NoSuchPlace(str(error)) from error
    out = io.StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def tidy(text: str) -> str:
    """The text as it is written after any change: two versions beside each other differ in what was changed alone."""
    return changed(text, lambda _tree: None)


def put(text: str, values: Mapping[tuple[str | int | dt.date, ...], Any]) -> str:
    """Values in their places, each by the way to it; a last key that is not there yet is added. Raises NoSuchPlace."""

    def change(tree: Any) -> None:
        for path, value in values.items():
            _at(tree, path[:-1])[path[-1]] = _node(value)

    return changed(text, change)


def dated_value(text: str, name: str, since: dt.date, value: Mapping[str, Any]) -> str:
    """A parameter's value from a day on; the one of that day is replaced. Raises NoSuchPlace."""

    def change(tree: Any) -> None:
        values = _at(tree, ("parameters", name, "values"))
        values[since] = _node(value)
        later = [(day, values.pop(day)) for day in sorted(values) if day > since]
        for day, node in later:
            values[day] = node

    return changed(text, change)


def without(text: str, path: Path) -> str:
    """The text without what stands there. Raises NoSuchPlace."""

    def change(tree: Any) -> None:
        del _at(tree, path[:-1])[path[-1]]

    return changed(text, change)


def with_item(text: str, path: Path, item: Mapping[str, Any]) -> str:
    """One more item at the end of a list. Raises NoSuchPlace."""
    return changed(text, lambda tree: _at(tree, path).append(_node(item)))


def with_block(text: str, since: dt.date, until: dt.date | None = None) -> str:
    """A new block that says what the last one does, from a day on, to a day; the last one ends before it. When it could be asked
    for is not taken along into another time. Raises NoSuchPlace."""

    def change(tree: Any) -> None:
        blocks = _at(tree, ("blocks",))
        last = blocks[-1]
        new = copy.deepcopy(last)
        new["from"], ended = since, last.get("until")
        if ended is None or ended >= since:
            _set_second(last, "until", since - dt.timedelta(days=1))
        else:
            new.pop("accept", None)
        until_ = until or (ended if ended is not None and ended >= since else None)
        new.pop("until", None)
        if until_ is not None:
            _set_second(new, "until", until_)
        blocks.append(new)

    return changed(text, change)


def _set_second(node: Any, key: str, value: Any) -> None:
    """Set a key, behind the first one where it is new."""
    if key in node:
        node[key] = value
    else:
        node.insert(1, key, value)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def _node(value: Any) -> Any:
    """A value as it stands within a line."""
    if isinstance(value, Mapping):
        node = CommentedMap({key: _node(each) for key, each in value.items()})
        node.fa.set_flow_style()
        return node
    if isinstance(value, (list, tuple)):
        items = CommentedSeq([_node(each) for each in value])
        items.fa.set_flow_style()
        return items
    return value
