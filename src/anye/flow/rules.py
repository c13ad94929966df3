"""The rules in use: the pack's files, and over them what officers published; and the rules of an earlier day."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from anye.engine.entitle.policy_file import read_policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.yaml_faults import YamlFault
from anye.packs.rules import check_circles, pack_folder, read_rules
from anye.records.entitlements import queries

_Versions = tuple[tuple[str, str], ...]  # code, digest
_KEPT = 8  # books: today's, and those of days that are looked back at


def rules_in_use(pack: str) -> RuleBook:
    """What the next pass over everybody judges by. Raises PolicyFault, PackFault."""
    return _book(pack_folder(pack), queries.published(), is_all=False)


def rules_on(pack: str, known: dt.date) -> RuleBook:
    """What judged by the end of a day: the rules of the last pass over everybody; before the first, those in use.

    What was published since judges nobody until the next pass, so that all are told by the same rules. Raises PolicyFault
    where the catalogue of facts has changed so that they cannot be read any more.
    """
    last = queries.last_run(known)
    versions = last.basis.get("rules") if last else None
    if not versions:
        return rules_in_use(pack)
    return _book(pack_folder(pack), tuple(sorted(versions.items())), is_all=True)


def readable_rules(pack: str) -> tuple[RuleBook, list[YamlFault]]:
    """The rules in use as far as they can be read, the pack's own file in the place of one that cannot; and what is wrong: so
    that it can be mended by another publication."""
    try:
        return rules_in_use(pack), []
    except YamlFault as fault:
        return read_rules(pack_folder(pack)), [fault]


@lru_cache(maxsize=_KEPT)
def _book(folder: Path, versions: _Versions, *, is_all: bool) -> RuleBook:
    """The pack's policies with these versions in their places; `is_all`: and no others."""
    base = read_rules(folder)
    policies = {} if is_all else dict(base.policies)
    texts = queries.texts_of([digest for _, digest in versions])
    for code, digest in versions:
        same = base.policies.get(code)
        if same is None or same.digest != digest:
            same = read_policy(Path(f"{code}.yaml"), base.catalogue, texts[code, digest])
        policies[code] = same
    if policies == base.policies:
        return base
    found = RuleBook(base.catalogue, policies)
    check_circles(found)
    return found
