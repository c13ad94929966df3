"""Offices as a page names them, and the village filter of every listing."""

from collections.abc import Callable

from django.http import HttpRequest

from anye.doors.kit import formats
from anye.doors.office.entrance import duty_of
from anye.doors.office.rows import Rows
from anye.engine.areas import spoken
from anye.records.places.models import Office
from anye.records.places.queries import offices_at, offices_within


def name_of(office: Office) -> str:
    """An office's name as people say it, in the reader's language where it has one there."""
    # the language is asked last: a district's list of villages names some 400 offices
    name = office.name if not office.name_en or formats.is_chinese() else office.name_en
    return spoken(name)


def full_name_of(office: Office | None) -> str:
    """An office outside the reader's range, a village with its town before it; nothing for one that is gone."""
    if office is None:
        return ""
    parent = office.parent
    return f"{name_of(parent)} {name_of(office)}" if office.kind == "village" and parent else name_of(office)


def offices_of(request: HttpRequest) -> dict[int, Office]:
    """The offices of the reader's range by scope number, read once a request."""
    known: dict[int, Office] | None = getattr(request, "_offices", None)
    if known is None:
        reach = duty_of(request).reach
        known = {office.scope_no: office for office in offices_within(reach.lo, reach.hi).order_by("scope_no")}
        request._offices = known  # type: ignore[attr-defined]
    return known


def place_words(request: HttpRequest, scope_no: int) -> str:
    """The village or office that looks after somebody; under a whole district with the town before it."""
    office = offices_of(request).get(scope_no)
    return "" if office is None else _words(request, office, lambda: _by_key(request).get(office.parent_id))


def place_words_of_one(request: HttpRequest, scope_no: int) -> str:
    """The same on a page of one person: one office is read, not all of the reader's range."""
    if hasattr(request, "_offices"):
        return place_words(request, scope_no)
    office = offices_at([scope_no]).get(scope_no)
    return "" if office is None else _words(request, office, lambda: office.parent)


def _words(request: HttpRequest, office: Office, parent_of: Callable[[], Office | None]) -> str:
    if office.kind == "village" and duty_of(request).office.kind == "district":
        parent = parent_of()
        return f"{name_of(parent)} {name_of(office)}" if parent is not None else name_of(office)
    return name_of(office)


def _by_key(request: HttpRequest) -> dict[int | None, Office]:
    known: dict[int | None, Office] | None = getattr(request, "_offices_by_key", None)
    if known is None:
        known = {office.pk: office for office in offices_of(request).values()}
        request._offices_by_key = known  # type: ignore[attr-defined]
    return known


def place_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """Towns and their villages of the reader's range; nothing for a reader who has one village only."""
    offices = list(offices_of(request).values())
    below = [office for office in offices if office.scope_no != duty_of(request).office.scope_no]
    is_deep = {office.kind for office in below} > {"village"}
    return [
        (office.token, f"{'　' if office.kind == 'village' and is_deep else ''}{name_of(office)}") for office in below
    ]


def by_place(rows: Rows, token: str) -> Rows:
    """Rows of one town or village. The acting range narrows them besides, so another's token finds nothing."""
    office = Office.objects.filter(token=token).first()
    return rows if office is None else rows.filter(scope_no__range=(office.scope_no, office.scope_hi))
