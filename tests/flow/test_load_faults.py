"""Files that cannot be read, or not to their end: nothing of them is taken, and the fault stays with its code."""

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from polars.testing import assert_frame_equal

from anye.engine.errors import FileFault
from anye.engine.intake.clean import Context as Cleaning
from anye.engine.intake.files import OpenFile as InProcess
from anye.flow import files, load
from anye.flow.blocks import Block, Context
from anye.flow.digests import current_rows
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.models import Event
from anye.records.registers.models import Batch, Fault, RawBlock
from tests.flow.written import ledger, number

HOME = {"镇街": "东河镇", "村居": "柳树村"}


def nothing_is_taken() -> bool:
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'")
        assert cursor.fetchone() == (0,)
        assert not RawBlock.objects.exists()
        assert not Fault.objects.exists()
        assert not Event.objects.filter(verb="load").exists()
        return not any(rows for _, rows in current_rows())


def people(path: Path, count: int = 60) -> Path:
    return ledger(path, [{"姓名": "张伟", "身份证号": number(n) if n != 7 else "123", **HOME} for n in range(count)])


def damaged_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook")


@pytest.mark.parametrize(
    ("name", "write", "code"),
    [
        ("empty.csv", lambda path: path.write_bytes(b""), "empty_file"),
        ("bytes.csv", lambda path: path.write_bytes(bytes(range(256)) * 40), "encoding_unknown"),
        ("letter.csv", lambda path: path.write_text("各镇街：\n请于本周五前上报台账。\n"), "heading_unknown"),
        ("book.xlsx", damaged_workbook, "damaged"),
        ("page.xls", lambda path: path.write_text("<html><table><tr><td>姓名</td></tr></table></html>"), "html_as_xls"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_nobody_can_read_leaves_nothing(
    name: str, write: Callable[[Path], Any], code: str, tmp_path: Path, load: Callable[..., Report]
) -> None:
    path = tmp_path / name
    write(path)
    for report in (load(path), load(path)):
        assert report.fault is not None
        assert report.fault.code == code
        assert report.as_json()["fault"] == {"code": code, "params": dict(report.fault.params)}
        assert report.batch is None
    assert nothing_is_taken()
    assert not Batch.objects.exists()


@pytest.fixture
def reader_dies(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """reader_dies(n): reading ends with a fault after n blocks below the heading; 99 and it never does."""
    plain, left = files.OpenFile.blocks, [99]

    def reading(self: files.OpenFile, **told: Any) -> Iterator[Block]:
        for block in plain(self, **told):
            if block.number == left[0]:
                raise FileFault("too_large", {"reason": "memory", "bytes": 1})
            yield block

    monkeypatch.setattr(files.OpenFile, "blocks", reading)
    monkeypatch.setattr(load, "BLOCK_ROWS", 10)
    return lambda n: left.__setitem__(0, n)


def test_a_load_that_fails_half_way_leaves_a_failed_batch_and_no_rows(
    tmp_path: Path, load: Callable[..., Report], reader_dies: Callable[[int], None]
) -> None:
    path = people(tmp_path / "ledger.csv")
    reader_dies(3)
    for report in (load(path), load(path)):
        assert report.fault is not None
        assert nothing_is_taken()
        batch = Batch.objects.get()
        assert batch.pk == report.batch
        assert (batch.state, batch.failure) == ("failed", {"code": "too_large", "params": dict(report.fault.params)})


def test_the_same_bytes_load_once_the_reader_lives(
    tmp_path: Path, load: Callable[..., Report], reader_dies: Callable[[int], None]
) -> None:
    path = people(tmp_path / "ledger.csv")
    reader_dies(3)
    failed = load(path)
    reader_dies(99)
    report = load(path)
    assert (report.fault, report.batch) == (None, failed.batch)
    assert (report.rows, report.loaded, [row["reason"] for row in report.refused]) == (60, 59, ["id_length"])
    batch = Batch.objects.get()
    assert (batch.state, batch.failure) == ("published", None)


def test_a_mended_file_loads_beside_the_failed_one(
    tmp_path: Path, load: Callable[..., Report], reader_dies: Callable[[int], None]
) -> None:
    reader_dies(3)
    failed = load(people(tmp_path / "ledger.csv"))
    mended = load(people(tmp_path / "ledger.csv", count=20))
    assert mended.fault is None
    assert (mended.rows, mended.loaded) == (20, 19)
    assert dict(Batch.objects.values_list("pk", "state")) == {failed.batch: "failed", mended.batch: "published"}


def test_blocks_out_of_the_reading_process_are_those_cleaned_here(tmp_path: Path, context: Context) -> None:
    path = people(tmp_path / "ledger.csv")
    on = dt.date(2020, 12, 1)
    here = InProcess(path, context.profiles.values(), name=path.name, block_rows=10)
    wanted = list(here.blocks(Cleaning(on=on, areas=context.areas, trial=context.trial, file_name=path.name)))
    with files.OpenFile(path, context, source=None, name=path.name, block_rows=10) as opened:
        assert (opened.profile.name, opened.month) == (here.profile.name, here.month)
        found = list(opened.blocks(known_on=on))
    assert [(block.number, block.sheet_no) for block in found] == [(at, 0) for at in range(len(wanted))]
    for block, (_, cleaned) in zip(found, wanted, strict=True):
        assert block.cleaned.month == cleaned.month
        assert list(block.cleaned.facts) == list(cleaned.facts)
        for name in ("rows", "faults", "queries", "no_rows", "refused_rows"):
            assert_frame_equal(getattr(block.cleaned, name), getattr(cleaned, name))
        for name, frame in cleaned.facts.items():
            assert_frame_equal(block.cleaned.facts[name], frame)
