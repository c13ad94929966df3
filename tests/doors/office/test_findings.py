"""Doubts: both sides in plain words, settled at a desk through an entry."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anye.records.findings.models import Finding
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import guards_out, queries_of, reads, text_of
from tests.doors.office.test_visits import waiting

ClientAs = Callable[..., Client]
WHY = "Looked at the ledger and asked the firm."


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def town(client_as: ClientAs, district: District) -> Client:
    return english(client_as("town_officer", district["east"]))


@pytest.fixture
def case(district: District) -> tuple[Any, Any, Any]:
    with factories.as_owner():
        return factories.make_case(district["willow"], "冉明秀")


def test_both_sides_stand_there_with_their_registers(town: Client, case: Any) -> None:
    page = text_of(town.get(f"/findings/{case[1].token}/"))
    assert "Recorded as not employed; insured by 冉明秀的单位 for 2026-09. Either side may be wrong." in page
    assert "Employment: not working" in page and "Poor workers&#x27; employment ledger" in page
    assert "contribution base ¥3,957.00" in page and "Social insurance payments" in page


@pytest.mark.parametrize(
    ("rule", "params", "words"),
    [
        ("Q02", {"value": "1", "id": "2"}, "The register says Male, the ID number says Female."),
        ("Q03", {"value": "1980-05", "id": "1980-06-05"}, "says born 1980-05, the ID number says 1980-06-05."),
        ("Q04", {"kind": "near_ids"}, "differs in one or two places"),
        ("Q04", {"kind": "one_id_two_names"}, "names somebody else under this ID number"),
        ("Q05", {"value": "91990101MA0000001X"}, "91990101MA0000001X, fails its check digit"),
        ("Q06", {"town": "东河镇", "village": "龙洞村"}, "The register says 龙洞村 in 东河镇"),
        ("Q07", {"kind": "no_head", "heads": 0}, "Nobody of the household is recorded as its head."),
        ("Q07", {"kind": "two_heads", "heads": 2}, "2 members of the household are recorded"),
        ("Q08", {"problem": "no_start"}, "nobody wrote down since when"),
        ("Q08", {"problem": "end_before_start", "start": "2026-05-01", "end": "2025-05-01"}, "end on 2025-05-01"),
        ("Q08", {"kind": "overlap", "count": 1}, "Two jobs at different employers"),
        ("Q10", {"fen": 12000, "unit": "month"}, "¥120.00 a month"),
        ("Q99", {}, "Q99"),
    ],
)
def test_every_rule_speaks_in_a_sentence(
    town: Client, district: District, rule: str, params: dict[str, Any], words: str
) -> None:
    with factories.as_owner():
        doubt = factories.make_finding(factories.make_person(district["willow"]), rule, params=params)
    assert words in text_of(town.get(f"/findings/{doubt.token}/"))


def test_a_decision_waits_for_the_worker_with_its_reason(town: Client, case: Any) -> None:
    finding = case[1]
    answer = town.post(f"/findings/{finding.token}/", {"answer": "not_insured", "note": WHY})
    assert (answer.status_code, answer["Location"]) == (303, "/findings/")
    assert waiting("settle") == [{"finding": finding.pk, "answer": "not_insured", "note": WHY}]
    page = text_of(town.get(f"/findings/{finding.token}/"))
    assert "A decision was written down and is being taken in." in page and WHY in page
    assert "What is true?" not in page


def test_a_doubt_is_decided_once(town: Client, case: Any) -> None:
    for answer in ("insured_only", "not_insured"):
        town.post(f"/findings/{case[1].token}/", {"answer": answer, "note": WHY})
    assert [told["answer"] for told in waiting("settle")] == ["insured_only"]


@pytest.mark.parametrize(
    "sent", [{}, {"answer": "insured_only"}, {"answer": "record_wrong", "note": WHY}, {"note": WHY}]
)
def test_a_decision_without_answer_or_reason_is_not_taken(town: Client, case: Any, sent: dict[str, str]) -> None:
    assert town.post(f"/findings/{case[1].token}/", sent).status_code == 422
    assert waiting("settle") == []


@pytest.mark.parametrize("role", ["village_worker", "auditor", "poverty_office", "finance", "approver"])
def test_doubts_are_settled_at_a_desk_only(client_as: ClientAs, district: District, case: Any, role: str) -> None:
    reader = english(client_as(role, district["willow"]))
    assert "What is true?" not in text_of(reader.get(f"/findings/{case[1].token}/"))
    reader.post(f"/findings/{case[1].token}/", {"answer": "insured_only", "note": WHY})
    assert waiting("settle") == []


@pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)
def test_the_next_town_neither_sees_nor_settles_them(
    client_as: ClientAs, district: District, case: Any, monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...]
) -> None:
    other = english(client_as("town_officer", district["west"]))
    guards_out(*out)(monkeypatch)
    page = text_of(other.get("/findings/"))
    assert case[1].token not in page and "No doubt is open" in page
    assert other.get(f"/findings/{case[1].token}/").status_code == 404
    assert other.post(f"/findings/{case[1].token}/", {"answer": "insured_only", "note": WHY}).status_code == 404
    assert waiting("settle") == []


def test_without_either_guard_the_next_town_would_see_them(
    client_as: ClientAs, district: District, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = english(client_as("town_officer", district["west"]))
    guards_out("policies", "scoping")(monkeypatch)
    assert case[1].token in text_of(other.get("/findings/"))


def test_doubts_are_filtered_by_rule_state_village_and_month(town: Client, district: District, case: Any) -> None:
    with factories.as_owner():
        person = factories.make_person(district["bridge"], "谭国强")
        settled = factories.make_finding(person, "Q07", state="explained", settled_on=dt.date(2026, 11, 1))
    for query, seen, hidden in (
        ("", case[1], settled), ("rule=Q09", case[1], settled), ("state=explained", settled, case[1]),
        (f"village={district['bridge'].token}&state=explained", settled, case[1]), ("month=2026-09", case[1], settled),
    ):  # fmt: skip
        page = text_of(town.get(f"/findings/?{query}"))
        assert seen.token in page and hidden.token not in page, query


def test_lists_pages_and_exports_leave_their_traces(town: Client, case: Any) -> None:
    town.get("/findings/")
    town.get(f"/findings/{case[1].token}/")
    town.post("/findings/", {"do": "export", "purpose": "report"})
    assert [row.shown for row in reads(kind="finding_list")] == [1]
    assert [row.person_id for row in reads(kind="finding")] == [case[0].pk]
    assert [row.person_id for row in reads(kind="export")] == [case[0].pk]


def test_many_doubts_take_as_many_queries_as_few(town: Client, district: District, case: Any) -> None:
    town.get("/findings/")
    few = queries_of(town, "/findings/")
    with factories.as_owner():
        for number in range(25):
            factories.make_case(district["willow"], f"向{number}")
    assert queries_of(town, "/findings/") == few
    assert few <= 20


def test_the_app_role_cannot_settle_a_doubt_by_itself(town: Client, case: Any) -> None:
    town.post(f"/findings/{case[1].token}/", {"answer": "insured_only", "note": WHY})
    with factories.as_owner():
        assert Finding.objects.get(pk=case[1].pk).state == "visiting"
