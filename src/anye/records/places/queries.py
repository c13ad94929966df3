"""Reads of the area tree and the office tree."""

from datetime import date

from django.db.models import Q, QuerySet

from anye.records.places.models import Area, Office


def areas_on(on: date) -> "QuerySet[Area]":
    """The areas that exist on a day."""
    return Area.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def office_of_area() -> dict[str, int]:
    """Area code → scope number of the office that looks after it; an area without its own takes its parent's.

    The empty code, and every area that no office here looks after, belong to the district's outside node.
    """
    offices = dict(Office.objects.filter(area_code__isnull=False).values_list("area_code", "scope_no"))
    outside = Office.objects.filter(kind="outside").values_list("scope_no", flat=True).first()
    if outside is None:
        raise LookupError("the office tree has no outside node")
    parents = dict(Area.objects.order_by("valid_from").values_list("code", "parent_code"))
    found = {"": outside}
    for code in parents:
        at: str | None = code
        for _ in range(6):  # deeper trees than this do not exist; a cycle in bad data ends here too
            if at is None or at in offices:
                break
            at = parents.get(at)
        found[code] = offices.get(at or "", outside)
    return found


def office_at(scope_no: int) -> Office:
    return Office.objects.get(scope_no=scope_no)


def offices_within(lo: int, hi: int) -> "QuerySet[Office]":
    return Office.objects.filter(scope_no__range=(lo, hi))
