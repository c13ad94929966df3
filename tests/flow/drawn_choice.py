"""Which rows a draw takes, row by row."""

from collections.abc import Mapping

from anye.flow.drawing.file import Draw
from tests.flow.drawn_rows import Row


def is_taken(draw: Draw, row: Row) -> bool:
    has_words = all(any(word in row[name] for word in words) for name, words in draw.words.items())
    has_any = not draw.having or any(row[name] is not None for name in draw.having)
    has_other = any(word in row[name] for name, words in draw.unless.items() for word in words)
    return is_one_of(row, draw.where) and has_words and has_any and not has_other


def is_nearer(row: Row, other: Row, columns: list[str]) -> bool:
    """Whether a row says something in the first column in which only one of the two does."""
    for column in columns:
        if (row[column] == "") != (other[column] == ""):
            return bool(row[column] != "")
    return False


def is_one_of(row: Row, where: Mapping[str, tuple[str, ...]]) -> bool:
    return all(str(row[name]) in values for name, values in where.items())
