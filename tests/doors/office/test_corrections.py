"""Proposing at a desk, deciding by somebody else: what pages offer, refuse, show and log."""

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from anye.doors.office import proposing
from anye.doors.office.corrections import STATES
from anye.records.accounts.models import Duty, User
from anye.records.claims.models import Correction, Difference, Payment
from anye.records.entitlements.models import Entitlement
from anye.records.people.models import Person
from tests import factories as made
from tests.conftest import District
from tests.doors.office.looking import queries_of, reads, text_of
from tests.factories import as_owner

ClientAs = Callable[..., Client]
MONTH = dt.date(2026, 9, 1)
EN = {"accept-language": "en"}
DIFFERENCES, CORRECTIONS = "/owed/paid/", "/owed/corrections/"


def differs(office: Any, entitled: int, paid: int, name: str = "冉明秀", **more: Any) -> Difference:
    """Somebody of an office of whom owed and paid are not the same for September 2026; yuan."""
    person = made.make_person(office, name)
    decision = made.make_decision(person)
    kind = "unpaid" if not paid else "less" if entitled > paid else "more" if entitled else "undue"
    return Difference.objects.create(
        policy=decision.policy, person=person, scope_no=person.scope_no, first_month=MONTH, last_month=MONTH, kind=kind,
        entitled_fen=entitled * 100, paid_fen=paid * 100, found_on=made.KNOWN, **more,
    )  # fmt: skip


@pytest.fixture
def rows(district: District) -> list[Difference]:
    """Two of willow, one of cloud."""
    with as_owner():
        return [
            differs(district["willow"], 500, 0, "冉明秀"),
            differs(district["willow"], 500, 700, "冉德富", because="withdrawn"),
            differs(district["cloud"], 500, 450, "云中人"),
        ]


@pytest.fixture
def officer(district: District, client_as: ClientAs) -> Client:
    return client_as("district_officer", district["district"], "officer")


@pytest.fixture
def approver(district: District, client_as: ClientAs) -> Client:
    return client_as("approver", district["district"], "approver")


def keys_of(client: Client, address: str) -> list[str]:
    return re.findall(r'name="row" form="[^"]+" value="([^"]+)"', text_of(client.get(address)))


def sealed_of(text: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', text)
    assert found
    return found[1]


def propose(client: Client, reason: str = "补发九月", query: str = "", **asked: Any) -> str:
    """Pick, confirm with a reason; what the page after it says."""
    if not asked:
        asked = {"do": "propose", "row": keys_of(client, DIFFERENCES + query)}
    shown = client.post(f"{DIFFERENCES}propose/{query}", asked, headers=EN)
    assert shown.status_code == 200
    told = {"sealed": sealed_of(text_of(shown)), "reason": reason}
    return text_of(client.post(f"{DIFFERENCES}propose/", told, headers=EN, follow=True))


def all_of() -> list[Correction]:
    with as_owner():
        return list(Correction.objects.order_by("pk"))


def decide(client: Client, one: Correction, act: str, reason: str = "") -> str:
    address = reverse("office:correction_decide", args=[one.token])
    return text_of(client.post(address, {"act": act, "reason": reason}, headers=EN, follow=True))


# ── proposing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_picked_rows_are_shown_with_their_sums_and_proposed_with_a_reason(
    rows: list[Difference], officer: Client
) -> None:
    keys = keys_of(officer, DIFFERENCES)
    assert len(keys) == 3
    shown = text_of(officer.post(f"{DIFFERENCES}propose/", {"do": "propose", "row": keys}, headers=EN))
    assert "550.00" in shown and "200.00" in shown and "3 corrections" in shown
    told = propose(officer)
    assert "3 corrections are proposed." in told
    assert [(one.amount_fen, one.proposed_by, one.because) for one in all_of()] == [
        (50_000, "officer", ""), (-20_000, "officer", "withdrawn"), (5_000, "officer", "")
    ]  # fmt: skip
    again = officer.post(f"{DIFFERENCES}propose/", {"do": "propose", "row": keys}, headers=EN, follow=True)
    assert "Nothing was picked that could be proposed." in text_of(again)  # none twice
    assert "a correction is proposed" in text_of(officer.get(DIFFERENCES, headers=EN))


def test_a_single_row_or_all_that_the_filters_leave(rows: list[Difference], officer: Client) -> None:
    assert "1 correction is proposed." in propose(officer, do="propose", row=keys_of(officer, DIFFERENCES)[:1])
    assert "1 correction is proposed." in propose(officer, query="?kind=less", do="propose_all")
    assert [one.kind for one in all_of()] == ["unpaid", "less"]


