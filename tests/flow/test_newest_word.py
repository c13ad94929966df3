"""Who was said to be poor and is said to be no longer: the newest file of a register that weighs as much is believed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from anye.engine.entitle.columns import Column, values_of
from anye.flow.drawing.months import Window
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.load import Report
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from tests.flow.written import ledger, monitoring, number

PACK = read_pack("cn_yubei")
JUNE, KNOWN = 605, dt.date(2021, 3, 1)
WHO = {"姓名": "冉明1"}
Said = tuple[str, str, str]
"""A register, the month of its file, and what it calls the person's household."""


def write(folder: Path, said: Said) -> Path:
    register, month, group = said
    path = folder / f"{register}{month}{group}.csv"
    if register == "ledger":
        return ledger(
            path, [{**WHO, "镇街": "东河镇", "村居": "柳树村", "身份证号": number(1), "户类型": group}], month=month
        )
    row = {
        **WHO,
        "乡镇": "东河镇",
        "行政村": "柳树村",
        "证件号码": number(1),
        "户编号": "1",
        "人口编号": "1",
        "户类型": group,
    }
    return monitoring(path, [row], month=month)


def poor(on: dt.date = KNOWN) -> list[object]:
    """Of June to December 2020, whether the person is known to be poor."""
    with acting(BATCH):
        records = RecordSubjects(PACK, Window(JUNE, 7), on=on, facts={"贫困劳动力"})
        own = records.own("person")
        values, known_in = own.facts["贫困劳动力"]
        kind = records.catalogue.facts["贫困劳动力"].kind
        shape = (7, own.rows)
        known = np.broadcast_to(True if known_in is None else known_in, shape)
        told = zip(np.broadcast_to(values, shape), known, strict=True)
        return [values_of(Column(of_month, is_known), kind, own.rows)[0] for of_month, is_known in told]


LEDGERS = (("ledger", "2020年6月", "贫困户"), ("ledger", "2020年10月", "一般农户"))


@pytest.mark.parametrize("files", [LEDGERS, LEDGERS[::-1]])
def test_a_newer_ledger_ends_it_from_its_month_on_in_whatever_order_they_come(
    files: Sequence[Said], load: Callable[..., Report], context: object, tmp_path: Path
) -> None:
    for said in files:
        load(write(tmp_path, said), known_on=KNOWN)
    assert poor() == [True] * 4 + [False] * 3


@pytest.mark.parametrize(
    ("files", "months"),
    [
        ((("monitoring", "2020年6月", "脱贫户"), ("ledger", "2020年10月", "一般农户")), [True] * 7),
        ((("monitoring", "2020年6月", "脱贫户"), ("monitoring", "2020年10月", "一般农户")), [True] * 4 + [False] * 3),
        ((("ledger", "2020年6月", "贫困户"), ("monitoring", "2020年8月", "一般农户")), [True] * 2 + [False] * 5),
        ((*LEDGERS, ("ledger", "2020年12月", "贫困户")), [True] * 4 + [False] * 2 + [True]),
        ((("ledger", "2020年6月", "一般农户"), ("ledger", "2020年9月", "贫困户")), [False] * 3 + [True] * 4),
        ((("ledger", "2020年6月", "贫困户"), ("ledger", "2020年10月", "边缘易致贫户")), [True] * 7),
    ],
)
def test_the_stronger_register_and_then_the_later_month(
    files: Sequence[Said], months: list[bool], load: Callable[..., Report], context: object, tmp_path: Path
) -> None:
    """Who is said to be monitored may be poor beside, so that word ends nothing."""
    for said in files:
        load(write(tmp_path, said), known_on=KNOWN)
    assert poor() == months


def test_before_the_newer_word_was_known_it_ended_nothing(
    load: Callable[..., Report], context: object, tmp_path: Path
) -> None:
    for said, known in zip(LEDGERS, (dt.date(2020, 7, 1), dt.date(2020, 11, 1)), strict=True):
        load(write(tmp_path, said), known_on=known)
    assert poor(dt.date(2020, 10, 31)) == [True] * 7
    assert poor(dt.date(2020, 11, 1)) == [True] * 4 + [False] * 3
