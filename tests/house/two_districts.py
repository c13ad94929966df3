"""Two invented districts whose every place holds a person, a household, work, doubts, visits, files and entries.

Each text and number of a place carries that place's canaries: strings that stand nowhere else. Made as a load would
leave them, inside `as_owner()`.
"""

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from anye.engine.names import name_key_of
from anye.flow import stated
from anye.flow.specs import SCOPED_OF_FIRMS
from anye.packs import AreaRow
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.models import Duty, User
from anye.records.audit.actions import note
from anye.records.audit.keys import keyring
from anye.records.audit.tokens import new_token
from anye.records.claims.models import Correction, Difference
from anye.records.entitlements.models import Draft, Foreseen, Nearly
from anye.records.findings.models import Handover
from anye.records.firms.models import EmploymentSpell, Firm
from anye.records.people.models import Helper, Membership, Person, Transfer
from anye.records.places.actions import add_areas, add_offices_of_areas
from anye.records.places.models import Office
from anye.records.registers.models import (
    Batch,
    Duplicate,
    Entry,
    FaultSheet,
    Upload,
    Withdrawal,
)
from tests import factories as made
from tests.conftest import District
from tests.house.figures_of_places import counted
from tests.house.files_of_places import columns_said, looked, workbook

EDITION = dt.date(2016, 1, 1)
FAR_AREAS = [
    AreaRow("990200000000", "county", "990000000000", "白沙区", EDITION, None),
    AreaRow("990200101000", "town", "990200000000", "南湾镇", EDITION, None),
    AreaRow("990200101201", "village", "990200101000", "竹园村村民委员会", EDITION, None),
    AreaRow("990200101202", "village", "990200101000", "桃林村村民委员会", EDITION, None),
]
FAR = {"far": "990200000000", "south": "990200101000", "bamboo": "990200101201", "peach": "990200101202"}
# a character that no other text holds, for each place; name keys leave these as they are
MARKS = {
    "willow": "鱻", "bridge": "麤", "cloud": "龘", "flat": "靐", "bamboo": "灪", "peach": "爩",
    "east": "籱", "west": "麣", "district": "驫", "south": "飝", "far": "龗", "outside": "钃",
}  # fmt: skip
SECRET = "齾"  # what registers of justice and health say, wherever it stands: few within its range may see it
_numbers = count(101)


@dataclass
class Place:
    """What stands at one office. `canaries` are the strings that may show only to who reaches it."""

    name: str
    office: Any
    mark: str
    canaries: set[str] = field(default_factory=set)
    person: Any = None
    firm: Any = None
    spell: Any = None
    household: Any = None
    finding: Any = None
    correction: Any = None
    visit: Any = None
    batch: Any = None
    restricted: Any = None
    upload: Any = None
    fault_sheet: Any = None
    withdrawal: Any = None
    looked: Any = None
    entry: Any = None
    duplicate: Any = None
    trial: Any = None
    draft: Any = None
    snapshot: Any = None
    briefing: Any = None
    mapping: Any = None
    user: Any = None
    id_number: str = ""
    phone: str = ""

    def text(self, words: str) -> str:
        """Words under the place's mark."""
        return f"{self.mark}{words}{self.mark}"

    def secret(self, words: str) -> str:
        """Words of justice or health under the place's mark."""
        return self.text(f"{SECRET}{words}")

    def fen(self) -> int:
        """An amount that stands nowhere else."""
        yuan = 70_000 + next(_numbers)
        self.canaries |= {f"{yuan:,}", f"{yuan}00"}
        return yuan * 100

    def number(self) -> str:
        """A telephone number that stands nowhere else."""
        phone = f"1990099{next(_numbers):04d}"
        self.canaries.add(phone)
        return phone


@dataclass(frozen=True)
class World:
    """Both districts by short name; `places` in the order they were made."""

    places: dict[str, Place]
    transfers: dict[tuple[str, str], Transfer]

    def __getitem__(self, name: str) -> Place:
        return self.places[name]

    def within(self, office: Any) -> set[str]:
        """Names of the places that a duty over the office reaches."""
        return {p.name for p in self.places.values() if office.scope_no <= p.office.scope_no <= office.scope_hi}

    def canaries_outside(self, office: Any) -> set[str]:
        """What may never show to a duty over the office."""
        reached = self.within(office)
        return set().union(*(p.canaries for p in self.places.values() if p.name not in reached))

    @property
    def canaries(self) -> set[str]:
        return set().union(*(p.canaries for p in self.places.values()))