def test_without_a_reason_or_a_row_nothing_is_proposed(rows: list[Difference], officer: Client) -> None:
    keys = keys_of(officer, DIFFERENCES)
    shown = officer.post(f"{DIFFERENCES}propose/", {"do": "propose", "row": keys})
    bare = officer.post(f"{DIFFERENCES}propose/", {"sealed": sealed_of(text_of(shown)), "reason": " "})
    assert bare.status_code == 422
    for told in ({"do": "propose"}, {"do": "propose", "row": "x"}, {"sealed": "x", "reason": "r"}, {}):
        answer = officer.post(f"{DIFFERENCES}propose/", told, headers=EN, follow=True)
        assert "Nothing was picked that could be proposed." in text_of(answer)
    assert all_of() == []


def test_more_rows_than_anybody_looks_at_are_not_proposed_at_once(
    rows: list[Difference], officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "MOST", 2)
    answer = officer.post(f"{DIFFERENCES}propose/", {"do": "propose_all"}, headers=EN, follow=True)
    assert "More than 2 rows" in text_of(answer) and all_of() == []


def test_what_changed_between_the_look_and_the_reason_is_left_out(rows: list[Difference], officer: Client) -> None:
    shown = officer.post(f"{DIFFERENCES}propose/", {"do": "propose_all"})
    with as_owner():
        Difference.objects.filter(pk=rows[0].pk).update(paid_fen=10_000)
        rows[1].delete()
    told = {"sealed": sealed_of(text_of(shown)), "reason": "r"}
    answer = text_of(officer.post(f"{DIFFERENCES}propose/", told, headers=EN, follow=True))
    assert "1 correction is proposed." in answer and "2 were left out" in answer
    assert [one.kind for one in all_of()] == ["less"]


def test_rows_out_of_reach_are_not_proposed_whatever_is_posted(
    rows: list[Difference], district: District, client_as: ClientAs, officer: Client
) -> None:
    keys = keys_of(officer, DIFFERENCES)
    town = client_as("town_officer", district["west"], "west-officer")
    assert len(keys_of(town, DIFFERENCES)) == 1
    assert "1 correction is proposed." in propose(town, do="propose", row=keys)
    assert [one.person_id for one in all_of()] == [rows[2].person_id]


@pytest.mark.parametrize("role", ["village_worker", "approver", "finance", "poverty_office", "auditor"])
def test_who_does_not_work_at_a_desk_is_offered_no_boxes(
    rows: list[Difference], district: District, client_as: ClientAs, role: str
) -> None:
    client = client_as(role, district["district"])
    assert keys_of(client, DIFFERENCES) == [] and "冉明秀" in text_of(client.get(DIFFERENCES))
    assert client.post(f"{DIFFERENCES}propose/", {"do": "propose_all"}).status_code == 403


# ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_else_approves_and_what_differed_is_gone(
    rows: list[Difference], officer: Client, approver: Client
) -> None:
    propose(officer)
    one = all_of()[0]
    page = text_of(approver.get(reverse("office:correction", args=[one.token]), headers=EN))
    assert 'data-opens="approve"' in page and "补发九月" in page
    assert "Approved. It counts for its months" in decide(approver, one, "approve", "同意")
    first = all_of()[0]
    assert (first.state, first.decided_by, first.decision) == ("approved", "approver", "同意")
    with as_owner():
        assert Difference.objects.count() == 2


def test_several_are_approved_at_once_and_each_that_cannot_be_says_why(
    rows: list[Difference], officer: Client, approver: Client
) -> None:
    propose(officer)
    keys = keys_of(approver, CORRECTIONS)
    assert len(keys) == 3
    shown = text_of(approver.post(f"{CORRECTIONS}approve/", {"do": "propose", "row": keys}, headers=EN))
    assert "Approve 3 corrections" in shown and "550.00" in shown
    with as_owner():
        Difference.objects.filter(pk=rows[2].pk).update(paid_fen=1_000)
    told = text_of(approver.post(f"{CORRECTIONS}approve/", {"sealed": sealed_of(shown)}, headers=EN, follow=True))
    assert "2 corrections are approved." in told and "1 was not approved: The figures have changed" in told
    assert sorted(one.state for one in all_of()) == ["approved", "approved", "proposed"]
    assert keys_of(approver, CORRECTIONS) == []
    for told_ in ({}, {"row": "x"}, {"sealed": "x"}):
        answer = approver.post(f"{CORRECTIONS}approve/", told_, headers=EN, follow=True)
        assert "Nothing was picked that could be approved." in text_of(answer)


