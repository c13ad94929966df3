"""Policies that are judged together say what each says alone; and bits of rows are those of the rows, wherever they begin."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from anye.engine.entitle import batch
from anye.engine.entitle.batch import BatchRule, run_together
from anye.engine.entitle.bits import counted, packed, part, put, size, trim, unpacked
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.outcomes import Other, Outcomes
from anye.engine.entitle.policy_file import read_policy
from tests.engine.entitle.policies import draw, people_of
from tests.engine.entitle.test_policy_agreement import cases_of


def laid_out(cases: Cases, blocks: Iterable[Outcomes], reasons: int) -> list[np.ndarray]:
    """Outcomes, amounts and masks of all rows."""
    shape = (cases.months, cases.rows)
    found = [np.zeros(shape, np.int64) for _ in range(4)]
    for block in blocks:
        said = block.outcome, block.amount, block.mask(block.unmet), block.mask(block.missing)
        for whole, here in zip(found, said, strict=True):
            whole[:, block.chosen] = here
    assert max(int(mask.max(initial=0)) for mask in found[2:]) < 1 << reasons
    return found


def differing(seed: int, catalogue: Catalogue, folder: Path) -> tuple[bool, bool]:
    """Whether what is said together differs from what is said apart; and whether one excluded the other in the same rows."""
    rng = random.Random(seed)
    first, second = draw(rng), draw(rng)
    for block in first.blocks:
        block.excludes = None
    for block in second.blocks:
        block.excludes = rng.choice(["person", "person_firm", "person_firm"])
    policies = [
        read_policy(each.write(folder / f"{seed}-{at}.yaml"), catalogue) for at, each in enumerate((first, second))
    ]
    rules = [BatchRule(replace(policies[0], code="rival"), catalogue), BatchRule(policies[1], catalogue)]
    cases, rows = cases_of(people_of(rng, 40), catalogue), rng.choice([3, 8, 16, 1_000])
    other, apart = Other.none(cases), []
    for block in rules[0].run(cases, rows=rows):
        other.put(block)
        apart.append(block)
    alone = [apart, rules[1].run(cases, others={"rival": other}, rows=rows)]
    together = list(run_together(rules, cases, others={"rival": other}, rows=rows))
    is_other = False
    for rule, blocks in zip(rules, alone, strict=True):
        reasons = len(rule.policy.reasons)
        said = laid_out(cases, [block for by, block in together if by is rule], reasons)
        is_other |= not all(map(np.array_equal, laid_out(cases, blocks, reasons), said))
    return is_other, any(block.excludes == "person_firm" for block in second.blocks)


def test_together_is_as_apart(random_catalogue: Catalogue, tmp_path: Path) -> None:
    found = [differing(seed, random_catalogue, tmp_path) for seed in range(60)]
    assert not any(is_other for is_other, _ in found)
    assert sum(is_within for _, is_within in found) > 20


def test_rows_of_others_are_noticed(
    random_catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch, "is_by_row", lambda *_: True)  # as though each row stood for itself by any key
    assert any(differing(seed, random_catalogue, tmp_path)[0] for seed in range(60))


def test_an_order_that_cannot_be_judged_is_refused(random_catalogue: Catalogue, tmp_path: Path) -> None:
    rng = random.Random(1)
    described = [draw(rng), draw(rng)]
    for block in described[0].blocks:
        block.excludes = None
    for block in described[1].blocks:
        block.excludes = "person"
    first, second = (
        read_policy(each.write(tmp_path / f"{at}.yaml"), random_catalogue) for at, each in enumerate(described)
    )
    rival, rule = BatchRule(replace(first, code="rival"), random_catalogue), BatchRule(second, random_catalogue)
    cases = cases_of(people_of(rng, 5), random_catalogue)
    with pytest.raises(ValueError, match="stands after it"):
        list(run_together([rule, rival], cases))
    with pytest.raises(ValueError, match="has to be given"):
        list(run_together([rival, rule], cases))


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 64, 83])
def test_bits_are_those_of_their_rows(rows: int) -> None:
    rng = np.random.default_rng(rows)
    flags = rng.random((3, rows)) < 0.5
    bits = packed(flags)
    assert bits.shape == (3, size(rows) if rows > 1 else 1)
    assert np.array_equal(np.broadcast_to(unpacked(bits, rows), flags.shape), flags)
    for start in range(rows):
        chosen = slice(start, rng.integers(start + 1, rows + 1))
        count = int(chosen.stop - chosen.start)
        assert np.array_equal(np.broadcast_to(unpacked(part(bits, chosen), count), (3, count)), flags[:, chosen])
    order = rng.permutation(rows)
    assert np.array_equal(np.broadcast_to(unpacked(part(bits, order), rows), flags.shape), flags[:, order])
    half, empty = slice(0, (rows + 1) // 2), np.zeros((3, size(rows)), np.uint8)
    for chosen in (half, slice(half.stop, rows), np.array([], np.int64)):
        if not isinstance(chosen, slice) or chosen.stop > chosen.start:
            of_these = packed(flags[:, chosen])
            trim(of_these, flags[:, chosen].shape[1])
            put(empty, chosen, of_these)
    trim(empty, rows)
    assert counted(empty) == flags.sum()
    assert np.array_equal(np.broadcast_to(unpacked(empty, rows), flags.shape), flags)
