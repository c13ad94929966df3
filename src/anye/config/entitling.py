"""`anye entitle`: the night's pass from the command line, and what it came to."""

from __future__ import annotations

import json
import sys
from datetime import date

from anye.config.faults import SetupFault, Text
from anye.flow.nightly import PassReport, PassTooEarly, PassUnderWay, entitle
from anye.flow.registry import district_no
from anye.flow.rules import rules_in_use
from anye.packs import Pack


def judge(pack: Pack, *, on: date, known: date | None, today: date, by: str) -> tuple[PassReport, bool]:
    """The pass, and whether it was written: one as known on a day before the last pass only says what it came to.

    Raises SetupFault.
    """
    office_no = district_no()
    if known is not None and known > today:
        raise SetupFault("known_on_future", day=known.isoformat())
    try:
        try:
            return entitle(pack, on=on, known=known or today, office_no=office_no, by=by), True
        except PassTooEarly:
            return entitle(pack, on=on, known=known or today, office_no=office_no, by=by, is_kept=False), False
    except PassUnderWay:
        raise SetupFault("pass_under_way") from None


def tell(report: PassReport, pack: Pack, *, is_kept: bool, as_json: bool, language: str) -> None:
    """What it came to, a line a policy."""
    if as_json:
        sys.stdout.write(json.dumps({**report.as_json(), "is_kept": is_kept}, ensure_ascii=False, indent=1) + "\n")
        return
    is_zh = language.startswith("zh")
    book = rules_in_use(pack.name)
    sign = book.catalogue.money
    for code, summary in sorted(report.policies.items(), key=lambda one: -one[1].amount):
        title = book.policies[code].title["zh" if is_zh else "en"]
        pay, unknown = summary.outcomes["pay"], summary.outcomes["unknown"]
        amount = f"{summary.amount / sign.per:,.2f}"
        said = Text(f"{title}：应发 {pay} 人月，{amount} {sign.sign['zh']}；待核实 {unknown} 人月",
                    f"{title}: {pay} months to pay, {amount} {sign.sign['en']}; {unknown} months not known yet")  # fmt: skip
        sys.stdout.write(said.in_language(language) + "\n")
        if names := report.blind.get(code):
            told = "、".join(names) if is_zh else ", ".join(book.catalogue.facts[name].en for name in names)
            said = Text(f"    没有任何登记册说明：{told}", f"    no register tells: {told}")
            sys.stdout.write(said.in_language(language) + "\n")
    said = Text(f"台账新增 {report.appended} 条，停用 {report.retired} 条。",
                f"{report.appended} decisions written, {report.retired} retired.")  # fmt: skip
    if not is_kept:
        said = Text(
            "之后的日子已经核算过，本次只看结果，未写入。", "A later day was judged already: nothing was written."
        )
    sys.stdout.write(said.in_language(language) + "\n")
