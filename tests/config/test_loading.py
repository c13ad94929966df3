"""Loading from the command line in somebody's name asks for the same duty as handing a file in on the site."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anye.config import loading
from anye.config.faults import SetupFault
from anye.flow import jobs
from anye.records.accounts.models import Duty, User
from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings.queries import snapshots
from anye.records.entitlements.models import Run
from anye.records.registers.models import Batch
from tests.conftest import District
from tests.flow.written import ledger, number

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(district: District, tmp_path: Path) -> Path:
    who = {"镇街": "西岭镇", "村居": "云峰村", "姓名": "陈一", "身份证号": number(1)}
    return ledger(tmp_path / "may.csv", [who], month="2020年5月")


def load_as(user: str | None, file: Path) -> Any:
    return loading.load_one(file, source=None, known_on=None, user=user, quiet=True, language="en")


def loaded_by() -> list[str]:
    with acting(BATCH):
        return list(Batch.objects.values_list("loaded_by", flat=True))


@pytest.mark.parametrize("role", ["district_officer", "poverty_office"])
def test_a_duty_over_the_whole_district_loads(
    district: District, file: Path, make_user: Callable[..., Any], role: str
) -> None:
    make_user(role, district["district"], "loader")
    assert load_as("loader", file).loaded == 1
    assert loaded_by() == ["loader"]


def test_a_day_is_judged_and_counted_once_what_was_known_by_then_is_loaded_and_before_what_came_later(
    district: District, tmp_path: Path
) -> None:
    days = {"may.csv": dt.date(2020, 5, 20), "zjune.csv": dt.date(2020, 6, 1)}
    for serial, name in enumerate(days, 1):
        who = {"镇街": "西岭镇", "村居": "云峰村", "姓名": "陈一", "身份证号": number(serial)}
        ledger(tmp_path / name, [who], month=f"2020年{days[name].month}月")
    closed = [dt.date(2020, 4, 30), dt.date(2020, 5, 31), dt.date(2020, 6, 30)]
    loading.load_folder(tmp_path, "en", days, closed)
    with acting(BATCH):
        runs = list(Run.objects.order_by("pk").values_list("known_on", "summary__judged"))
        assert runs == [(closed[0], 0), (closed[1], 1), (closed[2], 2)]
        taken = snapshots().order_by("as_of")
        assert [(one.as_of, one.known_on) for one in taken] == [(day, day) for day in closed]
        # what a judged day rested on stays as it was
        with pytest.raises(SetupFault, match="judged"):
            loading.load_folder(tmp_path, "en", {"may.csv": closed[0]})


@pytest.mark.bar(9, control="the same role over the district, above; the rule taken out, below")
@pytest.mark.parametrize(
    ("role", "place"),
    [("poverty_office", "east"), ("town_officer", "east"), ("village_worker", "willow"), ("auditor", "district")],
)
def test_a_duty_over_less_or_of_another_kind_loads_nothing(
    district: District, file: Path, make_user: Callable[..., Any], role: str, place: str
) -> None:
    """A town's poverty office could write about another town's people with a file."""
    make_user(role, district[place], "loader")
    with pytest.raises(SetupFault) as refused:
        load_as("loader", file)
    assert refused.value.code == "may_not_load"
    assert "whole district" in refused.value.text("en")
    assert loaded_by() == []


@pytest.mark.bar(9, control="this is one: any of the loading roles will do")
def test_without_the_districts_rule_a_town_would_write_about_another(
    district: District, file: Path, make_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("poverty_office", district["east"], "loader")
    monkeypatch.setattr(jobs, "may_load", lambda duty: duty.role in jobs.LOADERS)
    assert load_as("loader", file).loaded == 1


@pytest.mark.parametrize("wound", ["the duty has ended", "the account is closed", "there is no such user"])
def test_nobody_loads_without_a_duty_in_force(
    district: District, file: Path, make_user: Callable[..., Any], wound: str
) -> None:
    user = make_user("district_officer", district["district"], "loader")
    if wound == "the duty has ended":
        Duty.objects.filter(user=user).update(ends_on=dt.date(2020, 2, 1))
    elif wound == "the account is closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(SetupFault):
        load_as("nobody" if wound == "there is no such user" else "loader", file)


def test_without_a_name_the_operator_loads(file: Path) -> None:
    load_as(None, file)
    assert loaded_by() == ["operator"]


def test_a_day_before_the_last_pass_is_refused(district: District, file: Path) -> None:
    """What was known when everybody was judged stays as it was."""
    from tests.factories import KNOWN, as_owner, make_decision, make_person

    with as_owner():
        make_decision(make_person(district["willow"]), is_over=True)
    with pytest.raises(SetupFault) as refused:
        loading.load_one(
            file, source=None, known_on=KNOWN - dt.timedelta(1), user=None, quiet=True, language="en"
        )  # fmt: skip
    assert refused.value.code == "known_on_judged" and KNOWN.isoformat() in refused.value.text("en")
    assert loading.load_one(file, source=None, known_on=KNOWN, user=None, quiet=True, language="en").loaded == 1


def test_a_day_that_a_briefing_told_of_is_refused(district: District, file: Path) -> None:
    """What was known when it was issued stays as it was; the day after is free."""
    from tests.house.counted import recount_asked_for

    recount_asked_for()  # an issue by what was known on 10 January 2021
    told = dt.date(2021, 1, 10)
    with pytest.raises(SetupFault) as refused:
        loading.load_one(file, source=None, known_on=told, user=None, quiet=True, language="en")
    assert refused.value.code == "known_on_told" and told.isoformat() in refused.value.text("zh")
    after = told + dt.timedelta(1)
    assert loading.load_one(file, source=None, known_on=after, user=None, quiet=True, language="en").loaded == 1
