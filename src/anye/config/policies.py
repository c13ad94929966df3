"""`anye policy …`: check, run, explain and compare policies on files, without a registry and without a database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from anye.config.commands import language
from anye.config.faults import Text
from anye.engine.entitle import said
from anye.engine.entitle.case import OUTCOMES, CaseRule, Row, Verdict
from anye.engine.entitle.examples import NoFact, NoValue, check_policy, row_of
from anye.engine.entitle.months import read_month, written
from anye.engine.entitle.runs import RuleBook, Run, Summary, changes_said, who_changes
from anye.engine.entitle.table_cells import FactsFault
from anye.engine.entitle.tables import Tables, read_tables
from anye.packs.rules import pack_folder, read_rules, with_policy

FIRST_PACK = "cn_yubei"


def policy(args: argparse.Namespace) -> int:
    """One of the verbs; what is wrong with a file is said, and the code is 2."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "check": check, "run": run, "explain": explain, "who-changes": changes,
    }  # fmt: skip
    try:
        return verbs[args.policy_verb](args)
    except FactsFault as fault:
        complain(facts_fault_said(fault).in_language(language(args)))
    return 2


def complain(text: str) -> None:
    sys.stderr.write(text + "\n")


def tell(args: argparse.Namespace, zh: str, en: str) -> None:
    sys.stdout.write(Text(zh, en).in_language(language(args)) + "\n")


def check(args: argparse.Namespace) -> int:
    """Everything about a pack's policies, their own tests among it."""
    book = read_rules(pack_folder(args.pack))
    faults = [fault for each in book.policies.values() for fault in check_policy(each, book.catalogue)]
    for fault in faults:
        complain(fault.text(language(args)))
    tests = sum(len(each.examples) for each in book.policies.values())
    count = len(book.policies)
    if faults:
        tell(args, f"{count} 项政策，{tests} 条测试，{len(faults)} 处不对。",
             f"{count} policies, {tests} tests, {len(faults)} faults.")  # fmt: skip
        return 1
    tell(args, f"{count} 项政策，{tests} 条测试，全部通过。", f"{count} policies, {tests} tests, all pass.")
    return 0


def chosen(args: argparse.Namespace, name: str) -> tuple[RuleBook, str]:
    """The rules and the code of what was asked for: a policy's code, or its file. A file's pack is the folder above it."""
    path = Path(name)
    if path.suffix == ".yaml" or path.is_file():
        if not path.is_file():
            raise FactsFault("facts_no_file", {"file": name, "expected": ".yaml"})
        above = path.resolve().parent.parent
        given = args.pack or (str(above) if (above / "pack.yaml").is_file() else FIRST_PACK)
        return with_policy(read_rules(pack_folder(given)), path)
    book = read_rules(pack_folder(args.pack or FIRST_PACK))
    if name not in book.policies:
        raise FactsFault("facts_no_policy", {"found": name, "expected": ", ".join(sorted(book.policies))})
    return book, name


def run(args: argparse.Namespace) -> int:
    book, code = chosen(args, args.policy)
    tables = read_tables(args.facts, book.policies[code].subject, book.catalogue, span(args))
    one = Run(book, code, tables, args.on)
    told(args, tables, one)
    only = frozenset(OUTCOMES.index(each) for each in args.only) if args.only else None
    summary, frames = Summary(), []
    for block in one.blocks():
        summary.add(one.policy, block)
        if args.out:
            frames.append(one.lines(block, only))
    if args.out:
        write(args.out, frames)
    summed(args, one, summary)
    return 0


def span(args: argparse.Namespace) -> tuple[int, int] | None:
    """The months that are asked for: the first, and how many."""
    if not args.month:
        return None
    first, last = read_month(args.month[0]), read_month(args.month[-1])
    if last < first:
        raise FactsFault("facts_span", {"found": f"{written(first)} > {written(last)}"})
    return first, last - first + 1


def write(out: Path, frames: list[pl.DataFrame]) -> None:
    """A table, whole or not at all."""
    whole = pl.concat(frames) if frames else pl.DataFrame()
    draft = out.with_name(f"{out.name}.part")
    if out.suffix == ".parquet":
        whole.write_parquet(draft)
    else:
        whole.write_csv(draft, include_bom=True)
    draft.replace(out)


