"""`anye areas --map FILE`: where the areas lie, as an office's map tells it, and the demo's map of where nothing lies."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from anye.config import postgres
from anye.config.commands import language, opened, set_up
from anye.config.faults import SetupFault, Text
from anye.engine.shapes import EAST, MOST_POINTS, NORTH, SOUTH, WEST, AreaMap, MapFault, Refused, read_map

SHOWN = 20
FAULTS = {
    "not_a_feature": Text(
        "不是 Feature。请按 GeoJSON 写每个区域。", "this is no Feature. Write each area as GeoJSON has it."
    ),
    "code_missing": Text(
        "没有区划代码。请在 properties 中加 code：12 位统计代码。",
        "it has no area code. Add `code` to its properties: the 12-digit code.",
    ),
    "code_form": Text(
        "{found} 不是 12 位区划代码。镇街代码后补三个 0，区县代码后补六个 0。",
        "{found} is no 12-digit code. A town's 9 digits end in three zeros more, a district's 6 in six.",
    ),
    "code_unknown": Text(
        "登记库没有区划代码 {found}。请核对代码；新设的区域先加入区域表。",
        "the registry has no area {found}. Check the code; a new area comes into the table of areas first.",
    ),
    "code_twice": Text(
        "{found} 在文件中已经出现过。有几块的区域写成一个 MultiPolygon。",
        "{found} stands in the file already. Write an area of several parts as one MultiPolygon.",
    ),
    "geometry_missing": Text(
        "没有图形（geometry）。请补上，或删去这一项。", "it has no geometry. Add one, or leave it out."
    ),
    "geometry_kind": Text(
        "图形类型 {found} 不能用。只用 Point、Polygon 或 MultiPolygon。",
        "a geometry of the kind {found} cannot be used. Use Point, Polygon or MultiPolygon.",
    ),
    "coordinates": Text(
        "坐标 {found} 写法不对。每个位置写成 [经度, 纬度]，层次按 GeoJSON。",
        "the coordinates {found} are not written as [longitude, latitude] in the lists that GeoJSON has.",
    ),
    "swapped": Text(
        "坐标 {found} 的经纬度颠倒了。先写经度，后写纬度。",
        "at {found} longitude and latitude are exchanged. Longitude comes first.",
    ),
    "projected": Text(
        "坐标 {found} 不是经纬度，像是平面投影坐标。请用地图软件转成 EPSG:4326 再导出。",
        "{found} is not in degrees but looks like metres of a projection. Export it again as EPSG:4326.",
    ),
    "outside": Text(
        f"坐标 {{found}} 不在中国境内（经度 {WEST:g}–{EAST:g}，纬度 {SOUTH:g}–{NORTH:g}）。请改正。",
        f"{{found}} is not in China (longitude {WEST:g} to {EAST:g}, latitude {SOUTH:g} to {NORTH:g}). Correct it.",
    ),
    "ring_open": Text(
        "从 {found} 开始的边界没有闭合。最后一点须与第一点相同。",
        "the ring that begins at {found} is not closed. Its last position is its first.",
    ),
    "ring_flat": Text(
        "从 {found} 开始的边界没有围出面积。请改正，或改用 Point。",
        "the ring that begins at {found} encloses nothing. Correct it, or use a Point.",
    ),
    "points": Text(
        f"边界有 {{found}} 个点，最多 {MOST_POINTS} 个。请用地图软件简化后再导出。",
        f"its outline has {{found}} points; {MOST_POINTS} at most. Simplify it in the program that drew it, and export it again.",
    ),
}


def areas(args: argparse.Namespace) -> int:
    """Read a map into the registry. 1 when nothing of the file could be taken."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    told = keep(args.map, by="operator", language=language(args))
    return 0 if told.shapes else 1


def keep(path: Path, *, by: str, language: str) -> AreaMap:
    """Read a file, write what it holds, and say what came of it. Raises SetupFault."""
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.places.actions import keep_map
    from anye.records.places.models import Area

    if not path.is_file():
        raise SetupFault("file_missing", path=path)
    with acting(BATCH, actor=by, purpose="area map"):
        try:
            told = read_map(path.read_bytes(), frozenset(Area.objects.values_list("code", flat=True)))
        except MapFault as fault:
            raise SetupFault(fault.code, path=path.name, **fault.params) from None
        kept = keep_map(told=told)
    what = Text(
        f"新增 {kept.new}，更改 {kept.changed}，不变 {kept.same}，移除 {kept.gone}，未取用 {len(told.refused)}",
        f"{kept.new} new, {kept.changed} changed, {kept.same} as they were, {kept.gone} taken out, {len(told.refused)} not taken",
    ).in_language(language)
    kind = Text("示意图", "schematic").in_language(language)
    mark = "✔" if told.shapes else "✘"
    sys.stdout.write(f"{mark} {path.name}{f' ({kind})' if told.is_schematic else ''}: {what}\n")
    for each in told.refused[:SHOWN]:
        sys.stdout.write(f"    {_said(each, language)}\n")
    if len(told.refused) > SHOWN:
        sys.stdout.write(f"    … + {len(told.refused) - SHOWN}\n")
    sys.stdout.flush()
    return told


def _said(each: Refused, language: str) -> str:
    code = f" {each.code}" if each.code else ""
    where = Text(f"第 {each.at} 项{code}：", f"feature {each.at}{code}: ").in_language(language)
    return where + FAULTS[each.fault].in_language(language).format(found=each.found)
