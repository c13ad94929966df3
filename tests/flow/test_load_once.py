"""A file is one batch, whoever loads it and however often."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from anye.flow import load as loading
from anye.flow.digests import current_rows
from anye.flow.load import LoadedElsewhere, Report
from anye.records.accounts.scope import BATCH, acting
from anye.records.firms.models import InsuranceMonth
from anye.records.registers.models import Batch
from tests.flow.written import insurance, ledger, number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    home = {"镇街": "东河镇", "村居": "柳树村"}
    return ledger(tmp_path / "ledger.csv", [{"姓名": "张伟", "身份证号": number(n), **home} for n in range(5)])


def test_equal_bytes_under_another_name_are_the_same_batch(
    path: Path, tmp_path: Path, load: Callable[..., Report]
) -> None:
    first = load(path)
    copy = Path(shutil.copy(path, tmp_path / "第二次.csv"))
    again = load(copy)
    assert (first.batch, first.loaded, first.unchanged) == (again.batch, 5, 0)
    assert (again.loaded, again.unchanged, again.rows, again.sha256) == (0, 5, 5, first.sha256)
    assert Batch.objects.get().file_name == "ledger.csv"


def test_one_changed_byte_is_another_batch_that_brings_nothing_new(path: Path, load: Callable[..., Report]) -> None:
    first = load(path)
    with acting(BATCH):
        before = dict(current_rows())
    path.write_bytes(path.read_bytes() + b"\r\n")
    again = load(path)
    assert again.batch != first.batch
    assert (again.loaded, again.unchanged) == (0, 5)
    with acting(BATCH):
        after = dict(current_rows())
    assert {table for table in before if before[table] != after[table]} == {"registers_rowclaim"}


def test_a_batch_that_was_published_before_the_lock_came_is_left_alone(
    path: Path, load: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes saw the batch unread; the second gets the lock once the first is done."""
    plain, others = loading._Alone.__enter__, []

    def enter(self: object) -> None:
        monkeypatch.setattr(loading._Alone, "__enter__", plain)
        others.append(load(path))
        plain(self)

    monkeypatch.setattr(loading._Alone, "__enter__", enter)
    report = load(path)
    assert [other.loaded for other in others] == [5]
    assert (report.loaded, report.unchanged) == (0, 5)


def test_a_file_that_another_session_loads_is_refused(
    path: Path, load: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, other = loading._Alone.__enter__, connection.copy()

    def enter(self: Any) -> None:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [self.key])
        plain(self)

    monkeypatch.setattr(loading._Alone, "__enter__", enter)
    monkeypatch.setattr(loading, "DEATH_SEEN_S", 0.5)
    try:
        with pytest.raises(LoadedElsewhere):
            load(path)
    finally:
        other.close()
    monkeypatch.undo()
    assert load(path).loaded == 5, "the lock went with its session"


def test_the_lock_of_a_killed_load_is_waited_for_until_the_server_has_seen_its_end(
    path: Path, load: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, killed = loading._Alone.__enter__, connection.copy()

    def enter(self: Any) -> None:
        with killed.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [self.key])
        plain(self)

    def see_the_end(_: float) -> None:
        killed.close()

    monkeypatch.setattr(loading._Alone, "__enter__", enter)
    monkeypatch.setattr(loading.time, "sleep", see_the_end)
    assert load(path).loaded == 5


def test_a_month_that_stands_in_a_column_is_the_files(load: Callable[..., Report], tmp_path: Path) -> None:
    """A correction whose name tells no month overtakes the list that it corrects; a file of several months has none."""
    known = {"known_on": dt.date(2020, 6, 12)}
    load(ledger(tmp_path / "who.csv", [{"姓名": "张伟", "身份证号": number(1), "镇街": "东河镇", "村居": "柳树村"}]))
    firm = {"单位名称": "青石砖厂", "姓名": "张伟", "证件号码": number(1)}
    load(insurance(tmp_path / "2020年5月.csv", [{**firm, "费款所属期": "", "养老保险单位实缴": "100"}]), **known)
    mended = [{**firm, "费款所属期": "202005", "养老保险单位实缴": "160"}]
    load(insurance(tmp_path / "更正.csv", mended), known_on=dt.date(2020, 6, 13))
    load(
        insurance(
            tmp_path / "多月.csv", [{**firm, "费款所属期": f"2020-0{n}", "养老保险单位实缴": "1"} for n in (1, 2)]
        )
    )
    with acting(BATCH):
        months = dict(Batch.objects.values_list("file_name", "file_month"))
        paid = InsuranceMonth.objects.known().get(month=dt.date(2020, 5, 1))
    assert (months["更正.csv"], months["多月.csv"]) == (dt.date(2020, 5, 1), None)
    assert paid.pension_firm_paid_fen == 16_000
