"""For each figure of the demo's year one row which, written otherwise, moves it, and by how much: said before anything counts.

Where a register tells of somebody again and again, its last row is altered: the newest word holds. A move says what it does to the
figures that it names; it may move others besides, such as a share of whose whole it takes a part. What follows from rules (I14)
moves with the night's pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anye.demo.forms import Cell
from anye.demo.year_counts import Figure, Share, of_the_busiest_month
from anye.demo.year_registers import STRANGER
from anye.demo.year_sheets import File, Files, yuan
from anye.demo.year_world import (
    DECEMBER,
    HIRING,
    JANUARY,
    LIVING,
    PART_TIME,
    PREMIUMS,
    REFUND,
    TRAINING,
    TRAVEL,
    Firm,
    Someone,
    Year,
)

LEFT: Mapping[str, Cell] = {"就业状态": "未就业", "就业终止日期": date(2020, 11, 30)}
OTHER_NAMES = {"身份证号": STRANGER["身份证号"], "姓名": STRANGER["姓名"]}


@dataclass(frozen=True, eq=False)
class Move:
    """`line`: of the file, counted from 0 with title and headings. `cells`: heading → what is to stand there. `deltas`: figure →
    by how much it moves, a share by its part and its whole."""

    file: File
    line: int
    cells: Mapping[str, Cell]
    deltas: Mapping[str, Figure]

    @property
    def path(self) -> Path:
        return self.file.path

    def write(self, path: Path | None = None) -> Path:
        """The file with that one row altered, in its place or elsewhere."""
        lines = [list(line) for line in self.file.lines]
        for heading, cell in self.cells.items():
            lines[self.line][self.file.headings.index(heading)] = cell
        return self.file.write(lines, path or self.file.path)


class Moves:
    def __init__(self, year: Year, files: Files) -> None:
        self.year, self.files = year, files

    def whole(self) -> dict[str, Move]:
        of_figures = (
            *self._persons(),
            *self._training(),
            *self._money(),
            *self._posts(),
            *self._others(),
            *self._shares(),
        )
        return dict([*of_figures, *self._results()])

    def _move(self, mark: str, cells: Mapping[str, Cell], deltas: Mapping[str, Figure], at: int = -1) -> Move:
        file, line = self.files.marks[mark][at]
        return Move(file, line, cells, deltas)

    def _first(self, *parts: str, is_poor: bool = True, is_trained: bool | None = None) -> Someone:
        return next(
            person for person in self.year.of(*parts)
            if person.is_poor is is_poor and (is_trained is None or (person.trained is not None) is is_trained)
            and person.number not in self.year.left
        )  # fmt: skip

    # ── persons ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def _persons(self) -> Iterator[tuple[str, Move]]:
        stable, own = self._first("stable", is_trained=False), self._first("inside", "far", is_trained=False)
        learnt = next(p for p in self.year.people if p.trained and not p.is_own)
        yield "I01", self._move(f"elsewhere {stable.number}", {"户类型": "非贫困户"}, {"I01": -1, "I01B": -1})
        yield "I01B", self._move(f"elsewhere {stable.number}", {"户类型": "非贫困户"}, {"I01": -1, "I01B": -1})
        failed: dict[str, Cell] = {"考核结果": "不合格", "证书编号": None, "发证日期": None}
        yield "I02", self._move(f"trained {learnt.number}", failed, {"I02": -1})
        yield "I24", self._move(f"ledger {own.number}", {"劳动能力": "丧失劳动力"}, {"I24": -1})
        graduate = self.year.of("graduate")[0]
        yield (
            "I28",
            self._move(f"ledger {graduate.number}", {"就业意愿": "否"}, {"I28": -1, "I24": -1, "I29": Share(-1, -1)}),
        )
        yield "I29", self._move(f"ledger {graduate.number}", LEFT, {"I29": Share(-1, 0), "I24": -1})

    # ── training ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _training(self) -> Iterator[tuple[str, Move]]:
        year = self.year
        firms = [firm for firm in year.firms if firm.ground and firm is not year.electronics]
        once = next(filing for filing in year.filings if filing.firm is firms[0])
        more = next(filing for filing in year.filings if filing.firm is firms[1])
        renamed: dict[str, Cell] = {"单位名称": firms[1].name, "统一社会信用代码": firms[1].code}
        yield "I08", self._move(f"filing {once.number}", renamed, {"I08": -1})
        before: dict[str, Cell] = {"开始月份": "2019-07", "结束月份": "2019-09", "申报日期": date(2019, 7, 8)}
        yield "I09", self._move(f"filing {more.number}", before, {"I09": -1})
        early: dict[str, Cell] = {"以工代训开始时间": date(2019, 7, 1), "以工代训结束时间": date(2019, 9, 30)}
        in_july = [person for filing in year.filings if filing.until < DECEMBER - 2 for person in filing.people]
        late = [person for filing in year.filings if filing.firm is year.electronics for person in filing.people]
        for name, people, is_poor, deltas in (
            ("I10", in_july, False, {"I10": -1}), ("I11", in_july, True, {"I10": -1, "I11": -1}),
            ("I12", late, False, {"I10": -1, "I12": -1}), ("I13", late, True, {"I10": -1, "I11": -1, "I12": -1, "I13": -1}),
        ):  # fmt: skip
            person = next((each for each in people if each.is_poor is is_poor), people[0])
            yield name, self._move(f"in training {person.number}", early, deltas)
        paid = next(each for each in late if each.is_poor and (each.number, DECEMBER - 2) not in year.unpaid_wages)
        nothing: dict[str, Cell] = {"应发工资": "0.00", "实发工资": "0.00"}
        yield "I14", self._move(f"wage {paid.number} {DECEMBER - 2}", nothing, {"I14": -50_000})
        one, other = [each for each in year.classes if not each.people][:2]
        file, line = self.files.marks[f"class {other.code}"][-1]
        same = dict(zip(file.headings, file.lines[line], strict=True))
        yield "I15", self._move(f"class {one.code}", same, {"I15": -1})
        special = next(trade for trade in year.trades if trade.is_special)
        yield "I16", self._move(f"trade {special.name}", {"是否特色工种": "否"}, {"I16": -1})

    # ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _money(self) -> Iterator[tuple[str, Move]]:
        year = self.year
        assert year.garment
        more = 12_300
        refund = f"paid {REFUND} {year.garment.code}"
        yield "I03", self._more(refund, "拨付金额", more, {"I03": more})
        later = self._move(refund, {"拨付日期": date(2020, 3, 13)}, {"I04": Share(1, 1), "I04B": Share(1, 1)})
        yield from ((code, later) for code in ("I04", "I04B"))
        alone = self._paid_once()
        lost = sum(paid.fen for paid in year.payments if paid.to is alone)
        yield (
            "I05",
            self._move(
                f"paid {PREMIUMS} {alone.code}", {"补贴项目": TRAINING}, {"I05": -1, "I06": -lost, "I30": -lost}
            ),
        )
        some = next(paid for paid in year.payments if paid.item == HIRING and isinstance(paid.to, Firm))
        assert isinstance(some.to, Firm)
        mark = f"paid {HIRING} {some.to.code}"
        yield "I06", self._more(mark, "拨付金额", more, {"I06": more, "I30": more})
        absorbed = [paid for paid in year.payments if paid.item in {HIRING, PREMIUMS}]
        lasts = {(paid.item, paid.to): paid for paid in sorted(absorbed, key=lambda each: each.paid_on)}.values()
        late = next(paid for paid in of_the_busiest_month(absorbed) if paid in lasts)
        assert isinstance(late.to, Firm)
        yield (
            "I07B",
            self._more(f"paid {late.item} {late.to.code}", "拨付金额", more, {"I07B": Share(more, more), "I06": more}),
        )
        yield "I07", self._move(mark, {"申请日期": date(2019, 12, 2)}, {"I07": Share(-1, 0)})
        town = next(name for name in self.files.marks if name.startswith("fund "))
        yield "I19", self._more(town, "下达金额", more, {"I19": more})
        traveller, second = year.of("far")[:2]
        yield "I30", self._more(f"paid {TRAVEL} {traveller.number}", "发放金额", more, {"I30": more})
        fen = next(paid.fen for paid in year.payments if paid.to is second and paid.item == TRAVEL)
        gone = Share(-1, 0)
        deltas: dict[str, Figure] = {
            "I31": -1,
            "I30": -fen,
            "I32": gone,
            "C04": gone,
            "C06": gone,
            "C04 work_travel_subsidy": gone,
        }
        for name in ("I31", "I32", "C04", "C06"):
            yield name, self._move(f"paid {TRAVEL} {second.number}", OTHER_NAMES, deltas)

    def _more(self, mark: str, heading: str, fen: int, deltas: Mapping[str, Figure], at: int = -1) -> Move:
        file, line = self.files.marks[mark][at]
        whole, part = str(file.lines[line][file.headings.index(heading)]).split(".")
        return Move(file, line, {heading: yuan(int(whole) * 100 + int(part) + fen)}, deltas)

    def _paid_once(self) -> Firm:
        """A firm of which one list alone says that it was paid."""
        times: dict[str, list[Firm]] = {}
        for paid in self.year.payments:
            if isinstance(paid.to, Firm) and paid.item in {HIRING, PREMIUMS}:
                times.setdefault(paid.to.code, []).append(paid.to)
        return next(firms[0] for _, firms in sorted(times.items()) if len(firms) == 1)

    # ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _posts(self) -> Iterator[tuple[str, Move]]:
        full = next(post for post in self.year.posts if post.weekly > 24 and post.person.part != "carer")
        part = next(post for post in self.year.posts if post.weekly <= 24)
        carer = next(post for post in self.year.posts if post.person.part == "carer")
        yield "I20", self._move(f"post {full.person.number}", {"每周工时": 20}, {"I20": -1, "I21": 1})
        left: dict[str, Cell] = {"离岗时间": date(2020, 11, 30)}
        for name in ("I21", "I27"):
            yield name, self._move(f"post {part.person.number}", left, {"I21": -1, "I27": -1})
        months = (f"attended {full.person.number} {DECEMBER}", f"attended {carer.person.number} {DECEMBER}")
        yield "I22", self._move(months[0], {"应发补贴": yuan(full.pay + 24_000)}, {"I22": Share(24_000, 0)})
        yield "I23", self._move(months[1], {"应发补贴": yuan(carer.pay + 10_000)}, {"I23": 10_000})

    # ── what is left ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _others(self) -> Iterator[tuple[str, Move]]:
        (fruit,) = self.year.of("fruit")
        mark = f"ledger {fruit.number}"
        site = [
            at for at, (file, line) in enumerate(self.files.marks[mark]) if _tells(file, line, fruit.jobs[0].employer)
        ]
        yield "I17", self._move(mark, {"日工资": fruit.jobs[0].wage + 5}, {"I17": 500}, site[-1])
        yield "I18", self._move(mark, {"日工资": fruit.jobs[1].wage + 10}, {"I18": 1_000})
        name = self.year.workshops[0][0]
        yield "I25", self._move(f"workshop {name}", {"车间类型": "一般车间"}, {"I25": -1})
        worker = self.year.of("workshop")[-1]
        yield "I26", self._move(f"ledger {worker.number}", LEFT, {"I26": -1})

    def _shares(self) -> Iterator[tuple[str, Move]]:
        (asks, *_) = [person for person in self.year.of("idle") if person.wants_post]
        yield "C03", self._move(f"ledger {asks.number}", {"是否需要公益岗": "否"}, {"C03": Share(0, -1)})
        beside = self.year.of("beside")[0]
        yield "C01", self._move(f"elsewhere {beside.number}", {"户类型": "非贫困户"}, {"C01": Share(0, -1), "I01": -1})
        waiting = next(person for person in self.year.people if person.wants_training == "是" and not person.trained)
        yield "C02", self._move(f"ledger {waiting.number}", {"培训意愿": "否"}, {"C02": Share(0, -1)})
        item, code, told = self._told_once()
        before: dict[str, Cell] = {"联系日期": date(2019, 6, 3)}
        deltas: dict[str, Figure] = {"C05": Share(-1, 0), f"C05 {code}": Share(-1, 0)}
        yield "C05", self._move(f"told {item} {told.number}", before, deltas)

    def _told_once(self) -> tuple[str, str, Someone]:
        """Of what somebody was told who was contacted a single time: the travel subsidy, or of a small district something else."""
        topics = (
            (TRAVEL, "work_travel_subsidy", ("far", "near")), (PART_TIME, "part_time_post", ("early", "late")),
            (LIVING, "trainee_living_allowance", ("inside", "full", "carer", "fruit", "workshop")),
        )  # fmt: skip
        contacts = Counter[str]()
        for mark, rows in self.files.marks.items():
            if mark.startswith("told "):
                contacts[mark.rsplit(" ", 1)[1]] += len(rows)
        return next(
            (item, code, person)
            for item, code, parts in topics for person in self.year.of(*parts)
            if contacts[person.number] == 1 and self.files.marks.get(f"told {item} {person.number}")
        )  # fmt: skip

    def _results(self) -> Iterator[tuple[str, Move]]:
        (fruit,) = self.year.of("fruit")
        more, mark = 34_500, f"income {fruit.number}"
        for at, codes in enumerate((("R01", "R03"), ("R02", "R04"))):
            raised = self._more(mark, "转移性收入", more, dict.fromkeys(codes, Share(more, 0)), at)
            yield from ((code, raised) for code in codes)
        alone = Counter(person.household for person in self.year.people if person.is_own)
        away = next(p for p in self.year.of("far") if alone[p.household] == 1)
        left = self._move(f"ledger {away.number}", LEFT, {"R05": Share(1, 0), "R06": Share(1, 0), "I24": -1})
        yield "R05", left
        idle = [p for p in self.year.of("idle") if alone[p.household] == 1 and not p.capacity.startswith("丧失")]
        lost: dict[str, Cell] = {"劳动能力": "丧失劳动力"}
        # of a few nobody may be able to work
        yield (
            "R06",
            self._move(f"ledger {idle[-1].number}", lost, {"R06": Share(-1, -1), "R05": Share(0, 0)}) if idle else left,
        )
        stayed = next(
            cover for cover in self.year.covers
            if cover.person.part == "stable" and cover.since <= JANUARY and len(cover.person.jobs) == 1 and cover.until == DECEMBER
        )  # fmt: skip
        mark, gone = f"insured {stayed.person.number} {DECEMBER}", Share(-1, 0)
        yield "R07", self._move(mark, OTHER_NAMES, {"R07": gone, "R08": gone})
        other = next(firm for firm in self.year.firms if firm is not stayed.firm and not firm.ground)
        elsewhere: dict[str, Cell] = {"单位名称": other.name, "统一社会信用代码": other.code}
        yield "R08", self._move(mark, elsewhere, {"R08": gone, "R07": Share(0, 0)})


def _tells(file: File, line: int, employer: str) -> bool:
    return file.lines[line][file.headings.index("就业单位")] == employer
