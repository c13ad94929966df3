"""`anye policy …`: check, run, explain and compare policies on files, without a registry and without a database."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from anye.config.commands import language
from anye.config.faults import Text
from anye.engine.entitle import said
from anye.engine.entitle.case import OUTCOMES, UNKNOWN, CaseRule, Row, Verdict
from anye.engine.entitle.examples import NoFact, NoValue, check_policy, row_of
from anye.engine.entitle.months import read_month, written, year_of
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.runs import RuleBook, Run, Summary, changes_said, who_changes
from anye.engine.entitle.table_cells import FactsFault
from anye.engine.entitle.tables import Tables, read_tables
from anye.engine.entitle.values import money_said
from anye.packs.rules import pack_folder, read_rules, with_policy

FIRST_PACK = "cn_yubei"
UNKNOWN_WORD = OUTCOMES[UNKNOWN]


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
    can_be_written(args.out)
    tables = read_tables(args.facts, book.policies[code].subject, book.catalogue, span(args))
    one, since = Run(book, code, tables, args.on), args.month[0] if args.month else tables.first
    told(args, tables, one)
    only = frozenset(OUTCOMES.index(each) for each in args.only) if args.only else None
    summary = Summary()

    def blocks() -> Iterator[Outcomes]:
        for block in one.blocks():
            summary.add(one.policy, block, since - one.cases.first)
            yield block

    if args.out:
        write(args.out, (one.lines(block, since, only) for block in blocks()))
    else:
        deque(blocks(), maxlen=0)
    summed(args, one, summary)
    return 0


def span(args: argparse.Namespace) -> tuple[int, int] | None:
    """The first and the last month that are asked for; months before them that the tables hold are judged too."""
    if not args.month:
        return None
    if args.month[-1] < args.month[0] or len(args.month) > 2:
        raise FactsFault("facts_span", {"found": " ".join(map(written, args.month))})
    return args.month[0], args.month[-1]


def can_be_written(out: Path | None) -> None:
    """Told before the work is done."""
    if out is not None and out.suffix not in {".csv", ".parquet"}:
        raise FactsFault("facts_out", {"found": out.name})
    if out is not None and not out.resolve().parent.is_dir():
        raise FactsFault("facts_no_folder", {"found": str(out.resolve().parent)})


def write(out: Path, frames: Iterable[pl.DataFrame]) -> None:
    """A table, whole or not at all, one frame after the other: a million people for a year are twelve million lines."""
    draft = out.with_name(f"{out.name}.part")
    with (parquet_to if out.suffix == ".parquet" else csv_to)(draft) as put:
        for frame in frames:
            put(frame)
    if not draft.exists():  # no row at all, so no columns
        pl.DataFrame().write_parquet(draft)
    draft.replace(out)


@contextmanager
def csv_to(path: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    with path.open("wb") as file:

        def put(frame: pl.DataFrame) -> None:
            is_first = file.tell() == 0
            frame.write_csv(file, include_header=is_first, include_bom=is_first)

        yield put


@contextmanager
def parquet_to(path: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    with ExitStack() as stack:
        writers: list[pq.ParquetWriter] = []  # made when the columns are known

        def put(frame: pl.DataFrame) -> None:
            table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            if not writers:
                writers.append(stack.enter_context(pq.ParquetWriter(path, table.schema)))
            writers[0].write_table(table)

        yield put


def told(args: argparse.Namespace, tables: Tables, one: Run) -> None:
    """On the error channel: what the tables brought that is no value, and what they did not bring."""
    for bad in tables.bad:
        text = Text(
            f"{bad.file}：“{bad.column}”有 {bad.count} 格不是该事实的值，按未知处理；第一处在第 {bad.row} 行：{bad.text}",
            f"{bad.file}: {bad.count} cells of “{bad.column}” are no values of this fact and count as unknown; "
            f"the first is in line {bad.row}: {bad.text}",
        )
        complain(text.in_language(language(args)))
    for (subject, other), (count, first) in tables.apart.items():
        text = Text(f"{subject} 表中有 {count} 个 {other} 在 {other} 表里没有行，其事实未知；例如 {first}",
                    f"{count} of each {other} that the {subject} rows name have no row in the {other} table, so their facts are "
                    f"unknown; {first} for one")  # fmt: skip
        complain(text.in_language(language(args)))
    for file, column in tables.ignored:
        complain(Text(f"{file}：不认识的列“{column}”，未用。", f"{file}: column “{column}” is unknown here and was not used.")
                 .in_language(language(args)))  # fmt: skip
    if one.unknown:
        names = ", ".join(one.unknown)
        text = Text(f"没有给出，人人未知：{names}", f"Not given, unknown for everybody: {names}")
        complain(text.in_language(language(args)))
    for name, facts in used_in_another_year(one):
        text = Text(
            f"上限“{name}”按年计算：“{facts}”按 {written(tables.first)} 之前当年已用计，以后各年从零算起。",
            f"The limit “{name}” goes by the year: “{facts}” is taken as what was used in the year before "
            f"{written(tables.first)}, and each later year begins with nothing.",
        )
        complain(text.in_language(language(args)))


def used_in_another_year(one: Run) -> Iterator[tuple[str, str]]:
    """Yearly limits that begin with a fact, and that fact, when several years are judged: it is about the first of them."""
    first, months = one.cases.first, one.cases.months
    if year_of(first) == year_of(first + months - 1):
        return
    limits = {limit.reason.id: limit for block in one.policy.blocks for limit in block.limits if limit.per == "year"}
    for name, limit in limits.items():
        if facts := limit.used_before.names & set(one.book.catalogue.facts):
            yield name, "、".join(sorted(facts))


def summed(args: argparse.Namespace, one: Run, summary: Summary) -> None:
    lang = "zh" if language(args).startswith("zh") else "en"
    paid = money_said(one.book.catalogue.money, summary.amount, lang)
    if summary.amount and one.assumed.any():
        paid += f"（{said.ASSUMED_WORDS['zh']}）" if lang == "zh" else f" ({said.ASSUMED_WORDS['en']})"
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
    one, month = book.policies[code], args.month
    first, row, others = read_case(args.facts, book, month)
    lang = args.lang or language(args)
    rule = CaseRule(one, book.catalogue)
    verdicts = rule.judge([row], first, month - first + 1, on=args.on, others=others)[0]
    sys.stdout.write(
        "\n".join(described(said.Explainer(one, book.catalogue).explain(verdicts[-1], lang), month, lang)) + "\n"
    )
    return 0


def read_case(path: Path, book: RuleBook, month: int) -> tuple[int, Row, dict[str, list[tuple[Row, list[Verdict]]]]]:
    """A case: facts by name; one that changes by month is {YYYY-MM: value, else: value}. `others`: policy → pay, no, unknown."""
    try:
        tree = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise FactsFault("facts_unreadable", {"file": str(path), "found": type(error).__name__}) from None
    if not isinstance(tree, dict):
        raise FactsFault("facts_unreadable", {"file": str(path), "found": type(tree).__name__})
    others = tree.pop("others", None) or {}
    if not isinstance(others, dict) or not all(
        each in OUTCOMES and code in book.policies for code, each in others.items()
    ):
        raise FactsFault("facts_others", {"file": str(path)})
    first = min([month, *stated_months(path, tree)])
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


def stated_months(path: Path, tree: dict[str, object]) -> list[int]:
    """The months that a case names."""
    found = []
    for name, value in tree.items():
        for key in value if isinstance(value, dict) else ():
            try:
                found += [] if key == "else" else [read_month(str(key))]
            except ValueError:
                raise FactsFault("facts_value", {"file": str(path), "column": name, "found": str(key)[:40]}) from None
    return found


def described(told_: said.Explained, month: int, lang: str) -> list[str]:
    """An explanation as lines of text."""
    zh = lang.startswith("zh")
    mark = f"（{said.ASSUMED_WORDS['zh']}）" if zh else f" ({said.ASSUMED_WORDS['en']})"
    amount = f" {told_.amount}{mark if told_.is_assumed else ''}" if told_.amount else ""
    lines = [f"{told_.title}, {written(month)}: {told_.outcome}{amount}"]
    signs = {"met": "✓", "unmet": "✗", "missing": "?"}
    for line in told_.lines:
        lines.append(f"  {signs[line.state]} {line.text}")
        lines += [f"      {name}: {value}" for name, value in line.facts]
        if line.fix:
            lines.append(f"      → {line.fix}")
    lines += [f"  = {name}: {value}" for name, value in told_.steps]
    for number in told_.numbers:
        certainty = mark if number.is_assumed else ""
        lines.append(f"  {number.says}: {number.value} ({number.since}; {number.source}){certainty}")
    return lines


def changes(args: argparse.Namespace) -> int:
    can_be_written(args.out)
    (old_book, old), (new_book, new) = chosen(args, args.old), chosen(args, args.new)
    subjects = {book.policies[code].subject for book, code in ((old_book, old), (new_book, new))}
    if len(subjects) > 1:
        raise FactsFault("facts_two_subjects", {"found": ", ".join(sorted(subjects))})
    facts = [book.catalogue.facts for book in (old_book, new_book)]
    for name in sorted({*old_book.policies[old].facts} & {*new_book.policies[new].facts}):
        if facts[0][name].kind != facts[1][name].kind or facts[0][name].roll_up != facts[1][name].roll_up:
            raise FactsFault("facts_two_catalogues", {"found": name})
    tables = read_tables(args.facts, subjects.pop(), new_book.catalogue, span(args))
    before, after = Run(old_book, old, tables, args.on), Run(new_book, new, tables, args.on)
    told(args, tables, after)
    found = who_changes(before, after, args.month[0] if args.month else tables.first)
    if args.out:
        write(args.out, [found])
    lang = "zh" if language(args).startswith("zh") else "en"
    words = {name: said.OUTCOME_WORDS[at][lang] for at, name in enumerate(OUTCOMES)}
    total = money_said(new_book.catalogue.money, int(found.get_column("difference").sum()), lang)
    tell(args, f"{found.height} 个月次改变，合计 {total}。", f"{found.height} row-months change, {total} in all.")
    for was, becomes, count, difference in changes_said(found).iter_rows():
        money = "" if UNKNOWN_WORD in {was, becomes} else money_said(new_book.catalogue.money, difference, lang)
        sys.stdout.write(f"  {words[was]} → {words[becomes]}  {count}  {money}\n")
    return 0


_FACTS_SAYS: dict[str, tuple[str, str]] = {
    "facts_no_file": ("{file} 不在或不是可读的文件（{expected}）", "{file} is not there, or not one of {expected}"),
    "facts_no_policy": ("没有名为 {found} 的政策。有：{expected}", "There is no policy {found}. There are: {expected}"),
    "facts_two_files": ("{file}：表 {found} 有两个文件，留一个", "{file}: table {found} has two files; keep one"),
    "facts_no_month": ("{file} 没有月份。加 month 列（YYYY-MM），或用 --month 指明",
                       "{file} names no month. Add a column month (YYYY-MM), or say --month"),
    "facts_span": ("月份应为一个，或先后两个：{found}", "One month, or the first and the last: {found}"),
    "facts_unreadable": ("{file} 读不了：{found}", "{file} cannot be read: {found}"),
    "facts_no_column": ("{file} 缺少列 {expected}", "{file} lacks the column {expected}"),
    "facts_no_key": ("{file} 第 {row} 行 {column} 为空或不是该有的写法", "{file}, line {row}: {column} is empty or badly written"),
    "facts_twice": ("{file} 第 {row} 行与第 {other} 行是同一对象同一月份。留一行",
                    "{file}, lines {row} and {other}: one subject and month twice. Keep one"),
    "facts_differ": ("{file} 第 {row} 行“{column}”与同一对象的其他行不同，而它应当相同（家庭变了就分开算）。改成一致",
                     "{file}, line {row}: “{column}” differs from other rows of the same person, household or firm, and should not "
                     "(who changes household is judged in two runs). Make them agree"),
    "facts_contradict": ("{who} 的“{column}”在两张表（{tables}）里说法不同。改成一致，或只留一处",
                         "“{column}” of {who} is said differently in two tables ({tables}). Make them agree, or say it once"),
    "facts_heading": ("{file} 有两列是“{column}”。留一列", "{file} has two columns of “{column}”. Keep one"),
    "facts_others": ("{file}：others 写成 {{政策代码: pay、no 或 unknown}}", "{file}: write others as {{policy: pay, no or unknown}}"),
    "facts_two_catalogues": ("两项政策的“{found}”在各自的事实目录中不同，不能用一份表比较",
                             "“{found}” is another fact in the catalogue of each policy; one table cannot serve both"),
    "facts_out": ("{found}：只写 .csv 或 .parquet", "{found}: only .csv and .parquet are written"),
    "facts_no_folder": ("没有文件夹 {found}", "There is no folder {found}"),
    "facts_no_fact": ("{file}：事实目录中没有“{found}”", "{file}: the catalogue has no fact “{found}”"),
    "facts_value": ("{file}：“{found}”不是“{column}”的值", "{file}: “{found}” is no value of “{column}”"),
    "facts_two_subjects": ("两项政策的对象不同：{found}", "The two policies are about different subjects: {found}"),
}  # fmt: skip


def facts_fault_said(fault: FactsFault) -> Text:
    """The fault in both languages."""
    zh, en = _FACTS_SAYS[fault.code]
    return Text(zh.format(**fault.params) + "。", en.format(**fault.params) + ".")
