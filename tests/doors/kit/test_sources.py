"""Pages by key over a real table: every row once, in both directions, in one index range."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext

from anye.doors.kit.columns import Column
from anye.doors.kit.listing import Listing
from anye.doors.kit.sources import Order, QuerySource, RowSource, Source

ORDERS = [
    Order("name", "by name", ("name", "pk")),
    Order("-name", "by name, last first", ("-name", "-pk")),
    Order("mixed", "by name, newest first", ("name", "-pk")),
    Order("-mixed", "last name first, oldest first", ("-name", "pk")),
]


@pytest.fixture
def rows(db: None) -> list[Permission]:
    """53 rows whose names repeat, so that the key's tail decides."""
    kind = ContentType.objects.get_for_model(Group)
    Permission.objects.all().delete()
    made = [Permission(name=f"n{number % 7}", codename=f"c{number}", content_type=kind) for number in range(53)]
    return Permission.objects.bulk_create(made)


def _forward(source: Source, order: Order, size: int) -> list[object]:
    found, key = [], None
    while page := source.after(key, size):
        found += page
        key = order.key_of(page[-1])
    return found


def _backward(source: Source, order: Order, size: int) -> list[object]:
    found: list[object] = []
    key = None
    while page := source.before(key, size):
        found = page + found
        key = order.key_of(page[0])
    return found


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_every_row_comes_once_in_either_direction(rows: list[Permission], order: Order) -> None:
    source = QuerySource(Permission.objects.all(), order)
    expected = list(Permission.objects.order_by(*order.fields))
    assert _forward(source, order, 10) == expected
    assert _backward(source, order, 10) == expected


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_a_list_in_memory_pages_like_a_table(rows: list[Permission], order: Order) -> None:
    source = RowSource(rows, order)
    expected = list(Permission.objects.order_by(*order.fields))
    assert _forward(source, order, 10) == expected
    assert _backward(source, order, 10) == expected


def test_rows_that_come_between_two_pages_shift_nothing(rows: list[Permission]) -> None:
    order = ORDERS[0]
    source = QuerySource(Permission.objects.all(), order)
    page = source.after(None, 10)
    behind = source.after(order.key_of(page[-1]), 10)
    Permission.objects.create(name="n0", codename="new", content_type=page[0].content_type)
    Permission.objects.filter(pk=page[0].pk).delete()
    assert source.after(order.key_of(page[-1]), 10) == behind


def test_a_page_is_one_row_comparison_without_offset(rows: list[Permission]) -> None:
    source = QuerySource(Permission.objects.all(), ORDERS[0])
    with CaptureQueriesContext(connection) as queries:
        source.after(["n3", 1], 10)
    sql = queries[0]["sql"]
    assert "OFFSET" not in sql
    assert '("auth_permission"."name", "auth_permission"."id") > (' in sql


def test_counting_stops_at_the_limit(rows: list[Permission]) -> None:
    source = QuerySource(Permission.objects.all(), ORDERS[0])
    assert source.count_to(40) == 40
    assert source.count_to(100) == 53
    with CaptureQueriesContext(connection) as queries:
        source.count_to(40)
    assert "LIMIT 40" in queries[0]["sql"]


def test_rows_of_values_are_paged_too(rows: list[Permission]) -> None:
    order = ORDERS[0]
    source = QuerySource(Permission.objects.values("pk", "name"), order)
    assert [row["pk"] for row in _forward(source, order, 9)] == [
        row.pk for row in Permission.objects.order_by("name", "pk")
    ]


def test_a_nullable_field_is_refused_with_the_cure() -> None:
    from django.contrib.sessions.models import Session

    from anye.records.accounts.models import Duty

    with pytest.raises(ValueError, match=r"may be null.*Coalesce"):
        QuerySource(Duty.objects.all(), Order("end", "by end", ("ends_on", "pk")))
    with pytest.raises(ValueError, match="no field 'nope'"):
        QuerySource(Session.objects.all(), Order("nope", "by nothing", ("nope", "pk")))
    QuerySource(Duty.objects.annotate(end=Coalesce("ends_on", Value("9999-01-01"))), Order("end", "", ("end", "pk")))


def test_a_page_of_a_listing_is_two_queries(rows: list[Permission], django_assert_num_queries: Any, rf: Any) -> None:
    listing = Listing("permissions", "Permissions", (Column("name", "Name", "name"),), (ORDERS[0],), page_size=10)
    first = listing.show(rf.get("/"), Permission.objects.all())
    for href in ("/", f"/{first.after_href}", f"/{first.last_href}"):
        with django_assert_num_queries(2):
            shown = listing.show(rf.get(href), Permission.objects.all())
            assert len(shown.rows) in (10, 3)
            assert shown.body
