"""What can be wrong with a YAML file that somebody wrote, in both languages: where, what, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from anye.engine.errors import Problem

# what can be wrong with any file: English fault and cure, Chinese fault and cure
SAYS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({
    "unreadable": ("this is no YAML 1.2", "mend the syntax at this line", "这一行不是合规的 YAML 1.2", "改正这一行的写法"),
    "duplicate_key": (
        "a key occurs twice in one mapping", "keep one of the two", "同一段里有两个同名的键", "保留其中一个",
    ),
    "shape": (
        "a value has the wrong shape", "write it in the shape that is expected here", "值的写法不对", "按这里要求的写法改写",
    ),
    "missing_key": ("a key that must be here is missing", "add it", "缺少必须有的键", "补上"),
    "unknown_key": (
        "a key has no meaning here", "correct its spelling or take it out", "这里没有这个键", "改正拼写，或删去",
    ),
    "unknown_value": (
        "a value is none of those allowed", "use one of the allowed values", "值不在允许的范围内", "改用允许的值",
    ),
})  # fmt: skip


class YamlFault(Problem):
    """A fault in a file that somebody wrote: `code`, and `params` with file, line and what was found, expected or meant."""

    prefix: ClassVar[str]
    says: ClassVar[Mapping[str, tuple[str, str, str, str]]]

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """Where, what and the cure, in the language (`zh…` or `en`)."""
        zh = language.startswith("zh")
        found = {**SAYS, **self.says}[self.code.removeprefix(f"{self.prefix}_")]
        fault, cure = found[2:] if zh else found[:2]
        rest = {key: value for key, value in self.params.items() if key not in {"file", "line"} and value is not None}
        details = "; ".join(f"{key}: {value}" for key, value in rest.items())
        return (
            f"{self.where(language)}{fault}（{details}）。办法：{cure}。"
            if zh
            else f"{self.where(language)}{fault} ({details}). Cure: {cure}."
        )

    def where(self, language: str) -> str:
        """The file and the line."""
        file, line = self.params["file"], self.params["line"]
        return f"{file} 第 {line} 行：" if language.startswith("zh") else f"{file}, line {line}: "
