"""What can be wrong with a formula, in both languages: what, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from anye.engine.errors import Problem

# English fault and cure, Chinese fault and cure; {…} are parameters
SAYS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({
    "formula_syntax": (
        "this is no formula, from “{at}” on", "mend the spelling: brackets, commas, missing signs",
        "从“{at}”起不成公式", "改正写法：括号、逗号、缺少的符号",
    ),
    "formula_construct": (
        "“{found}” is not part of the language of formulas", "use what the reference of the language lists",
        "公式语言中没有“{found}”", "改用语言说明中列出的写法",
    ),
    "formula_name": (
        "nothing is called “{found}”", "declare it, or correct the name{meant}",
        "没有名为“{found}”的事实、参数或公式", "先声明，或改正名称{meant}",
    ),
    "formula_type": (
        "“{found}” is {type} where {expected} is needed", "compare like with like",
        "“{found}”是{type}，这里需要{expected}", "同类相比、同类相算",
    ),
    "formula_unit": (
        "“{found}”: {left} and {right} do not go together", "turn one into the other first, or correct the unit",
        "“{found}”中 {left} 与 {right} 不能放在一起算", "先换算成同一单位，或改正单位",
    ),
    "formula_overflow": (
        "“{found}” may reach {reach}, more than a number can hold", "narrow the ranges of its facts",
        "“{found}”可能达到 {reach}，超出可存的范围", "把所用事实的取值范围定窄一些",
    ),
    "formula_default": (
        "“{found}” puts something in the place of what is unknown, and the catalogue declares no such default",
        "declare the default with its reason, or let unknown stay unknown",
        "“{found}”用别的值代替未知，而事实目录没有声明这个默认值", "在事实目录中声明默认值及理由，或让未知仍为未知",
    ),
    "formula_code": (
        "“{found}” is no code of this fact: {expected}", "use one of its codes",
        "“{found}”不是该事实的代码：{expected}", "改用其中一个代码",
    ),
    "formula_long": (
        "a formula of {length} characters; {most} are the most", "make steps of it",
        "公式有 {length} 个字符，最多 {most} 个", "拆成几步",
    ),
    "formula_deep": (
        "too many brackets within brackets in “{at}…”", "make steps of it",
        "“{at}…”的括号层次太深", "拆成几步",
    ),
    "formula_cycle": (
        "“{found}” needs itself: {path}", "break the circle",
        "“{found}”要靠自己才能算出：{path}", "打断这个循环",
    ),
})  # fmt: skip

TYPES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "bool": ("yes or no", "是否"), "int": ("a number", "数字"), "date": ("a date", "日期"), "code": ("a code", "代码"),
})  # fmt: skip


class FormulaFault(Problem):
    """A formula that is refused before anything runs: `code` and `params`, `found` being the part at fault as written."""

    def text(self, language: str) -> str:
        """What is wrong and the cure, in the language (`zh…` or `en`)."""
        zh = language.startswith("zh")
        fault, cure = SAYS[self.code][2:] if zh else SAYS[self.code][:2]
        params = {"meant": ""} | dict(self.params)
        for name in ("type", "expected"):
            if params.get(name) in TYPES:
                params[name] = TYPES[str(params[name])][zh]
        if params["meant"]:
            params["meant"] = f"（是不是“{params['meant']}”？）" if zh else f" (did you mean “{params['meant']}”?)"
        said = fault.format(**params), cure.format(**params)
        return "{}。办法：{}。".format(*said) if zh else "{}. Cure: {}.".format(*said)
