"""Codes of faults as sentences in both languages: what is wrong, where, why, and how to mend it.

Engines return a code and its parameters. The command line, the pages and the spreadsheets of faults all speak from these
tables; they do not ask for Django's language, because a job and a command have none.
"""

from collections.abc import Mapping
from typing import Any

from anye.engine.errors import FileFault
from anye.flow.file_faults import FILE_FAULTS
from anye.flow.texts import Text, is_chinese

Params = Mapping[str, Any]
_NO_PARAMS: Params = {}
_MOST_NAMED = 8  # of a list in a sentence, such as headings that are missing


def file_sentence(fault: FileFault, language: str) -> str:
    """Why a whole file was not taken, and what to do about it."""
    kind = str(fault.params.get("kind") or fault.params.get("reason") or "")
    text = FILE_FAULTS.get(f"{fault.code}:{kind}") or FILE_FAULTS.get(fault.code) or _unknown(fault.code)
    return _joined(text, language, fault.params)


def reason_sentence(code: str, language: str, params: Params | None = None) -> str:
    """Why a row or an entry was refused, and what to do about it."""
    return _joined(REASONS.get(code) or _unknown(code), language, params or _NO_PARAMS)


def reason_what(code: str, language: str, params: Params | None = None) -> str:
    """The first half of `reason_sentence`: what is wrong."""
    return _filled((REASONS.get(code) or _unknown(code)).what(language), language, params or _NO_PARAMS)


def reason_cure(code: str, language: str) -> str:
    """The second half of `reason_sentence`: what to do about it."""
    return (REASONS.get(code) or _unknown(code)).cure(language)


def rule_sentence(rule: str, language: str, params: Params | None = None) -> str:
    """What a row that was taken is asked about. Both sides are named where the parameters tell them."""
    return _joined(_rule_text(rule, params or _NO_PARAMS), language, params or _NO_PARAMS)


def rule_what(rule: str, language: str, params: Params | None = None) -> str:
    """The first half of `rule_sentence`: the question."""
    return _filled(_rule_text(rule, params or _NO_PARAMS).what(language), language, params or _NO_PARAMS)


def rule_cure(rule: str, language: str, params: Params | None = None) -> str:
    """The second half of `rule_sentence`: how to find out."""
    return _rule_text(rule, params or _NO_PARAMS).cure(language)


def _rule_text(rule: str, params: Params) -> Text:
    problem = str(params.get("problem") or params.get("kind") or "")
    return RULES.get(f"{rule}:{problem}") or RULES.get(rule) or _unknown(rule)


def _unknown(code: str) -> Text:
    """A code of a newer version than these tables: it is shown as it is, and can be looked for."""
    return Text(f"有一处问题（代码 {code}）。", f"Something is wrong (code {code}).",
                "请把代码告诉管理员。", "Tell the administrator this code.")  # fmt: skip


def _joined(text: Text, language: str, params: Params) -> str:
    between = "" if is_chinese(language) else " "
    return between.join(part for part in (_filled(text.what(language), language, params), text.cure(language)) if part)


