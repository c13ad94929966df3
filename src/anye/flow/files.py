"""A file opened for loading in a process of its own: recognised by its headings, its rows as numbered clean blocks.

The process reads and cleans the next block while this one is written. It holds no key and reaches no database.
"""

import datetime as dt
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from anye.engine.errors import FileFault
from anye.engine.intake.apart import SECONDS_A_ROW, Apart
from anye.engine.intake.cleaner import Request, unpacked
from anye.engine.intake.files import Spans
from anye.engine.intake.sample import Sample
from anye.engine.intake.sampler import Wanted
from anye.flow.blocks import Block, Context


def sample_of(path: Path, context: Context, *, on: dt.date) -> Sample:
    """The first lines of each sheet and what register it may be, for a person to say what is what. Raises FileFault."""
    with Apart("anye.engine.intake.sampler", path=path) as apart:
        apart.ask(b"Q", pickle.dumps(Wanted(path, context.profiles, on)))
        return Sample.of_text(apart.answer()[1].decode())


class OpenFile:
    """A recognised file; as a context manager it ends the process that reads it.

    `month` is what its title, else its name, says; `mapping` the key of what a person said of its heading, if anybody
    did; `mends` the token of the load that a sheet of faults came from; `is_long`: several lines make one fact; `notes`
    (see `engine.intake.notes`) are known after the blocks.
    """

    def __init__(self, path: Path, context: Context, *, source: str | None, name: str, block_rows: int) -> None:
        """Raises FileFault: as reading does, heading_unknown, unknown_source."""
        profiles = context.profiles
        if source is not None and source not in profiles:
            raise FileFault("unknown_source", {"source": source, "known": sorted(profiles)})
        candidates = {source: profiles[source]} if source else dict(profiles)
        self.notes: dict[str, Any] = {}
        self._apart = Apart("anye.engine.intake.cleaner", path=path)
        try:
            asked = Request(path, name, candidates, context.areas, context.trial, block_rows, context.mappings)
            self._apart.ask(b"Q", pickle.dumps(asked))
            told = json.loads(self._apart.answer()[1])
        except BaseException:
            self._apart.close()
            raise
        self.profile = profiles[told["profile"]]
        self.month = dt.date.fromisoformat(told["month"]) if told["month"] else None
        self.mapping: int | None = told["mapping"]
        self.mends: str | None = told["mends"]
        self.is_long: bool = told["is_long"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._apart.close()

    def blocks(self, *, known_on: dt.date, left_out: Spans = ()) -> Iterator[Block]:
        """Every block of every sheet in order, once. The same file gives the same numbers. Raises FileFault.

        `left_out`: rows that are to be refused, whatever they say.
        """
        said = {"known_on": known_on.isoformat(), "left_out": [list(span) for span in left_out]}
        self._apart.ask(b"G", json.dumps(said).encode())
        number = 0
        while True:
            kind, body = self._apart.answer()
            if kind == b"E":
                self.notes = json.loads(body)
                return
            sheet_no, cleaned = unpacked(body)
            self._apart.more_time(3 * cleaned.rows_read * SECONDS_A_ROW)
            yield Block(number, sheet_no, cleaned)
            number += 1
