"""A number on record at another office: a registration changes nothing there, and the office that has it decides."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from anye.doors.office.transfers import VOID
from anye.flow import attach, duplicates, entries, waiting
from anye.flow.blocks import Context
from anye.flow.digests import current_rows
from anye.flow.jobs import publish_entry, settle_duplicate
from anye.flow.withdrawing import withdraw
from anye.packs import read_pack
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.findings.models import Finding
from anye.records.people.models import Person
from anye.records.places.models import Office
from anye.records.registers import actions
from anye.records.registers.models import Batch, Duplicate, Entry, RowClaim, Source
from tests.conftest import District
from tests.flow.test_load_order import BRIDGE, WILLOW, insured, person
from tests.flow.written import insurance, ledger, number

pytestmark = pytest.mark.django_db

Load = Callable[..., Any]
EVERYTHING = {
    "phone": "13811112222",
    "details": {"employment_state": "employed", "education": "70"},
    "spell": {"employer_name": "柳树砖厂", "started_on": "2024-01-01"},
    "membership": {"group": "poor", "valid_from": "2020-01-01", "valid_to": None, "evidence": "假", "certifier": "假"},
    "household": {"household_code": "W-1", "relation": "02", "is_head": True},
}


@pytest.fixture
def worker(district: District, make_user: Callable[..., Any]) -> Duty:
    """The duty of Willow's village worker."""
    return Duty.objects.get(user=make_user("village_worker", district["willow"], "willow-worker"))


@pytest.fixture
def town(district: District, make_user: Callable[..., Any]) -> Duty:
    """A duty over the town East: Willow and Bridge."""
    return Duty.objects.get(user=make_user("town_officer", district["east"], "east-officer"))


@pytest.fixture
def known(load: Load, tmp_path: Path) -> None:
    """Li Na of Bridge, with a telephone and work, and insured."""
    row = person(2, "李娜", **BRIDGE, 联系电话="13900000001", 就业状态="未就业", 户编号="B-1", 与户主关系="户主")
    load(ledger(tmp_path / "bridge.csv", [row], month="2020年5月"))
    load(insurance(tmp_path / "paid.csv", [insured(2, "李娜", "2020-06")]))


def typed(duty: Duty, office: Any, name: str, n: int = 2, **more: Any) -> int:
    """What the page of a new person hands over."""
    told = {"name": name, "id_number": number(n), "area_code": office.area_code, **more}
    with acting(BATCH):
        entry = actions.enter(
            kind="person",
            sealed=keyring().seal(json.dumps(told), context="raw"),
            person_id=None,
            scope_no=office.scope_no,
            by=duty.user.username,
            duty_id=duty.pk,
        )
    return entry.pk


def registered(duty: Duty, office: Any, name: str, n: int = 2, **more: Any) -> Entry:
    pk = typed(duty, office, name, n, **more)
    publish_entry(pk)
    return entry(pk)


def entry(pk: int) -> Entry:
    with acting(BATCH):
        return Entry.objects.get(pk=pk)


def rows() -> dict[str, list[str]]:
    with acting(BATCH):
        return dict(current_rows())


def only() -> Person:
    with acting(BATCH):
        return Person.objects.get()


def asked() -> Duplicate:
    with acting(BATCH):
        return Duplicate.objects.latest("id")


def decided(office: Any, act: Callable[..., None]) -> None:
    """The office decides on its page; the worker carries it out."""
    with acting(APP, lo=office.scope_no, hi=office.scope_hi, actor="user:9"):
        act(duplicate=Duplicate.objects.select_related("person").latest("id"), by="bridge-worker")
    settle_duplicate(asked().pk)