def offices_of_two(district: District) -> dict[str, Office]:
    """The tests' district and a second one beside it."""
    add_areas(FAR_AREAS)
    add_offices_of_areas(FAR_AREAS)
    by_area = {office.area_code: office for office in Office.objects.all()}
    return {**district.offices, **{name: by_area[code] for name, code in FAR.items()}}


def make_world(district: District) -> World:
    """Everything, as the owner."""
    with made.as_owner():
        offices = offices_of_two(district)
        places = {name: _furnish(Place(name, offices[name], mark)) for name, mark in MARKS.items()}
        _spread_a_household(places["willow"], places["bridge"])
        _spread_a_household(places["bamboo"], places["willow"])
        for place, other in zip(places.values(), [*list(places.values())[1:], places["willow"]], strict=True):
            _registered_elsewhere(place, other)
        moves = [("willow", "cloud"), ("bridge", "cloud"), ("cloud", "flat"), ("east", "west"), ("bamboo", "peach"),
                 ("district", "outside"), ("flat", "willow")]  # fmt: skip
        return World(places, {(a, b): _transfer(places[a], places[b]) for a, b in moves})


def _furnish(place: Place) -> Place:
    place.canaries.add(place.mark)
    office = place.office
    batch = made.make_batch()
    Batch.objects.filter(pk=batch.pk).update(file_name=f"{place.text('台账')}.xlsx", loaded_by=place.text("w"))
    note("load", "registers_batch", batch.pk, place.office.scope_no, {})
    place.batch, place.phone = batch, place.number()
    place.id_number = made.id_number(next(_numbers))
    place.canaries |= {place.id_number, place.id_number[-6:]}
    place.household = made.make_household(office, place.text(f"H{office.scope_no}"))
    place.firm = made.make_firm(f"公开{office.scope_no}号厂")
    person = place.person = _person(place, "明", batch, number=place.id_number, phone=place.phone)
    _person(place, "月", batch)
    _work_and_money(place, person, batch)
    _doubts_and_visits(place, person)
    place.user = User.objects.create(
        username=place.text("u"),
        name=place.text("用户"),
        telephone=place.number(),
        email=f"{place.text('m')}@example.org",
    )
    Duty.objects.create(user=place.user, role="town_officer", scope_no=office.scope_no, starts_on=dt.date(2020, 1, 1))
    _files_and_entries(place, batch)
    return place


def _person(place: Place, given: str, batch: Any, **more: Any) -> Person:
    number = more.pop("number", None) or made.id_number(next(_numbers))
    place.canaries |= {number, number[-6:]}
    details = {
        kind: place.text(kind)
        for kind in ("address", "health", "disability", "area_group", "status_note", "jobless_reason", "work_region",
                     "household_code", "education", "ethnicity", "resettlement_site")
    }  # fmt: skip
    phone = more.pop("phone", None) or place.number()
    return made.make_person(
        place.office, f"{place.mark}{given}", batch=batch, number=number, phone=phone, is_employed=False,
        household=place.household, groups=["poor"], details={**details, "employment_state": "not_employed"},
    )  # fmt: skip


def _work_and_money(place: Place, person: Person, batch: Any) -> None:
    ring = keyring()
    texts = {name: place.text(name) for name in ("workplace_text", "occupation", "industry")}
    place.spell = made.add_spell(person, None, batch, employer_name=place.text("雇主"), wage_fen=place.fen(), **texts)
    made.add_spell(person, place.firm, batch, wage_fen=place.fen(), valid_from=dt.date(2024, 1, 1))
    made.add_need(person, "wanted_trade", place.text("工种"), batch)
    made.add_income(person, dt.date(2026, 8, 1), place.fen(), batch)
    made.add_status(
        person,
        "pension",
        batch,
        number=place.number(),
        detail=place.text("待遇"),
        unit=place.text("社保"),
        amount_fen=place.fen(),
    )
    made.add_status(person, "detention", batch, detail=place.secret("羁押"), unit=place.secret("监所"))
    made.add_pay(person, place.firm, dt.date(2026, 8, 1), place.fen(), batch)
    for name in stated.OF_PERSONS:
        made.add_stated(name, batch, text=place.text, fen=place.fen, person=person, firm=place.firm)
    # firms' money and an office's funds; what firms advertise may be read by everybody
    for name in (*SCOPED_OF_FIRMS, "fund"):
        made.add_stated(name, batch, text=place.text, fen=place.fen, firm=place.firm, office=place.office)
    months = made.add_insurance(person, place.firm, dt.date(2026, 7, 1), 2, batch)
    assert months
    Membership.objects.create(
        person=person, group="in_difficulty", evidence=place.text("依据"), certifier=place.text("认定"),
        valid_from=dt.date(2021, 1, 1), **made.source(person, batch),
    )  # fmt: skip
    Helper.objects.create(
        household=place.household, helper_name=place.text("帮扶"), helper_unit=place.text("单位"),
        phone_sealed=ring.seal(place.number(), context="phone"), **made.source(place.household, batch),
    )  # fmt: skip


