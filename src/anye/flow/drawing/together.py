"""Months of one table that several facts are drawn from, read once: of insurance there are more rows than of all else together.

Kept are a pair of person and firm, the month, and what each fact's draw makes of the row, in numbers as narrow as they can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anye.engine.entitle.bits import Array
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.file import Draw
from anye.flow.drawing.months import Placed
from anye.flow.drawing.spans import FAILS, NOTHING, UNSAID, is_small, read_presence, read_together

PAIR = 2**31
"""Ids of firms lie below it: person × PAIR + firm is one number for both."""


def is_together(draw: Draw) -> bool:
    """Whether its rows may be read with those of others: a month each, of a person at a firm, and nothing beside them."""
    is_plain = not (draw.at or draw.kin or draw.beside or draw.where or draw.words or draw.unless)
    has_keys = draw.spec.parent == "person_id" and {"firm_id", "month"} <= draw.spec.columns.keys()
    return (
        is_plain and has_keys and draw.fact.of != "post" and draw.take in {"held", "run", "sum", "positive", "in_full"}
    )


@dataclass(frozen=True)
class _Block:
    """`pair`: places among the pairs; `small`: of each draw that says yes or no, what it says; `large`: of the others."""

    pair: Array
    month: Array
    small: Sequence[Array]
    large: Sequence[Array]


_Read = tuple[Array, Array, list[Array], list[Array]]
_BITS = 62


class Together:
    """The rows of a table for these draws, in months from the first to the last; `persons`, `firms`: all pairs that are there."""

    def __init__(self, draws: Sequence[Draw], asked: Asked, months: tuple[int, int]) -> None:
        self.small = [draw for draw in draws if is_small(draw)]
        self.large = [draw for draw in draws if not is_small(draw)]
        is_presence = all(draw.take in {"held", "run"} and not draw.having for draw in draws)
        read = self._masks if is_presence and months[1] - months[0] < _BITS else self._rows
        blocks = list(read(asked, months))
        numbers = distinct(each for each, *_ in blocks)
        self.persons, self.firms = numbers // PAIR, numbers % PAIR
        self.blocks: list[_Block] = []
        while blocks:  # each is let go as its narrow one is made
            pairs, *made = blocks.pop()
            self.blocks.append(_Block(np.searchsorted(numbers, pairs).astype(np.int32), *made))

    def _rows(self, asked: Asked, months: tuple[int, int]) -> Iterator[_Read]:
        width = 2 * len(self.small)
        for pairs, told, *large in read_together(self.small, self.large, asked, months):
            days = (told >> width).astype("datetime64[D]")
            small = [(told >> 2 * at & 3).astype(np.uint8) for at in range(len(self.small))]
            yield pairs, days.astype("datetime64[M]").astype(np.int16), small, large

    def _masks(self, asked: Asked, months: tuple[int, int]) -> Iterator[_Read]:
        """Where nothing counts but that there is a row: of each pair all months at once."""
        for pairs, mask in read_presence(self.small, asked, months):
            at, month = np.nonzero(mask[:, None] >> np.arange(months[1] - months[0] + 1) & 1)
            said = np.ones(len(at), np.uint8)
            yield pairs[at], (months[0] + month).astype(np.int16), [said] * len(self.small), []

    def placed(self, draw: Draw, place_of: Array) -> Iterator[Placed]:
        """The rows of one of the draws. `place_of` each pair, its row of the subject, -1 where there is none."""
        for block in self.blocks:
            place = place_of[block.pair]
            if draw in self.large:
                value, is_here = block.large[self.large.index(draw)], place >= 0
            else:
                said = block.small[self.small.index(draw)]
                value = np.where(said == UNSAID, np.int64(NOTHING), said.astype(np.int64))
                is_here = (place >= 0) & (said != FAILS)
            chosen = slice(None) if is_here.all() else is_here
            month = block.month[chosen]
            yield Placed(place[chosen], month, month, np.broadcast_to(np.int64(1), month.shape), value[chosen])


def distinct(numbers: Iterable[Array]) -> Array:
    """The different ones, sorted. By sorting: np.unique takes a hash table, several times as long for millions."""
    found = np.sort(np.concatenate([np.zeros(0, np.int64), *numbers]))
    return found[np.diff(found, prepend=found[:1] - 1) != 0]
