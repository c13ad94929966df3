"""Giving rows back from the command line: file or token name the load, nothing half is written, and a trace stays."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from anye.config import loading
from anye.config.faults import SetupFault
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.models import Read
from anye.records.registers.models import Batch
from tests.conftest import District
from tests.flow.written import ledger, number

pytestmark = pytest.mark.django_db
WILLOW = {"镇街": "东河镇", "村居": "柳树村"}
CLOUD = {"镇街": "西岭镇", "村居": "云峰村"}


@pytest.fixture
def path(district: District, tmp_path: Path) -> Path:
    rows = [{"姓名": "李娜", "身份证号": "123", **WILLOW}, {"姓名": "王芳", "身份证号": "", **CLOUD}]
    made = ledger(tmp_path / "may.csv", [{"姓名": "陈一", "身份证号": number(1), **WILLOW}, *rows], month="2020年5月")
    loading.load_one(made, source=None, known_on=None, user=None, quiet=True, language="en")
    return made


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """`anye give-back` in this process, on the tests' registry."""
    from anye.config import commands

    monkeypatch.setattr(commands, "opened", lambda: None)
    monkeypatch.setattr(commands.postgres, "start", lambda home: None)
    monkeypatch.setattr(commands, "set_up", lambda home, login: None)

    def run(load: object, **more: Any) -> int:
        told = {
            "load": str(load),
            "to": tmp_path / "out.xlsx",
            "rows": "refused",
            "user": None,
            "language": "en",
            **more,
        }
        return commands.give_back(argparse.Namespace(**told))

    return run


def names_in(path: Path) -> list[str]:
    lines = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    return [str(line[lines[1].index("姓名")]) for line in lines[2:]]


def test_the_operator_gets_every_villages_rows_and_leaves_a_trace(
    command: Callable[..., int], path: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(path) == 0
    assert names_in(tmp_path / "out.xlsx") == ["李娜", "王芳"]
    assert "2 rows given back" in capsys.readouterr().out
    assert (tmp_path / "out.xlsx").stat().st_mode & 0o077 == 0
    with acting(BATCH):
        traces = set(Read.objects.filter(kind="export", actor="operator").values_list("scope_no", "shown"))
    assert traces == {(district["willow"].scope_no, 1), (district["cloud"].scope_no, 1)}


def test_a_loads_token_names_it_as_well(command: Callable[..., int], path: Path, tmp_path: Path) -> None:
    with acting(BATCH):
        token = Batch.objects.get().token
    assert command(token) == 0
    assert names_in(tmp_path / "out.xlsx") == ["李娜", "王芳"]


def test_a_user_gets_the_rows_of_their_own_range(
    command: Callable[..., int], path: Path, district: District, make_user: Callable[..., Any], tmp_path: Path
) -> None:
    make_user("village_worker", district["willow"], "willow")
    make_user("auditor", district["district"], "auditor")
    assert command(path, user="willow") == 0
    assert names_in(tmp_path / "out.xlsx") == ["李娜"]
    with acting(BATCH):
        assert list(Read.objects.filter(kind="export").values_list("actor", "scope_no")) == [
            ("willow", district["willow"].scope_no)
        ]
    for stranger in ("auditor", "nobody"):
        with pytest.raises(SetupFault, match="hold no duty"):
            command(path, user=stranger)


def test_what_cannot_be_given_back_is_said_and_nothing_is_written(
    command: Callable[..., int], path: Path, tmp_path: Path
) -> None:
    (tmp_path / "out.xlsx").write_bytes(b"kept")
    with pytest.raises(SetupFault) as none:
        command(path, rows="queried")
    with pytest.raises(SetupFault) as unknown:
        command(tmp_path / "gone.csv")
    with pytest.raises(SetupFault) as nowhere:
        command(path, to=tmp_path / "no-such" / "out.xlsx")
    assert [one.value.code for one in (none, unknown, nowhere)] == ["no_rows", "file_missing", "not_a_folder"]
    assert (tmp_path / "out.xlsx").read_bytes() == b"kept"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["may.csv", "out.xlsx"]
