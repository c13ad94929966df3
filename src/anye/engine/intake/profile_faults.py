"""What can be wrong with a profile that somebody wrote, in both languages: where, what, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from anye.engine.errors import Problem

# English fault and cure, Chinese fault and cure
_SAYS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({
    "profile_unreadable": (
        "this is no YAML 1.2", "mend the syntax at this line", "这一行不是合规的 YAML 1.2", "改正这一行的写法",
    ),
    "profile_duplicate_key": (
        "a key occurs twice in one mapping", "keep one of the two", "同一段里有两个同名的键", "保留其中一个",
    ),
    "profile_shape": (
        "a value has the wrong shape", "write it in the shape that is expected here", "值的写法不对", "按这里要求的写法改写",
    ),
    "profile_missing_key": ("a key that must be here is missing", "add it", "缺少必须有的键", "补上"),
    "profile_unknown_key": (
        "a key has no meaning here", "correct its spelling or take it out", "这里没有这个键", "改正拼写，或删去",
    ),
    "profile_unknown_value": (
        "a value is none of those allowed", "use one of the allowed values", "值不在允许的范围内", "改用允许的值",
    ),
    "profile_duplicate_alias": (
        "two columns claim the same heading", "leave it with the column it belongs to", "两列写了同一个表头",
        "只留在所属的那一列",
    ),
    "profile_duplicate_column": (
        "two columns have the same name", "rename or join them", "有两列同名", "改名或合并",
    ),
    "profile_ambiguous_code": (
        "one spelling stands for two codes", "leave it with one code", "同一种写法对应两个代码", "只留给一个代码",
    ),
    "profile_unknown_common": (
        "no such column in the columns.yaml of the pack or its base", "add it there or correct the name",
        "地区包及其上级的 columns.yaml 中没有这一列", "在那里补上，或改正名称",
    ),
    "profile_unknown_table": (
        "no such code table in the pack or its base", "add codes/<table>.csv or correct the name",
        "地区包及其上级没有这张代码表", "补上 codes/<表名>.csv，或改正名称",
    ),
})  # fmt: skip


class ProfileFault(Problem):
    """A fault in a profile: `code`, and `params` with file, line and what was found, expected or meant."""

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """Where, what and the cure, in the language (`zh…` or `en`)."""
        fault, cure, fault_zh, cure_zh = _SAYS[self.code]
        rest = {key: value for key, value in self.params.items() if key not in {"file", "line"} and value is not None}
        details = "; ".join(f"{key}: {value}" for key, value in rest.items())
        if language.startswith("zh"):
            return f"{self.params['file']} 第 {self.params['line']} 行：{fault_zh}（{details}）。办法：{cure_zh}。"
        return f"{self.params['file']}, line {self.params['line']}: {fault} ({details}). Cure: {cure}."
