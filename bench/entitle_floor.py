"""The floor under any engine that answers block by block: the same inputs read and the same outputs written, nothing
worked out."""

import numpy as np

from anye.engine.entitle.batch import BLOCK_ROWS
from anye.engine.entitle.bits import NONE, ROWS, Array, size
from anye.engine.entitle.groups import Cases
from bench.entitle_people import rivals, rules


def move_all(cases: Cases) -> None:
    outcomes: dict[str, Array] = {}
    for code, rule in rules().items():
        read = [cases.facts[name] for name in sorted(rule.needed)]
        inputs = [array for column in read for array in (column.values, column.known) if array is not None]
        inputs += [outcomes[each.policy] for block in rule.policy.blocks for each in block.exclusions]
        if code in rivals():
            outcomes[code] = np.empty((2, cases.months, size(cases.rows)), np.uint8)
        _move(inputs, cases, rule.money, len(rule.policy.reasons), outcomes.get(code))


def _move(inputs: list[Array], cases: Cases, money: type, reasons: int, kept: Array | None) -> None:
    rows = min(BLOCK_ROWS, cases.rows)
    outputs = [np.empty((cases.months, rows), money), *np.empty((2 + 2 * reasons, cases.months, size(rows)), np.uint8)]
    buffers = [np.empty((*array.shape[:-1], size(rows) if _is_bits(array) else rows), array.dtype) for array in inputs]
    for at in range(0, cases.rows, rows):
        stop = min(at + rows, cases.rows)
        of_numbers, of_bits = slice(at, stop), slice(at // ROWS, size(stop))
        for array, buffer in zip(inputs, buffers, strict=True):
            read = array[..., of_bits if _is_bits(array) else of_numbers]
            np.copyto(buffer[..., : read.shape[-1]], read)
        for output in outputs:
            output.fill(1)
        if kept is not None:
            kept[..., of_bits] = 1


def _is_bits(array: Array) -> bool:
    return array.dtype == NONE.dtype
