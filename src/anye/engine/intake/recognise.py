"""Which profile a sheet follows: decided by its heading, never by the file's name (domain.md 5.1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from anye.engine.errors import FileFault
from anye.engine.intake.header import Header, find_header
from anye.engine.intake.mapping import MappedProfile, find_mapped
from anye.engine.intake.profile import Binding, Profile
from anye.engine.names import is_mojibake


@dataclass(frozen=True, eq=False)
class Recognised:
    """A sheet's profile, its heading, and the profile laid over it."""

    profile: Profile
    header: Header
    binding: Binding


def recognise(first_rows: pl.DataFrame, profiles: Iterable[Profile]) -> Recognised:
    """The profile that knows most of the heading and misses nothing it needs; at a tie the larger share of its own.

    Where one profile alone is tried, a person has named it, and its signs are not asked for. What a person said of just
    this heading goes before every profile.
    Raises FileFault `heading_unknown` with the profiles that were tried and, of the nearest, what its sheet lacks; its
    `reason`, where a person has to name the register: `unnamed` (nothing tells which it is), `others` (it has headings
    of another), `garbled` (the text is damaged), `none` (no line looks like any heading).
    """
    best: Recognised | None = None
    best_rank = (0, 0.0)
    given = list(profiles)
    mapped = find_mapped(first_rows, (each for each in given if isinstance(each, MappedProfile)))
    if mapped:
        return Recognised(*mapped, mapped[0].bind(mapped[1].labels))
    tried = [each for each in given if not isinstance(each, MappedProfile)]
    nearest: tuple[tuple[int, bool], Profile | None, tuple[str, ...]] = ((-1, False), None, ())
    for profile in tried:
        header = find_header(first_rows, profile.known)
        if header is None:
            continue
        binding = profile.bind(header.labels)
        score = profile.score(header.labels, is_named=len(tried) == 1)
        if score == 0:
            how_near = len(binding.sources), not profile.missing(header.labels, is_named=True)
            nearest = max(nearest, (how_near, profile, header.labels), key=lambda each: each[0])
            continue
        rank = (score, score / max(1, sum(1 for label in header.labels if label)))
        if rank > best_rank:
            best, best_rank = Recognised(profile, header, binding), rank
    if best is None:
        told: dict[str, object] = (
            {"reason": "garbled"} if _is_garbled(first_rows) else _lacking(*nearest[1:], is_named=len(tried) == 1)
        )
        raise FileFault("heading_unknown", {"profiles": [each.name for each in tried], **told})
    return best


def _lacking(nearest: Profile | None, labels: Sequence[str], *, is_named: bool) -> dict[str, object]:
    """What keeps a heading row from being that of the nearest profile."""
    if nearest is None:
        return {"nearest": None, "missing": [], "reason": "none"}
    missing, others = nearest.missing(labels, is_named=is_named), nearest.others(labels)
    told: dict[str, object] = {"nearest": nearest.name, "missing": missing}
    if nearest.missing(labels, is_named=True):
        return told
    return {**told, "reason": "others", "others": others} if others else {**told, "reason": "unnamed"}


def _is_garbled(first_rows: pl.DataFrame) -> bool:
    """Most texts of the first line that holds several are damaged: they went through a wrong encoding."""
    names = [name for name in first_rows.columns if name[0] == "c"]
    lines = ([cell for cell in row if cell] for row in first_rows.select(names).iter_rows())
    texts = next((cells for cells in lines if len(cells) > 1), [])
    damaged = is_mojibake(pl.Series(texts, dtype=pl.String)).sum() + sum("??" in text for text in texts)
    return len(texts) > 1 and damaged * 2 > len(texts)
