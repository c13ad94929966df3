"""Who is believed on what: each register on what it is the authority on, what is typed as much, else the newest word."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from anye.flow import registry
from anye.flow.jobs import publish_entry
from anye.flow.load import Report
from anye.packs import read_pack
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.people.models import Helper, HouseholdMember, Need, Person, PersonDetail
from anye.records.people.queries import opened_detail
from anye.records.registers import actions
from anye.records.registers.models import Entry, Source
from tests.conftest import District
from tests.flow.test_load_order import disagreements, loader
from tests.flow.written import ledger, monitoring, number

__all__ = ["loader"]
Load = Callable[..., Report]
HOME = {"镇街": "东河镇", "村居": "柳树村"}
PLACE = {"乡镇": "东河镇", "行政村": "柳树村"}
CODE = "990100101201H1"


def listed(n: int, name: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "身份证号": number(n), **HOME, **more}


def exported(n: int, name: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "证件号码": number(n), "人口编号": f"9{n}", "户编号": "H1", **PLACE, **more}


def export(folder: Path, month: str) -> Path:
    """Zhang heads household H1, and so, it says, does Li."""
    rows = [
        exported(
            1,
            "张伟",
            与户主关系="户主",
            联系电话="13900000001",
            文化程度="小学",
            户类型="监测对象",
            帮扶责任人="旧帮扶",
            就业意愿="否",
        ),
        exported(2, "李娜", 与户主关系="户主"),
    ]
    return monitoring(folder / f"export {month}.csv", rows, month=month)


@pytest.fixture
def duty(district: District, make_user: Callable[..., Any]) -> Duty:
    user = make_user("village_worker", district["willow"], "willow")
    found: Duty = Duty.objects.get(user=user)
    return found


@pytest.fixture
def typed(duty: Duty) -> Callable[..., Entry]:
    """typed("details", {…}, "张伟") → the entry, published."""

    def one(kind: str, told: Mapping[str, Any], name: str) -> Entry:
        with acting(BATCH, actor="willow"):
            person = Person.objects.get(name=name)
            entry = actions.enter(
                kind=kind,
                sealed=keyring().seal(json.dumps(told), context="raw"),
                person_id=person.pk,
                scope_no=person.scope_no,
                by="willow",
                duty_id=duty.pk,
            )
        publish_entry(entry.pk)
        with acting(BATCH):
            done = Entry.objects.get(pk=entry.pk)
        assert done.state == "done", done.reason
        return done

    return one


def everything(typed: Callable[..., Entry]) -> list[Entry]:
    """An officer puts right whatever the export says of Zhang: he is the spouse now, Li heads the household."""
    with acting(BATCH):
        (code,) = set(HouseholdMember.objects.known().values_list("household__code", flat=True))
    spouse = {"fact": {"household_code": code, "relation": "10", "is_head": False}}
    helper = {"household_code": code, "helper_name": "新帮扶", "helper_unit": "", "helper_phone": None}
    wish = {"kind": "wants_work", "value": "yes", "stated_on": "2026-06-01"}
    return [
        typed("details", {"details": {"phone": "13800009999", "education": "3"}}, "张伟"),
        typed("household", spouse, "张伟"),
        typed("helper", {"fact": helper}, "张伟"),
        typed("need", {"fact": wish}, "张伟"),
    ]


def standing() -> dict[str, Any]:
    with acting(BATCH):
        details = PersonDetail.objects.known().filter(person__name="张伟")
        return {
            "phone": opened_detail(details.get(kind="phone")),
            "education": details.get(kind="education").value,
            "is_head": HouseholdMember.objects.known().get(person__name="张伟").is_head,
            "helper": Helper.objects.known().get().helper_name,
            "wish": Need.objects.known().get(person__name="张伟", kind="wants_work").value,
        }


TYPED = {"phone": "13800009999", "education": "3", "is_head": False, "helper": "新帮扶", "wish": "yes"}
EXPORTED = {"phone": "13900000001", "is_head": True, "helper": "旧帮扶", "wish": "no"}


@pytest.mark.parametrize("first", ["export 2020年6月", "ledger"])
def test_what_an_officer_types_outlives_an_older_export(
    first: str, load: Load, typed: Callable[..., Entry], tmp_path: Path
) -> None:
    """Whether the export came in before or afterwards."""
    late = export(tmp_path, "2020年6月")
    if first == "ledger":
        load(ledger(tmp_path / "ledger.csv", [listed(1, "张伟", 户编号="H1"), listed(2, "李娜", 户编号="H1")]))
    else:
        assert load(late).source == "monitoring"
    assert [entry.overruled for entry in everything(typed)] == [[]] * 4
    load(late)
    assert standing() == TYPED


def test_an_export_of_a_later_month_overtakes_what_was_typed(
    load: Load, typed: Callable[..., Entry], tmp_path: Path
) -> None:
    load(export(tmp_path, "2020年6月"))
    everything(typed)
    load(export(tmp_path, "2099年1月"), known_on=dt.date(2026, 12, 31))
    assert {key: value for key, value in standing().items() if key in EXPORTED} == EXPORTED


def test_what_is_overruled_at_once_is_told_on_the_entry(
    load: Load, typed: Callable[..., Entry], tmp_path: Path
) -> None:
    """The export already speaks of a later month than the entry."""
    report = load(export(tmp_path, "2099年1月"))
    details, household, helper, need = everything(typed)
    assert household.overruled == [{"fact": "household", "kind": "", "batch": report.batch}]
    assert helper.overruled == [{"fact": "helper", "kind": "", "batch": report.batch}]
    assert need.overruled == [{"fact": "need", "kind": "wants_work", "batch": report.batch}]
    assert [(one["fact"], one["kind"]) for one in details.overruled] == [("detail", "education"), ("detail", "phone")]
    assert typed("details", {"details": {"marital": "20"}}, "张伟").overruled == []


def test_registers_are_believed_on_what_they_know_best_in_any_order(
    load: Load, loader: Callable[[Path], None], tmp_path: Path
) -> None:
    """The export's name and household stand against a newer ledger; telephone and schooling are the newest word's."""
    old = {"户编号": "H1", "与户主关系": "户主", "联系电话": "13900000003", "出生日期": "1990-03-07"}
    files = [
        export(tmp_path, "2020年6月"),
        ledger(tmp_path / "may.csv", [listed(1, "张伟", **old)], month="2020年5月"),
        ledger(tmp_path / "july.csv", [listed(1, "张卫", **(old | {"户编号": "H7", "联系电话": "13900000007"}))], month="2020年7月"),
    ]  # fmt: skip
    found = disagreements(files, loader)
    assert not found, "\n".join(found[:20])
    for path in files:
        load(path)
    with acting(BATCH):
        zhang = Person.objects.get(name="张伟")
        said = {one.kind: one for one in PersonDetail.objects.known().filter(person=zhang)}
        assert opened_detail(said["phone"]) == "13900000007"
        assert said["household_code"].value == "H1"
        assert HouseholdMember.objects.known().get(person=zhang).household.number == "H1"


def test_what_is_typed_weighs_as_much_as_the_register_that_knows_best(district: District) -> None:
    """Of every pack: or a register that is loaded once would silence officers for good."""
    by_hand = {source.code: source for source in Source.objects.filter(code__in=["officer", "visit", "registration"])}
    for source in by_hand.values():
        assert source.ranks == {
            "household": 65, "membership": 65, "detail.household_code": 65, "detail.lifted_year": 65, "income": 30,
            **{f"income.{kind}": 30 for kind in ("wage", "post", "property", "transfer", "business", "other")},
        }  # fmt: skip
    for pack in ("cn", "cn_yubei"):
        profiles = read_pack(pack).profiles.values()
        ranks = registry.ranks_by_hand(profiles)
        for profile in profiles:
            for fact in profile.facts:
                frame = fact.partition(".")[0]
                if frame in registry.TYPED:
                    theirs = profile.ranks.get(fact, profile.ranks.get(frame, profile.rank))
                    assert ranks.get(fact, ranks.get(frame, registry.BY_HAND_RANK)) >= theirs, (profile.name, fact)
