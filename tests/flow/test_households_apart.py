"""Villages number their households from 1, and keep ledgers without numbers; nobody is mixed up by it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from anye.flow.load import Report
from anye.records.findings.models import Finding
from anye.records.people.models import Helper, Household, HouseholdMember
from tests.flow.written import number

HEAD = "镇街,村居,户编号,户主姓名,与户主关系,姓名,身份证号,帮扶责任人,帮扶责任人电话"
pytestmark = pytest.mark.usefixtures("batch")


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8-sig")
    return path


def houses() -> dict[str, tuple[str, ...]]:
    """Key → the names of the members, for households that have any."""
    found = {
        house.code: tuple(sorted(m.person.name for m in HouseholdMember.objects.known().filter(household=house)))
        for house in Household.objects.all()
    }
    return {key: names for key, names in found.items() if names}


def test_the_first_households_of_two_villages_are_two(tmp_path: Path, load: Callable[..., Report]) -> None:
    load(write(
        tmp_path / "willow.csv",
        f"东河镇,柳树村,1,,户主,张伟,{number(1)},周助,13900000001",
        f"东河镇,柳树村,1,,配偶,李娜,{number(2)},周助,13900000001",
    ))  # fmt: skip
    load(write(tmp_path / "bridge.csv", f"东河镇,石桥村,1,,户主,王芳,{number(3)},吴助,13900000002"))
    assert sorted(houses().values()) == [("张伟", "李娜"), ("王芳",)]
    assert {helper.helper_name for helper in Helper.objects.known()} == {"周助", "吴助"}
    assert not Finding.objects.filter(rule="Q07")


def test_a_ledger_without_household_numbers_keeps_its_helpers(tmp_path: Path, load: Callable[..., Report]) -> None:
    load(write(
        tmp_path / "ledger.csv",
        f"东河镇,柳树村,,张伟,户主,张伟,{number(1)},周助,13900000001",
        f"东河镇,柳树村,,张伟,配偶,李娜,{number(2)},周助,13900000001",
    ))  # fmt: skip
    (helper,) = Helper.objects.known()
    assert helper.helper_name == "周助"
    assert houses() == {helper.household.code: ("张伟", "李娜")}


def test_a_short_number_of_no_known_village_is_nobodys_household(tmp_path: Path, load: Callable[..., Report]) -> None:
    load(write(tmp_path / "a.csv", f",,1,,户主,张伟,{number(1)},,"))
    load(write(tmp_path / "b.csv", f",,1,,户主,王芳,{number(3)},,", f",,99010100100100001,,户主,赵敏,{number(4)},,"))
    assert sorted(houses().values()) == [("赵敏",)]
