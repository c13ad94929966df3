"""The holidays of a pack: `holidays.csv`, or that of the pack it stands on."""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache

from anye.engine.workdays import Workdays, workdays_of
from anye.packs import PackFault
from anye.packs.rules import pack_chain, pack_folder


@cache
def read_workdays(pack: str) -> Workdays:
    """The working days that a pack tells of. Raises PackFault."""
    path = next(
        (each / "holidays.csv" for each in pack_chain(pack_folder(pack)) if (each / "holidays.csv").is_file()), None
    )
    if path is None:
        raise PackFault("pack_no_holidays", {"file": pack, "line": 1})
    found: dict[dt.date, bool] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                found[dt.date.fromisoformat(row["day"])] = {"worked": True, "holiday": False}[row["kind"]]
            except (KeyError, ValueError):
                raise PackFault(
                    "pack_holiday", {"file": str(path), "line": number, "found": ",".join(map(str, row.values()))}
                ) from None
    return workdays_of(found.items())
