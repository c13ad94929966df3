"""Writes of the area tree and the office tree."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol

from anye.engine import shapes as engine
from anye.records.audit.tokens import new_token
from anye.records.places.models import FANOUT, WIDEST, Area, Office, Shape

OUTSIDE_PLACE = FANOUT - 1  # the outside node takes the district's last number, so that towns count from one


class AreaLike(Protocol):
    """One edition of an area as packs and sheets hand it over."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


class TooManyOffices(ValueError):
    """An office has no number left for another child."""


def add_areas(rows: Iterable[AreaLike]) -> int:
    """Write the area editions that the tree lacks; returns how many were new."""
    known = set(Area.objects.values_list("code", "valid_from"))
    fresh = [
        Area(
            code=r.code, level=r.level, parent_code=r.parent, name=r.name, valid_from=r.valid_from, valid_to=r.valid_to
        )
        for r in rows
        if (r.code, r.valid_from) not in known
    ]
    Area.objects.bulk_create(fresh)
    return len(fresh)


def add_district(*, name: str, area_code: str | None) -> Office:
    """A district's office at the top of its own range of scope numbers, with its outside node."""
    taken = Office.objects.filter(parent__isnull=True).count()
    number = (taken + 1) * WIDEST
    district = Office.objects.create(
        token=new_token(),
        kind="district",
        name=name,
        area_code=area_code,
        scope_no=number,
        scope_hi=number + WIDEST - 1,
    )
    outside = number + OUTSIDE_PLACE * (WIDEST // FANOUT)
    Office.objects.create(
        token=new_token(),
        parent=district,
        kind="outside",
        name="区外人员",
        name_en="People outside",
        scope_no=outside,
        scope_hi=outside + WIDEST // FANOUT - 1,
    )
    return district


def add_office(*, parent: Office, kind: str, name: str, area_code: str | None = None) -> Office:
    """An office below `parent`, at the next free number of the parent's range."""
    width = (parent.scope_hi - parent.scope_no + 1) // FANOUT
    last = (
        Office.objects.filter(parent=parent)
        .exclude(kind="outside")
        .order_by("-scope_no")
        .values_list("scope_no")
        .first()
    )
    number = (last[0] if last else parent.scope_no) + width
    if width < 1 or number + width - 1 > parent.scope_hi - (width if parent.kind == "district" else 0):
        raise TooManyOffices(parent.name)
    return Office.objects.create(
        token=new_token(),
        parent=parent,
        kind=kind,
        name=name,
        area_code=area_code,
        scope_no=number,
        scope_hi=number + width - 1,
    )


def add_offices_of_areas(areas: Iterable[AreaLike], *, run_elsewhere: frozenset[str] = frozenset()) -> None:
    """The office tree of an area list: a district, its towns and streets, their villages and communities.

    `run_elsewhere`: codes of streets that another administration runs (pack data); they and their committees get no
    office, and their people count as outside.
    """
    rows = sorted((r for r in areas if r.valid_to is None), key=lambda r: r.code)
    made: dict[str, Office] = {}
    tops = [r for r in rows if r.level == "county"]
    for top in tops:
        made[top.code] = add_district(name=top.name, area_code=top.code)
    for kind, levels in (("town", {"street", "town", "township"}), ("village", {"community", "village"})):
        fresh = []
        counts: dict[int, int] = {}
        for row in rows:
            parent = made.get(row.parent)
            if row.level not in levels or parent is None or row.code in run_elsewhere:
                continue
            width = (parent.scope_hi - parent.scope_no + 1) // FANOUT
            place = counts[parent.scope_no] = counts.get(parent.scope_no, 0) + 1
            if place >= OUTSIDE_PLACE:
                raise TooManyOffices(parent.name)
            number = parent.scope_no + place * width
            fresh.append(
                Office(
                    token=new_token(),
                    parent=parent,
                    kind=kind,
                    name=row.name,
                    area_code=row.code,
                    scope_no=number,
                    scope_hi=number + width - 1,
                )
            )
        made |= {office.area_code or "": office for office in Office.objects.bulk_create(fresh)}


def rename_office(*, office: Office, name: str, telephone: str = "") -> None:
    office.name, office.telephone = name, telephone
    office.save(update_fields=["name", "telephone"])


def close_office(*, office: Office, on: date) -> None:
    office.closed_on = on
    office.save(update_fields=["closed_on"])


class MapKept(NamedTuple):
    """What a map came to: areas new to the map, changed, and as they were; those taken out with the other kind of map."""

    new: int
    changed: int
    same: int
    gone: int


def keep_map(*, told: engine.AreaMap) -> MapKept:
    """Write the shapes of a map beside those that stand; the same map twice changes nothing.

    In one county a schematic map and a true one do not go together: where things stand means something in the one alone. So
    the shapes of the other kind are taken out.
    """
    counties = {shape.code[:6] for shape in told.shapes}
    other = Shape.objects.exclude(is_schematic=told.is_schematic).filter(code__regex=f"^({'|'.join(sorted(counties))})")
    codes = {shape.code for shape in told.shapes}
    gone = other.exclude(code__in=codes).delete()[0] if counties else 0
    standing = Shape.objects.in_bulk(codes, field_name="code")
    fresh, changed = [], []
    for shape in told.shapes:
        made = Shape(
            code=shape.code, geometry=shape.geometry, digest=_digest(shape.geometry), is_schematic=told.is_schematic
        )
        known = standing.get(shape.code)
        if known is None:
            fresh.append(made)
        elif (known.digest, known.is_schematic) != (made.digest, made.is_schematic):
            made.pk = known.pk
            changed.append(made)
    Shape.objects.bulk_create(fresh)
    Shape.objects.bulk_update(changed, ["geometry", "digest", "is_schematic"])
    return MapKept(len(fresh), len(changed), len(codes) - len(fresh) - len(changed), gone)


def _digest(geometry: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(geometry, sort_keys=True).encode()).hexdigest()
