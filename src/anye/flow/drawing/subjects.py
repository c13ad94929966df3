"""Whose facts they are: the rows of each subject in the registry, and their facts drawn when a policy asks them.

A person's row is the person, a firm's the firm; a person at a firm is whoever was ever insured, paid, employed or trained
there; a post is one person's placement at one unit under one name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import polars as pl
from django.db import connection

from anye.engine.entitle.bits import Array
from anye.engine.entitle.columns import Column, Term, column, term
from anye.engine.entitle.months import last_day
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.subjects import Own, Subjects, filler
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.coverage import Coverage, months_with_rows
from anye.flow.drawing.file import Draw, read_drawn
from anye.flow.drawing.months import Placed, Told, Window, drawn, look_back
from anye.flow.drawing.newer import ended
from anye.flow.drawing.spans import EVER, KEYS, is_of_same_rows, read_numbers, read_spans, read_told
from anye.flow.drawing.together import PAIR, Together, distinct, is_together
from anye.flow.rules import rules_in_use
from anye.packs import Pack
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.scope import current_scope

AT_FIRMS = ("firms_insurancemonth", "firms_payrollline", "firms_employmentspell", "training_worktraining")


class RecordSubjects(Subjects):
    """The registry as the rows of subjects. Read within `acting`; `keys` hold the ids of persons, firms and households."""

    def __init__(
        self, pack: Pack, window: Window, *, on: dt.date, persons: Sequence[int] | None = None,
        came: Mapping[str, Collection[int]] | None = None, has_all_firms: bool = False, facts: Collection[str] | None = None,
        book: RuleBook | None = None, has_homes: bool = True,
    ) -> None:  # fmt: skip
        """By a pack, as known `on` a day; of some persons alone, if need be: what it says of them is the same.

        `came`: table → months for which it has rows at all, where whoever asks cannot see all of them. `has_all_firms`: not
        only those where one of these persons is. `facts`: no others will be asked for. `book`: the rules that will judge, if not
        those in use. `has_homes`: without, no rows are told by their household.
        """
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")  # many statements of a few milliseconds each
        self.draws = read_drawn(pack_folder(pack.name))
        self.window, self.book = window, book or rules_in_use(pack.name)
        self._only, self._together, self._told = facts, dict[int, Together](), dict[Hashable, Array]()
        self._has_homes = has_homes
        self.asked = Asked(on, None if persons is None else tuple(persons))
        these = f"AND {self.asked.are_these('id')}" if persons is not None else ""
        sql = f"SELECT id, scope_no FROM people_person p WHERE {self.asked.was_seen('p')} {these} ORDER BY id"
        self.persons, self.scope_no = self._columns(sql, 2)
        is_part = persons is not None and not has_all_firms
        if is_part:
            self.asked = self.asked._replace(firms=tuple(np.unique(self.pairs[1]).tolist()))
        these = "WHERE id = ANY(%(firms)s)" if is_part else ""
        (self.firms,) = self._columns(f"SELECT id FROM firms_firm {these} ORDER BY id", 1)
        self.posts = self._posts()
        self.coverage = Coverage(on, pack.profiles)
        self.came = {} if came is None else {table: frozenset(months) for table, months in came.items()}
        self._own: dict[str, Own] = {}
        keys = {
            "person": pl.Series(self.persons), "firm": pl.Series(self.firms), "post": self.posts.get_column("label"),
        }  # fmt: skip
        super().__init__(read_rules(pack_folder(pack.name)).catalogue, window.first, window.months, keys)

    def subjects(self) -> frozenset[str]:
        return frozenset({"person", "firm", "person_firm", "post"})

    def own(self, subject: str) -> Own:
        if subject not in self._own:
            keys = self._keys(subject)
            rows = len(next(iter(keys.values())))
            self._own[subject] = Own(rows, keys, _Facts(self, subject, rows))
        return self._own[subject]

    def fact(self, draw: Draw, rows: int) -> Column:
        """A fact's column as one draw tells it."""
        window = self.window.longer(look_back(draw))
        span = (window.first, window.last)
        is_ended = ended(draw, self.asked, rows, self._places_of, window) if draw.no.newer else None
        told = Told(window, rows, self._silence(draw, rows, window), is_ended)
        return drawn(draw, self._placed(draw, span), told)

    def or_owed(self, name: str, found: Column) -> Column:
        """What was had before, at least what the ledger says was owed before the months that are judged: a month that leaves them
        is used all the same, paid or still to be paid. Of limits for a lifetime; others begin with the year."""
        before = self._owed_before.get(name)
        if before is None:
            return found
        values = np.maximum(found.values.astype(np.int64), before)
        return Column(np.minimum(values, self.catalogue.facts[name].kind.hi).astype(found.values.dtype), found.known)

    @cached_property
    def _owed_before(self) -> Mapping[str, Array]:
        """Fact that says how many months of a limit for a lifetime were used → how many the ledger knows of each person."""
        used = {
            (policy.code, str(limit.used_before.value))
            for policy in self.book.policies.values()
            for block in policy.blocks
            for limit in block.limits
            if limit.per == "lifetime" and limit.counts == "month" and limit.used_before.value in self.draws
        }
        codes = sorted({code for code, _ in used})
        sql = f"""
            SELECT e.person_id, array_position(%(codes)s::text[], p.code::text)::bigint - 1, count(*)::bigint
            FROM entitlements_entitlement e JOIN entitlements_policy p ON p.id = e.policy_id AND p.code = ANY(%(codes)s)
            WHERE e.outcome = 1 AND e.month < %(first)s AND {self.asked.wheres("e", ("person_id",))}
            GROUP BY e.person_id, p.code"""
        found = {name: np.zeros(len(self.persons), np.int64) for _, name in used}
        first = last_day(self.window.first).replace(day=1)
        for person, at, count in read_numbers(sql, {**self.asked.params(), "codes": codes, "first": first}, 3):
            place = _found(self.persons, person)
            for code, name in used:
                these = (place >= 0) & (at == codes.index(code))
                found[name][place[these]] += count[these]
        return found

    def _shared(self, draw: Draw) -> Together | None:
        """Its rows, read with those of other facts of the table."""
        if id(draw) not in self._together and is_together(draw):
            asked = (each for name, each in self.draws.items() if self.is_asked(name))
            same = [
                one for draws in asked for one in draws if is_together(one) and is_of_same_rows(one, draw, self.asked)
            ]
            if (len(same) > 1 or not self.asked.is_of_few) and any(one is draw for one in same):
                found = Together(same, self.asked, self._span)
                self._together |= {id(one): found for one in same}
        return self._together.get(id(draw))

    @property
    def _span(self) -> tuple[int, int]:
        """The first and the last month that any fact is drawn from."""
        back = max(
            (look_back(draw) for name in self.draws if self.is_asked(name) for draw in self.draws[name]), default=0
        )
        return self.window.first - back, self.window.last

    def is_asked(self, name: str) -> bool:
        return self._only is None or name in self._only

    def _placed(self, draw: Draw, span: tuple[int, int] | None) -> Iterator[Placed]:
        if shared := self._shared(draw):
            subject = draw.fact.of
            keys = {"person": shared.persons, "firm": shared.firms}
            place = self.places(subject, [keys[key.removesuffix("_id")] for key in KEYS[subject]])
            yield from shared.placed(draw, place)
            return
        for block in read_spans(draw, self.asked, span):
            place = self.places(draw.fact.of, block.keys)
            is_here = place >= 0
            rest = (block.since, block.until, block.is_sure, block.value)
            yield Placed(place[is_here], *(each[is_here] for each in rest))

    def places(self, subject: str, keys: list[Array]) -> Array:
        """The rows of the subject that these keys name, -1 where there is none."""
        if subject == "person":
            return _found(self.persons, keys[0])
        if subject == "firm":
            return _found(self.firms, keys[0])
        if subject == "person_firm":
            return _found(joint(*self.pairs), joint(*keys))
        return keys[0]

    def _places_of(self, persons: Array) -> Array:
        return self.places("person", [persons])

    def _silence(self, draw: Draw, rows: int, window: Window) -> Array:
        """Where the lack of a row means no: months × rows, or less where it is the same for all of them."""
        no = draw.no
        found = np.full((window.months, 1), no.is_always)
        if no.register:
            found = found | self.coverage.months(no.register, window)[:, None]
        if no.is_by_month:
            came = self._months_of(draw.spec.table)
            found = found | np.array([[month in came] for month in range(window.first, window.last + 1)])
        if no.told is not None:
            months = np.arange(window.first, window.last + 1)
            found = found | (self._told_since(draw, no.told, rows) <= months[:, None])
        if draw.kin:  # of whom the household is not known, nobody speaks
            household = self.household
            found = found & (household >= 0) & ~np.isin(household, self._partly_seen())
        return found

    def _told_since(self, draw: Draw, told: Mapping[str, tuple[str, ...]], rows: int) -> Array:
        """Of each row the first month from which its table says any of this."""
        if (*_of_table(draw), *sorted(told.items())) not in self._told:
            asked = (each for name, draws in self.draws.items() if self.is_asked(name) for each in draws)
            others = [each.no.told for each in asked if each.no.told is not None and _of_table(each) == _of_table(draw)]
            these = list({tuple(sorted(each.items())): each for each in (told, *others)}.values())
            since = np.full((len(these), rows), EVER, np.int16)
            for *keys, first, said in read_told(draw, these, self.asked):
                place, month = self.places(draw.fact.of, keys), np.clip(first, -EVER, EVER).astype(np.int16)
                for at, of_one in enumerate(since):
                    is_here = (place >= 0) & (said >> at & 1 == 1)
                    np.minimum.at(of_one, place[is_here], month[is_here])
            for each, of_one in zip(these, since, strict=True):
                self._told[(*_of_table(draw), *sorted(each.items()))] = of_one
        return self._told[(*_of_table(draw), *sorted(told.items()))]

    def _partly_seen(self) -> Array:
        """Households of which some member lives outside the acting range: what those hold is not told, and no silence."""
        if current_scope().is_everything:
            return np.zeros(0, np.int64)
        sql = """
            SELECT c.household_id FROM people_householdcount c
            LEFT JOIN people_householdmember m ON m.household_id = c.household_id AND m.retired_on IS NULL
            WHERE c.household_id = ANY(%(households)s) GROUP BY c.household_id, c.members HAVING count(m.id) < c.members"""
        households = np.unique(self.household).tolist()
        blocks = [block[0] for block in read_numbers(sql, {"households": households}, 1)]
        return np.concatenate(blocks)

    def _months_of(self, table: str) -> frozenset[int]:
        """The months for which a table has rows at all."""
        if table not in self.came:
            self.came[table] = months_with_rows(table, self.window, self.asked.on)
        return self.came[table]

    def _keys(self, subject: str) -> Mapping[str, Array]:
        if subject == "person":
            homes = {"household": self.household} if self._has_homes else {}
            return {"person": np.arange(len(self.persons)), **homes}
        if subject == "firm":
            return {"firm": np.arange(len(self.firms))}
        if subject == "person_firm":
            return {"person": _found(self.persons, self.pairs[0]), "firm": _found(self.firms, self.pairs[1])}
        return {
            "post": np.arange(self.posts.height),
            "person": _found(self.persons, self.posts.get_column("person_id").to_numpy()),
        }

    def _columns(self, sql: str, count: int) -> list[Array]:
        blocks = list(read_numbers(sql, self.asked.params(), count))
        return [np.concatenate([block[at] for block in blocks]) for at in range(count)]

    @cached_property
    def pairs(self) -> tuple[Array, Array]:
        """Persons and firms, in the order of their joint number."""
        return self.pairs_among([each for table in AT_FIRMS for each in self.pairs_of(table)])

    def pairs_of(self, table: str) -> Iterator[Array]:
        """The persons and firms of a table's rows, as joint numbers; some of them again and again."""
        read, more = self._read_anyway(table), ""
        if read is not None:
            yield joint(read.persons, read.firms)
            more = "AND f.month NOT BETWEEN %(first)s AND %(last)s"
        wheres = self.asked.wheres("f", ("person_id",))
        sql = f"SELECT DISTINCT f.person_id, f.firm_id FROM {table} f WHERE f.firm_id IS NOT NULL AND {wheres} {more}"
        first, last = (last_day(month) for month in self._span)
        params = {**self.asked.params(), "first": first.replace(day=1), "last": last}
        yield from (joint(*block) for block in read_numbers(sql, params, 2))

    def pairs_among(self, found: list[Array]) -> tuple[Array, Array]:
        """The different ones of joint numbers, of persons that are there."""
        pairs = distinct(found)
        person, firm = pairs // PAIR, pairs % PAIR
        is_here = _found(self.persons, person) >= 0
        return person[is_here], firm[is_here]

    def _read_anyway(self, table: str) -> Together | None:
        """What is read of all months of a table that is judged by: its pairs need not be looked for once more."""
        if self.asked.is_of_few:
            return None
        asked = (draw for name in self.draws if self.is_asked(name) for draw in self.draws[name])
        return next((read for draw in asked if draw.spec.table == table and (read := self._shared(draw))), None)

    def _posts(self) -> pl.DataFrame:
        """Placements in the order of their places, with what they are called in the ledger."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT person_id, unit || '|' || post_name FROM {self.asked.posts()} p ORDER BY place",
                self.asked.params(),
            )
            rows = cursor.fetchall()
        return pl.DataFrame(rows, {"person_id": pl.Int64, "label": pl.String}, orient="row")

    @cached_property
    def household(self) -> Array:
        """Of which household each person is, as a number below 2³¹; -1 where it is not known."""
        wheres = self.asked.wheres("f", ("person_id",))
        sql = f"SELECT f.person_id, f.household_id FROM people_householdmember f WHERE {wheres}"
        homes = np.full(len(self.persons), -1)
        for person, household in read_numbers(sql, self.asked.params(), 2):
            place = _found(self.persons, person)
            homes[place[place >= 0]] = household[place >= 0]
        return homes


class _Facts(Mapping[str, Column]):
    """The facts of a subject, each drawn when it is asked for, and kept as bits."""

    def __init__(self, records: RecordSubjects, subject: str, rows: int) -> None:
        self.records, self.rows = records, rows
        self.draws = {name: draws for name, draws in records.draws.items() if draws[0].fact.of == subject}
        self.held: dict[str, Term] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self.held:
            found = self._first_known(self.draws[name])
            is_before = (
                self.draws[name][0].take in {"paid_months", "paid_times"} and self.draws[name][0].fact.of == "person"
            )
            self.held[name] = term(self.records.or_owed(name, found) if is_before else found)
        return column(self.held[name], self.rows)

    def __contains__(self, name: object) -> bool:
        return name in self.draws  # whether there is one is known before it is drawn

    def __iter__(self) -> Iterator[str]:
        return iter(self.draws)

    def __len__(self) -> int:
        return len(self.draws)

    def _first_known(self, draws: tuple[Draw, ...]) -> Column:
        """What the first draw tells, and where it does not know, the next."""
        found = self.records.fact(draws[0], self.rows)
        for draw in draws[1:]:
            other = self.records.fact(draw, self.rows)
            if found.known is None:
                break
            known = other.known if other.known is not None else np.ones_like(found.known)
            values = np.where(found.known, found.values, np.where(known, other.values, filler(draw.fact)))
            found = Column(values.astype(found.values.dtype), found.known | known)
        return found


def _of_table(draw: Draw) -> tuple[Hashable, ...]:
    """What is the same of draws whose tables' rows are read alike."""
    return draw.spec.name, draw.fact.of, draw.at, draw.kin, draw.is_any_day


def joint(person: Array, firm: Array) -> Array:
    """One number for both: ids of firms lie below 2³¹."""
    return person.astype(np.int64) * PAIR + firm


def _found(ids: Array, asked: Array) -> Array:
    """The places of numbers among sorted ones, -1 where one is not among them."""
    if not len(ids):
        return np.full(len(asked), -1)
    place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    return np.where(ids[place] == asked, place, -1)
