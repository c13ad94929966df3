"""What can be wrong in a briefing's text, in both languages."""

from __future__ import annotations

from anye.engine.entitle.catalogue import Texts
from anye.engine.errors import Problem

SENTENCES: dict[str, Texts] = {
    "token_unknown": {
        "zh": "第{line}行：没有 {found} 这个记号。{near}请从指标列表中插入。",
        "en": "Line {line}: there is no token {found}. {near}Insert one from the list of figures.",
    },
    "token_unclosed": {
        "zh": "第{line}行：“{found}”里的花括号不成对。请写成 {{{{I01}}}} 的样子。",
        "en": "Line {line}: the braces in “{found}” do not pair. Write them as in {{{{I01}}}}.",
    },
    "token_inside": {
        "zh": "第{line}行：{found} 是图或表，请让它独占一行。",
        "en": "Line {line}: {found} is a chart or a table. Put it on a line of its own.",
    },
    "token_many": {
        "zh": "第{line}行：图表太多，从 {found} 起不再画。请分成几份简报。",
        "en": "Line {line}: too many charts and tables, none is drawn from {found} on. Write several briefings.",
    },
    "table_wide": {
        "zh": "第{line}行：表格有{found}列，一页纸放不下，最多{most}列。请分成几张表。",
        "en": "Line {line}: the table has {found} columns and a sheet of paper holds {most}. Make several tables of it.",
    },
    "token_end": {
        "zh": "第{line}行：{found} 前面没有 {{{{if …}}}}。请删去，或补上条件。",
        "en": "Line {line}: no {{{{if …}}}} stands before {found}. Take it out, or add the condition.",
    },
    "token_no_end": {
        "zh": "第{line}行：{found} 后面没有 {{{{end}}}}。请在这段话之后补上。",
        "en": "Line {line}: {found} has no {{{{end}}}}. Add it after what is said under that condition.",
    },
}
_NEAR: Texts = {"zh": "相近的有：{names}。", "en": "Near it: {names}. "}


class TokenFault(Problem):
    """What is wrong on a line, most often a token that names nothing; `params`: the line, what was found, and what is near it."""

    def text(self, lang: str) -> str:
        """What is wrong, where, and how to mend it. `lang`: zh or en."""
        near = self.params.get("expected")
        told = {**self.params, "near": _NEAR[lang].format(names=near) if near else ""}
        return SENTENCES[self.code][lang].format(**told)
