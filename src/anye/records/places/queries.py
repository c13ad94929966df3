"""Reads of the area tree and the office tree."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from anye.engine.areas import spoken
from anye.records.places.models import Area, Office, Shape


def areas_on(on: date) -> "QuerySet[Area]":
    """The areas that exist on a day."""
    return Area.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def names_on(on: date) -> dict[str, str]:
    """Area code → the name that people say, on a day."""
    return {area.code: spoken(area.name) for area in areas_on(on)}


def office_of_area() -> dict[str, int]:
    """Area code → scope number of the office that looks after it; a village without its own takes its town's.

    The empty code, and every area that no office here looks after (a street that another administration runs, though
    it lies in the district), belong to the district's outside node.
    """
    rows = Office.objects.filter(area_code__isnull=False).values_list("area_code", "scope_no", "parent_id")
    own = {code: scope_no for code, scope_no, _ in rows if code}
    below = {code: scope_no for code, scope_no, parent in rows if code and parent is not None}
    outside = Office.objects.filter(kind="outside").values_list("scope_no", flat=True).first()
    if outside is None:
        raise LookupError("the office tree has no outside node")
    parents = dict(Area.objects.order_by("valid_from").values_list("code", "parent_code"))
    found = {"": outside}
    for code in parents:
        at: str | None = code
        for _ in range(6):  # deeper trees than this do not exist; a cycle in bad data ends here too
            if at is None or at in below:
                break
            at = parents.get(at)
        found[code] = own.get(code) or below.get(at or "", outside)
    return found


def office_at(scope_no: int) -> Office:
    return Office.objects.get(scope_no=scope_no)


def is_home(office: Office) -> bool:
    """Whether people can live under an office: it looks after an area that the area tree lists, whatever its edition."""
    return bool(office.area_code) and Area.objects.filter(code=office.area_code).exists()


def offices_within(lo: int, hi: int) -> "QuerySet[Office]":
    return Office.objects.filter(scope_no__range=(lo, hi))


def offices_at(scope_nos: Iterable[int]) -> dict[int, Office]:
    """Offices by scope number with the offices above them, in one query."""
    rows = Office.objects.filter(scope_no__in=list(scope_nos)).select_related("parent")
    return {office.scope_no: office for office in rows}


def offices_beside(scope_no: int) -> list[Office]:
    """The towns and villages of the same district as an office, itself left out, in the tree's order."""
    district = Office.objects.filter(parent__isnull=True, scope_no__lte=scope_no, scope_hi__gte=scope_no).first()
    if district is None:
        return []
    tree = offices_within(district.scope_no, district.scope_hi).filter(kind__in=["town", "village"])
    return list(tree.filter(closed_on__isnull=True).exclude(scope_no=scope_no).order_by("scope_no"))


def first_district() -> str:
    """The area code of the registry's district; of several, the one that was set up first."""
    found = Office.objects.filter(kind="district", area_code__isnull=False).order_by("scope_no")
    return found.values_list("area_code", flat=True).first() or ""


def shapes_of(codes: Iterable[str]) -> dict[str, Shape]:
    """Area code → where it lies, of those that the map has."""
    return {shape.code: shape for shape in Shape.objects.filter(code__in=list(codes))}
