"""What is said of a file besides its rows, as sentences in both languages: passed over, hidden, filtered.

From `engine.intake.notes`, as a load keeps them. Nothing of a file is left out without one of these sentences.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anye.flow.sentences import Text, is_chinese

_UNKNOWN_SHEET = Text(
    "工作表“{sheet}”{hidden}没有读取（{lines} 行）：没有认出表头。",
    "The sheet “{sheet}”{hidden} was not read ({lines} lines): no heading was recognised.",
    "里面如有人员数据，请对照空白表补上列名，单独上传。",
    "If it holds people, give it the blank sheet's headings and hand it in by itself.",
)
_OTHER_SHEET = Text(
    "工作表“{sheet}”{hidden}没有读取（{lines} 行）：它是“{register}”，与本文件不是同一种台账。",
    "The sheet “{sheet}”{hidden} was not read ({lines} lines): it is another register, “{register}”.",
    "请把它另存为单独的文件再上传。", "Save it as a file of its own and hand that in.",
)  # fmt: skip
_HIDDEN_SHEET = Text(
    "工作表“{sheet}”是隐藏的，已照常读取。", "The sheet “{sheet}” is hidden; it was read all the same.",
    "请问清为何隐藏；不该报的，删去后重新上传。", "Ask why; if it is not meant for us, delete it and hand the file in again.",
)  # fmt: skip
_HIDDEN_LINES = Text(
    "工作表“{sheet}”有 {count} 行被隐藏（第 {spans} 行），已照常读取。",
    "On the sheet “{sheet}” {count} lines are hidden ({spans}); they were read all the same.",
    "请问清为何隐藏；不该报的，删去后重新上传。", "Ask why; if they are not meant for us, delete them and hand the file in again.",
)  # fmt: skip
_HIDDEN_COLUMNS = Text(
    "工作表“{sheet}”有被隐藏的列（{columns}），已照常读取。",
    "On the sheet “{sheet}” columns are hidden ({columns}); they were read all the same.",
)
_FILTER = Text(
    "工作表“{sheet}”设有筛选；没有显示的行也已读取。",
    "The sheet “{sheet}” has a filter; lines that it does not show were read too.",
)
_NO_ROWS = Text(
    "有 {count} 行不是数据行，没有载入：{kinds}。", "{count} lines are no rows and were not loaded: {kinds}."
)
_KINDS: Mapping[str, Text] = {
    "title": Text("标题 {n}", "titles {n}"),
    "heading": Text("重复的表头 {n}", "headings printed again {n}"),
    "total": Text("合计 {n}", "totals {n}"),
    "note": Text("备注 {n}", "notes {n}"),
    "blank": Text("只有编号等、没有内容的 {n}", "with a number or a place and nothing else {n}"),
}


def note_sentences(notes: Mapping[str, Any], language: str) -> Iterator[str]:
    """A sentence for each thing, what was not read first."""
    between = "、" if is_chinese(language) else ", "
    for sheet in notes.get("passed_over", ()):
        yield _passed_over(sheet, language)
    for sheet in notes.get("hidden", ()):
        yield from _hidden(sheet, language, between)
    counts = notes.get("no_rows") or {}
    if counts:
        kinds = between.join(_KINDS[kind].what(language).format(n=counts[kind]) for kind in _KINDS if counts.get(kind))
        yield _NO_ROWS.what(language).format(count=sum(counts.values()), kinds=kinds)


def _passed_over(sheet: Mapping[str, Any], language: str) -> str:
    hidden = Text("（隐藏）", " (hidden)").what(language) if sheet.get("is_hidden") else ""
    title = (sheet.get("title") or {}).get("zh" if is_chinese(language) else "en", sheet.get("register"))
    text = _OTHER_SHEET if sheet.get("register") else _UNKNOWN_SHEET
    return _said(text, language, sheet=sheet["sheet"], lines=sheet["lines"], hidden=hidden, register=title)


def _hidden(sheet: Mapping[str, Any], language: str, between: str) -> Iterator[str]:
    name = sheet["sheet"]
    if sheet["is_sheet"]:
        yield _said(_HIDDEN_SHEET, language, sheet=name)
    if sheet["lines"]:
        spans = between.join(_span(span) for span in sheet["spans"])
        named = sum(last - first + 1 for first, last in sheet["spans"])
        more = "" if named == sheet["lines"] else "……" if is_chinese(language) else " …"
        yield _said(_HIDDEN_LINES, language, sheet=name, count=sheet["lines"], spans=spans + more)
    if sheet["columns"]:
        yield _said(_HIDDEN_COLUMNS, language, sheet=name, columns=between.join(sheet["columns"]))
    if sheet["has_filter"]:
        yield _said(_FILTER, language, sheet=name)


def _span(span: Sequence[int]) -> str:
    first, last = span
    return str(first) if first == last else f"{first}–{last}"


def _said(text: Text, language: str, **words: object) -> str:
    between = "" if is_chinese(language) else " "
    parts = (text.what(language).format(**words), text.cure(language))
    return between.join(part for part in parts if part)
