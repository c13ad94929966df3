"""Whatever the order of files, the registry ends alike: contradictions are decided by strength, never by arrival."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction

from anye.flow import files, load
from anye.flow.blocks import Block, Context
from anye.flow.digests import current_rows
from anye.records.accounts.scope import BATCH, acting
from tests.flow.sabotage import broken
from tests.flow.written import SEED, insurance, ledger, number

WILLOW = {"镇街": "东河镇", "村居": "柳树村"}
BRIDGE = {"镇街": "东河镇", "村居": "石桥村"}
CLOUD = {"镇街": "西岭镇", "村居": "云峰村"}
FIRM = {"统一社会信用代码": "91990112MAQC2UQ03H", "单位名称": "青石建筑公司"}
OTHER_FIRM = {"统一社会信用代码": "", "单位名称": "东河 加油站"}
KNOWN = (dt.date(2020, 7, 1), dt.date(2020, 7, 2))


def person(n: int, name: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "身份证号": number(n), **more}


def insured(n: int, name: str, month: str, **more: str) -> dict[str, str]:
    told = {"姓名": name, "证件号码": number(n), "费款所属期": month, "养老保险单位实缴": "160.00"}
    return told | FIRM | more


def conflicting_files(folder: Path) -> list[Path]:
    """Five files that disagree in every way that a register has yet shown."""
    head, member = {"与户主关系": "户主"}, {"与户主关系": "配偶"}
    may = ledger(
        folder / "may.csv",
        [
            person(
                1,
                "张伟",
                **WILLOW,
                **head,
                户编号="H1",
                联系电话="13900000001",
                就业状态="已就业",
                就业单位="东河加油站",
            ),
            person(2, "李娜", **WILLOW, **member, 户编号="H1", 就业状态="未就业", 户类型="未脱贫"),
            person(3, "王芳", **WILLOW, **head, 户编号="H3", 就业状态="未就业"),
            person(4, "龍海", **BRIDGE, 就业状态="未就业", 户类型="已脱贫"),
            person(
                5,
                "陈红",
                **BRIDGE,
                出生日期="1990-03-07",
                就业状态="已就业",
                就业单位="石桥砖厂",
                就业起始日期="2020-03-01",
            ),
            person(6, "周平", **CLOUD, 户类型="未脱贫", 就业状态="未就业"),
        ],
        month="2020年5月",
    )
    june = ledger(
        folder / "june.csv",
        [
            person(1, "张伟", **BRIDGE, **head, 户编号="H2", 联系电话="13900000002", 就业状态="未就业"),
            person(2, "李娜", **WILLOW, **head, 户编号="H1", 就业状态="未就业", 户类型="已脱贫"),
            person(3, "赵敏", **CLOUD, 户编号="H4", 就业状态="已就业", 就业单位="石桥砖厂"),
            person(4, "龙海", **BRIDGE, 就业状态="未就业", 户类型="已脱贫"),
            person(5, "陈宏", **BRIDGE, 出生日期="1990-03-07", 就业状态="未就业"),
            person(6, "周平", **CLOUD, 户类型="未脱贫", 就业状态="未就业"),
        ],
        month="2020年6月",
    )
    june_too = ledger(
        folder / "june-too.csv",
        [
            person(1, "张伟", **CLOUD, 就业状态="已就业", 就业单位="东河加油站", 联系电话="13900000003"),
            person(2, "李娜", **WILLOW, 就业状态="已就业", 就业单位="东河加油站"),
            person(3, "王芳", **WILLOW, 就业状态="未就业", 联系电话="13900000009"),
            person(7, "孙静", **BRIDGE, 就业状态="未就业", 户类型="未脱贫"),
        ],
        month="2020年6月",
    )
    paid = insurance(
        folder / "paid.csv",
        [
            insured(1, "张伟", "2020-06", 缴费基数="3000"),
            insured(2, "李娜", "2020-06", **OTHER_FIRM),
            insured(3, "王芳", "2020-06"),
            insured(4, "龍海", "2020-05"),
            insured(7, "孙静", "2020-06", 单位名称="青石建筑有限公司"),
            insured(8, "吴刚", "2020-06"),
        ],
    )
    paid_too = insurance(
        folder / "paid-too.csv",
        [
            insured(1, "张伟", "2020-06", 缴费基数="4000", 单位名称="青石建筑工程公司"),
            insured(3, "赵敏", "2020-06"),
            insured(4, "龙海", "2020-05"),
            insured(6, "周平", "2020-07", **(OTHER_FIRM | {"单位名称": "东河加油站"})),
        ],
    )
    return [may, june, june_too, paid, paid_too]


@pytest.fixture
def loader(context: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Loads a file; reading and cleaning it is done once, because they do not know of other files."""

    @cache
    def read(path: Path) -> tuple[files.OpenFile, tuple[Block, ...]]:
        with files.OpenFile(path, context, source=None, name=path.name, block_rows=20_000) as opened:
            return opened, tuple(plain_blocks(opened, known_on=known_on(path)))

    def kept(self: files.OpenFile, **_: Any) -> Iterator[Block]:
        return iter(next(blocks for opened, blocks in map(read, asked) if opened is self))

    def known_on(path: Path) -> dt.date:
        return KNOWN[len(path.stem) % 2]

    plain_blocks, asked = files.OpenFile.blocks, set[Path]()
    monkeypatch.setattr(files.OpenFile, "blocks", kept)
    monkeypatch.setattr(load, "OpenFile", lambda path, *_, **__: asked.add(path) or read(path)[0])

    def one(path: Path) -> None:
        report = load.load_file(path, context=context, known_on=known_on(path))
        assert report.fault is None

    return one