def _doubts_and_visits(place: Place, person: Person) -> None:
    spell = EmploymentSpell.objects.filter(person=person, firm__isnull=True).get()
    place.finding = made.make_finding(
        person, firm=place.firm, state="visiting", month=dt.date(2026, 9, 1),
        params={"month": "2026-09", "employer": place.text("参数"), "name": place.text("名"), "value": place.text("值")},
        evidence=[["firms_employmentspell", spell.pk], ["people_persondetail", person.details.first().pk]],
    )  # fmt: skip
    made.make_finding(person, rule="Q02", params={"value": place.text("值")})
    place.visit = made.make_visit(person, place.finding)
    decision = made.make_decision(person, firm=place.firm)
    fen = place.fen()
    told = {
        "policy": decision.policy, "person": person, "scope_no": person.scope_no, "first_month": decision.month,
        "last_month": decision.month, "kind": "unpaid", "entitled_fen": fen, "paid_fen": 0, "corrected_fen": 0,
    }  # fmt: skip
    Difference.objects.create(found_on=dt.date(2026, 10, 1), **told)
    place.correction = Correction.objects.create(
        token=new_token(), amount_fen=fen, reason=place.text("理由"), proposed_by=place.text("提"),
        proposed_at=dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC), **told,
    )  # fmt: skip
    _rules(place, person, decision.month)
    counted(place, person, fen)
    Nearly.objects.create(
        policy=decision.policy, person=person, scope_no=person.scope_no, post=f"{place.text('单位')}|{place.text('岗')}",
        month=decision.month, reason="roster", found_on=dt.date(2026, 10, 1),
    )  # fmt: skip
    made.make_decision(person, outcome=2, post=f"{place.text('单位')}|{place.text('岗')}")
    made.make_finding(
        person, "H01", firm=place.firm, month=dt.date(2026, 9, 1), state="mending",
        params={"policy": "training_through_work", "post": place.text("岗"), "first": "2026-08", "reasons": ["group"]},
    )  # fmt: skip
    Handover.objects.create(
        token=new_token(), scope_no=person.scope_no, duty_id=1, kind="unknown", rows=[decision.pk], asked_by=place.text("u"),
        asked_at=dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC), state="done",
    )  # fmt: skip
    made.make_visit(
        person, place.finding, state="done", made_on=dt.date(2026, 9, 2), made_by=place.text("访"), answer="not_found",
        note_sealed=keyring().seal(place.text("记"), context="note"),
    )  # fmt: skip


def _rules(place: Place, person: Person, month: dt.date) -> None:
    """A draft of rules, which one of the district's writes, and whom it would change."""
    told = (
        {"state": "open", "author": "roled"}
        if place.name == "willow"
        else {"state": "dropped", "author": place.text("起")}
    )
    place.draft = Draft.objects.create(
        token=new_token(), scope_no=place.office.scope_no, code="part_time_post", text=rules_of(place), base_digest="0" * 64,
        begun_at=dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC), foreseen_state="done", reason=place.text("因"),
        note=place.text("注"), foreseen={"subjects": 1, "fen": place.fen()}, **told,
    )  # fmt: skip
    Foreseen.objects.create(
        draft=place.draft, person=person, scope_no=person.scope_no, post=place.text("岗"), first_month=month,
        last_month=month, months=1, was=0, becomes=1, difference_fen=place.fen(),
    )  # fmt: skip


def rules_of(place: Place) -> str:
    """Rules that can be read, whose name is the place's."""
    text = read_rules(pack_folder("cn_yubei")).policies["part_time_post"].text
    return re.sub("title: {zh: [^,]+,", f"title: {{zh: {place.text('策')},", text, count=1)


