"""What a doubt rests on: both sides where the reader reaches them, the other name for a purpose, and else where it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anye.records.audit.keys import keyring
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import reads, text_of
from tests.doors.office.test_answers_that_mend import TWO_NAMES, desk, doubted, worker

__all__ = ["desk", "worker"]
ClientAs = Callable[..., Client]


def contradicted(district: District) -> tuple[Any, Any, Any]:
    """(person, doubt, visit): a file of the district holds the person's number under another name."""
    batch = factories.make_batch("social_insurance")
    sealed = keyring().seal('{"name": "卡纳丽"}', context="row")
    return doubted(
        district["willow"], "Q04", params={**TWO_NAMES, "batch": batch.pk}, sealed=sealed,
        evidence=[["registers_rowclaim", 7]],
    )  # fmt: skip


@pytest.mark.parametrize("htmx", [True, False])
def test_the_other_name_opens_for_a_purpose_and_is_logged(worker: Client, district: District, htmx: bool) -> None:
    with factories.as_owner():
        person, finding, visit = contradicted(district)
    for path in (f"/findings/{finding.token}/", f"/visits/{visit.token}/"):
        page = text_of(worker.get(path))
        assert "Line 12 of the file holds this ID number under another name." in page
        assert "Social insurance payments" in page and "卡纳丽" not in page
    path = f"/findings/{finding.token}/name/"
    assert worker.post(path, {"purpose": "curiosity"}).status_code == 400
    assert reads(kind="rival_shown") == []
    shown = worker.post(path, {"purpose": "identify"}, **({"HTTP_HX_REQUEST": "true"} if htmx else {}))
    assert "The other name: 卡纳丽" in text_of(shown) and shown["Cache-Control"] == "private, no-store"
    assert ("<html" in text_of(shown)) is not htmx
    assert [(row.person_id, row.purpose) for row in reads(kind="rival_shown")] == [(person.pk, "show: identify")]


@pytest.mark.parametrize(("role", "place", "status"), [("auditor", "district", 403), ("village_worker", "bridge", 404)])
def test_the_other_name_is_for_who_settles_the_doubt(
    client_as: ClientAs, district: District, role: str, place: str, status: int
) -> None:
    with factories.as_owner():
        _person, finding, _visit = contradicted(district)
    reader = client_as(role, district[place])
    assert reader.post(f"/findings/{finding.token}/name/", {"purpose": "identify"}).status_code == status


def test_a_near_number_is_shown_where_both_are_in_reach_and_said_where_not(
    worker: Client, desk: Client, district: District
) -> None:
    with factories.as_owner():
        other = factories.make_person(district["bridge"], "谭国强")
        _person, finding, _visit = doubted(
            district["willow"], "Q04", params={"kind": "near_ids"}, evidence=[["people_person", other.pk]]
        )
    here = text_of(worker.get(f"/findings/{finding.token}/"))
    assert "谭国强" not in here and "The office over both sees them" in here
    above = text_of(desk.get(f"/findings/{finding.token}/"))
    assert "谭国强" in above and f"/people/{other.token}/" in above
    assert other.pk in {row.person_id for row in reads(kind="finding")}