def told(args: argparse.Namespace, tables: Tables, one: Run) -> None:
    """On the error channel: what the tables brought that is no value, and what they did not bring."""
    for bad in tables.bad:
        text = Text(
            f"{bad.file}：“{bad.column}”有 {bad.count} 格不是该事实的值，按未知处理；第一处在第 {bad.row} 行：{bad.text}",
            f"{bad.file}: {bad.count} cells of “{bad.column}” are no values of this fact and count as unknown; "
            f"the first is in row {bad.row}: {bad.text}",
        )
        complain(text.in_language(language(args)))
    for file, column in tables.ignored:
        complain(Text(f"{file}：不认识的列“{column}”，未用。", f"{file}: column “{column}” is unknown here and was not used.")
                 .in_language(language(args)))  # fmt: skip
    if one.unknown:
        names = ", ".join(one.unknown)
        text = Text(f"没有给出，人人未知：{names}", f"Not given, unknown for everybody: {names}")
        complain(text.in_language(language(args)))


def summed(args: argparse.Namespace, one: Run, summary: Summary) -> None:
    lang = "zh" if language(args).startswith("zh") else "en"
    paid = said.money(one.book.catalogue.money, summary.amount, lang)
    count = summary.outcomes
    tell(args, f"{one.policy.title['zh']}：应发 {count['pay']} 个月次，{paid}；不发 {count['no']}；待核实 {count['unknown']}。",
         f"{one.policy.title['en']}: {count['pay']} row-months to be paid, {paid}; {count['no']} not paid; "
         f"{count['unknown']} not known yet.")  # fmt: skip
    for words, counter in ((said.STATE_WORDS["unmet"], summary.unmet), (said.STATE_WORDS["missing"], summary.missing)):
        for name, times in counter.most_common():
            if times:
                sys.stdout.write(f"  {words[lang]}  {name}  {times}\n")


def explain(args: argparse.Namespace) -> int:
    book, code = chosen(args, args.policy)
    one, month = book.policies[code], read_month(args.month)
    first, row, others = read_case(args.facts, book, month)
    lang = args.lang or language(args)
    rule = CaseRule(one, book.catalogue)
    verdicts = rule.judge([row], first, month - first + 1, on=args.on, others=others)[0]
    sys.stdout.write("\n".join(described(said.Explainer(one, book.catalogue).explain(verdicts[-1], lang), lang)) + "\n")
    return 0


def read_case(path: Path, book: RuleBook, month: int) -> tuple[int, Row, dict[str, list[tuple[Row, list[Verdict]]]]]:
    """A case: facts by name; one that changes by month is {YYYY-MM: value, else: value}. `others`: policy → pay, no, unknown."""
    try:
        tree = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise FactsFault("facts_unreadable", {"file": str(path), "found": type(error).__name__}) from None
    if not isinstance(tree, dict):
        raise FactsFault("facts_unreadable", {"file": str(path), "found": type(tree).__name__})
    others = tree.pop("others", {})
    stated = [
        read_month(str(key)) for value in tree.values() if isinstance(value, dict) for key in value if key != "else"
    ]
    first = min([*stated, month])
    months = month - first + 1
    try:
        row = row_of(book.catalogue, tree, first, months)
    except NoFact as fault:
        raise FactsFault("facts_no_fact", {"file": str(path), "found": fault}) from None
    except NoValue as fault:
        raise FactsFault(
            "facts_value", {"file": str(path), "column": fault.fact, "found": str(fault.raw)[:40]}
        ) from None
    said_of = {code: OUTCOMES.index(str(each)) for code, each in others.items()}
    return first, row, {code: [(row, [Verdict(0, at, 0, 0, 0, {}, {})] * months)] for code, at in said_of.items()}


