"""`{% load stock %}`: the filters of the stock pages."""

from collections.abc import Sequence
from typing import Any

from django import template

from anye.doors.kit import formats
from anye.doors.office import doubts, words

register = template.Library()
register.filter("yuan", formats.yuan_text)
register.filter("money", formats.money_text)
register.filter("group", words.group_words)
register.filter("rule", doubts.rule_words)
register.filter("span", words.span_words)
register.filter("wage", words.wage_words)


@register.filter
def code(value: str, table: str) -> str:
    """A code in words."""
    return words.detail_words(table, value)


@register.filter
def need(value: str, kind: str) -> str:
    """A need in words."""
    return words.need_words(kind, value)


@register.filter
def income(kind: str) -> str:
    """A kind of income in words."""
    return str(words.INCOME.get(kind, kind))


@register.filter
def total(lines: Sequence[Any]) -> int:
    """The sum of a month's income in fen."""
    return sum(line.amount_fen for line in lines)