def test_nobody_approves_their_own_in_another_duty(rows: list[Difference], district: District, officer: Client) -> None:
    propose(officer)
    one = all_of()[0]
    user = User.objects.get(username="officer")
    duty = Duty.objects.create(
        user=user, role="approver", scope_no=district["district"].scope_no, starts_on=dt.date(2020, 1, 1)
    )
    session = officer.session
    session["duty"] = duty.pk
    session.save()
    page = text_of(officer.get(reverse("office:correction", args=[one.token]), headers=EN))
    assert 'data-opens="approve"' not in page and "somebody else decides it" in page
    assert keys_of(officer, CORRECTIONS) == []
    assert "You proposed this yourself" in decide(officer, one, "approve")
    assert "You proposed this yourself" in decide(officer, one, "refuse", "r")
    assert all_of()[0].state == "proposed"


def test_a_refusal_says_why_and_a_proposal_is_taken_back_by_who_made_it(
    rows: list[Difference], officer: Client, approver: Client
) -> None:
    propose(officer)
    first, second, third = all_of()
    assert "Say why it is refused" in decide(approver, first, "refuse")
    assert "Refused. What differs stays" in decide(approver, first, "refuse", "已另行发放")
    assert "已另行发放" in text_of(officer.get(reverse("office:correction", args=[first.token])))
    assert "Only whoever proposed it" in decide(approver, second, "take_back")
    assert "Taken back." in decide(officer, second, "take_back")
    decide(officer, third, "approve")  # a desk approves nothing, and is told nothing
    assert [one.state for one in all_of()] == ["refused", "taken_back", "proposed"]
    assert "This was decided in the meantime" in decide(approver, first, "approve")


def test_figures_that_changed_are_shown_and_not_approved(
    rows: list[Difference], officer: Client, approver: Client
) -> None:
    propose(officer)
    one = all_of()[0]
    with as_owner():
        Difference.objects.filter(pk=rows[0].pk).update(paid_fen=10_000)
    page = text_of(approver.get(reverse("office:correction", args=[one.token]), headers=EN))
    assert "The figures are no longer these" in page and 'data-opens="approve"' not in page
    assert 'data-opens="refuse"' in page
    assert "The figures have changed since" in decide(approver, one, "approve")
    assert len(keys_of(approver, CORRECTIONS)) == 2


@pytest.mark.parametrize(
    ("role", "place"), [("approver", "west"), ("town_officer", "west"), ("village_worker", "bridge")]
)
def test_another_places_correction_is_not_found(
    rows: list[Difference], district: District, client_as: ClientAs, officer: Client, role: str, place: str
) -> None:
    propose(officer)
    one = all_of()[0]
    client = client_as(role, district[place], "far")
    assert client.get(reverse("office:correction", args=[one.token])).status_code == 404
    assert "冉明秀" not in text_of(client.get(CORRECTIONS))
    wanted = 403 if role == "village_worker" else 404
    for act in ("approve", "refuse", "take_back"):
        address = reverse("office:correction_decide", args=[one.token])
        assert client.post(address, {"act": act, "reason": "r"}).status_code == wanted
    assert all_of()[0].state == "proposed"


def test_another_officer_decides_nothing_and_is_not_offered_to(
    rows: list[Difference], district: District, client_as: ClientAs, officer: Client
) -> None:
    propose(officer)
    one = all_of()[0]
    other = client_as("district_officer", district["district"], "other")
    page = text_of(other.get(reverse("office:correction", args=[one.token])))
    assert not any(f'data-opens="{act}"' in page for act in ("approve", "refuse", "take_back"))
    assert keys_of(other, CORRECTIONS) == []
    for act in ("approve", "refuse"):
        decide(other, one, act, "r")
    assert all_of()[0].state == "proposed"


def test_who_proposed_and_acts_as_an_auditor_now_is_not_offered_to_take_it_back(
    rows: list[Difference], district: District, officer: Client
) -> None:
    propose(officer)
    address = reverse("office:correction", args=[all_of()[0].token])
    assert 'data-opens="take_back"' in text_of(officer.get(address))
    Duty.objects.filter(user__username="officer").update(role="auditor")
    assert 'data-opens="take_back"' not in text_of(officer.get(address))


