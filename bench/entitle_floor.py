"""The floor under any engine that answers block by block: the same inputs read and the same outputs written, nothing
worked out."""

import numpy as np

from anye.engine.entitle.batch import BLOCK_ROWS, BatchRule
from anye.engine.entitle.bits import NONE, ROWS, Array, size
from anye.engine.entitle.groups import Cases
from bench.entitle_people import rules


def move_all(cases: Cases) -> None:
    """What the rules of a block move together: each fact once, and of each rule its amounts and the bits that it hands over."""
    rows = min(BLOCK_ROWS, cases.rows)
    facts = [cases.facts[name] for name in sorted({name for rule in rules().values() for name in rule.needed})]
    inputs = [array for term in facts for array in (term.values, term.known) if array is not None]
    buffers = [np.empty((*array.shape[:-1], size(rows) if _is_bits(array) else rows), array.dtype) for array in inputs]
    outputs = [output for rule in rules().values() for output in _outputs(rule, cases.months, rows)]
    for at in range(0, cases.rows, rows):
        stop = min(at + rows, cases.rows)
        of_numbers, of_bits = slice(at, stop), slice(at // ROWS, size(stop))
        for array, buffer in zip(inputs, buffers, strict=True):
            read = array[..., of_bits if _is_bits(array) else of_numbers]
            np.copyto(buffer[..., : read.shape[-1]], read)
        for output in outputs:
            output.fill(1)


def _outputs(rule: BatchRule, months: int, rows: int) -> list[Array]:
    """Amounts, where it is paid and where that is not known, and the reasons that can stand somewhere: at most two for each
    condition, exclusion and limit, and those of the amount."""
    reasons = sum(1 for block in rule.policy.blocks for _ in block.reasons()) + 1
    return [np.empty((months, rows), rule.money), *np.empty((2 + 2 * reasons, months, size(rows)), np.uint8)]


def _is_bits(array: Array) -> bool:
    return array.dtype == NONE.dtype