def described(told_: said.Explained, lang: str) -> list[str]:
    """An explanation as lines of text."""
    zh = lang.startswith("zh")
    mark = f"（{said.ASSUMED_WORDS['zh']}）" if zh else f" ({said.ASSUMED_WORDS['en']})"
    amount = f" {told_.amount}{mark if told_.is_assumed else ''}" if told_.amount else ""
    lines = [f"{told_.title}: {told_.outcome}{amount}"]
    signs = {"met": "✓", "unmet": "✗", "missing": "?"}
    for line in told_.lines:
        lines.append(f"  {signs[line.state]} {line.text}")
        lines += [f"      {name}: {value}" for name, value in line.facts]
        if line.fix:
            lines.append(f"      → {line.fix}")
    for number in told_.numbers:
        certainty = mark if number.is_assumed else ""
        lines.append(f"  {number.says}: {number.value} ({number.since}; {number.source}){certainty}")
    return lines


def changes(args: argparse.Namespace) -> int:
    (old_book, old), (new_book, new) = chosen(args, args.old), chosen(args, args.new)
    subjects = {book.policies[code].subject for book, code in ((old_book, old), (new_book, new))}
    if len(subjects) > 1:
        raise FactsFault("facts_two_subjects", {"found": ", ".join(sorted(subjects))})
    tables = read_tables(args.facts, subjects.pop(), new_book.catalogue, span(args))
    before, after = Run(old_book, old, tables, args.on), Run(new_book, new, tables, args.on)
    told(args, tables, after)
    found = who_changes(before, after)
    if args.out:
        write(args.out, [found])
    lang = "zh" if language(args).startswith("zh") else "en"
    words = {name: said.OUTCOME_WORDS[at][lang] for at, name in enumerate(OUTCOMES)}
    total = said.money(new_book.catalogue.money, int(found.get_column("difference").sum()), lang)
    tell(args, f"{found.height} 个月次改变，合计 {total}。", f"{found.height} row-months change, {total} in all.")
    for was, becomes, count, difference in changes_said(found).iter_rows():
        money = said.money(new_book.catalogue.money, difference, lang)
        sys.stdout.write(f"  {words[was]} → {words[becomes]}  {count}  {money}\n")
    return 0


_FACTS_SAYS: dict[str, tuple[str, str]] = {
    "facts_no_file": ("{file} 不在或不是可读的文件（{expected}）", "{file} is not there, or not one of {expected}"),
    "facts_no_policy": ("没有名为 {found} 的政策。有：{expected}", "There is no policy {found}. There are: {expected}"),
    "facts_two_files": ("{file}：表 {found} 有两个文件，留一个", "{file}: table {found} has two files; keep one"),
    "facts_no_month": ("{file} 没有月份。加 month 列（YYYY-MM），或用 --month 指明",
                       "{file} names no month. Add a column month (YYYY-MM), or say --month"),
    "facts_span": ("月份颠倒：{found}", "The months are the wrong way round: {found}"),
    "facts_unreadable": ("{file} 读不了：{found}", "{file} cannot be read: {found}"),
    "facts_no_column": ("{file} 缺少列 {expected}", "{file} lacks the column {expected}"),
    "facts_no_key": ("{file} 第 {row} 行 {column} 为空或不是该有的写法", "{file}, row {row}: {column} is empty or badly written"),
    "facts_twice": ("同一对象同一月份有两行：第 {row} 行 {month}。留一行",
                    "Two rows of one subject and month: row {row} {month}. Keep one"),
    "facts_differ": ("第 {row} 行“{column}”与同一对象的其他行不同，而它不随月份变化。改成一致",
                     "Row {row}: “{column}” differs from other rows of its subject, though no month changes it. Make them agree"),
    "facts_no_fact": ("{file}：事实目录中没有“{found}”", "{file}: the catalogue has no fact “{found}”"),
    "facts_value": ("{file}：“{found}”不是“{column}”的值", "{file}: “{found}” is no value of “{column}”"),
    "facts_two_subjects": ("两项政策的对象不同：{found}", "The two policies are about different subjects: {found}"),
}  # fmt: skip


def facts_fault_said(fault: FactsFault) -> Text:
    """The fault in both languages."""
    zh, en = _FACTS_SAYS[fault.code]
    return Text(zh.format(**fault.params) + "。", en.format(**fault.params) + ".")