class _Words(dict[str, str]):
    """Parameters as words; one that a fault does not tell is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _filled(text: str, language: str, params: Params) -> str:
    return text.format_map(_Words({name: _word(name, value, language) for name, value in params.items() if value}))


def _word(name: str, value: Any, language: str) -> str:
    if isinstance(value, list | tuple):
        between = "、" if is_chinese(language) else ", "
        more = "……" if is_chinese(language) else " …"
        return between.join(str(one) for one in value[:_MOST_NAMED]) + (more if len(value) > _MOST_NAMED else "")
    if name in _WORDS:
        text = _WORDS[name].get(str(value))
        return text.what(language) if text else str(value)
    if name == "fen" and isinstance(value, int):
        return f"{value / 100:,.2f}"
    return str(value)


# how parameters that are codes are said
_SEXES = {"1": Text("男", "male"), "2": Text("女", "female")}
_WORDS: Mapping[str, Mapping[str, Text]] = {
    "value": _SEXES,
    "id": _SEXES,
    "unit": {"day": Text("每天", "a day"), "month": Text("每月", "a month"), "year": Text("每年", "a year")},
}

REASONS: Mapping[str, Text] = {
    "id_missing": Text(
        "没有身份证号。", "The ID number is missing.",
        "请核对身份证后补填。", "Look at the ID card and fill it in.",
    ),
    "id_length": Text(
        "身份证号位数不对，应为 18 位。", "The ID number does not have 18 characters.",
        "请对照身份证重新填写。", "Write it anew from the ID card.",
    ),
    "id_chars": Text(
        "身份证号里有不该出现的字符（如 * 或字母）。", "The ID number holds characters that it cannot have, such as * or letters.",
        "请对照身份证填写完整号码，不要用 * 遮盖。", "Write the whole number from the ID card, without hiding any of it.",
    ),
    "id_date": Text(
        "身份证号里的出生日期不存在，或在今天之后。", "The birth date inside the ID number does not exist or lies in the future.",
        "请对照身份证重新填写。", "Write it anew from the ID card.",
    ),
    "id_check": Text(
        "身份证号的校验位不对，至少有一位写错。", "The ID number fails its check digit: at least one character is wrong.",
        "请对照身份证逐位核对。", "Compare it with the ID card, character by character.",
    ),
    "id_multi": Text(
        "填了不止一个身份证号。", "There is more than one ID number.",
        "请只填本人的号码。", "Give the one person's number only.",
    ),
    "id_precision_lost": Text(
        "身份证号被表格软件当成数字，末几位已丢失。", "The spreadsheet took the ID number for a figure; its last digits are lost.",
        "请把该列设为文本格式，再对照身份证重新填写。", "Format the column as text, then write the number anew from the ID card.",
    ),
    "id_invented": Text(
        "身份证号以 99 开头，是演示用的虚构号码。", "The ID number begins with 99: it is an invented one, for demonstrations.",
        "请填写本人的真实号码。", "Give the person's real number.",
    ),
    "multi_person": Text(
        "一行里写了不止一个人。", "One line names more than one person.",
        "请一人一行，分开填写。", "Give each person a line of their own.",
    ),
    "duplicate_row": Text(
        "与前面某一行完全相同。", "The line is the same as one above it.",
        "无须处理；要更清楚，可删去重复的一行。", "Nothing needs doing; delete the second line to keep the sheet clean.",
    ),
    "left_out": Text(
        "加载前预览时决定不加载这一行。", "Whoever looked at the file before it was loaded decided to leave this row out.",
        "请核实；核实后从退回清单重新加载。", "Check it, then load it again from the sheet of rows given back.",
    ),
    "number_unreadable": Text(
        "这一列的数字无法识别。", "The number in this column cannot be read.",
        "请只填数字，不要写范围、约数或文字。", "Write one plain number: no ranges, estimates or words.",
    ),
    "mojibake": Text(
        "姓名是乱码，可能在转存时损坏。", "The name is garbled; it was probably damaged when the file was saved.",
        "请从原表重新抄录姓名。", "Copy the name anew from where it came.",
    ),
    "name_chars": Text(
        "姓名列里写的不是姓名（如数字、公式或符号）。", "What stands as the name is none, such as a figure, a formula or signs.",
        "请只填写本人的姓名。", "Give the person's name and nothing else.",
    ),
    "name_missing": Text(
        "没有姓名。", "The name is missing.", "请补填姓名。", "Fill it in.",
    ),
    "firm_missing": Text(
        "没有写明单位。", "The row names no firm.",
        "请补填单位名称或统一社会信用代码。", "Fill in the firm's name or its credit code.",
    ),
    "value_missing": Text(
        "这一栏必须填写。", "This cell must be filled in.", "请补填后重新导入。", "Fill it in and load the file again.",
    ),
    "month_missing": Text(
        "不知道是哪个月份的数据。", "It is not known which month the line speaks of.",
        "请填写月份列，或在标题里写明年月。", "Fill in the month column, or name the month in the title.",
    ),
    "duty_ended": Text(
        "录入人的岗位职责已结束，没有录入。", "The duty under which this was entered has ended; nothing was taken.",
        "请由在岗人员重新录入。", "Let somebody whose duty is in force enter it again.",
    ),
    "out_of_reach": Text(
        "这件事不在录入人的管辖范围内，没有录入。", "This lies outside the range of whoever entered it; nothing was taken.",
        "请由所属镇街或村居录入。", "Let the town or village that looks after it enter it.",
    ),
    "person_gone": Text(
        "其中有人已不在登记库中，没有录入。", "Somebody named here is no longer in the registry; nothing was taken.",
        "请从人员页面重新开始。", "Start again from the person's page.",
    ),
    "known_elsewhere": Text(
        "该身份证号已由本区其他单位登记，经核对仍由其管理，没有录入。",
        "Another office of the district has this ID number on record and keeps the person; nothing was taken.",
        "请再核对身份证；如确已迁来，请向区级申请转移。",
        "Look at the ID card again. If they did move to you, ask the district for a transfer.",
    ),
    "job_failed": Text(
        "系统多次尝试，仍没能办成这件事，什么也没有改动。",
        "The site tried several times and could not do this; nothing was changed.",
        "请再试一次；仍然不行，请告诉系统管理员。", "Try once more; if that fails too, tell the administrator.",
    ),
}  # fmt: skip

# what only an entry by hand can be refused for; the others are a row's
ENTRY_REASONS = frozenset({"id_multi", "duty_ended", "out_of_reach", "person_gone", "known_elsewhere", "job_failed"})
ROW_REASONS = tuple(code for code in REASONS if code not in ENTRY_REASONS)

_ID_CARD = ("请查看身份证后更正。", "Look at the ID card and put the record right.")
_DATES = ("请问清何时开始、何时结束。", "Ask when the work began and when it ended.")

RULES: Mapping[str, Text] = {
    "Q01": Text(
        "单位已载入，但“{column}”认不出是谁，没有把单位算到任何人名下。",
        "The firm was taken, but “{column}” identifies nobody: the firm was put down to no one.",
        "请核对其身份证号后重新报送。", "Compare it with the ID card and send the file again.",
    ),
    "Q02": Text("表里性别是{value}，身份证号显示是{id}。", "The sheet says {value}, the ID number says {id}.", *_ID_CARD),
    "Q03": Text(
        "表里出生日期是 {value}，身份证号显示是 {id}。", "The sheet says born {value}, the ID number says {id}.", *_ID_CARD,
    ),
    "Q04": Text(
        "同一个身份证号对应两个人，或同一个人有两个号码；没有猜测归属。",
        "One ID number stands for two people, or one person has two; nothing was guessed.",
        "请查看两人的身份证，更正写错的一方。", "Look at both ID cards and put right whichever is wrong.",
    ),
    "Q04:near_ids": Text(
        "同名、同出生日期的两人，身份证号只差一两位。", "Two people of one name and birth have ID numbers one or two digits apart.",
        "请查看身份证：是同一个人，还是两个人？", "Look at the ID cards: is it one person or are they two?",
    ),
    "Q05": Text(
        "用人单位的统一社会信用代码 {value} 校验不对。", "The employer's credit code {value} fails its check.",
        "请向单位核对营业执照上的代码。", "Ask the employer for the code on the business licence.",
    ),
    "Q06": Text(
        "{town}下面没有“{village}”，没有猜测归属。", "There is no “{village}” in {town}; nothing was guessed.",
        "请确认由哪个村居负责。", "Find out which village looks after the person.",
    ),
    "Q07": Text(
        "这一户没有户主，或不止一位户主。", "The household has no head, or more than one.",
        "请问清户主是谁。", "Ask who heads the household.",
    ),
    "Q07:no_head": Text("这一户没有登记户主。", "Nobody of the household is recorded as its head.",
                        "请问清户主是谁。", "Ask who heads the household."),
    "Q07:two_heads": Text("这一户登记了 {heads} 位户主。", "{heads} members of the household are recorded as its head.",
                          "请问清户主是谁。", "Ask who heads the household."),
    "Q08": Text("就业时间不合情理。", "The dates of work cannot be.", *_DATES),
    "Q08:no_start": Text("已就业，但没有开始时间。", "At work, but nobody wrote down since when.", *_DATES),
    "Q08:end_before_start": Text(
        "就业结束（{end}）早于开始（{start}）。", "The work ends on {end}, before it begins on {start}.", *_DATES,
    ),
    "Q08:overlap": Text(
        "同一时间登记了两份不同单位的工作。", "Two jobs at different employers are recorded for the same time.", *_DATES,
    ),
    "Q09": Text(
        "台账登记为未就业，{month}却有单位为其参保；哪一边都可能有误。",
        "Recorded as not employed, but a firm insured the person for {month}; either side may be wrong.",
        "请问清是否在岗；代办机构也会为没有上班的人参保。",
        "Ask whether they work: an agent may insure somebody who does not.",
    ),
    "Q10": Text(
        "收入 {fen} 元（{unit}）与常见水平相差太大。", "An income of {fen} yuan {unit} is far from the usual.",
        "请问清是按天还是按月。", "Ask whether the amount is for a day or for a month.",
    ),
    "Q15": Text(
        "“{column}”写的是 {said}，逐行合计是 {counted}。", "“{column}” says {said}, the rows add up to {counted}.",
        "请核对是否漏行、多行或改过金额。", "Look whether rows are missing or too many, or an amount was changed.",
    ),
    "Q16": Text(
        "“{column}”列的内容无法识别，按未知处理。", "What stands in the column “{column}” cannot be read; it counts as unknown.",
        "请按空白表的填写说明更正。", "Put it right as the blank sheet describes.",
    ),
    "Q16:code_unknown": Text(
        "“{column}”列的写法不在代码表中，按未知处理。",
        "The column “{column}” holds a word that its code table does not know; it counts as unknown.",
        "请改用空白表下拉列表里的写法。", "Use one of the words that the blank sheet offers.",
    ),
    "Q16:too_long": Text(
        "“{column}”列的文字过长，按未知处理。", "The text in the column “{column}” is too long; it counts as unknown.",
        "请缩短文字。", "Shorten it.",
    ),
}  # fmt: skip
