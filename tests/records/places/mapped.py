"""The tests' district on a schematic map, read as an office's file is."""

from __future__ import annotations

import json
from typing import Any

from anye.demo.schematic import schematic_map
from anye.engine.shapes import AreaMap, read_map
from anye.records.accounts.scope import BATCH, acting
from anye.records.places.actions import MapKept, keep_map
from tests.conftest import AREAS

CODES = frozenset(area.code for area in AREAS)


def told(tree: dict[str, Any] | None = None) -> AreaMap:
    """A map as read from a file; by default of all areas."""
    return read_map(json.dumps(tree or schematic_map(AREAS)).encode(), CODES)


def put_on_map(tree: dict[str, Any] | None = None) -> MapKept:
    """Write it as the command does."""
    with acting(BATCH, actor="operator"):
        return keep_map(told=told(tree))
