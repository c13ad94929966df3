"""Yes and no of many rows, eight rows to a byte: what is moved through memory is an eighth, and so is the time.

Of shape (bytes,) or (months, bytes); what is the same for all rows has one byte, or no dimension, and is all ones or none.
The bits after the last row are anything until `trim`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
EVERY, NONE = np.uint8(255), np.uint8(0)
ROWS = 8
"""Rows to a byte, the first in its lowest bit."""


def packed(flags: Array) -> Array:
    """Bits of booleans of shape (…, rows)."""
    if flags.ndim == 0 or flags.shape[-1] == 1:
        return np.where(flags, EVERY, NONE)
    return np.packbits(flags, axis=-1, bitorder="little")


def unpacked(bits: Array, rows: int) -> Array:
    """Booleans of bits; what is the same for all rows keeps its shape."""
    if bits.ndim == 0 or (bits.shape[-1] == 1 and rows > ROWS):
        return np.not_equal(bits, NONE)
    return np.unpackbits(bits, axis=-1, count=rows, bitorder="little").view(np.bool_)


def size(rows: int) -> int:
    """How many bytes hold the rows."""
    return -(-rows // ROWS)


def part(bits: Array, chosen: Array | slice) -> Array:
    """The bits of some rows, the first of them in a first bit."""
    if not isinstance(chosen, slice):
        return packed(bits[..., chosen // ROWS] >> (chosen % ROWS).astype(np.uint8) & 1)
    skipped, whole = chosen.start % ROWS, bits[..., chosen.start // ROWS : size(chosen.stop)]
    if not skipped:
        return whole
    flags = np.unpackbits(whole, axis=-1, bitorder="little")
    return packed(flags[..., skipped : skipped + chosen.stop - chosen.start])


def put(bits: Array, chosen: Array | slice, part: Array) -> None:
    """Write a part's bits (months × bytes) where its rows stand among all, where there are none yet; the part is trimmed."""
    if isinstance(chosen, slice) and chosen.start % ROWS == 0:
        bits[..., chosen.start // ROWS : size(chosen.stop)] |= part
        return
    places = np.arange(chosen.start, chosen.stop) if isinstance(chosen, slice) else chosen
    flags = unpacked(part, len(places)).view(np.uint8) << (places % ROWS).astype(np.uint8)
    for month, of_month in zip(bits, np.atleast_2d(flags), strict=True):
        np.bitwise_or.at(month, places // ROWS, of_month)


def counted(bits: Array) -> int:
    """How many are yes; of bits that are trimmed."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def trim(bits: Array, rows: int) -> None:
    """Take the bits after the last row out."""
    if rows % ROWS:
        bits[..., -1] &= np.uint8((1 << rows % ROWS) - 1)
