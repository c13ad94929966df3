"""The schematic map: every area once, cells that do not overlap, villages in their town's cell and none upon another."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest

from anye.demo.schematic import schematic_map, write_map
from anye.engine.shapes import read_map
from anye.packs import AreaRow, read_pack
from tests.conftest import AREAS

DAY = dt.date(2016, 1, 1)


def district(towns: int, villages: int) -> list[AreaRow]:
    rows = [AreaRow("990300000000", "county", "990000000000", "白石区", DAY, None)]
    for town in range(1, towns + 1):
        code = f"990300{town:03}000"
        rows.append(AreaRow(code, "town", "990300000000", f"镇{town}", DAY, None))
        rows += [
            AreaRow(f"990300{town:03}{at:03}", "village", code, f"村{at}", DAY, None) for at in range(1, villages + 1)
        ]
    return rows


def placed(areas: list[AreaRow]) -> dict[str, Any]:
    found = schematic_map(areas)
    codes = [each["properties"]["code"] for each in found["features"]]
    assert sorted(codes) == sorted({area.code for area in areas})
    return {each["properties"]["code"]: each["geometry"] for each in found["features"]}


def is_inside(at: list[float], ring: list[list[float]]) -> bool:
    """On the same side of every edge of a convex ring."""
    sides = {(bx - ax) * (at[1] - ay) - (by - ay) * (at[0] - ax) > 0 for (ax, ay), (bx, by) in itertools.pairwise(ring)}
    return len(sides) == 1


@pytest.mark.parametrize(("towns", "villages"), [(1, 1), (2, 2), (7, 0), (22, 40), (60, 12), (3, 300)])
def test_every_area_once_and_nothing_upon_another(towns: int, villages: int) -> None:
    areas = district(towns, villages)
    found = placed(areas)
    cells = {area.code: found[area.code]["coordinates"][0] for area in areas if area.level == "town"}
    middles = {code: [sum(axis) / 6 for axis in zip(*ring[:6], strict=True)] for code, ring in cells.items()}
    for (one, ring), (other, _) in itertools.permutations(cells.items(), 2):
        assert not is_inside(middles[other], ring)
        assert not any(is_inside(corner, ring) for corner in cells[other]), (one, other)
    spots = [(area.parent, found[area.code]["coordinates"]) for area in areas if area.level == "village"]
    assert all(is_inside(at, cells[parent]) for parent, at in spots)
    assert len({tuple(at) for _, at in spots}) == len(spots)


def test_cells_look_regular_on_a_web_map() -> None:
    (ring,) = placed(district(1, 0))["990300001000"]["coordinates"]
    mercator = [(math.radians(x), math.asinh(math.tan(math.radians(y)))) for x, y in ring]
    edges = [math.dist(one, other) for one, other in itertools.pairwise(mercator)]
    assert max(edges) / min(edges) < 1.01


def test_the_reader_takes_all_of_it_and_hears_that_it_is_schematic(tmp_path: Path) -> None:
    areas = list(read_pack("cn_yubei").areas)
    path = tmp_path / "areas.geojson"
    write_map(path, areas)
    told = read_map(path.read_bytes(), {area.code for area in areas})
    assert told.is_schematic
    assert told.refused == ()
    assert len(told.shapes) == len(areas)
    written = path.read_bytes()
    write_map(path, list(reversed(areas)))
    assert path.read_bytes() == written
    assert all(each["properties"]["schematic"] is True for each in json.loads(written)["features"])


def test_editions_of_an_area_are_one_and_a_deeper_level_lies_in_its_town() -> None:
    group = AreaRow("990100101203", "village", "990100101201", "柳树村一组", DAY, None)
    found = placed([*AREAS, *AREAS, group])
    assert is_inside(found[group.code]["coordinates"], found["990100101000"]["coordinates"][0])
    assert placed([]) == {}
