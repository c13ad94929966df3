"""Merged cells: the value that the screen shows over a whole range, put into every cell of it."""

from __future__ import annotations

from typing import Any

Range = tuple[tuple[int, int], tuple[int, int]]
"""((first row, first column), (last row, last column)), all from 0."""


class Spreader:
    """Fills the rows of one sheet from top to bottom, holding only the ranges that the present row lies in."""

    def __init__(self, ranges: list[Range], width: int) -> None:
        self._waiting = sorted(ranges, reverse=True)
        self._active: list[tuple[Range, Any]] = []
        self._width = width

    def fill(self, row_number: int, row: list[Any]) -> list[int] | None:
        """Write spread values into `row` and return the columns written, or None.

        The top left cell, which truly holds the value, is not among them: so a reader can tell that one typed value
        (a name, an ID number, two people) stands for several lines. Rows must come in order, from 0.
        """
        while self._waiting and self._waiting[-1][0][0] <= row_number:
            (top, left), end = self._waiting.pop()
            if top == row_number and left < self._width and row[left] != "":
                self._active.append((((top, left), end), row[left]))
        if not self._active:
            return None
        written = []
        for ((top, left), (_, right)), value in self._active:
            for column in range(left, min(right + 1, self._width)):
                if (row_number, column) != (top, left):
                    row[column] = value
                    written.append(column)
        self._active = [held for held in self._active if held[0][1][0] > row_number]
        return sorted(set(written)) or None
