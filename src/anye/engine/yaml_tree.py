"""YAML 1.2 read by libyaml into the mappings and lists of ruamel's round trip, lines included, in a tenth of its time.

Comments and layout are not kept: nobody writes these files again. Merges (`<<`) are not known, as in YAML 1.2.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode


def read_yaml(text: str) -> Any:
    """The document. Raises YAMLError; a key that occurs twice is a DuplicateKeyError."""
    yaml = YAML(typ="safe")
    try:
        node = yaml.compose(text)
        return None if node is None else _Tree(yaml.constructor).of(node)
    except RecursionError:
        raise YAMLError("too deep") from None


class _Tree:
    def __init__(self, scalars: SafeConstructor) -> None:
        self.scalars = scalars
        self.made: dict[int, Any] = {}  # an anchor's node is the same object wherever an alias names it

    def of(self, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if id(node) not in self.made:  # kept before it is filled: it may hold itself
            if isinstance(node, MappingNode):
                mapping = self.made[id(node)] = CommentedMap()
                self._fill_mapping(mapping, node)
            else:
                items = self.made[id(node)] = CommentedSeq()
                self._fill_list(items, node)
            self.made[id(node)]._yaml_set_line_col(node.start_mark.line, node.start_mark.column)
        return self.made[id(node)]

    def _scalar(self, node: ScalarNode) -> Any:
        try:
            return self.scalars.construct_object(node)
        except ValueError as error:  # 31 February, a number of five thousand digits
            raise ConstructorError(None, None, str(error), node.start_mark) from error

    def _fill_mapping(self, found: CommentedMap, node: MappingNode) -> None:
        for name, value in node.value:
            key = self.of(name)
            if isinstance(key, (CommentedMap, CommentedSeq)):
                raise ConstructorError(
                    "while constructing a mapping", node.start_mark, "found a key that is no scalar", name.start_mark
                )
            if key in found:
                problem = f'found duplicate key "{key}"'
                raise DuplicateKeyError("while constructing a mapping", node.start_mark, problem, name.start_mark)
            found[key] = self.of(value)
            places = (name.start_mark, value.start_mark)
            found._yaml_set_kv_line_col(key, [each for mark in places for each in (mark.line, mark.column)])

    def _fill_list(self, found: CommentedSeq, node: Node) -> None:
        for at, each in enumerate(node.value):
            found.append(self.of(each))
            found._yaml_set_idx_line_col(at, [each.start_mark.line, each.start_mark.column])
