"""The page of the language of formulas, worked out by the engine itself: `make docs` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from anye.engine import yaml_faults
from anye.engine.entitle import formula, policy_faults
from anye.engine.entitle.catalogue import KEYS, REACH, Texts
from anye.engine.entitle.formula_faults import SAYS, TYPES
from anye.engine.entitle.kinds import BOOL, Kind, integer
from anye.engine.entitle.policy import CHANNELS, LEVELS, PERIODS
from anye.engine.entitle.single import compiled
from anye.engine.entitle.told import code_said

NAMES: Mapping[str, Kind] = {
    "a": BOOL, "b": BOOL, "x": integer(-100, 100), "y": integer(-100, 100), "place": Kind("code", codes=("near", "far")),
    "day": Kind("date", lo=0, hi=40_000), "kids": integer(0, 20),
}  # fmt: skip
CASES = (
    {"a": True, "b": False, "x": 7, "y": 2, "place": "near", "day": 18_262, "kids": 2},
    {"a": None, "b": False, "x": None, "y": 0, "place": None, "day": None, "kids": None},
)
EXAMPLES = (
    "a AND b", "a OR b", "NOT a", "x + y", "x - y", "x * y", "x / y", "-x / y", "x % y", "x = y", "x <> y", "x < y", "x <= y",
    "x > y", "x >= y", "x BETWEEN 1 AND 9", "place = 'near'", "place IN ('near', 'far')", "day >= DATE '2020-01-01'",
    "a IS NULL", "a IS NOT NULL", "a IS TRUE", "a IS NOT TRUE", "LEAST(x, y)", "GREATEST(x, y)", "COALESCE(kids, 0)",
    "CASE WHEN a THEN x WHEN b THEN y ELSE 0 END", "(x + y) * 2",
)  # fmt: skip
REFUSED = (
    "now()",
    "x + place",
    "x || y",
    "SELECT 1",
    "x / 2.5",
    "z",
    "COALESCE(x, 0)",
    "place = 'nowhere'",
    "x LIKE 'a'",
)

_L: Mapping[str, Texts] = {
    "title": {"en": "The language of formulas", "zh": "公式语言"},
    "intro": {
        "en": "Written by `make docs` from the engine itself: each result below was worked out by it. First case: a yes, b no,"
        " x 7, y 2, place near, day 2020-01-01, kids 2. Second case: y is 0, b is no, all the others are unknown. `kids` has a"
        " declared default of 0.",
        "zh": "由 `make docs` 根据引擎本身写成，每个结果都由它算出。第一例：a 是，b 否，x 7，y 2，place near，"
        "day 2020-01-01，kids 2。第二例：y 为 0，b 为否，其余未知；`kids` 声明了默认值 0。",
    },
    "formula": {"en": "formula", "zh": "公式"}, "first": {"en": "first case", "zh": "第一例"},
    "second": {"en": "second case", "zh": "第二例"},
    "unknown": {"en": "unknown", "zh": "未知"}, "refused": {"en": "Refused before anything runs", "zh": "运行前即被拒绝"},
    "why": {"en": "why, and the cure", "zh": "原因和办法"}, "subjects": {"en": "Subjects", "zh": "对象"},
    "subject": {"en": "subject", "zh": "对象"}, "keys": {"en": "key columns", "zh": "键列"},
    "may": {"en": "may ask facts of", "zh": "可用的事实属于"},
    "types": {"en": "Types", "zh": "类型"}, "faults": {"en": "What can be wrong with a file", "zh": "文件可能出的错"},
    "fault": {"en": "fault", "zh": "错误"}, "cure": {"en": "cure", "zh": "办法"}, "words": {"en": "Fixed words", "zh": "固定词"},
}  # fmt: skip


def language_page(lang: str) -> str:
    """docs/guide/formulas*.md: every construct with what it comes to, and what is refused."""
    lines = [f"# {_L['title'][lang]}", "", _L["intro"][lang]]
    worked = ((f"`{text}`", *(worked_out(text, case, lang) for case in CASES)) for text in EXAMPLES)
    lines += ["", *table(lang, ("formula", "first", "second"), worked)]
    lines += ["", f"## {_L['refused'][lang]}", ""]
    lines += table(lang, ("formula", "why"), ((f"`{text}`", why(text, lang)) for text in REFUSED))
    lines += ["", f"## {_L['types'][lang]}", ""]
    lines += [", ".join(f"`{name}` ({texts[lang == 'zh']})" for name, texts in TYPES.items())]
    lines += ["", f"## {_L['subjects'][lang]}", ""]
    reach = (
        (f"`{name}` ({code_said(name, lang)})", ", ".join(keys), ", ".join(sorted(REACH[name])))
        for name, keys in KEYS.items()
    )
    lines += table(lang, ("subject", "keys", "may"), reach)
    lines += ["", f"## {_L['words'][lang]}", ""]
    for key, words in (("level", LEVELS), ("channel", CHANNELS), ("per", PERIODS)):
        lines.append(f"- `{key}`: {', '.join(f'`{each}` ({code_said(each, lang)})' for each in words)}")
    lines += ["", f"## {_L['faults'][lang]}", ""]
    at = 2 if lang == "zh" else 0
    faults = (
        (text[at], text[at + 1]) for text in (*yaml_faults.SAYS.values(), *policy_faults.SAYS.values(), *SAYS.values())
    )
    lines += [re.sub(r"\{\w+\}", "…", line) for line in table(lang, ("fault", "cure"), faults)]
    return "\n".join(lines) + "\n"


def table(lang: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A table; a | inside a cell is escaped."""
    lines = [" | ".join(_L[head][lang] for head in heads), "|".join("---" for _ in heads)]
    lines += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return [f"| {line} |" if "---" not in line else f"|{line}|" for line in lines]


def worked_out(text: str, case: Mapping[str, object], lang: str) -> str:
    node = formula.parse(text, NAMES, defaults={"kids": 0})
    value = compiled(node)(case)  # type: ignore[arg-type]
    return _L["unknown"][lang] if value is None else str(value).lower()


def why(text: str, lang: str) -> str:
    try:
        formula.parse(text, NAMES, defaults={"kids": 0})
    except formula.FormulaFault as fault:
        return fault.text(lang)
    raise AssertionError(text)
