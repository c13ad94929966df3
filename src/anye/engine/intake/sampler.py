"""The process that takes a sample of one untrusted file, limits itself, and hands it over.

Q request (pickle, from our own parent) → S the sample (JSON). As in `cleaner`, nothing that is pickled is read back.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from anye.engine.intake.apart import MEMORY_BYTES, PROCESSOR_SECONDS, lead_group, limit_memory, limit_time, say_fault
from anye.engine.intake.frames import read_frame, write_frame
from anye.engine.intake.profile import Profile
from anye.engine.intake.sample import sample_of


@dataclass(frozen=True)
class Wanted:
    """A file by its path, the registers that it may be of, and the day for which ages are reckoned."""

    path: Path
    profiles: Mapping[str, Profile]
    on: dt.date


def main() -> None:
    """Answer one request. Standard output belongs to the frames alone."""
    lead_group()
    wanted = pickle.loads(read_frame(sys.stdin.buffer)[1])  # noqa: S301 from our own parent
    with os.fdopen(os.dup(1), "wb") as out:
        try:
            limit_memory(MEMORY_BYTES)
            limit_time(PROCESSOR_SECONDS)
            write_frame(out, b"S", sample_of(wanted.path, wanted.profiles, on=wanted.on).as_text().encode())
        except BaseException as error:  # noqa: BLE001 the parent says it in a sentence
            say_fault(out, error)


if __name__ == "__main__":
    main()