Ending = dict[str, list[str]]


def endings(paths: Sequence[Path], loader: Callable[[Path], None]) -> Iterator[tuple[str, Ending]]:
    """Every order of the files with the rows it ends in; orders that begin alike share their beginning."""

    def walk(done: str, left: Sequence[Path]) -> Iterator[tuple[str, Ending]]:
        if not left:
            with acting(BATCH):
                yield done, dict(current_rows())
            return
        for path in left:
            mark = transaction.savepoint()
            loader(path)
            yield from walk(f"{done} {path.stem}".strip(), [other for other in left if other != path])
            transaction.savepoint_rollback(mark)

    return walk("", list(paths))


def disagreements(paths: Sequence[Path], loader: Callable[[Path], None]) -> list[str]:
    """Rows that some order has and the first has not, and the other way round."""
    every = endings(paths, loader)
    first, expected = next(every)
    found = []
    for order, ending in every:
        for table, rows in ending.items():
            found += [f"{order}, not {first}: {table} {row}" for row in rows if row not in expected[table]]
            found += [f"{first}, not {order}: {table} {row}" for row in expected[table] if row not in rows]
    return found


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("may", "june", "june-too", "paid"), id="two of a month", marks=pytest.mark.trust_long),
        pytest.param(("may", "june", "paid", "paid-too"), id="two paid", marks=pytest.mark.trust_long),
    ],
)
def test_any_order_of_four_contradicting_files_ends_alike(
    names: Sequence[str], tmp_path: Path, loader: Callable[[Path], None]
) -> None:
    written = {path.stem: path for path in conflicting_files(tmp_path)}
    found = disagreements([written[name] for name in names], loader)
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("END AS wins", "END OR i.batch_id <> f.source_batch AS wins"),
        ("IS DISTINCT FROM v.was", "IS NOT NULL AND v.was IS NULL"),
        ("(r.birth_on = d.birth_on) IS NOT TRUE", "false"),
        ("AND coalesce(f.params ->> 'kind', '') <>", "AND coalesce(f.params ->> 'kind', '') ="),
    ],
    ids=["the last wins", "nothing lets go", "nothing waits again", "doubts stay"],
)
def test_the_orders_notice_a_guard_that_is_gone(
    old: str, new: str, tmp_path: Path, loader: Callable[[Path], None]
) -> None:
    written = {path.stem: path for path in conflicting_files(tmp_path)}
    orders = [[written[name] for name in names] for names in (("may", "paid", "june"), ("june", "may", "paid"))]
    with broken(old, new) as times:
        first, second = (ending_of(paths, loader) for paths in orders)
        assert times() > 0
    assert first != second
    assert ending_of(orders[0], loader) == ending_of(orders[1], loader)


