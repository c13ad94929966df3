"""The pages of the policies and of their language: `make docs` writes them from the packs and from the engine itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from anye.engine.entitle.catalogue import Catalogue, Fact, Texts
from anye.engine.entitle.policy import LEVELS, Block, Policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.said import ASSUMED_WORDS, number_said
from anye.engine.entitle.told import code_said, filled, limit_said
from anye.engine.entitle.words import Words
from anye.packs import HERE, pack_names
from anye.packs.rules import pack_folder, read_rules
from tools.language_page import language_page

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER = DOCS / "policies"

_T: Mapping[str, Texts] = {
    "written": {"en": "Written by `make docs` from the policy's file.", "zh": "由 `make docs` 根据政策文件写成。"},
    "who": {"en": "For whom", "zh": "对象"}, "paid": {"en": "Paid to", "zh": "发给"}, "how": {"en": "How", "zh": "办理方式"},
    "fund": {"en": "Fund", "zh": "资金来源"}, "level": {"en": "Level", "zh": "层级"}, "notice": {"en": "Shown in public", "zh": "公示"},
    "days": {"en": "{} days", "zh": "{}天"}, "recovery": {"en": "Recovery", "zh": "追回"},
    "documents": {"en": "Documents", "zh": "文件依据"}, "certainty": {"en": "certainty", "zh": "可信度"},
    "numbers": {"en": "Numbers", "zh": "标准"}, "since": {"en": "since", "zh": "自"}, "value": {"en": "value", "zh": "数值"},
    "source": {"en": "source", "zh": "来源"}, "number": {"en": "number", "zh": "项目"},
    "conditions": {"en": "Conditions", "zh": "条件"}, "amount": {"en": "Amount", "zh": "金额"}, "limits": {"en": "Limits", "zh": "限额"},
    "excluded": {"en": "Not together with", "zh": "不与以下同享"}, "facts": {"en": "Facts that are asked", "zh": "所用事实"},
    "steps": {"en": "Steps", "zh": "计算步骤"},
    "unmet": {"en": "if not", "zh": "不符时"}, "missing": {"en": "while unknown", "zh": "未知时"},
    "fix": {"en": "what helps", "zh": "怎么办"},
    "from": {"en": "From {} on", "zh": "自{}起"}, "between": {"en": "From {} to {}", "zh": "{}至{}"},
    "accept": {"en": "It can be asked for from {} to {}.", "zh": "受理期：{}至{}。"}, "open": {"en": "any day", "zh": "不限"},
    "of": {"en": "of", "zh": "对象"}, "tests": {"en": "{} tests in the file.", "zh": "文件中有 {} 条测试。"},
    "all": {"en": "Policies", "zh": "政策一览"}, "all_facts": {"en": "Catalogue of facts", "zh": "事实目录"},
    "type": {"en": "type", "zh": "类型"}, "name": {"en": "name", "zh": "名称"}, "english": {"en": "in tables", "zh": "英文列名"},
    "says": {"en": "meaning", "zh": "含义"}, "monthly": {"en": "by month", "zh": "按月"}, "policy": {"en": "policy", "zh": "政策"},
}  # fmt: skip


@cache
def book() -> RuleBook:
    """All policies of the installed packs. A pack is read with those that it stands on."""
    books = [read_rules(pack_folder(name)) for name in pack_names() if list((HERE / name).glob("policies/*.yaml"))]
    widest = max(books, key=lambda each: len(each.policies))
    policies = {code: policy for each in books for code, policy in each.policies.items()}
    return RuleBook(widest.catalogue, policies)


def policy_page(code: str, lang: str) -> str:
    """One policy in plain words."""
    policy, catalogue = book().policies[code], book().catalogue
    other = f"[{'English' if lang == 'zh' else '中文'}]({code}{'' if lang == 'zh' else '.zh-CN'}.md)"
    lines = [f"# {policy.title[lang]}", "", f"{other} · `{code}` · {_T['written'][lang]}", "", policy.says[lang], ""]
    lines += [*head(policy, lang), *documents(policy, lang), *numbers(policy, catalogue, lang)]
    for block in policy.blocks:
        lines += block_part(policy, catalogue, block, lang)
    lines += facts_part(policy, catalogue, lang)
    lines += ["", _T["tests"][lang].format(len(policy.examples))]
    return "\n".join(lines) + "\n"


def head(policy: Policy, lang: str) -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    told = [
        ("who", policy.subject),
        ("paid", policy.pays),
        ("how", policy.channel),
        ("fund", policy.fund),
        ("level", policy.level),
    ]
    yield from (f"| {_T[key][lang]} | {code_said(value, lang)} |" for key, value in told)
    if policy.notice_days:
        yield f"| {_T['notice'][lang]} | {_T['days'][lang].format(policy.notice_days)} |"
    if policy.recovery:
        yield f"| {_T['recovery'][lang]} | {policy.recovery[lang]} |"


def documents(policy: Policy, lang: str) -> Iterator[str]:
    yield from ("", f"## {_T['documents'][lang]}", "")
    for each in policy.legal:
        days = " – ".join(day.isoformat() for day in (each.effective, each.until) if day)
        rest = "; ".join(
            part for part in (days, each.source[lang], f"{_T['certainty'][lang]} {each.certainty}") if part
        )
        yield f"- {each.ref[lang]} ({rest})" if lang == "en" else f"- {each.ref[lang]}（{rest}）"


def numbers(policy: Policy, catalogue: Catalogue, lang: str) -> Iterator[str]:
    if not policy.parameters:
        return
    keys = ("number", "value", "since", "source", "certainty")
    yield from (
        "",
        f"## {_T['numbers'][lang]}",
        "",
        "| " + " | ".join(_T[key][lang] for key in keys) + " |",
        "|---|---|---|---|---|",
    )
    for parameter in policy.parameters.values():
        for dated in parameter.values:
            value = number_said(catalogue.money, dated, parameter.unit, lang)
            mark = f" **{ASSUMED_WORDS[lang]}**" if dated.is_assumed else ""
            yield f"| {parameter.says[lang]} | {value}{mark} | {dated.since} | {dated.source[lang]} | {dated.certainty} |"


def block_part(policy: Policy, catalogue: Catalogue, block: Block, lang: str) -> Iterator[str]:
    words = Words(catalogue, lang, policy, block)
    span = (block.since, block.until) if block.until else (block.since,)
    yield from ("", f"## {_T['between' if block.until else 'from'][lang].format(*span)}", "")
    if block.accept_from or block.accept_until:
        days = [str(day or _T["open"][lang]) for day in (block.accept_from, block.accept_until)]
        yield from (_T["accept"][lang].format(*days), "")
    yield from (f"### {_T['conditions'][lang]}", "")
    for each in block.conditions:
        yield f"- **{each.reason.met[lang]}**" + (
            f": {words.of(each.when)}" if lang == "en" else f"：{words.of(each.when)}"
        )
        yield from reason_part(policy, catalogue, block, each.reason.id, lang)
    yield from ("", f"### {_T['amount'][lang]}", "", words.of(block.amount))
    if block.formulas:
        yield from ("", f"### {_T['steps'][lang]}", "")
        yield from (f"- {block.steps[name][lang]}: {words.of(node)}" for name, node in block.formulas)
    if block.limits:
        yield from ("", f"### {_T['limits'][lang]}", "")
        for limit in block.limits:
            yield f"- {limit_said(limit, policy, block, catalogue, lang)}"
            yield from reason_part(policy, catalogue, block, limit.reason.id, lang)
    if block.exclusions:
        yield from ("", f"### {_T['excluded'][lang]}", "")
        for exclusion in block.exclusions:
            end = ".zh-CN" if lang == "zh" else ""
            yield f"- [{book().policies[exclusion.policy].title[lang]}]({exclusion.policy}{end}.md)"
            yield from reason_part(policy, catalogue, block, exclusion.reason.id, lang)


def reason_part(policy: Policy, catalogue: Catalogue, block: Block, name: str, lang: str) -> Iterator[str]:
    reason = policy.says_of(name, block)
    assert reason is not None
    for key, texts in (("unmet", reason.unmet), ("missing", reason.missing), ("fix", reason.fix)):
        if texts:
            colon = ": " if lang == "en" else "："
            yield f"  - {_T[key][lang]}{colon}{filled(texts[lang], policy, block, catalogue, lang)}"


def facts_part(policy: Policy, catalogue: Catalogue, lang: str) -> Iterator[str]:
    keys = ("name", "says", "of", "monthly", "source")
    yield from (
        "",
        f"## {_T['facts'][lang]}",
        "",
        "| " + " | ".join(_T[key][lang] for key in keys) + " |",
        "|---|---|---|---|---|",
    )
    for name in policy.facts:
        yield fact_line(catalogue, catalogue.facts[name], lang)


def fact_line(catalogue: Catalogue, fact: Fact, lang: str) -> str:
    source = Words(catalogue, lang).of(fact.formula) if fact.formula else fact.source[lang]
    months = ("✓" if fact.is_monthly else "") if not fact.formula else ""
    return f"| `{fact.name}` `{fact.en}` | {fact.says[lang]} | {code_said(fact.of, lang)} | {months} | {source} |"


def index_page(lang: str) -> str:
    """All policies."""
    end = ".zh-CN" if lang == "zh" else ""
    lines = [f"# {_T['all'][lang]}", "", _T["written"][lang], "", f"[{_T['all_facts'][lang]}](facts{end}.md)", ""]
    keys = ("policy", "who", "paid", "how", "level")
    lines += ["| " + " | ".join(_T[key][lang] for key in keys) + " |", "|---|---|---|---|---|"]
    order = {level: at for at, level in enumerate(LEVELS)}
    for policy in sorted(book().policies.values(), key=lambda each: (order[each.level], each.code)):
        told = (code_said(value, lang) for value in (policy.subject, policy.pays, policy.channel, policy.level))
        lines.append(f"| [{policy.title[lang]}]({policy.code}{end}.md) | {' | '.join(told)} |")
    return "\n".join(lines) + "\n"


def facts_page(lang: str) -> str:
    """The catalogue of facts."""
    catalogue = book().catalogue
    lines = [
        f"# {_T['all_facts'][lang]}",
        "",
        _T["written"][lang].replace("the policy's file", "the packs").replace("政策文件", "地区包"),
    ]
    keys = ("name", "says", "of", "monthly", "source")
    lines += ["", "| " + " | ".join(_T[key][lang] for key in keys) + " |", "|---|---|---|---|---|"]
    lines += [fact_line(catalogue, fact, lang) for fact in catalogue.facts.values()]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, Callable[[], str]]:
    """Path → what writes it."""
    found: dict[Path, Callable[[], str]] = {}
    for lang, end in (("en", ""), ("zh", ".zh-CN")):
        found |= {FOLDER / f"{code}{end}.md": partial(policy_page, code, lang) for code in book().policies}
        found[FOLDER / f"README{end}.md"] = partial(index_page, lang)
        found[FOLDER / f"facts{end}.md"] = partial(facts_page, lang)
        found[DOCS / "guide" / f"formulas{end}.md"] = partial(language_page, lang)
    return found
