"""What can be wrong with a profile that somebody wrote, in both languages: where, what, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from anye.engine.yaml_faults import YamlFault

# English fault and cure, Chinese fault and cure
SAYS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({
    "duplicate_alias": (
        "two columns claim the same heading", "leave it with the column it belongs to", "两列写了同一个表头",
        "只留在所属的那一列",
    ),
    "duplicate_column": (
        "two columns have the same name", "rename or join them", "有两列同名", "改名或合并",
    ),
    "ambiguous_code": (
        "one spelling stands for two codes", "leave it with one code", "同一种写法对应两个代码", "只留给一个代码",
    ),
    "unknown_common": (
        "no such column in the columns.yaml of the pack or its base", "add it there or correct the name",
        "地区包及其上级的 columns.yaml 中没有这一列", "在那里补上，或改正名称",
    ),
    "unknown_table": (
        "no such code table in the pack or its base", "add codes/<table>.csv or correct the name",
        "地区包及其上级没有这张代码表", "补上 codes/<表名>.csv，或改正名称",
    ),
})  # fmt: skip


class ProfileFault(YamlFault):
    """A fault in a profile that somebody wrote."""

    prefix = "profile"
    says = SAYS
