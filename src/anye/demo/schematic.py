"""A map of any district for want of a true one: each town a cell of a honeycomb in the order of the codes, its villages in it.

Openly schematic (示意图): `"schematic": true` at the top and in every feature, and the pages say so. Where a cell lies means nothing;
which village lies in which town does. The same areas give the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from anye.engine.areas import AreaRow

CENTRE = (105.0, 35.0)
"""Longitude and latitude about the middle of the country: a place that no district would take for its own."""
CELL = 0.02
"""From the middle of a cell to its corner, in degrees of longitude."""
FLATTEN = math.cos(math.radians(CENTRE[1]))
"""A degree of latitude is longer than one of longitude there: cells come out regular on a web map."""
GAP = 0.97
"""Cells do not touch, so that none shares a border that means nothing."""
INNER = 0.62
"""How far from the middle of a cell its villages reach."""


def write_map(path: Path, areas: Iterable[AreaRow]) -> None:
    """Write the map of a table of areas."""
    path.write_text(json.dumps(schematic_map(areas), ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def schematic_map(areas: Iterable[AreaRow]) -> dict[str, Any]:
    """The map as GeoJSON: a point for each district, a cell for each town, a point for each village."""
    rows = sorted({area.code: area for area in areas}.values(), key=lambda area: area.code)
    below: dict[str, list[AreaRow]] = {}
    for row in rows:
        below.setdefault(row.parent, []).append(row)
    known = {row.code for row in rows}
    tops = [row for row in rows if row.parent not in known]
    cells = [each for top in tops for each in below.get(top.code, [])]
    middles = dict(zip((cell.code for cell in cells), honeycomb(len(cells)), strict=True))
    features = [_feature(top, "Point", _at(0, 0)) for top in tops]
    for cell in cells:
        x, y = middles[cell.code]
        features.append(_feature(cell, "Polygon", [_hexagon(x, y)]))
        villages = list(_all_below(cell.code, below))
        for village, (dx, dy) in zip(villages, seats(len(villages)), strict=True):
            features.append(_feature(village, "Point", _at(x + dx, y + dy)))
    return {"type": "FeatureCollection", "schematic": True, "features": features}


def honeycomb(count: int) -> list[tuple[float, float]]:
    """The middles of cells in rows that together are about as high as wide, in units of a cell's radius."""
    if not count:
        return []
    # a cell is √3 wide, a row 1.5 high
    wide = max(1, math.ceil(math.sqrt(count * 1.5 / math.sqrt(3))))
    high = math.ceil(count / wide)
    left, top = (wide - 0.5) * math.sqrt(3) / 2, (high - 1) * 1.5 / 2
    return [(math.sqrt(3) * (at % wide + (at // wide) % 2 / 2) - left, top - 1.5 * (at // wide)) for at in range(count)]


def seats(count: int) -> list[tuple[float, float]]:
    """Places within a cell, none upon another: a sunflower's seeds. One alone sits in the middle."""
    turn = math.pi * (3 - math.sqrt(5))
    found = []
    for at in range(count):
        far = INNER * math.sqrt(at / max(count - 1, 1))
        found.append((far * math.cos(at * turn), far * math.sin(at * turn)))
    return found


def _all_below(code: str, below: dict[str, list[AreaRow]]) -> Iterator[AreaRow]:
    for each in below.get(code, []):
        yield each
        yield from _all_below(each.code, below)


def _hexagon(x: float, y: float) -> list[list[float]]:
    """Standing on a corner, closed."""
    turns = [math.radians(90 + 60 * (at % 6)) for at in range(7)]
    return [_at(x + GAP * math.cos(turn), y + GAP * math.sin(turn)) for turn in turns]


def _at(x: float, y: float) -> list[float]:
    return [round(CENTRE[0] + CELL * x, 5), round(CENTRE[1] + CELL * FLATTEN * y, 5)]


def _feature(area: AreaRow, kind: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature", "properties": {"code": area.code, "name": area.name, "schematic": True},
        "geometry": {"type": kind, "coordinates": coordinates},
    }  # fmt: skip
