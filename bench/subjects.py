"""People of the bench registry of whom registers tell much: household, work, insurance, income, a doubt, a visit."""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

KNOWN_ON = dt.date(2020, 3, 1)
FIRST_MONTH = dt.date(2018, 3, 1)
MONTHS = 24
DETAILS = {
    "ethnicity": "01", "education": "70", "work_capacity": "ordinary", "marital": "20", "political": "13",
    "relocated": "no", "area_group": "3组", "lifted_year": "2018",
}  # fmt: skip
NEEDS = {"wants_work": "yes", "wanted_trade": "缝纫", "wanted_wage_fen": "400000"}
ADDRESS, PHONE = "柳树村3组12号", "13900001111"
FIRMS = ("山茶服饰有限公司", "临江物业服务有限公司")


def furnish(people: Sequence[Any]) -> None:
    """Give people of one village what a page can show, in households of four."""
    from bench.stock import plain

    firms = [
        plain("firms", "Firm").objects.get_or_create(
            code=f"name:{name}", defaults={"token": secrets.token_urlsafe(16), "name": name, "name_key": name}
        )[0]
        for name in FIRMS
    ]
    batches = [_batch(source, month) for source, month in (("village_ledger", None), ("social_insurance", KNOWN_ON))]
    for at in range(0, len(people), 4):
        _household(people[at : at + 4], batches[0])
    for line, person in enumerate(people, 1):
        _known(person, line, batches[0])
        _work(person, line, batches, firms)
        _doubt(person, firms[0])


def _batch(source: str, month: dt.date | None) -> int:
    from anye.records.registers import actions

    batch = actions.open_batch(
        source=source, profile_version=0, sha256=f"bench {source}".encode(), file_name="bench", file_month=month,
        known_on=KNOWN_ON, by="bench",
    )  # fmt: skip
    actions.publish_batch(batch=batch, counts={}, fact_counts={})
    return int(batch.pk)


def _fact(person: Any, batch: int, line: int) -> dict[str, Any]:
    return {"scope_no": person.scope_no, "known_on": KNOWN_ON, "source_batch": batch, "source_line": line}


def _make(app: str, name: str, rows: list[dict[str, Any]]) -> None:
    from bench.stock import plain

    model = plain(app, name)
    model.objects.bulk_create([model(**row) for row in rows])


def _household(members: Sequence[Any], batch: int) -> None:
    from anye.records.audit.keys import keyring
    from bench.stock import plain

    scope_no, token = members[0].scope_no, secrets.token_urlsafe(16)
    house = plain("people", "Household").objects.create(token=token, scope_no=scope_no, code=f"bench {token}")
    relations = ("02", "10", "20", "30")
    _make("people", "HouseholdMember", [
        {**_fact(one, batch, no), "person_id": one.pk, "household_id": house.pk, "relation": code, "is_head": no == 1}
        for no, (one, code) in enumerate(zip(members, relations, strict=False), 1)
    ])  # fmt: skip
    _make("people", "Helper", [
        {**_fact(members[0], batch, 1), "household_id": house.pk, "helper_name": "谭永芬", "helper_unit": "柳树村村委会"}
    ])  # fmt: skip
    keys = [one.pk for one in members]
    caches = {"household_id": house.pk, "is_employed": True, "groups": ["lifted", "disabled"]}
    phone = keyring().seal(PHONE, context="phone")
    plain("people", "Person").objects.filter(pk__in=keys).update(**caches, phone_sealed=phone)


def _known(person: Any, line: int, batch: int) -> None:
    from anye.records.audit.keys import keyring

    fact, keys = {**_fact(person, batch, line), "person_id": person.pk}, keyring()
    sealed = {"sealed": keys.seal(ADDRESS, context="address"), "blind": keys.blind(ADDRESS, context="address")}
    _make("people", "PersonDetail", [{**fact, "kind": kind, "value": value} for kind, value in DETAILS.items()])
    _make("people", "PersonDetail", [{**fact, "kind": "address", **sealed}])
    _make("people", "Need", [{**fact, "kind": kind, "value": value} for kind, value in NEEDS.items()])
    _make("people", "Membership", [
        {**fact, "group": group, "valid_from": dt.date(2016, 1, 1), "evidence": "台账"} for group in ("lifted", "disabled")
    ])  # fmt: skip


def _work(person: Any, line: int, batches: Sequence[int], firms: Sequence[Any]) -> None:
    ledger, insurance = ({**_fact(person, batch, line), "person_id": person.pk} for batch in batches)
    months = [dt.date(FIRST_MONTH.year + no // 12, no % 12 + 1, 1) for no in range(2, 2 + MONTHS)]
    spell = {**ledger, "work_kind": "employer", "wage_unit": "month", "occupation": "缝纫工", "channel": "self"}
    _make("firms", "EmploymentSpell", [
        {**spell, "firm_id": firms[0].pk, "valid_from": months[0], "valid_to": months[11], "wage_fen": 320_000},
        {**spell, "firm_id": firms[1].pk, "valid_from": months[12], "wage_fen": 360_000},
        {**spell, "employer_name": "零工", "valid_from": dt.date(2017, 5, 1), "valid_to": dt.date(2017, 9, 30)},
    ])  # fmt: skip
    _make("firms", "InsuranceMonth", [
        {**insurance, "firm_id": firms[no // 12].pk, "month": month, "base_fen": 300_000 + no * 100}
        for no, month in enumerate(months)
    ])  # fmt: skip
    _make("people", "IncomeLine", [
        {**ledger, "month": month, "kind": kind, "amount_fen": fen}
        for month in months for kind, fen in (("wage", 340_000), ("transfer", 12_000))
    ])  # fmt: skip


def _doubt(person: Any, firm: Any) -> None:
    about = {"person_id": person.pk, "scope_no": person.scope_no}
    _make("findings", "Finding", [{
        **about, "token": secrets.token_urlsafe(16), "key": secrets.token_bytes(16), "rule": "Q09", "firm_id": firm.pk,
        "state": "visiting", "month": FIRST_MONTH, "evidence": [], "params": {"month": "2018-03"}, "found_on": KNOWN_ON,
        "seen_on": KNOWN_ON,
    }])  # fmt: skip
    due_on = KNOWN_ON + dt.timedelta(days=15)
    _make("findings", "Visit", [{**about, "token": secrets.token_urlsafe(16), "state": "due", "due_on": due_on}])
