"""Which profile a sheet follows: decided by its heading, never by the file's name (domain.md 5.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from anye.engine.errors import FileFault
from anye.engine.intake.header import Header, find_header
from anye.engine.intake.profile import Binding, Profile


@dataclass(frozen=True, eq=False)
class Recognised:
    """A sheet's profile, its heading, and the profile laid over it."""

    profile: Profile
    header: Header
    binding: Binding


def recognise(first_rows: pl.DataFrame, profiles: Iterable[Profile]) -> Recognised:
    """The profile that knows most of the heading and misses nothing it needs; at a tie the larger share of its own.

    Where one profile alone is tried, a person has named it, and its signs are not asked for.
    Raises FileFault `heading_unknown` with the profiles that were tried and, of the nearest, what its sheet lacks.
    """
    best: Recognised | None = None
    best_rank = (0, 0.0)
    tried = list(profiles)
    lacking: tuple[int, str, list[str]] = (-1, "", [])
    for profile in tried:
        header = find_header(first_rows, profile.fields)
        if header is None:
            continue
        binding = profile.bind(header.labels)
        score = profile.score(header.labels, is_named=len(tried) == 1)
        if score == 0:
            near = (len(binding.sources), profile.name, profile.missing(header.labels, is_named=len(tried) == 1))
            lacking = max(lacking, near, key=lambda each: each[0])
            continue
        rank = (score, score / max(1, sum(1 for label in header.labels if label)))
        if rank > best_rank:
            best, best_rank = Recognised(profile, header, binding), rank
    if best is None:
        raise FileFault(
            "heading_unknown",
            {"profiles": [each.name for each in tried], "nearest": lacking[1] or None, "missing": lacking[2]},
        )
    return best