# ── nothing is taken over ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar(9, control="without the check the true name's telephone and household would be replaced, below")
@pytest.mark.parametrize("name", ["李娜", "恶意"], ids=["the true name", "another name"])
def test_a_registration_changes_nothing_of_whom_another_office_has_on_record(
    district: District, worker: Duty, known: None, name: str, load: Load, tmp_path: Path
) -> None:
    before = rows()
    waits = registered(worker, district["willow"], name, **EVERYTHING)
    assert (waits.state, waits.reason, waits.batch_id) == ("waits_for_other", "", None)
    assert rows() == before
    load(insurance(tmp_path / "more.csv", [insured(2, "李娜", "2020-07")]))
    assert only().name == "李娜"
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM firms_insurancemonth WHERE retired_on IS NULL")
        assert cursor.fetchone() == (2,)


@pytest.mark.bar(9, control="this is one")
def test_without_the_check_the_true_name_would_replace_what_the_other_office_knows(
    district: District, worker: Duty, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = only()
    monkeypatch.setattr(entries, "_known_elsewhere", lambda rows, reach: None)
    assert registered(worker, district["willow"], "李娜", **EVERYTHING).state == "done"
    after = only()
    assert bytes(after.phone_blind) != bytes(before.phone_blind)
    assert (after.is_employed, after.groups, after.household_id == before.household_id) == (True, ["poor"], False)


@pytest.mark.bar(9, control="with a register's rank it would, by the next test")
def test_a_registration_never_leads_where_a_register_speaks(
    district: District, town: Duty, known: None, load: Load, tmp_path: Path
) -> None:
    """Within the own reach there is nobody to ask: the register's name stands, and the other one is a doubt."""
    assert registered(town, district["bridge"], "恶意", **EVERYTHING).state == "done"
    load(insurance(tmp_path / "more.csv", [insured(2, "李娜", "2020-07")]))
    found = only()
    assert (found.name, found.is_employed, found.groups) == ("李娜", False, [])
    with acting(BATCH):
        assert Finding.objects.filter(rule="Q04").count() == 1
        assert not RowClaim.objects.filter(is_creating=False).exists()


@pytest.mark.bar(9, control="this is one: the rank of a ledger")
def test_with_a_registers_rank_a_registration_would_rename_and_drop_the_insurance(
    district: District, town: Duty, known: None
) -> None:
    Source.objects.filter(code="registration").update(identity_rank=20)
    registered(town, district["bridge"], "恶意")
    assert only().name == "恶意"
    with acting(BATCH):
        assert RowClaim.objects.filter(is_creating=False, person_id=None).exists()


def test_every_creating_register_of_the_pack_outranks_a_registration(district: District) -> None:
    creating = Source.objects.filter(creates_persons=True).exclude(code="registration")
    assert {source.code for source in creating} >= {
        name for name, profile in read_pack("cn_yubei").profiles.items() if profile.creates_persons
    }
    assert all(source.identity_rank > Source.objects.get(code="registration").identity_rank for source in creating)


# ── the order of entries and files ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def steps(district: District, town: Duty, load: Load, tmp_path: Path) -> dict[str, Callable[[], object]]:
    """Two registrations under different names, a ledger and insurance for either name; to be done in any order."""
    first, second = (typed(town, district["willow"], name, n=3) for name in ("王芳", "赵敏"))
    third = typed(town, district["willow"], "李娜", n=2, **EVERYTHING)
    listed = ledger(tmp_path / "w.csv", [person(2, "李娜", **WILLOW, 就业状态="未就业")], month="2020年5月")
    paid = insurance(tmp_path / "p.csv", [insured(3, name, f"2020-0{m}") for m, name in ((5, "王芳"), (6, "赵敏"))])
    return {
        "first": lambda: publish_entry(first),
        "second": lambda: publish_entry(second),
        "third": lambda: publish_entry(third),
        "ledger": lambda: load(listed),
        "paid": lambda: load(paid),
    }


def endings(steps: dict[str, Callable[[], object]], names: tuple[str, ...]) -> dict[str, dict[str, list[str]]]:
    found = {}
    for order in permutations(names):
        mark = transaction.savepoint()
        for name in order:
            steps[name]()
        found[" ".join(order)] = rows()
        transaction.savepoint_rollback(mark)
    return found


@pytest.mark.bar(20, control="without the rebuild two registrations end as they came, by the next test")
@pytest.mark.parametrize("names", [("first", "second", "paid"), ("third", "ledger")], ids=" ".join)
def test_registrations_end_alike_in_any_order(steps: dict[str, Callable[[], object]], names: tuple[str, ...]) -> None:
    found = endings(steps, names)
    first, expected = next(iter(found.items()))
    assert [order for order, ending in found.items() if ending != expected] == [], first
    assert any("赵敏" in row or "李娜" in row for row in expected["people_person"])


@pytest.mark.bar(20, control="this is one: nobody is rebuilt")
def test_without_the_rebuild_the_order_of_registrations_would_decide(
    steps: dict[str, Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attach, "persons_to_rebuild", list)
    found = endings(steps, ("first", "second", "paid"))
    assert len({json.dumps(ending) for ending in found.values()}) > 1


# ── who sees it, and what they decide ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar(11, control="the office that has the person sees it")
def test_only_who_has_the_person_sees_that_they_were_registered(district: District, worker: Duty, known: None) -> None:
    registered(worker, district["willow"], "李娜")
    seen = {}
    for name in ("willow", "bridge", "cloud", "east", "west", "district"):
        with acting(APP, lo=district[name].scope_no, hi=district[name].scope_hi):
            seen[name] = Duplicate.objects.count()
    assert seen == {"willow": 0, "bridge": 1, "cloud": 0, "east": 1, "west": 0, "district": 1}


def test_a_number_that_two_offices_register_at_once_waits_for_the_first(
    district: District, worker: Duty, make_user: Callable[..., Any]
) -> None:
    bridge = Duty.objects.get(user=make_user("village_worker", district["bridge"], "bridge-worker"))
    first, second = typed(bridge, district["bridge"], "李娜"), typed(worker, district["willow"], "李娜")
    publish_entry(first)
    publish_entry(second)
    assert (entry(first).state, entry(second).state) == ("done", "waits_for_other")
    assert asked().scope_no == district["bridge"].scope_no


def test_who_is_handed_over_moves_and_what_was_typed_counts(district: District, worker: Duty, known: None) -> None:
    waits = registered(worker, district["willow"], "李娜", **EVERYTHING)
    again = registered(worker, district["willow"], "李娜", phone="13833334444")
    decided(district["bridge"], actions.hand_over)
    assert (entry(waits.pk).state, entry(again.pk).state) == ("done", "done")
    found = only()
    assert (found.scope_no, found.care_area) == (district["willow"].scope_no, district["willow"].area_code)
    assert (found.is_employed, found.groups) == (True, ["poor"])
    assert bytes(found.phone_blind) == keyring().blind("13833334444", context="phone")
    with acting(BATCH):
        assert set(Duplicate.objects.values_list("state", "decided_by")) == {("handed_over", "bridge-worker")}
    with acting(APP, lo=district["bridge"].scope_no, hi=district["bridge"].scope_hi):
        assert not Person.objects.exists()


def test_who_is_kept_stays_and_the_registering_office_is_told(district: District, worker: Duty, known: None) -> None:
    before = rows()
    waits = registered(worker, district["willow"], "恶意", **EVERYTHING)
    decided(district["bridge"], actions.keep)
    assert (entry(waits.pk).state, entry(waits.pk).reason) == ("refused", "known_elsewhere")
    assert (asked().state, rows()) == ("kept", before)


def test_nobody_is_handed_over_under_another_name(district: District, worker: Duty, known: None) -> None:
    registered(worker, district["willow"], "恶意")
    with pytest.raises(actions.DuplicateRefused, match="names_differ"):
        decided(district["bridge"], actions.hand_over)
    assert asked().state == "asked"


def test_nobody_is_handed_over_to_an_office_where_nobody_can_live(
    district: District, worker: Duty, known: None
) -> None:
    registered(worker, district["willow"], "李娜")
    Office.objects.filter(pk=district["willow"].pk).update(area_code=None)
    with pytest.raises(actions.DuplicateRefused, match="no_area"):
        decided(district["bridge"], actions.hand_over)


def test_what_is_decided_stays_decided_and_is_carried_out_once(district: District, worker: Duty, known: None) -> None:
    waits = registered(worker, district["willow"], "李娜")
    decided(district["bridge"], actions.keep)
    with pytest.raises(actions.DuplicateRefused, match="decided_already"):
        decided(district["bridge"], actions.hand_over)
    done_at = entry(waits.pk).done_at
    settle_duplicate(asked().pk)
    assert entry(waits.pk).done_at == done_at
    assert only().scope_no == district["bridge"].scope_no


def test_a_hand_over_that_the_worker_cannot_do_is_asked_for_again_and_says_so(
    district: District, worker: Duty, known: None
) -> None:
    registered(worker, district["willow"], "李娜")
    with acting(BATCH):
        actions.hand_over(duplicate=asked(), by="bridge-worker")
    (kind,) = [kind for kind in waiting.KINDS if kind.task == settle_duplicate.name.rpartition(".")[2]]
    assert [left.has_failed for left in waiting.left_behind(kind)] == [False]  # no job will take it
    kind.give_up(asked().pk)
    assert (asked().state, asked().hindrance) == ("asked", "job_failed")
    assert str(VOID[asked().hindrance])
    assert only().scope_no == district["bridge"].scope_no


def test_an_undecided_one_is_left_alone_by_the_worker(district: District, worker: Duty, known: None) -> None:
    waits = registered(worker, district["willow"], "李娜")
    settle_duplicate(asked().pk)
    assert (asked().state, entry(waits.pk).state) == ("asked", "waits_for_other")


def test_a_register_of_a_later_month_hinders_handing_over_and_says_so(
    district: District, worker: Duty, known: None, load: Load, tmp_path: Path
) -> None:
    load(ledger(tmp_path / "late.csv", [person(2, "李娜", **BRIDGE, 就业状态="未就业")], month="2099年5月"))
    before = rows()
    waits = registered(worker, district["willow"], "李娜", phone="13811112222")
    decided(district["bridge"], actions.hand_over)
    assert (asked().state, asked().hindrance) == ("asked", "register_says")
    assert (entry(waits.pk).state, rows()) == ("waits_for_other", before)


def test_the_request_follows_the_person_to_whoever_has_them_next(
    district: District, worker: Duty, known: None, load: Load, tmp_path: Path
) -> None:
    registered(worker, district["willow"], "李娜")
    load(ledger(tmp_path / "moved.csv", [person(2, "李娜", **WILLOW, 就业状态="未就业")], month="2020年6月"))
    assert asked().scope_no == district["willow"].scope_no
    decided(district["willow"], actions.hand_over)
    assert asked().state == "handed_over"


def test_whom_no_register_speaks_of_any_more_is_nobodys(
    district: District, worker: Duty, known: None, context: Context
) -> None:
    with acting(BATCH):
        withdraw(Batch.objects.get(file_name="bridge.csv").pk, context)
    assert registered(worker, district["willow"], "李娜").state == "done"
    found = only()
    assert (found.is_hidden, found.scope_no) == (False, district["willow"].scope_no)


def test_what_another_office_decides_is_no_business_of_the_registering_one(
    district: District, worker: Duty, known: None
) -> None:
    registered(worker, district["willow"], "李娜")
    with pytest.raises(Duplicate.DoesNotExist):
        decided(district["willow"], actions.hand_over)
    subject = asked()
    with acting(APP, lo=district["willow"].scope_no, hi=district["willow"].scope_hi):
        for act in (actions.keep, lambda **given: duplicates.actions._decide(given["duplicate"], "agreed", "w")):
            with pytest.raises(actions.DuplicateRefused, match="decided_already"):
                act(duplicate=subject, by="willow-worker")
    assert asked().state == "asked"
