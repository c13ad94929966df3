"""Taking a load back from the command line: its content names the load, the figures come first, and a yes is asked for."""

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anye.config import loading, taking_back
from anye.config.faults import SetupFault
from anye.flow.digests import current_views
from anye.flow.withdrawing import Figures
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.models import Event
from anye.records.registers.models import Batch
from tests.conftest import District
from tests.flow.written import ledger, monitoring, number

pytestmark = pytest.mark.django_db
HOME = {"镇街": "西岭镇", "村居": "云峰村"}


def load(path: Path) -> None:
    loading.load_one(path, source=None, known_on=None, user=None, quiet=True, language="en")


def views() -> dict[str, str]:
    with acting(BATCH):
        return current_views()


@pytest.fixture
def right(district: District, tmp_path: Path) -> Path:
    path = ledger(tmp_path / "may.csv", [{"姓名": "陈一", "身份证号": number(1), "联系电话": "13900001111", **HOME}])
    load(path)
    return path


@pytest.fixture
def wrong(right: Path, tmp_path: Path) -> Path:
    rows = [{"姓名": "陈一", "身份证号": number(1), "联系电话": "13900002222", **HOME},
            {"姓名": "陈二", "身份证号": number(2), **HOME}]  # fmt: skip
    path = ledger(tmp_path / "june.csv", rows, month="2020年6月")
    load(path)
    return path


def test_what_is_foreseen_is_what_comes_and_the_views_are_those_of_before(right: Path, tmp_path: Path) -> None:
    before = views()
    rows = [
        {"姓名": "陈一", "身份证号": number(1), "联系电话": "13900002222", **HOME},
        {"姓名": "陈二", "身份证号": number(2), **HOME},
    ]
    path = ledger(tmp_path / "june.csv", rows, month="2020年6月")
    load(path)
    batches, loaded = taking_back.loads_of(path), views()
    (figures,) = taking_back.foreseen(batches)
    assert views() == loaded != before
    assert (figures.returned, figures.hidden) == (1, 1)
    assert taking_back.take_back(batches, reason="月份错了", by="operator") == [figures]
    assert views() == before
    with acting(BATCH):
        event = Event.objects.get(verb="withdraw")
    assert (event.actor, event.payload["reason"]) == ("operator", "月份错了")


def test_a_copy_under_another_name_is_the_same_load(wrong: Path, tmp_path: Path) -> None:
    copy = tmp_path / "副本.csv"
    copy.write_bytes(wrong.read_bytes())
    assert [batch.file_name for batch in taking_back.loads_of(copy)] == ["june.csv"]


def test_what_was_never_loaded_or_is_taken_back_already_is_said(wrong: Path, tmp_path: Path) -> None:
    other = ledger(tmp_path / "other.csv", [{"姓名": "陈三", "身份证号": number(3), **HOME}])
    with pytest.raises(SetupFault) as never:
        taking_back.loads_of(other)
    batches = taking_back.loads_of(wrong)
    taking_back.take_back(batches, reason="", by="operator")
    with pytest.raises(SetupFault) as twice:
        taking_back.loads_of(wrong)
    with pytest.raises(SetupFault) as at_once:
        taking_back.take_back(batches, reason="", by="operator")
    assert {never.value.code, twice.value.code, at_once.value.code} == {"not_loaded"}
    with pytest.raises(SetupFault) as missing:
        taking_back.loads_of(tmp_path / "gone.csv")
    assert missing.value.code == "file_missing"


def test_the_same_file_may_be_loaded_again(wrong: Path) -> None:
    loaded = views()
    taking_back.take_back(taking_back.loads_of(wrong), reason="", by="operator")
    load(wrong)
    assert views() == loaded
    with acting(BATCH):
        assert sorted(Batch.objects.filter(file_name="june.csv").values_list("state", flat=True)) == [
            "published",
            "withdrawn",
        ]


