"""The floor under any engine that answers block by block: the same inputs read and the same outputs written, nothing
worked out."""

import numpy as np

from anye.engine.entitle.batch import BLOCK_ROWS
from anye.engine.entitle.columns import Array
from anye.engine.entitle.groups import Cases
from bench.entitle_people import rivals, rules


def move_all(cases: Cases) -> None:
    outcomes: dict[str, Array] = {}
    for code, rule in rules().items():
        read = [cases.facts[name] for name in sorted(rule.needed)]
        inputs = [array for column in read for array in (column.values, column.known) if array is not None]
        before = (each.policy for block in rule.policy.blocks for each in block.exclusions)
        inputs += [outcomes[name] for name in before]
        if code in rivals():
            outcomes[code] = np.empty((cases.months, cases.rows), np.int8)
        _move(inputs, cases, rule.money, rule.mask, outcomes.get(code))


def _move(inputs: list[Array], cases: Cases, money: type, mask: np.dtype, kept: Array | None) -> None:
    rows = min(BLOCK_ROWS, cases.rows)
    buffers = [np.empty((*array.shape[:-1], rows), array.dtype) for array in inputs]
    outputs = [np.empty((cases.months, rows), dtype) for dtype in (np.int8, money, mask, mask)]
    for at in range(0, cases.rows, rows):
        part = slice(at, min(at + rows, cases.rows))
        size = part.stop - part.start
        for array, buffer in zip(inputs, buffers, strict=True):
            np.copyto(buffer[..., :size], array[..., part])
        for output in outputs:
            output.fill(1)
        if kept is not None:
            kept[:, part] = outputs[0][:, :size]
