"""Every fact of drawn.yaml over random rows: drawn in columns by the set-wise SQL, and told by an oracle of loops."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from anye.engine.entitle.bits import Array
from anye.engine.entitle.columns import Column, values_of
from anye.flow.drawing import asked as asked_of
from anye.flow.drawing import coverage, months, newer, spans, subjects
from anye.flow.drawing.file import Draw, Silence, read_drawn
from anye.flow.drawing.months import Placed, Told, Window
from anye.flow.drawing.spans import read_numbers
from anye.flow.drawing.subjects import RecordSubjects
from anye.packs import read_pack
from anye.packs.rules import pack_folder
from anye.records.accounts.scope import BATCH, acting
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.drawn_oracle import Answer, Key, Oracle
from tests.flow.drawn_rows import FIRST, ON_DAYS, Draws, World, make_world
from tests.flow.written import SEED

PACK = read_pack("cn_yubei")
DRAWS = read_drawn(pack_folder("cn_yubei"))
SUBJECTS = ("person", "firm", "person_firm", "post")
STEADY = 2020
"""Rows of which is known that they make each fact what it may be."""
CATALOGUE = "培训类型 目录培训费 培训天数"
UNDATED = "登记失业 领取养老金 领取失业保险金 工商登记 扶贫车间 在训名册"
Said = dict[tuple[str, Key], list[Answer]]


def window_of(seed: int) -> Window:
    random = Random(seed)
    return Window(FIRST + random.randrange(-2, 6), random.randrange(5, 12))


def drawn(window: Window, on: dt.date, draws: Draws, person: int | None = None) -> Said:
    """(fact, whose) → its value in every month, as the columns hold it."""
    records = RecordSubjects(PACK, window, on=on, persons=None if person is None else [person])
    records.draws = draws
    return columns_of(records)


def subject_of(name: str) -> str:
    return DRAWS[name][0].fact.of


def columns_of(records: RecordSubjects) -> Said:
    window = records.window
    found: Said = {}
    for subject in SUBJECTS:
        own = records.own(subject)
        keys = keys_of(records, subject)
        for name in own.facts:
            values, known = own.facts[name]
            kind, shape = records.catalogue.facts[name].kind, (window.months, own.rows)
            table = [
                values_of(Column(of_month, is_known), kind, own.rows)
                for of_month, is_known in zip(
                    np.broadcast_to(values, shape),
                    np.broadcast_to(True if known is None else known, shape),
                    strict=True,
                )
            ]
            found |= {(name, key): [line[at] for line in table] for at, key in enumerate(keys)}
    return found


def keys_of(records: RecordSubjects, subject: str) -> list[Key]:
    own = records.own(subject)
    if subject == "firm":
        return [(firm,) for firm in records.keys["firm"].gather(own.keys["firm"])]
    people = records.keys["person"].gather(own.keys["person"]).to_list()
    if subject == "person_firm":
        return list(zip(people, records.keys["firm"].gather(own.keys["firm"]).to_list(), strict=True))
    if subject == "post":
        return [(person, *label.split("|")) for person, label in zip(people, records.keys["post"], strict=True)]
    return [(person,) for person in people]


def expected(world: World, window: Window, on: dt.date, draws: Draws) -> Said:
    oracle = Oracle(world, draws, PACK.profiles, window.first, window.months, on)
    return {
        (name, key): oracle.of_all(name, key) for name, each in draws.items() for key in oracle.keys(each[0].fact.of)
    }


def world_of(seed: int, district: District, draws: Draws = DRAWS) -> World:
    with as_owner():
        return make_world(Random(seed), district, draws)


def run(seed: int, district: District, draws: Draws = DRAWS, days: Iterable[dt.date] = ON_DAYS) -> None:
    world, window = world_of(seed, district, draws), window_of(seed)
    for on in days:
        with acting(BATCH):
            found = drawn(window, on, draws)
        told = expected(world, window, on, draws)
        assert found.keys() == told.keys()
        assert {each: (found[each], told[each]) for each in told if found[each] != told[each]} == {}


@pytest.mark.parametrize("seed", range(SEED, SEED + 3))
def test_facts_are_drawn_as_the_oracle_says(seed: int, district: District) -> None:
    run(seed, district)


@pytest.mark.trust
@pytest.mark.parametrize("seed", range(SEED + 3, SEED + 19))
def test_facts_are_drawn_as_the_oracle_says_of_many_more_rows(seed: int, district: District) -> None:
    run(seed, district)


@pytest.mark.parametrize(
    "changed",
    [
        lambda draw: (draw if draw.fact.is_month else replace(draw, no=Silence(is_always=True)),),
        lambda draw: (replace(draw, no=Silence(), is_any_day=not draw.is_any_day), draw),
    ],
    ids=["silence is always no", "another draw is asked where the first does not know"],
)
def test_other_declarations_are_drawn_as_the_oracle_says(
    changed: Callable[[Draw], tuple[Draw, ...]], district: District
) -> None:
    run(SEED, district, {name: changed(draws[0]) for name, draws in DRAWS.items()}, ON_DAYS[1::2])


@pytest.mark.parametrize("asked", [(), ("在岗参保", "连续参保月数"), ("在岗参保", "工资已发")], ids="|".join)
def test_facts_that_are_asked_with_few_others_are_drawn_the_same(asked: tuple[str, ...], district: District) -> None:
    """The rows of a table are read once for all facts that are asked of it: for none, for those of which a row is all, for any."""
    world, window = world_of(SEED, district), window_of(SEED)
    for on in ON_DAYS[1::2]:
        with acting(BATCH):
            found = columns_of(RecordSubjects(PACK, window, on=on, facts=asked))
        assert found == expected(world, window, on, DRAWS)


def test_the_random_rows_make_each_fact_known_and_unknown_and_what_it_is_not(district: District) -> None:
    """Else the oracle would compare nothing with nothing."""
    said: dict[str, set[Answer]] = {name: set() for name in DRAWS}
    for seed in range(STEADY, STEADY + 14):
        mark = transaction.savepoint()
        world = world_of(seed, district)
        for on in ON_DAYS[1::2]:
            for (name, _key), answers in expected(world, window_of(seed), on, DRAWS).items():
                said[name] |= set(answers)
        transaction.savepoint_rollback(mark)
    only_yes = {"就业困难人员", "低保", "残疾"}  # no register tells of them: nobody is known not to be one
    poor = {
        name for name, answers in said.items() if None not in answers or len(answers) < (2 if name in only_yes else 3)
    }
    assert {name: said[name] for name in poor} == {}


@pytest.mark.parametrize(("seed", "on"), [(SEED, ON_DAYS[1]), (SEED + 1, ON_DAYS[3])])
def test_of_one_person_alone_the_same_is_said_as_of_everybody(seed: int, on: dt.date, district: District) -> None:
    world, window = world_of(seed, district), window_of(seed)
    with acting(BATCH):
        everybody, alone = drawn(window, on, DRAWS), Said()
        for person in world.persons:
            mine = drawn(window, on, DRAWS, person)
            assert {key[0] for name, key in mine if subject_of(name) != "firm"} <= {person}
            assert mine.items() <= everybody.items()
            alone |= mine
    at_firms = {key[1] for name, key in everybody if subject_of(name) == "person_firm"}
    left_out = everybody.keys() - alone.keys()
    assert all(subject_of(name) == "firm" and key[0] not in at_firms for name, key in left_out)
    assert {subject_of(name) for name, key in alone} == set(SUBJECTS)


@pytest.mark.parametrize(("seed", "on"), [(SEED, ON_DAYS[1]), (SEED + 1, ON_DAYS[3])])
def test_of_many_persons_the_same_is_said_as_of_everybody(
    seed: int, on: dt.date, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many are read as bits, and the rows of a table once for all facts."""
    world, window = world_of(seed, district), window_of(seed)
    some = world.persons[::2]
    with acting(BATCH):
        everybody = drawn(window, on, DRAWS)
        monkeypatch.setattr(asked_of, "FEW", 0)
        found = columns_of(RecordSubjects(PACK, window, on=on, persons=some, has_all_firms=True))
    assert found == {
        (name, key): said for (name, key), said in everybody.items() if subject_of(name) == "firm" or key[0] in some
    }