@pytest.mark.parametrize(
    ("typed", "is_yes"), [("是\n", True), ("yes\n", True), ("Y\n", True), ("\n", False), ("no\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(typed: str, is_yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO(typed)
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stream)
    assert taking_back.is_confirmed("en") is is_yes


def test_nobody_at_the_terminal_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(SetupFault, match="no terminal"):
        taking_back.is_confirmed("en")


def test_the_figures_are_said_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    taking_back.print_figures(Figures(1_234, 5, 6, 7), "en")
    taking_back.print_figures(Figures(1_234, 5, 6, 7), "zh-hans")
    said = capsys.readouterr().out
    assert "1,234  facts that go" in said and "1,234  不再有效的记录" in said


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`anye withdraw` in this process, on the tests' registry."""
    from anye.config import commands

    monkeypatch.setattr(commands, "opened", lambda: None)
    monkeypatch.setattr(commands.postgres, "start", lambda home: None)
    monkeypatch.setattr(commands, "set_up", lambda home, login: None)

    def run(path: Path, **more: Any) -> int:
        told = {"file": path, "source": None, "reason": "", "yes": True, "user": None, "language": "en", **more}
        return commands.withdraw(argparse.Namespace(**told))

    return run


def test_the_command_tells_first_and_asks(
    command: Callable[..., int], wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = views()
    with pytest.raises(SetupFault, match="no terminal"):
        command(wrong, yes=False)
    assert views() == loaded
    assert "facts that return" in capsys.readouterr().out
    assert command(wrong) == 0
    assert "taken back" in capsys.readouterr().out
    assert views() != loaded


def loaded_twice(tmp_path: Path) -> Path:
    """One file loaded as two registers; both say another telephone than the file before."""
    row = {"姓名": "陈一", "证件号码": number(1), "人口编号": "91", "联系电话": "13900003333"}
    path = monitoring(tmp_path / "july.csv", [row | {"乡镇": "西岭镇", "行政村": "云峰村"}], month="2020年7月")
    load(path)
    loading.load_one(path, source="village_ledger", known_on=None, user=None, quiet=True, language="en")
    return path


def test_a_file_loaded_as_two_registers_is_taken_back_as_both(
    command: Callable[..., int], right: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = views()
    twice = loaded_twice(tmp_path)
    assert views() != before
    assert command(twice) == 0
    said = capsys.readouterr().out
    assert "july.csv (Register of poor and monitored households)" in said
    assert "july.csv (Poor workers' employment ledger)" in said and "2 loads were taken back" in said
    assert views() == before
    with acting(BATCH):
        states = Batch.objects.order_by("pk").values_list("file_name", "source__code", "state")
        assert list(states) == [
            ("may.csv", "village_ledger", "published"),
            ("july.csv", "monitoring", "withdrawn"),
            ("july.csv", "village_ledger", "withdrawn"),
        ]
    with pytest.raises(SetupFault, match="nothing to take back"):
        command(twice)


def test_of_two_loads_one_may_be_named(
    command: Callable[..., int], right: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = loaded_twice(tmp_path)
    assert command(twice, source="monitoring") == 0
    assert "It was taken back" in capsys.readouterr().out
    with acting(BATCH):
        assert Batch.objects.get(file_name="july.csv", state="published").source.code == "village_ledger"
    with pytest.raises(SetupFault, match="nothing to take back"):
        command(twice, source="monitoring")


@pytest.mark.bar(9, control="the same user with a duty over the district, here")
def test_a_user_needs_the_duty_to_load(
    command: Callable[..., int], wrong: Path, district: District, make_user: Callable[..., Any]
) -> None:
    make_user("town_officer", district["east"], "town")
    make_user("district_officer", district["district"], "officer")
    loaded = views()
    with pytest.raises(SetupFault, match="hold no duty"):
        command(wrong, user="town")
    assert views() == loaded
    assert command(wrong, user="officer") == 0
    with acting(BATCH):
        assert Event.objects.get(verb="withdraw").actor == "officer"
