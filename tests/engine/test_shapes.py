"""An office's map: good features are kept, each bad one is named with its reason, and a file that is no map is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from anye.engine import shapes
from anye.engine.shapes import AreaMap, MapFault, read_map

EAST, BRIDGE = "990100101000", "990100101202"
KNOWN = frozenset({EAST, BRIDGE})
SQUARE = [[106.5, 29.5], [106.6, 29.5], [106.6, 29.6], [106.5, 29.6], [106.5, 29.5]]
HOLE = [[106.52, 29.52], [106.52, 29.54], [106.54, 29.54], [106.52, 29.52]]


def feature(code: Any = EAST, kind: str = "Polygon", coordinates: Any = None) -> dict[str, Any]:
    where = [SQUARE] if coordinates is None else coordinates
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": kind, "coordinates": where}}


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def read(*features: Any, **more: Any) -> AreaMap:
    return read_map(collection(*features, **more), KNOWN)


def why(one: Any) -> str:
    """Why one feature is refused, the other being kept."""
    told = read(one, feature(BRIDGE, "Point", [106.55, 29.55]))
    assert [shape.code for shape in told.shapes] == [BRIDGE]
    (refused,) = told.refused
    assert refused.at == 1
    return refused.fault


def fault_of(raw: bytes) -> str:
    with pytest.raises(MapFault) as told:
        read_map(raw, KNOWN)
    return told.value.code


def test_points_and_outlines_with_holes_and_parts_are_read() -> None:
    parts = [[SQUARE, HOLE], [[[x + 1, y] for x, y in SQUARE]]]
    told = read(feature(EAST, "MultiPolygon", parts), feature(BRIDGE, "Point", [106.123456789, 29.5, 312.0]))
    assert told.refused == ()
    outline, point = told.shapes
    assert outline.geometry == {"type": "MultiPolygon", "coordinates": parts}
    assert shapes.count_points(outline.geometry) == 14
    assert point.geometry == {"type": "Point", "coordinates": [106.12346, 29.5]}  # a metre, and no height


def test_positions_that_do_not_move_are_left_out() -> None:
    slow = [SQUARE[0], [106.500001, 29.500001], *SQUARE[1:]]
    assert read(feature(coordinates=[slow])).shapes[0].geometry["coordinates"] == [SQUARE]


def test_a_code_may_be_a_whole_number_as_programs_for_maps_write_it() -> None:
    assert [shape.code for shape in read(feature(990100101000), feature(990100101202.0)).shapes] == [EAST, BRIDGE]


def test_a_map_says_itself_that_it_is_schematic() -> None:
    assert not read(feature()).is_schematic
    assert read(feature(), schematic=True).is_schematic
    marked = feature()
    marked["properties"]["schematic"] = True
    assert read(marked).is_schematic
    assert not read(feature(), schematic="no").is_schematic


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        ("text", "not_a_feature"),
        (None, "not_a_feature"),
        ({"type": "Polygon"}, "not_a_feature"),
        ({"type": "Feature", "properties": None, "geometry": None}, "code_missing"),
        (feature(""), "code_missing"),
        (feature(True), "code_missing"),
        (feature([EAST]), "code_missing"),
        (feature("990100101"), "code_form"),
        (feature(1.5), "code_form"),
        (feature("１" * 12), "code_form"),
        (feature("990100101999"), "code_unknown"),
        ({"type": "Feature", "properties": {"code": EAST}, "geometry": None}, "geometry_missing"),
        (feature(EAST, "LineString", SQUARE), "geometry_kind"),
        (feature(EAST, "Polygon", SQUARE), "coordinates"),  # a list too few
        (feature(EAST, "Polygon", [[SQUARE]]), "coordinates"),  # and one too many
        (feature(EAST, "Polygon", []), "coordinates"),
        (feature(EAST, "Polygon", {}), "coordinates"),
        (feature(EAST, "Point", ["106.5", "29.5"]), "coordinates"),
        (feature(EAST, "Point", [106.5]), "coordinates"),
        (feature(EAST, "Point", [True, 29.5]), "coordinates"),
        (feature(EAST, "Point", [29.5, 106.5]), "swapped"),
        (feature(EAST, "Point", [646012.3, 3265498.2]), "projected"),
        (feature(EAST, "Point", [0, 0]), "outside"),
        (feature(EAST, "Point", [-106.5, 29.5]), "outside"),
        (feature(EAST, "Polygon", [SQUARE[:-1]]), "ring_open"),
        (feature(EAST, "Polygon", [[SQUARE[0], SQUARE[1], SQUARE[0]]]), "ring_flat"),
        (feature(EAST, "Polygon", [[[106.5, 29.5], [106.6, 29.6], [106.7, 29.7], [106.5, 29.5]]]), "ring_flat"),
    ],
)
def test_a_feature_at_fault_is_named_and_the_others_are_kept(one: Any, fault: str) -> None:
    assert why(one) == fault


def test_an_area_stands_once() -> None:
    told = read(feature(), feature(coordinates=[HOLE]))
    assert told.shapes[0].geometry["coordinates"] == [SQUARE]
    assert [(each.at, each.code, each.fault) for each in told.refused] == [(2, EAST, "code_twice")]


def test_what_is_no_number_in_json_is_none_here() -> None:
    for word in ("NaN", "Infinity", "1e999", "1" * 5000):
        raw = collection(feature(EAST, "Point", [106.5, "?"])).replace(b'"?"', word.encode())
        assert [each.fault for each in read_map(raw, KNOWN).refused] == ["coordinates"]


def test_an_outline_of_too_many_points_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "MOST_POINTS", 8)
    assert read(feature(coordinates=[SQUARE])).refused == ()
    assert why(feature(coordinates=[SQUARE, HOLE])) == "points"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "map_json"),
        (b"{", "map_json"),
        (b"[" * 200_000, "map_json"),
        ("区".encode("gb18030") + b"{}", "map_encoding"),
        (b"[]", "map_kind"),
        (b"null", "map_kind"),
        (json.dumps(feature()).encode(), "map_kind"),
        (collection(), "map_empty"),
        (b'{"type": "FeatureCollection", "features": {}}', "map_empty"),
        (collection(feature(), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}), "map_crs"),
        (collection(feature(), crs={"properties": {"name": "EPSG:3857"}}), "map_crs"),
    ],
)
def test_a_file_that_is_no_map_is_refused(raw: bytes, fault: str) -> None:
    assert fault_of(raw) == fault


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490", None])
def test_degrees_of_wgs_84_and_of_the_national_system_are_taken(name: str | None) -> None:
    assert read(feature(), crs={"type": "name", "properties": {"name": name}}).refused == ()


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_map(b"\xef\xbb\xbf" + collection(feature()), KNOWN).refused == ()


def test_a_file_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "LARGEST_FILE", 10)
    assert fault_of(collection(feature())) == "map_size"
    monkeypatch.undo()
    monkeypatch.setattr(shapes, "MOST_POINTS_OF_ALL", 6)
    assert fault_of(collection(feature(), feature(BRIDGE))) == "map_points"
