"""Blank sheets to fill (导入模板): headings that are read back by the same profile, number columns as text."""

from __future__ import annotations

import io
from collections.abc import Iterable

import xlsxwriter  # type: ignore[import-untyped]

from anye.engine.intake.profile import Column, Profile

_ROWS = 2_000  # as far down as lists and text format reach
_TEXT_TYPES = frozenset({"id", "phone", "credit_code", "date", "month", "text", "name"})
_TITLES = {
    "pension": ("养老", "Pension"), "medical": ("医疗", "Medical"), "unemployment": ("失业", "Unemployment"),
    "injury": ("工伤", "Injury"), "maternity": ("生育", "Maternity"), "firm": ("单位", "firm"), "worker": ("个人", "worker"),
    "payable": ("应缴", "payable"), "waived": ("减免", "waived"), "paid": ("实缴", "paid"),
}  # fmt: skip
_HINTS = {
    "id": (
        "18位身份证号，本列为文本格式，请勿改为数字格式",
        "18 characters. The column is text: leave it so, or digits are lost",
    ),
    "date": ("如 2020-03-12；只知年月时填 2020-03", "Such as 2020-03-12, or 2020-03 if only the month is known"),
    "month": ("如 2020-03", "Such as 2020-03"),
    "yuan": ("单位：元", "In yuan"),
    "phone": ("一个号码", "One number"),
    "credit_code": ("18位统一社会信用代码", "18 characters"),
    "year": ("四位年份", "Four digits"),
    "name": ("一行一人", "One person a line"),
}
_LINES = {
    "zh": "一行一人；带 * 的必填；不要合并单元格，不要填“同上”。",
    "en": "One person a line; columns with * must be filled; do not merge cells or write \"as above\".",
}  # fmt: skip


def blank_sheet(profile: Profile, lang: str = "zh") -> bytes:
    """An xlsx with the profile's headings, notes on how to fill them, and lists of values where codes are few."""
    at = 0 if lang == "zh" else 1
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(("数据", "Data")[at])
        bold = {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
        heading, needed = book.add_format(bold), book.add_format({**bold, "font_color": "#B42318"})
        text = book.add_format({"num_format": "@"})
        sheet.write_string(0, 0, _LINES["zh" if at == 0 else "en"])
        sheet.freeze_panes(2, 0)
        for index, (label, column) in enumerate(_headings(profile, at)):
            is_needed = column.is_required
            sheet.write_string(1, index, f"{label}{'*' if is_needed else ''}", needed if is_needed else heading)
            hint = _HINTS.get(column.type)
            if hint:
                sheet.write_comment(1, index, hint[at])
            is_text = column.type in _TEXT_TYPES
            width = (
                22
                if column.type in {"id", "credit_code"}
                else max(10, 2 * len(label) + 2 if at == 0 else len(label) + 2)
            )
            sheet.set_column(index, index, min(width, 40), text if is_text else None)
            choices = _choices(column)
            if choices and at == 0:
                sheet.data_validation(2, index, _ROWS, index, {
                    "validate": "list", "source": choices, "error_type": "warning",
                })  # fmt: skip
    return out.getvalue()


def _headings(profile: Profile, at: int) -> Iterable[tuple[str, Column]]:
    for column in profile.columns:
        if column.on_blank_sheet:
            yield meaning_title(profile, column.name, "zh" if at == 0 else "en"), column
    if profile.grid is None:
        return
    kinds, sides, states = (tuple(dict.fromkeys(part.values())) for part in (
        profile.grid.kinds, profile.grid.sides, profile.grid.states,
    ))  # fmt: skip
    for kind in kinds:
        for side in sides:
            for state in states:
                name = f"{kind}_{side}_{state}"
                column = Column(name=name, type="yuan", aliases=(_premium_title(name, 0),))
                yield _premium_title(name, at), column


def meaning_title(profile: Profile, name: str, lang: str = "zh") -> str:
    """What a column of a register is called, one of its grid too."""
    at = 0 if lang == "zh" else 1
    column = profile.by_name.get(name)
    if column is None:
        return _premium_title(name, at)
    return column.aliases[0] if at == 0 or not column.title_en else column.title_en


def _premium_title(name: str, at: int) -> str:
    return ("" if at == 0 else " ").join(_TITLES[part][at] for part in name.split("_") if part)


def _choices(column: Column) -> list[str]:
    """One spelling a code, for columns with few codes: what a list in the sheet offers. Excel allows 255 characters."""
    if column.type not in {"code", "sex", "bool"} or column.is_many:
        return []
    first: dict[str, str] = {}
    for spelling, code in column.codes.items():
        if not spelling.isascii():
            first.setdefault(code, spelling)
    words = [word for code, word in first.items() if code not in {"0", "9"}]
    return words if 1 < len(words) <= 15 and len(",".join(words)) <= 255 else []