def test_of_a_hidden_person_alone_there_is_no_row(district: District) -> None:
    world = world_of(SEED, district)
    with acting(BATCH):
        assert drawn(window_of(SEED), ON_DAYS[-1], DRAWS, world.hidden[0]) == {}


def test_two_readings_of_one_transaction_keep_their_posts_apart(district: District) -> None:
    world, window = world_of(SEED, district), window_of(SEED)
    with acting(BATCH):
        everybody, said = RecordSubjects(PACK, window, on=ON_DAYS[-1]), drawn(window, ON_DAYS[-1], DRAWS)
        RecordSubjects(PACK, window, on=ON_DAYS[-1], persons=[world.persons[-1]])
        assert columns_of(everybody) == said


def test_rows_that_come_in_many_small_blocks_say_the_same(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_BLOCK_BYTES", 1)
    run(SEED, district, days=ON_DAYS[3:])


# ── planted faults ────────────────────────────────────────────────────────────────────────────────────────────────────────
def notices(district: District, facts: str) -> bool:
    """Whether one of the seeds makes the oracle contradict on one of these facts."""
    for seed in range(STEADY, STEADY + 12):
        mark = transaction.savepoint()
        try:
            run(seed, district, {name: DRAWS[name] for name in facts.split()}, reversed(ON_DAYS))
        except AssertionError:
            return True
        transaction.savepoint_rollback(mark)
    return False


@pytest.mark.parametrize(
    ("old", "new", "facts"),
    [
        (".retired_on > %(on)s", ".retired_on >= %(on)s", "登记失业 在岗参保"),
        ("OR f.retired_on > %(on)s", "", "登记失业 在岗参保"),
        (".retired_on IS NULL OR", ".retired_on IS NOT NULL OR", "登记失业 在岗参保"),
        (".known_on <= %(on)s", ".known_on < %(on)s", "登记失业 在岗参保"),
        ("f.valid_to + 1", "f.valid_to", "登记失业 脱贫人口"),
        ("WHEN f.valid_from IS NOT NULL THEN", "WHEN false THEN", "登记失业"),
        ("coalesce(b.file_month, f.known_on), again", "f.known_on, again", "登记失业 脱贫人口 领取养老金"),
        (", again.first)", ")", "登记失业 脱贫人口 领取养老金"),
        ("s.known_on <= %(on)s", "true", UNDATED + " 脱贫人口"),
        ("(f.valid_from IS NOT NULL)::int", "1", UNDATED),
        ("IN (p.unit, '')", "IN (p.unit)", "岗位工资"),
        ("IN (p.unit)", "IN (p.unit, '')", "公岗在岗"),
        ('coalesce(f."maternity_firm_paid_fen", 0)', 'f."maternity_firm_paid_fen"', "单位实缴保费"),
        ("LIKE ANY", "NOT LIKE ANY", "已领求职补贴次数 受影响行业"),
        (">= 241", ">= 240", "全日制"),
        ('(f."paid_on" IS NOT NULL)::int', "1", "已领求职补贴次数 已领转移补助次数"),
        ("p.is_hidden IS NOT TRUE", "true", "登记失业"),
        ("failed.outcome = 'failed'", "true", "已领社保补贴月数 已领求职补贴次数 本年已享返还次数"),
        ("back.batch_no <> '' OR", "true OR", "已领社保补贴月数 已领求职补贴次数"),
        ("passed.outcome = 'succeeded'", "false", "已领社保补贴月数 已领求职补贴次数"),
        ("(passed.paid_on >= failed.paid_on) IS NOT FALSE", "true", "已领社保补贴月数 已领求职补贴次数"),
        ("s.known_on <= %(on)s) voice", "true) voice", "贫困劳动力 脱贫人口 防返贫监测"),
        (
            "UNION ALL SELECT s.id, s.known_on",
            "UNION ALL SELECT f.source_batch, f.known_on",
            "贫困劳动力 脱贫人口 防返贫监测",
        ),
        ("(coalesce((o.ranks", "(0 * coalesce((o.ranks", "贫困劳动力 脱贫人口 防返贫监测"),
        (
            "(CASE WHEN f.valid_from IS NOT NULL THEN (date_part",
            "(CASE WHEN false THEN (date_part",
            "贫困劳动力 脱贫人口",
        ),
        (" AND kin.person_id <> f.person_id", "", "家庭另有公岗"),
        ("kin.household_id = home.household_id", "kin.person_id = f.person_id", "村干部家庭"),
        ("home.retired_on > %(on)s", "false", "村干部家庭 家庭另有公岗"),
        ("false) = false", "false) IS NOT NULL", "受影响行业"),
        ("""ORDER BY b."name" = '', b."level" = ''""", """ORDER BY b."level" = '', b."name" = ''""", CATALOGUE),
        ("""b."level" = '', b.id""", """b."level" <> '', b.id""", CATALOGUE),
        (", b.id LIMIT", ", b.id DESC LIMIT", CATALOGUE),
        ("""IN (f."level", '')""", """IN (f."level")""", CATALOGUE),
        ("b.retired_on > %(on)s", "false", CATALOGUE),
        (' * trade."days" / nullif(', ' * trade."days" + trade."hours_tenths" - 1) / (nullif(', "培训天数"),
        (' >= f."unemployment_firm_payable_fen"', ' > f."unemployment_firm_payable_fen"', "足额缴纳失业保险"),
        (' + f."unemployment_worker_payable_fen"', "", "足额缴纳失业保险"),
        ('coalesce(f."unemployment_worker_waived_fen", 0)', 'f."unemployment_worker_waived_fen"', "足额缴纳失业保险"),
        ('(f."year" * 12 - 23640)', '(f."year" * 12 - 23628)', "上年参保人数"),
        (" - 23640) + 11", " - 23640) + 10", "上年裁员人数 上年失业保险费"),
        (" AND unit.name = p.unit", "", "岗位实缴保费"),
        ("(f.valid_from IS NOT NULL)::int", "1", "首次安置公岗月"),
    ],
)
def test_the_oracle_notices_a_statement_that_says_something_else(
    old: str, new: str, facts: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0

    def read(sql: str, *rest: Any) -> Iterator[list[Array]]:
        nonlocal count
        count += old in sql
        return read_numbers(sql.replace(old, new), *rest)

    monkeypatch.setattr(spans, "read_numbers", read)
    monkeypatch.setattr(subjects, "read_numbers", read)
    monkeypatch.setattr(newer, "read_numbers", read)
    assert notices(district, facts)
    assert count > 0


def test_the_oracle_notices_posts_of_hidden_persons(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = spans.Asked.posts
    monkeypatch.setattr(spans.Asked, "posts", lambda asked: posts(asked).replace("p.is_hidden IS NOT TRUE", "true"))
    assert notices(district, "公岗在岗")


def test_the_oracle_notices_others_rows_that_are_not_read_of_one_person_alone(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = {name: DRAWS[name] for name in ("家庭另有公岗", "村干部家庭", "足额缴纳失业保险", "在岗参保")}
    monkeypatch.setattr(spans, "_whose", lambda draw, asked: asked.wheres("f", (draw.spec.parent, *draw.spec.columns)))
    wrong: set[str] = set()
    for seed in range(STEADY, STEADY + 6):
        mark = transaction.savepoint()
        world, window = world_of(seed, district, draws), window_of(seed)
        told = expected(world, window, ON_DAYS[-1], draws)
        with acting(BATCH):
            alone = [drawn(window, ON_DAYS[-1], draws, person) for person in world.persons]
        wrong |= {key[0] for said in alone for key in said if said[key] != told[key]}
        transaction.savepoint_rollback(mark)
    assert wrong == draws.keys() - {"在岗参保"}


MARK, COLUMN, TAKEN, SILENCE = months._mark, months._column, months.drawn, RecordSubjects._silence


def ends_early(flags: Array, block: Placed, window: Window, since: Array, until: Array) -> None:
    MARK(flags, block, window, since, until - 1)


def last_written(draw: Draw, values: Array, has: Array, clash: Array, told: Told) -> Column:
    return COLUMN(draw, values, has, np.zeros_like(clash), told)


def nothing_is_nil(draw: Draw, blocks: Iterator[Placed], told: Told) -> Column:
    return TAKEN(draw, (block._replace(value=np.maximum(block.value, 0)) for block in blocks), told)


def a_year_late(draw: Draw, blocks: Iterator[Placed], told: Told) -> Column:
    return TAKEN(draw, (block._replace(since=block.since + 12, until=block.until + 12) for block in blocks), told)


def one_row_alone(draw: Draw, blocks: Iterator[Placed], told: Told) -> Column:
    """Of each the last row that is read."""
    block = Placed(*map(np.concatenate, zip(*blocks, strict=True)))
    last = len(block.place) - 1 - np.unique(block.place[::-1], return_index=True)[1]
    return TAKEN(draw, [Placed(*(each[last] for each in block))], told)


def unknown_is_no(draw: Draw, blocks: Iterator[Placed], told: Told) -> Column:
    return Column(TAKEN(draw, blocks, told).values)


def no_silence(records: RecordSubjects, draw: Draw, rows: int, window: Window) -> Array:
    return np.zeros_like(SILENCE(records, draw, rows, window))


@pytest.mark.parametrize(
    ("place", "name", "instead", "facts"),
    [
        (months, "_mark", ends_early, "登记失业"),
        (months, "_mark_before", lambda *_: None, UNDATED),
        (months, "_column", last_written, "有劳动合同 单位规模"),
        (subjects, "drawn", nothing_is_nil, "单位实缴保费 工资已发"),
        (subjects, "drawn", nothing_is_nil, "足额缴纳失业保险"),
        (subjects, "drawn", unknown_is_no, "登记失业 在岗参保"),
        (subjects, "drawn", a_year_late, "足额缴纳失业保险"),
        (subjects, "drawn", one_row_alone, "首次安置公岗月"),
        (RecordSubjects, "household", property(lambda self: np.zeros(len(self.persons))), "家庭另有公岗 村干部家庭"),
        (subjects, "look_back", lambda draw: 0, "连续参保月数"),
        (coverage.Coverage, "months", lambda self, register, window: np.ones(window.months, np.bool_), "登记失业"),
        (RecordSubjects, "_months_of", lambda self, table: frozenset(range(600, 720)), "在岗参保 工资已发"),
        (RecordSubjects, "_silence", no_silence, "新招用 贫困劳动力"),
        (RecordSubjects, "_silence", no_silence, "足额缴纳失业保险"),
    ],
    ids=[
        "last day",
        "before",
        "contradiction",
        "nil",
        "not told in full",
        "no",
        "year",
        "one row",
        "no household",
        "look back",
        "covered",
        "bare months",
        "silence",
        "silence of a year",
    ],
)
def test_the_oracle_notices_a_way_of_taking_that_is_wrong(
    place: Any, name: str, instead: Any, facts: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, name, instead)
    if name == "look_back":
        monkeypatch.setattr(months, name, instead)
    assert notices(district, facts)