# ── what pages show ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_how_it_came_about_is_told_step_by_step(rows: list[Difference], officer: Client) -> None:
    later = made.KNOWN + dt.timedelta(20)
    with as_owner():
        person = Person.objects.get(pk=rows[0].person_id)
        line = Entitlement.objects.get(person=person)
        line.retired_on, line.retired_by = later, 1
        line.save(update_fields=["retired_on", "retired_by"])
        Entitlement.objects.create(
            policy=line.policy, version=line.version, person=person, scope_no=person.scope_no, month=MONTH, outcome=1,
            amount_fen=60_000, run=line.run, known_on=later,
        )  # fmt: skip
        batch = made.make_batch("payments", MONTH)
        Payment.objects.create(
            person=person, kind="paid", item="以工代训补贴", amount_fen=45_000, valid_from=MONTH, valid_to=MONTH,
            paid_on=dt.date(2026, 10, 5), batch_no="P-77", **made.source(person, batch),
        )  # fmt: skip
    propose(officer)
    page = text_of(officer.get(reverse("office:correction", args=[all_of()[0].token]), headers=EN))
    for words in ("first worked out", "the records say otherwise", "500.00", "600.00", "450.00", "P-77"):
        assert words in page, words
    chinese = text_of(officer.get(reverse("office:correction", args=[all_of()[0].token])))
    assert "发放时应发" in chinese and "首次核算" in chinese
    assert ("correction", rows[0].person_id) in {(read.kind, read.person_id) for read in reads()}


def test_the_list_is_narrowed_by_each_state_and_sums_stand_above_it(
    rows: list[Difference], officer: Client, approver: Client
) -> None:
    assert "No correction was proposed yet" in text_of(officer.get(CORRECTIONS, headers=EN))
    propose(officer)
    first, second, _third = all_of()
    decide(approver, first, "approve")
    decide(approver, second, "refuse", "r")

    def named(query: str) -> set[str]:
        text = text_of(officer.get(CORRECTIONS + query, headers=EN))
        return {name for name in ("冉明秀", "冉德富", "云中人") if name in text}

    assert named("") == {"冉明秀", "冉德富", "云中人"}
    states = {code: named(f"?state={code}") for code in STATES}
    assert {code: names for code, names in states.items() if names} == {
        "approved": {"冉明秀"}, "refused": {"冉德富"}, "proposed": {"云中人"},
    }  # fmt: skip
    with as_owner():
        Correction.objects.filter(pk=first.pk).update(carried_out_on=dt.date(2026, 11, 1))
    assert named("?state=carried_out") == {"冉明秀"}
    with as_owner():
        Correction.objects.filter(pk=first.pk).update(carried_out_on=None, gone_on=dt.date(2026, 11, 2))
    assert named("?state=gone") == {"冉明秀"} and named("?way=recovery") == {"冉德富"}
    page = text_of(officer.get(reverse("office:correction", args=[first.token]), headers=EN))
    assert "The list that showed it was taken back; it counts as approved again." in page
    figures = re.findall(r'figure-value num">.*?([-\d,.]+)</span>', text_of(officer.get(CORRECTIONS, headers=EN)))
    assert figures == ["50.00", "0.00", "500.00", "0.00"]


def test_a_load_that_was_taken_back_since_is_said_and_filtered(rows: list[Difference], officer: Client) -> None:
    text = text_of(officer.get(f"{DIFFERENCES}?because=withdrawn", headers=EN))
    assert "冉德富" in text and "冉明秀" not in text and "a load was taken back since" in text


def test_an_export_holds_what_is_shown_and_no_boxes(rows: list[Difference], officer: Client) -> None:
    propose(officer)
    answer = officer.post(f"{CORRECTIONS}?way=topup", {"do": "export", "purpose": "check"}, headers=EN)
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0][:3] == ["Name", "Village", "Rule"] and {row[0] for row in cells[1:]} == {"冉明秀", "云中人"}
    assert {(one.kind, one.person_id) for one in reads(kind="export")} == {
        ("export", rows[0].person_id), ("export", rows[2].person_id)
    }  # fmt: skip


def test_a_person_is_told_their_corrections_beside_what_is_owed(
    rows: list[Difference], district: District, client_as: ClientAs, officer: Client
) -> None:
    propose(officer)
    client = client_as("village_worker", district["willow"], "worker")
    with as_owner():
        person = Person.objects.get(pk=rows[1].person_id)
    told = text_of(client.get(reverse("office:person_owed", args=[person.token]), headers=EN))
    assert "Corrections of what was paid" in told and "Recovery" in told and "200.00" in told
    assert reverse("office:correction", args=[all_of()[1].token]) in told


def test_lists_take_as_many_queries_for_one_as_for_many(rows: list[Difference], officer: Client) -> None:
    propose(officer, do="propose", row=keys_of(officer, DIFFERENCES)[:1])
    one = queries_of(officer, CORRECTIONS)
    propose(officer)
    assert queries_of(officer, CORRECTIONS) == one
    assert queries_of(officer, DIFFERENCES) == queries_of(officer, f"{DIFFERENCES}?kind=less")
