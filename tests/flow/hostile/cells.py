"""Workbooks that are whole, with cells that no register should hold."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.flow.hostile.books import (
    HEADINGS,
    NAMES,
    PEOPLE,
    book,
    number,
    people,
    sheet_xml,
    with_cells,
    workbook,
)
from tests.flow.hostile.cases import Size, hostile, twin

NUMBER, NAME = HEADINGS.index("身份证号"), HEADINGS.index("姓名")


# ── Numbers that a spreadsheet has touched ────────────────────────────────────────────────────────────────────────────


@hostile("numbers", "rows", loaded=0, refused=("id_precision_lost",))
def identity_numbers_as_figures(_: Random, _size: Size) -> bytes:
    def fill(_: Any, sheet: Any) -> None:
        for at in range(PEOPLE):
            sheet.write_number(at + 1, NUMBER, float(number(at)[:17] + "0"))

    return workbook(fill)


for _at, _said in enumerate(("5.0E+17", "5.00112E+17", "9.90001E+17", "990001196003070000", "９.９E＋17")):

    @hostile("numbers", "rows", loaded=0, refused=("id_precision_lost", "id_chars", "id_length", "id_check", "id_date"),
             name=f"an_identity_number_shortened_{_at}")  # fmt: skip
    def _shortened(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(身份证号=said)


for _at, _said in enumerate(("'{}", "{} ", "\u3000{}", "\u200b{}", "{}\u202c", "{}\ufeff", "\u202d{}\u202c")):

    @hostile("numbers", "rows", loaded=12, name=f"an_identity_number_with_something_unseen_{_at}")
    def _unseen(_: Random, _size: Size, said: str = _said) -> bytes:
        return book(sheet_xml([[*row[:NUMBER], said.format(row[NUMBER]), *row[NUMBER + 1 :]] for row in people()]))


@hostile("numbers", "rows", loaded=12)
def an_identity_number_in_wide_digits(_: Random, _size: Size) -> bytes:
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    return book(sheet_xml([[*row[:NUMBER], row[NUMBER].translate(wide), *row[NUMBER + 1 :]] for row in people()]))


_ODD_IDS = ("0" * 18, "9" * 18, "1" * 32_000, "99000119000230001X", "-99000119600307000X", "１" * 17 + "Ⅹ", "٩" * 18, "Ⅸ" * 18,
            "990001196003070008\n990001196003071115", "990001196003070008、990001196003071115", "NaN", "#N/A", "null", "TRUE")  # fmt: skip
for _at, _said in enumerate(_ODD_IDS):

    @hostile("numbers", "rows", loaded=0, name=f"what_is_no_identity_number_{_at}",
             refused=("id_check", "id_length", "id_chars", "id_date", "id_missing", "multi_person", "id_precision_lost"))  # fmt: skip
    def _no_number(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(身份证号=said)


_AMOUNTS = ("1e308", "-1e308", "1e400", "NaN", "INF", "-0", "99999999999999999999999", "1.7976931348623157e309", "0.1" + "1" * 300,
            "１２３４", "1,2,3,4", "一百亿亿", "3000-5000", "1e-400", "0x1F", "٣٠٠٠", "9" * 4_000,
            "9223372036854775807", "92233720368547758.08万")  # fmt: skip
for _at, _said in enumerate(_AMOUNTS):

    @hostile("numbers", "rows", name=f"an_odd_amount_{_at}", refused=("number_unreadable",))
    def _amount(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(月收入=said)


_FIGURES = ("1e308", "1e999", "NaN", "inf", "-1", "2958466", "99999999999", "0", "1.5", "", "x", "0." + "9" * 400)
for _at, _said in enumerate(_FIGURES):

    @hostile("numbers", "rows", "damaged", loaded=12, name=f"a_figure_formatted_as_a_day_{_at}")
    def _day(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(就业起始日期=f'<c r="K9" s="1"><v>{said}</v></c>')


_DAYS = ("9999-99-99", "2020-02-30", "0000-00-00", "99999-01-01", "1900-02-29", "2020年13月32日", "12/31/9999", "二〇二〇年", "2020" * 500,
         "-2020-01-01", "2020-1-1 25:61:61", "20201301", "10000-01-01", "Ⅳ月", "٢٠٢٠-٠١-٠١", "至今")  # fmt: skip
for _at, _said in enumerate(_DAYS):

    @hostile("numbers", "rows", loaded=12, name=f"a_day_that_never_was_{_at}")
    def _no_day(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(就业起始日期=said, 出生日期=said)


for _kind, _value in (("d", "2020-01-01T25:00:00"), ("b", "7"), ("e", "#N/A"), ("n", "abc"), ("zzz", "1"), ("str", "")):

    @hostile("numbers", "rows", "damaged", loaded=12, name=f"a_cell_of_type_{_kind}")
    def _typed(_: Random, _size: Size, kind: str = _kind, value: str = _value) -> bytes:
        return with_cells(现住址=f'<c t="{kind}"><v>{value}</v></c>')


# ── Formulas ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@twin("formulas", loaded=12)
def what_a_formula_came_to(_: Random, _size: Size) -> bytes:
    """The value that the sheet shows is read, whatever the formula says."""

    def fill(_: Any, sheet: Any) -> None:
        for at, name in enumerate(NAMES):
            sheet.write_formula(at + 1, NAME, '=HYPERLINK("http://127.0.0.1:9/"&F2,"x")', None, name)

    return workbook(fill)


@hostile("formulas", "rows", loaded=0, refused=("name_missing",))
def formulas_that_were_never_worked_out(_: Random, _size: Size) -> bytes:
    return with_cells(姓名='<c><f>CONCATENATE("张","伟")</f></c>')


@hostile("formulas", "rows", loaded=0, refused=("name_missing",))
def formulas_that_failed(_: Random, _size: Size) -> bytes:
    return with_cells(姓名='<c t="e"><f>VLOOKUP(A1,x,1,0)</f><v>#N/A</v></c>')


_INJECTED = ("=cmd|'/c calc'!A0", "@SUM(1+1)*cmd|'/c calc'!A0", "+1+cmd|'/c calc'!A0", "-2+3+cmd|'/c calc'!A0", '=HYPERLINK("http://127.0.0.1:9","x")',
             "\t=1+1", "\r=1+1", "＝1+1", '=IMPORTXML("http://127.0.0.1:9","//a")', "=DDE(\"cmd\";\"/C calc\";\"x\")")  # fmt: skip
for _at, _said in enumerate(_INJECTED):

    @hostile("formulas", "rows", loaded=12, name=f"a_formula_as_an_address_{_at}")
    def _address(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(现住址=said, 就业单位=said)

    @hostile("formulas", "rows", loaded=0, refused=("name_chars", "multi_person"), name=f"a_formula_as_a_name_{_at}")
    def _name(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(姓名=said)


@hostile("formulas", "rows", "damaged", loaded=12)
def a_formula_of_megabytes(_: Random, size: Size) -> bytes:
    return with_cells(现住址=f"<c><f>{'(' * size.of(1_000_000)}</f><v>1</v></c>")


@hostile("formulas", "rows", "damaged", loaded=12)
def formulas_shared_in_a_circle(_: Random, _size: Size) -> bytes:
    return with_cells(现住址='<c r="N2"><f t="shared" ref="N2:XFD1048576" si="0">N2</f><v>1</v></c>')


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

for _at, _said in enumerate(
    ("张\u200b伟", "\u202e伟张", "张\u2066伟\u2069", "张\ufe00伟", "张\xad伟", "\ufeff张伟", "张\x0b伟", "张_x0008_伟")
):

    @hostile("texts", "rows", loaded=12, name=f"a_name_with_something_unseen_{_at}")
    def _unseen_name(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(姓名=said)


_NO_NAMES = ("\u200b", "-1", "0.5", "9999999999", "无", "……", "😀", "\u0301" * 400, "<script>alert(1)</script>",
             "{{7*7}}", "${jndi:ldap://127.0.0.1:9/x}", "%n%s", "\ue000\ue001", "\U000e0041", "张" * 32_000, "()")  # fmt: skip
for _at, _said in enumerate(_NO_NAMES):

    @hostile("texts", "rows", loaded=0, name=f"what_is_no_name_{_at}",
             refused=("name_missing", "name_chars", "mojibake"))  # fmt: skip
    def _no_name(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(姓名=said)


@twin("texts", loaded=8)
def names_that_are_rare(_: Random, _size: Size) -> bytes:
    rare = ("𠮷野", "买买提·吐尔逊", "欧阳娜娜", "〇小明", "㛃丽", "Ayşe Yılmaz", "次仁卓玛", "䶮䶮")
    return book(sheet_xml([[*row[:NAME], name, *row[NAME + 1 :]] for row, name in zip(people(8), rare, strict=True)]))


_DAMAGED = (
    "张_x0000_伟",
    "寮犱笁",
    "ÕÅÈý",
    "张\ufffd伟",
    "锟斤拷",
    "鐜嬪皬鏄�",
    "?!庇灞眳^",
    "烫烫烫",
    "å¼ ä¼Ÿ",
    "???",
    "ﾕﾅﾎｰ",
    "张?wěi)",
)
for _at, _said in enumerate(_DAMAGED):

    @hostile("texts", "rows", loaded=0, refused=("mojibake",), name=f"a_name_damaged_{_at}")
    def _damaged(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(姓名=said)


@hostile("texts", "rows", loaded=12)
def a_ligature_that_unfolds(_: Random, size: Size) -> bytes:
    """One character that becomes eighteen when it is put in its plain form."""
    return with_cells(
        现住址="\ufdfa" * size.of(32_000), 就业单位="\ufdfa" * size.of(32_000), 村居="\ufdfa" * size.of(32_000)
    )


@hostile("texts", "rows", "too_large:memory", "too_large:time", loaded=12)
def every_cell_as_long_as_can_be(_: Random, size: Size) -> bytes:
    long_text = "某" * 32_767
    named = [each for each in HEADINGS if each not in {"姓名", "身份证号", "月收入"}]
    return with_cells(**dict.fromkeys(named[: size.of(12, least=4)], long_text))


@hostile("texts", "rows", "too_large:memory", "damaged", loaded=12)
def a_cell_of_megabytes(_: Random, size: Size) -> bytes:
    return book(
        sheet_xml([*people(), *people(1, first=20, 现住址="某" * size.of(4_000_000))][:PEOPLE]).replace(
            "柳树村三组", "某" * size.of(4_000_000), 1
        )
    )


for _at, _said in enumerate(
    (
        "&#0;",
        "&#x1F;",
        "&#xD800;",
        "&#xFFFF;",
        "&#x110000;",
        "&#99999999999;",
        "_x0000_",
        "_xD800_",
        "\ufffe",
        "&#x85;&#x2028;",
    )
):

    @hostile("texts", "rows", "damaged", loaded=12, name=f"a_character_that_may_not_be_{_at}")
    def _character(_: Random, _size: Size, said: str = _said) -> bytes:
        return book(sheet_xml(people(现住址="三组@")).replace("@", said))
