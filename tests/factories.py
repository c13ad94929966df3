"""Invented people, firms and doubts, made directly as rows: what a load would have left, without a file.

Call inside `as_owner()`; ID numbers start with 99, which is no area.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import polars as pl

from anye.engine.codes import complete_id
from anye.engine.intake.statements import FIRM, STATEMENTS, STATUS_KINDS
from anye.engine.names import grams_of, name_key_of
from anye.flow import stated
from anye.flow.specs import SPECS
from anye.records.accounts.scope import OWNER, acting
from anye.records.audit.keys import keyring
from anye.records.audit.tokens import new_token
from anye.records.entitlements.models import Entitlement, Policy, PolicyVersion, Run
from anye.records.findings.models import Finding, Visit, VisitFinding
from anye.records.firms.models import EmploymentSpell, Firm, InsuranceMonth, PayrollLine
from anye.records.people.facts import SEALED_KINDS, STATUS_CONTEXTS
from anye.records.people.models import (
    Helper,
    Household,
    HouseholdMember,
    IncomeLine,
    Membership,
    NameGram,
    Need,
    Person,
    PersonDetail,
    RestrictedSpell,
    StatusSpell,
)
from anye.records.registers.models import Batch, Fault, Source

KNOWN = dt.date(2026, 10, 1)
_serial = count(1)


@contextmanager
def as_owner() -> Iterator[None]:
    """Rows of every area may be made and read."""
    with acting(OWNER, actor="tests", purpose="tests"):
        yield


def make_batch(source: str = "village_ledger", month: dt.date | None = dt.date(2026, 9, 1), rows: int = 10) -> Batch:
    number = next(_serial)
    return Batch.objects.create(
        token=new_token(),
        source=Source.objects.get(code=source),
        profile_version=1,
        sha256=hashlib.sha256(str(number).encode()).digest(),
        digest=hashlib.sha256(f"d{number}".encode()).digest(),
        file_name="ledger.xlsx",
        file_month=month,
        known_on=KNOWN,
        loaded_by="tests",
        state="published",
        rows=rows,
        started_at=dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC),
    )


def id_number(serial: int, birth: dt.date = dt.date(1980, 5, 6), area: str = "990101") -> str:
    """A valid number of nobody."""
    return complete_id(f"{area}{birth:%Y%m%d}{serial % 1000:03d}")


def next_number() -> str:
    """A number that no test names and nobody has had before in this run."""
    serial = next(_serial)
    return id_number(serial, dt.date(1980, 5, 6) + dt.timedelta(serial // 1000), area="990102")


def make_person(office: Any, name: str = "冉明秀", *, batch: Batch | None = None, **more: Any) -> Person:
    """A person of an office with the facts that a ledger would bring: name, ID number, telephone and what is given.

    more: number, phone, birth_on, groups, is_employed, details (kind → text), household.
    """
    number = more.get("number") or next_number()
    phone = more.get("phone") or f"139{next(_serial):08d}"
    ring = keyring()
    person = Person.objects.create(
        token=new_token(),
        scope_no=office.scope_no,
        care_area=getattr(office, "area_code", None) or "",
        name=name,
        name_key=name_key_of(name),
        sex=more.get("sex", "2"),
        birth_on=more.get("birth_on", dt.date(1980, 5, 6)),
        id_sealed=ring.seal(number, context="id_number"),
        id_blind=ring.blind(number, context="id_number"),
        id_last_blind=ring.blind(number[-6:], context="id_last"),
        phone_sealed=ring.seal(phone, context="phone"),
        phone_blind=ring.blind(phone, context="phone"),
        groups=more.get("groups", []),
        is_employed=more.get("is_employed"),
        household_id=more["household"].pk if more.get("household") else None,
    )
    NameGram.objects.bulk_create(
        NameGram(gram=gram, name=name, person_id=person.pk, scope_no=person.scope_no)
        for gram in grams_of(person.name_key)
    )
    batch = batch or make_batch()
    told = {"name": name, "name_key": person.name_key, "id_number": number, "phone": phone, "sex": person.sex}
    if person.care_area:
        told["residence"] = person.care_area
    told |= more.get("details", {})
    for kind, value in told.items():
        add_detail(person, kind, value, batch)
    for group in person.groups:
        Membership.objects.create(person=person, group=group, valid_from=dt.date(2020, 1, 1), **source(person, batch))
    if more.get("household"):
        HouseholdMember.objects.create(
            person=person, household=more["household"], relation="01", **source(person, batch)
        )
    return person


def source(row: Any, batch: Batch, **more: Any) -> dict[str, Any]:
    """Where a fact comes from, as its columns."""
    return {"scope_no": row.scope_no, "known_on": batch.known_on, "source_batch": batch.pk, "source_line": 3, **more}


def add_detail(person: Person, kind: str, value: str, batch: Batch, **more: Any) -> PersonDetail:
    """A detail; sealed kinds are sealed as a load seals them."""
    context = SEALED_KINDS.get(kind)
    if context is None:
        return PersonDetail.objects.create(person=person, kind=kind, value=value, **source(person, batch, **more))
    ring = keyring()
    return PersonDetail.objects.create(
        person=person,
        kind=kind,
        sealed=ring.seal(value, context=context),
        blind=ring.blind(value, context=context),
        **source(person, batch, **more),
    )


def make_household(office: Any, code: str = "H001") -> Household:
    return Household.objects.create(token=new_token(), scope_no=office.scope_no, code=code)


def add_helper(household: Household, name: str, batch: Batch) -> Helper:
    return Helper.objects.create(
        household=household, helper_name=name, helper_unit="区农业农村委", **source(household, batch)
    )


def add_need(person: Person, kind: str, value: str, batch: Batch) -> Need:
    return Need.objects.create(person=person, kind=kind, value=value, **source(person, batch))


def add_income(person: Person, month: dt.date, fen: int, batch: Batch, kind: str = "wage") -> IncomeLine:
    return IncomeLine.objects.create(person=person, month=month, kind=kind, amount_fen=fen, **source(person, batch))


def add_status(
    person: Person, kind: str, batch: Batch, *, table: Any = None, day: dt.date = dt.date(2019, 5, 1), **more: Any
) -> StatusSpell | RestrictedSpell:
    """What another register says; `number` and `detail` are sealed as a load seals them."""
    ring = keyring()
    sealed = {}
    for name in more.keys() & STATUS_CONTEXTS.keys():
        value, context = more.pop(name), STATUS_CONTEXTS[name]
        sealed |= {
            f"{name}_sealed": ring.seal(value, context=context),
            f"{name}_blind": ring.blind(value, context=context),
        }
    table = table or (RestrictedSpell if kind in STATUS_KINDS["restricted"] else StatusSpell)
    made: StatusSpell | RestrictedSpell = table.objects.create(
        person=person, kind=kind, valid_from=day, slot=day.isoformat(), **source(person, batch), **{**more, **sealed}
    )
    return made


def add_pay(person: Person, firm: Firm, month: dt.date, fen: int, batch: Batch) -> PayrollLine:
    return PayrollLine.objects.create(person=person, firm=firm, month=month, net_fen=fen, **source(person, batch))


def add_stated(
    name: str, batch: Batch, *, text: Callable[[str], str], fen: Callable[[], int], day: dt.date = dt.date(2026, 8, 1),
    person: Person | None = None, firm: Firm | None = None, office: Any = None,
) -> Any:  # fmt: skip
    """A row of a statement (`engine.intake.statements`) with every field filled: texts by `text`, amounts by `fen`."""
    statement, ring, told = STATEMENTS[name], keyring(), dict[str, Any]()
    for field, dtype in statement.fields.items():
        if field in statement.sealed:
            value, context = text(field), statement.sealed[field]
            told |= {
                f"{field}_sealed": ring.seal(value, context=context),
                f"{field}_blind": ring.blind(value, context=context),
            }
        elif field == "kind":
            told[field] = min(statement.kinds)
        elif field not in FIRM:
            number = fen() if field.endswith("_fen") else 10
            told[field] = {pl.String: text(field), pl.Date: day, pl.Int64: number, pl.Boolean: True}[dtype]
    parent = SPECS[name].parent
    if parent == "firm_id" or "firm_id" in SPECS[name].columns:
        told["firm"] = firm
    place = source(person if parent == "person_id" else office, batch)
    if not SPECS[name].is_scoped:
        del place["scope_no"]
    if parent == "office_no":
        told[parent] = office.scope_no
    if parent == "person_id":
        told["person"] = person
    return stated.model_of(name)._default_manager.create(**told, **place)


def make_firm(name: str = "山茶服饰有限公司", code: str | None = None) -> Firm:
    code = code or f"99010100MA{next(_serial):08d}"
    return Firm.objects.create(
        token=new_token(), code=code, credit_code=code if len(code) == 18 else "", name=name, name_key=name
    )


def add_spell(person: Person, firm: Firm | None, batch: Batch, **more: Any) -> EmploymentSpell:
    named = firm.name if firm is not None else more.pop("employer_name", "镇上工地")
    told = {"valid_from": dt.date(2025, 3, 1), "wage_fen": 320_000, "wage_unit": "month", **more}
    return EmploymentSpell.objects.create(
        person=person, firm=firm, employer_name=named, **source(person, batch), **told
    )


def add_insurance(person: Person, firm: Firm, first: dt.date, months: int, batch: Batch) -> list[InsuranceMonth]:
    """Insured months from `first` on."""
    rows = [
        InsuranceMonth(
            person=person,
            firm=firm,
            month=dt.date(first.year + (first.month - 1 + step) // 12, (first.month - 1 + step) % 12 + 1, 1),
            base_fen=395_700,
            **source(person, batch),
        )
        for step in range(months)
    ]
    return InsuranceMonth.objects.bulk_create(rows)


def make_finding(person: Person, rule: str = "Q09", *, firm: Firm | None = None, **more: Any) -> Finding:
    """A doubt under the key that the rules give it, so that a load finds it again.

    `org` tells several apart: of Q09 the firm's code and the first month of the run.
    """
    org = more.pop("org", str(next(_serial)))
    told = {"state": "open", "found_on": KNOWN, "seen_on": KNOWN, "due_on": KNOWN + dt.timedelta(15), **more}
    return Finding.objects.create(
        token=new_token(),
        key=hashlib.sha256(f"{rule}|{bytes(person.id_blind).hex()}|{org}".encode()).digest(),
        rule=rule,
        person=person,
        scope_no=person.scope_no,
        firm_id=firm.pk if firm else None,
        **told,
    )


def make_decision(
    person: Person, *, firm: Firm | None = None, outcome: int = 1, post: str = "", is_over: bool = False
) -> Entitlement:
    """What a pass found of a person for September 2026: 500 yuan, or that it is not known. `is_over`: the pass is."""
    policy, _ = Policy.objects.get_or_create(code="training_through_work")
    version, _ = PolicyVersion.objects.get_or_create(
        policy=policy, digest="0" * 64,
        defaults={"title_zh": "以工代训", "title_en": "Training", "text": "", "reasons": [], "first_used_on": KNOWN},
    )  # fmt: skip
    month = dt.date(2026, 9, 1)
    run = Run.objects.first() or Run.objects.create(
        first_month=month, last_month=month, known_on=KNOWN, started_by="tests",
        started_at=dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC), finished_at=dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC) if is_over else None,
    )  # fmt: skip
    return Entitlement.objects.create(
        policy=policy, version=version, person=person, firm=firm, post=post, month=month, outcome=outcome,
        amount_fen=50_000 if outcome == 1 else None, run=run, known_on=KNOWN, scope_no=person.scope_no,
    )  # fmt: skip


def make_visit(person: Person, *findings: Finding, due_on: dt.date = dt.date(2026, 11, 30), **more: Any) -> Visit:
    visit = Visit.objects.create(token=new_token(), person=person, scope_no=person.scope_no, due_on=due_on, **more)
    VisitFinding.objects.bulk_create(
        VisitFinding(visit=visit, finding=finding, scope_no=person.scope_no) for finding in findings
    )
    return visit


def make_case(office: Any, name: str = "冉明秀", **more: Any) -> tuple[Person, Finding, Visit]:
    """Somebody the ledger calls not employed while a firm insures them: person, doubt, visit."""
    batch, insurance = make_batch(), make_batch("social_insurance", dt.date(2026, 9, 1))
    person = make_person(
        office, name, batch=batch, is_employed=False, details={"employment_state": "not_employed"}, **more
    )
    firm = make_firm(f"{name}的单位")
    months = add_insurance(person, firm, dt.date(2026, 7, 1), 3, insurance)
    detail = PersonDetail.objects.get(person=person, kind="employment_state")
    finding = make_finding(
        person,
        firm=firm,
        org=f"{firm.code}|2026-07",
        state="visiting",
        month=dt.date(2026, 9, 1),
        params={"month": "2026-09", "first": "2026-07", "through": "2026-09", "stated": "2026-09"},
        evidence=[["people_persondetail", detail.pk], ["firms_insurancemonth", months[-1].pk]],
    )
    return person, finding, make_visit(person, finding)


def make_fault(
    office: Any, batch: Batch, line: int = 7, reason: str = "id_check", *, name: str = "", place: str = "", **more: Any
) -> Fault:
    """A refused row; with a name it bears its label as a load would have sealed it."""
    label = json.dumps({"name": name, "name_key": name_key_of(name), "place": place}, ensure_ascii=False)
    told = {"level": "refused", "column": "身份证号", "is_restricted": batch.source.is_restricted, **more}
    return Fault.objects.create(
        batch=batch,
        line=line,
        reason=reason,
        scope_no=office.scope_no,
        sealed=keyring().seal(label, context="row") if name else None,
        **told,
    )
