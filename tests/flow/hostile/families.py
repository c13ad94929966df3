"""All families of hostile files, and which of them every run reads."""

from __future__ import annotations

from itertools import groupby

from tests.flow.hostile import cells, containers, file_names, formats, hidden, markup, patterns, texts
from tests.flow.hostile.cases import CASES, Case

FAMILIES = (cells, containers, file_names, formats, hidden, markup, patterns, texts)
"""The modules that register cases; importing them fills the list."""


def some_of_each(most: int) -> list[Case]:
    """At most so many cases of each family, as far apart in it as can be."""
    chosen = []
    for _, several in groupby(sorted(CASES, key=lambda case: case.family), key=lambda case: case.family):
        family = list(several)
        step = max(len(family) / most, 1)
        chosen += [family[int(at * step)] for at in range(min(most, len(family)))]
    return chosen
