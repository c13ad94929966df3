"""A policy in plain words: its codes, its texts with their values, and what its limits say."""

from __future__ import annotations

from collections.abc import Mapping

from anye.engine.entitle.catalogue import Catalogue, Texts
from anye.engine.entitle.policy import Block, Limit, Policy
from anye.engine.entitle.said import number_said
from anye.engine.entitle.words import Words

_CODES: Mapping[str, Texts] = {
    "person": {"en": "person", "zh": "个人"}, "household": {"en": "household", "zh": "家庭"}, "firm": {"en": "firm", "zh": "企业"},
    "person_firm": {"en": "person at a firm", "zh": "企业职工（人×企业）"},
    "post": {"en": "placement in a public-welfare post", "zh": "公益性岗位安置"},
    "post_unit": {"en": "unit that holds the post", "zh": "用人单位"}, "agency": {"en": "agency", "zh": "人力资源服务机构"},
    "training_provider": {"en": "training provider", "zh": "培训机构"}, "apply": {"en": "on application", "zh": "申请"},
    "confirm": {"en": "no application; to be confirmed", "zh": "免申即享，确认后发放"},
    "automatic": {"en": "no application", "zh": "免申即享"},
    "state": {"en": "state", "zh": "国家"}, "municipality": {"en": "municipality", "zh": "市"},
    "district": {"en": "district", "zh": "区县"},
    "lifetime": {"en": "in all", "zh": "累计"}, "year": {"en": "a calendar year", "zh": "每自然年"},
    "month": {"en": "a month", "zh": "每月"},
    "employment_subsidy_fund": {"en": "employment subsidy fund", "zh": "就业补助资金"},
    "unemployment_insurance_fund": {"en": "unemployment insurance fund", "zh": "失业保险基金"},
    "skills_special_account": {"en": "special account for skills", "zh": "职业技能提升专账"},
    "poverty_linking_fund": {"en": "poverty and rural linking fund", "zh": "扶贫（衔接）资金"},
}  # fmt: skip


def code_said(code: str, lang: str) -> str:
    """A code in words; a code of somebody's own stands as it is."""
    return _CODES[code][lang] if code in _CODES else code


def filled(text: str, policy: Policy, block: Block, catalogue: Catalogue, lang: str) -> str:
    """A text with the values that its block begins with."""
    for name, parameter in policy.parameters.items():
        dated = next((each for each in reversed(parameter.values) if each.since <= block.since), parameter.values[0])
        text = text.replace(f"{{{name}}}", number_said(catalogue.money, dated, parameter.unit, lang))
    return text


def limit_said(limit: Limit, policy: Policy, block: Block, catalogue: Catalogue, lang: str) -> str:
    """A limit in words."""
    words = Words(catalogue, lang, policy, block)
    is_parameter = limit.at_most.op == "name" and limit.at_most.value in policy.parameters
    most = (
        filled(f"{{{limit.at_most.value}}}", policy, block, catalogue, lang)
        if is_parameter
        else words.of(limit.at_most)
    )
    what = {"month": {"en": "months", "zh": "月数"}, "amount": {"en": "money", "zh": "金额"}}.get(limit.counts)
    counted = what[lang] if what else words.of(limit.units) if limit.units else ""
    parts = {
        "en": ["At most {most} ({counted}) for each {within}, {per}.", "Used before: {used}.", "Counted when {when}.",
               "Not for whom: {unless}.", "Once more ({times}) if {renewed}."],
        "zh": ["每个{within}{per}最多{most}（{counted}）。", "此前已用：{used}。", "计入的月份：{when}。", "不受此限：{unless}。",
               "{renewed}的可再享{times}次。"],
    }[lang]  # fmt: skip
    asked = (True, True, limit.counts_when, limit.unless, limit.renewal)
    told = {
        "most": most, "counted": counted, "within": code_said(limit.within, lang), "per": code_said(limit.per, lang),
        "used": words.of(limit.used_before), "when": words.of(limit.counts_when) if limit.counts_when else "",
        "unless": words.of(limit.unless) if limit.unless else "",
        "renewed": words.of(limit.renewal.when) if limit.renewal else "", "times": limit.renewal.times if limit.renewal else 0,
    }  # fmt: skip
    return (" " if lang == "en" else "").join(
        part.format(**told) for part, is_there in zip(parts, asked, strict=True) if is_there
    )