def ending_of(paths: Sequence[Path], loader: Callable[[Path], None]) -> Ending:
    mark = transaction.savepoint()
    for path in paths:
        loader(path)
    with acting(BATCH):
        ending = dict(current_rows())
    transaction.savepoint_rollback(mark)
    return ending


def random_files(folder: Path, random: Random, count: int) -> list[Path]:
    """Small files drawn from few people, names, places, firms and months, so that most rows meet a contradiction."""
    names = ("张伟", "张偉", "李娜", "陈红")
    places = (WILLOW, BRIDGE, CLOUD, {"镇街": "东河镇", "村居": "没有的村"})
    firms = (FIRM, OTHER_FIRM, FIRM | {"单位名称": "青石建筑有限公司"}, OTHER_FIRM | {"单位名称": "东河加油站"})

    def some(*texts: str) -> str:
        return random.choice(("", *texts))

    def worker(n: int) -> dict[str, str]:
        row = person(n, random.choice(names), **random.choice(places))
        is_working = random.random() < 0.5
        row |= {
            "户编号": some("H1", "H2") or f"S{n}",
            "与户主关系": random.choice(("户主", "配偶", "子")),
            "出生日期": some("1990-03-07", "1991-04-08"),
            "联系电话": some("13900000001", "13900000002"),
            "户类型": some("未脱贫", "已脱贫", "监测"),
            "就业状态": "已就业" if is_working else "未就业",
        }
        if is_working:
            row |= {"就业单位": random.choice(firms)["单位名称"], "就业起始日期": some("2020-01-01", "2020-03-01")}
        return row

    def payment(n: int) -> dict[str, str]:
        return insured(n, random.choice(names), random.choice(("2020-05", "2020-06")), **random.choice(firms)) | {
            "缴费基数": some("3000", "4000")
        }

    found = []
    for at in range(count):
        people = random.choices(range(1, 6), k=6)
        if at % 2 or random.random() < 0.3:
            found.append(insurance(folder / f"paid{at}.csv", map(payment, people)))
        else:
            month = random.choice(("", "2020年5月", "2020年6月"))
            found.append(ledger(folder / f"ledger{at}.csv", map(worker, people), month=month))
    return found


def test_any_order_of_three_random_files_ends_alike(tmp_path: Path, loader: Callable[[Path], None]) -> None:
    found = disagreements(random_files(tmp_path, Random(SEED), 3), loader)
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize(
    "seed",
    [
        *(pytest.param(seed, marks=pytest.mark.trust) for seed in range(SEED, SEED + 4)),
        *(pytest.param(seed, marks=pytest.mark.trust_long) for seed in range(SEED + 4, SEED + 20)),
    ],
)
def test_any_order_of_four_random_files_ends_alike(seed: int, tmp_path: Path, loader: Callable[[Path], None]) -> None:
    found = disagreements(random_files(tmp_path, Random(seed), 4), loader)
    assert not found, "\n".join(found[:20])


@pytest.mark.trust_long
def test_any_of_120_orders_of_five_contradicting_files_ends_alike(
    tmp_path: Path, loader: Callable[[Path], None]
) -> None:
    found = disagreements(conflicting_files(tmp_path), loader)
    assert not found, "\n".join(found[:20])
