"""A map of areas as an office hands it over: GeoJSON (RFC 7946) → a checked outline or point for each area code.

Longitude and latitude are those of WGS 84; CGCS 2000 (国家大地坐标系) differs by centimetres and is taken as the same. What is wrong
with one feature is told of it, and the others are kept; a file that is no map is refused whole.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from anye.engine.errors import Problem

LARGEST_FILE = 16 * 1024 * 1024
MOST_POINTS = 3_000
"""Of one area: more are not seen at the size of a page, and every page with a map would carry them."""
MOST_POINTS_OF_ALL = 200_000
DECIMALS = 5
"""A metre on the ground."""
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
"""China (GB/T 2260's areas lie within). Anything else is a mistake of columns or of coordinates."""
PLAIN_CRS = re.compile(r"(crs84|epsg:{1,2}(4326|4490))$", re.IGNORECASE)
CODE = re.compile(r"[0-9]{12}")
DEPTHS = {"Point": 0, "Polygon": 2, "MultiPolygon": 3}
"""How deep the positions of a kind of geometry lie in its lists."""

Position = list[float]


class MapFault(Problem):
    """A whole map that cannot be read; `code` begins with map_."""


@dataclass(frozen=True)
class Shape:
    """Where an area lies (区域图形): its code, and a Point, Polygon or MultiPolygon of GeoJSON."""

    code: str
    geometry: dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """A feature that is not taken: which in the file, counted from one; its code if it has any; why; what was found."""

    at: int
    code: str
    fault: str
    found: str


@dataclass(frozen=True)
class AreaMap:
    """A file's shapes, and what was not taken. `is_schematic`: where things stand means nothing (示意图)."""

    shapes: tuple[Shape, ...]
    refused: tuple[Refused, ...]
    is_schematic: bool


class _Wrong(Exception):
    """A feature at fault."""

    def __init__(self, fault: str, found: object = "") -> None:
        super().__init__(fault)
        self.fault, self.found = fault, found


def read_map(raw: bytes, known: Collection[str]) -> AreaMap:
    """The map of a file. `known`: the area codes that there are. Raises MapFault with codes `map_…`."""
    tree = _tree(raw)
    shapes: dict[str, Shape] = {}
    refused: list[Refused] = []
    left = MOST_POINTS_OF_ALL
    for at, feature in enumerate(tree["features"], 1):
        try:
            shape = _shape(feature, known)
            if shape.code in shapes:
                _wrong("code_twice", shape.code)
        except _Wrong as why:
            refused.append(Refused(at, _code_said(feature), why.fault, str(why.found)[:80]))
            continue
        shapes[shape.code] = shape
        left -= count_points(shape.geometry)
        if left < 0:
            raise MapFault("map_points", {"most": MOST_POINTS_OF_ALL})
    return AreaMap(tuple(shapes.values()), tuple(refused), _is_schematic(tree))


def count_points(geometry: dict[str, Any]) -> int:
    """How many positions a geometry has."""
    return sum(1 for _ in _positions(geometry["coordinates"], DEPTHS[geometry["type"]]))


def _tree(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST_FILE:
        raise MapFault("map_size", {"found": len(raw) // 1024 // 1024 + 1, "most": LARGEST_FILE // 1024 // 1024})
    try:
        # whole numbers as floats: one of thousands of digits is infinite then, instead of an error of its own
        tree = json.loads(raw.decode("utf-8-sig"), parse_int=float)
    except UnicodeDecodeError as error:
        raise MapFault("map_encoding", {"at": error.start + 1}) from None
    except json.JSONDecodeError as error:
        raise MapFault("map_json", {"line": error.lineno, "column": error.colno}) from None
    except RecursionError:
        raise MapFault("map_json", {"line": 1, "column": 1}) from None
    if not isinstance(tree, dict) or tree.get("type") != "FeatureCollection":
        found = tree.get("type") if isinstance(tree, dict) else type(tree).__name__
        raise MapFault("map_kind", {"found": found})
    if not isinstance(tree.get("features"), list) or not tree["features"]:
        raise MapFault("map_empty")
    crs = _named_crs(tree.get("crs"))
    if crs and not PLAIN_CRS.search(crs):
        raise MapFault("map_crs", {"found": crs[:80]})
    return tree


def _named_crs(told: Any) -> str:
    """What older files say of their coordinates; nothing where they say nothing, as RFC 7946 has it."""
    properties = told.get("properties") if isinstance(told, dict) else None
    return str(properties.get("name") or "") if isinstance(properties, dict) else ""


def _is_schematic(tree: dict[str, Any]) -> bool:
    """A file that says so, at the top or of any feature."""
    return tree.get("schematic") is True or any(_properties(each).get("schematic") is True for each in tree["features"])


def _properties(feature: Any) -> dict[str, Any]:
    told = feature.get("properties") if isinstance(feature, dict) else None
    return told if isinstance(told, dict) else {}


def _code_said(feature: Any) -> str:
    """A feature's code as it stands; programs for maps write whole numbers."""
    told = _properties(feature).get("code")
    if isinstance(told, float):
        return str(int(told)) if math.isfinite(told) and told == int(told) else str(told)
    return told.strip()[:40] if isinstance(told, str) else ""


def _shape(feature: Any, known: Collection[str]) -> Shape:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        _wrong("not_a_feature")
    code = _code_said(feature)
    if not code:
        _wrong("code_missing")
    if not CODE.fullmatch(code):
        _wrong("code_form", code)
    if code not in known:
        _wrong("code_unknown", code)
    return Shape(code, _geometry(feature.get("geometry")))


def _geometry(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        _wrong("geometry_missing")
    kind = told.get("type")
    if kind not in DEPTHS:
        _wrong("geometry_kind", kind)
    inside = told.get("coordinates")
    if kind == "Point":
        return {"type": kind, "coordinates": _position(inside)}
    parts = _list(inside) if kind == "MultiPolygon" else [inside]
    polygons = [[_ring(ring) for ring in _list(part)] for part in parts]
    if sum(len(ring) for rings in polygons for ring in rings) > MOST_POINTS:
        _wrong("points", sum(len(ring) for rings in polygons for ring in rings))
    return {"type": kind, "coordinates": polygons if kind == "MultiPolygon" else polygons[0]}


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list) or not told:
        _wrong("coordinates", told)
    return told


def _ring(told: Any) -> list[Position]:
    """A closed ring, without what does not move."""
    ring: list[Position] = []
    positions = [_position(each) for each in _list(told)]
    if positions[0] != positions[-1]:
        _wrong("ring_open", positions[0])
    for each in positions:
        if not ring or ring[-1] != each:
            ring.append(each)
    if len(ring) < 4 or not _area(ring):  # a triangle comes back to where it began
        _wrong("ring_flat", positions[0])
    return ring


def _area(ring: list[Position]) -> float:
    """Twice what a ring encloses; nothing where it runs back along itself."""
    (x0, y0), total = ring[0], 0.0
    for (ax, ay), (bx, by) in pairwise(ring):
        total += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return abs(round(total, 2 * DECIMALS))


def _position(told: Any) -> Position:
    """Longitude and latitude; a height is left out."""
    if not isinstance(told, list) or not 2 <= len(told) <= 4 or not all(map(_is_number, told)):
        _wrong("coordinates", told)
    east, north = told[:2]
    if not (WEST <= east <= EAST and SOUTH <= north <= NORTH):
        is_swapped = WEST <= north <= EAST and SOUTH <= east <= NORTH
        is_flat = abs(east) > 360 or abs(north) > 360
        _wrong("swapped" if is_swapped else "projected" if is_flat else "outside", f"[{east:g}, {north:g}]")
    return [round(east, DECIMALS), round(north, DECIMALS)]


def _is_number(told: Any) -> bool:
    return isinstance(told, float) and math.isfinite(told)


def _positions(told: Any, depth: int) -> Iterator[Position]:
    if depth == 0:
        yield told
    else:
        for each in told:
            yield from _positions(each, depth - 1)


def _wrong(fault: str, found: object = "") -> NoReturn:
    raise _Wrong(fault, found)
