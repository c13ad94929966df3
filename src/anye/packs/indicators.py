"""The indicators of a pack: `indicators/*.yaml`, with those of its base; its own of the same code win."""

from __future__ import annotations

from collections.abc import Mapping

from anye.engine.report.definition import Indicator, why_not_divided
from anye.engine.report.definition_file import IndicatorFault, Tables, read_indicator, read_lists
from anye.packs.rules import pack_chain, pack_folder, read_rules


def read_indicators(pack: str, tables: Tables) -> Mapping[str, Indicator]:
    """Code → definition, checked, in the order of the codes. `tables`: what may be counted. Raises IndicatorFault, PackFault."""
    folder = pack_folder(pack)
    catalogue = read_rules(folder).catalogue
    files = {
        path.stem: path for each in reversed(pack_chain(folder)) for path in sorted(each.glob("indicators/*.yaml"))
    }
    lists: dict[str, tuple[str, ...]] = {}
    for each in reversed(pack_chain(folder)):
        if (each / "lists.yaml").is_file():
            lists |= read_lists(each / "lists.yaml")
    found = {}
    for stem, path in sorted(files.items()):
        indicator = read_indicator(path, catalogue, tables, lists)
        if indicator.code != stem:
            raise IndicatorFault(
                "indicator_shape", {"file": str(path), "line": 1, "key": "indicator", "expected": stem}
            )
        found[stem] = indicator
    for indicator in found.values():
        _check(indicator, found, ())
    return {code: one.as_counted(_first(one, found)) if one.like else one for code, one in found.items()}


def _first(indicator: Indicator, among: Mapping[str, Indicator]) -> Indicator:
    """The one that says what is counted, where others are like it."""
    return _first(among[indicator.like], among) if indicator.like else indicator


def _check(indicator: Indicator, among: Mapping[str, Indicator], path: tuple[str, ...]) -> None:
    """What it asks is there, does not ask it in turn, and may be divided."""
    where = {"file": indicator.path, "line": 1}
    if indicator.code in path:
        circle = " → ".join((*path[path.index(indicator.code) :], indicator.code))
        raise IndicatorFault("indicator_circle", {**where, "found": circle})
    for code in sorted(indicator.asks):
        if code not in among:
            raise IndicatorFault("indicator_named", {**where, "found": code, "expected": ", ".join(among)})
        _check(among[code], among, (*path, indicator.code))
    if indicator.parts and (why := why_not_divided(*(_first(among[code], among) for code in indicator.parts))):
        raise IndicatorFault("indicator_unlike", {**where, "found": " ÷ ".join(indicator.parts), "because": why})
