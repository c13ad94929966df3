"""What the command line shows of a load: rows read so far, to a terminal and to nobody else."""

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from anye.config.loading import load_one
from anye.flow.blocks import Context
from tests.flow.written import ledger, number

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r"ledger\.csv  ([\d,]+) rows read(, being published)?")


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def file(tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five rows, read two at a time."""
    monkeypatch.setattr("anye.flow.load.BLOCK_ROWS", 2)
    names = ("甲一", "乙二", "丙三", "丁四", "戊五")
    rows = [
        {"镇街": "东河镇", "村居": "柳树村", "姓名": name, "身份证号": number(80 + n)} for n, name in enumerate(names)
    ]
    return ledger(tmp_path / "ledger.csv", rows)


def load(file: Path, monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, **more: Any) -> str:
    monkeypatch.setattr(sys, "stderr", stderr)
    load_one(file, source=None, known_on=None, user=None, **{"quiet": False, "language": "en", **more})
    return stderr.getvalue()


def test_the_rows_read_grow_from_block_to_block_until_the_file_is_published(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = load(file, monkeypatch, Terminal())
    steps = [(int(rows), bool(published)) for rows, published in SHOWN.findall(shown)]
    read = [rows for rows, published in steps if not published]
    assert len(read) > 2
    assert read == sorted(set(read))
    assert steps[-2:] == [(5, False), (5, True)]
    assert "%" not in shown
    assert shown.endswith("\r\x1b[K")  # the report begins on an empty line


def test_it_is_said_in_chinese_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "已读 5 行，正在入库" in load(file, monkeypatch, Terminal(), language="zh-hans")


def test_a_log_and_a_program_are_shown_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(file, monkeypatch, io.StringIO()) == ""
    assert load(file, monkeypatch, Terminal(), quiet=True) == ""