def _files_and_entries(place: Place, batch: Batch) -> None:
    ring, at = keyring(), dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC)
    for line, level in enumerate(("refused", "queried", "unattached"), start=5):
        made.make_fault(
            place.office, batch, line, "id_check" if level == "refused" else "Q02", level=level,
            name=place.text("退"), place=place.text("处"), sheet=place.text("表"), column=place.text("列"),
            params={"value": place.text("值")},
        )  # fmt: skip
    justice = made.make_batch("justice")
    Batch.objects.filter(pk=justice.pk).update(file_name=f"{place.secret('名单')}.xlsx", loaded_by=place.user.username)
    place.restricted = justice
    for line, level in enumerate(("refused", "queried", "unattached"), start=5):
        made.make_fault(
            place.office, justice, line, "id_check" if level == "refused" else "Q02", level=level,
            name=place.secret("犯"), place=place.secret("处"), sheet=place.secret("表"), column=place.secret("列"),
            params={"value": place.secret("值")},
        )  # fmt: skip
    place.upload = Upload.objects.create(
        token=new_token(), file_name=f"{place.text('上传')}.xlsx", sealed=ring.seal_bytes(b"x", context="raw"), size=1,
        known_on=dt.date(2026, 10, 2), uploaded_by=place.text("u"), duty_id=1, scope_no=place.office.scope_no,
        uploaded_at=at, state="failed", failure={"code": "empty_file", "params": {"value": place.text("值")}},
    )  # fmt: skip
    columns_said(place)
    place.fault_sheet = FaultSheet.objects.create(
        token=new_token(), batch=batch, levels=["refused"], purpose="register", language="zh", rows=1, state="done",
        offices=[[place.office.scope_no, 1]],
        asked_by=place.text("u"), duty_id=1, scope_no=place.office.scope_no, asked_at=at,
        sealed=ring.seal_bytes(workbook(place.text("退行")), context="raw"),
    )  # fmt: skip
    place.withdrawal = Withdrawal.objects.create(
        token=new_token(), batch=batch, scope_no=place.office.scope_no, duty_id=1, asked_by=place.text("u"), asked_at=at,
        state="foreseen", figures={"gone": 1, "stayed": 0, "returned": 0, "hidden": 0},
    )  # fmt: skip
    place.looked = looked(place, batch, at)
    told = json.dumps({"details": {"name": place.text("改")}}, ensure_ascii=False)
    for kind, person in (("person", None), ("details", place.person.pk), ("settle", place.person.pk)):
        place.entry = Entry.objects.create(
            token=new_token(), kind=kind, person_id=person, scope_no=place.office.scope_no, state="refused",
            sealed=ring.seal(told, context="raw"), entered_by=place.text("u"), duty_id=1, entered_at=at, reason="id_check",
        )  # fmt: skip


def _registered_elsewhere(here: Place, there: Place) -> None:
    """Somebody of here whom another place has registered: what was typed is here's to see, and nothing of it there's."""
    told = json.dumps({"name": here.text("登"), "id_number": here.id_number}, ensure_ascii=False)
    at = dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC)
    entry = Entry.objects.create(
        token=new_token(), kind="person", scope_no=there.office.scope_no, state="waits_for_other", duty_id=1,
        sealed=keyring().seal(told, context="raw"), entered_by="somebody", entered_at=at,
    )  # fmt: skip
    here.duplicate = Duplicate.objects.create(
        token=new_token(), person=here.person, scope_no=here.office.scope_no, entry=entry, name=here.text("登"),
        at_scope_no=there.office.scope_no, asked_by="somebody", asked_at=at,
    )  # fmt: skip


def _spread_a_household(here: Place, there: Place) -> None:
    """Somebody who lives in one place and belongs to a household of another."""
    person = made.make_person(
        here.office, f"{here.mark}远", household=there.household, number=_noted(here), phone=here.number()
    )
    assert person.name_key == name_key_of(person.name)


def _noted(place: Place) -> str:
    number = made.id_number(next(_numbers))
    place.canaries |= {number, number[-6:]}
    return number


def _transfer(here: Place, there: Place) -> Transfer:
    """A request for somebody of its own; both offices may read it, so it carries neither's canary."""
    person = made.make_person(here.office, "转某", number=_noted(here), phone=here.number())
    return Transfer.objects.create(
        token=new_token(), person_id=person.pk, name=person.name, scope_no=here.office.scope_no,
        from_scope_no=here.office.scope_no, to_scope_no=there.office.scope_no,
        reason=f"原因{hashlib.md5(here.name.encode()).hexdigest()[:4]}", state="asked",
        asked_by="somebody", asked_at=dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC),
    )  # fmt: skip


__all__ = ["Firm", "Place", "World", "make_world"]
