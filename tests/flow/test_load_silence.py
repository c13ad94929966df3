"""What people are called and numbered stays out of logs, tracebacks, job arguments and plain columns (bar 19)."""

import inspect
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection
from procrastinate.contrib.django import app

from anye.flow import jobs
from anye.flow.blocks import Context
from anye.flow.load import Report, load_file
from anye.flow.refused import DatabaseRefused
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.audit.keys import keyring
from anye.records.registers import actions
from tests.conftest import District
from tests.flow.written import insurance, ledger, number

NAME, NUMBER, PHONE, ADDRESS = "卡纳丽", number(77), "13912345678", "金丝雀巷"
WRONG = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
CANARIES = (NAME, NUMBER, NUMBER[:17], WRONG, PHONE, ADDRESS)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A ledger with a good, a refused and a doubtful row, and a payment of somebody else under the same number."""
    who = {
        "镇街": "东河镇",
        "村居": "柳树村",
        "姓名": NAME,
        "身份证号": NUMBER,
        "联系电话": PHONE,
        "就业状态": "未就业",
    }
    rows = [
        who,
        who | {"身份证号": WRONG},
        who | {"身份证号": number(78), "出生日期": "1970-01-01", "村居": "没有的村"},
    ]
    paid = {"姓名": "别人", "证件号码": NUMBER, "费款所属期": "2020-06", "单位名称": "青石建筑公司"}
    return [ledger(tmp_path / "ledger.csv", rows), insurance(tmp_path / "paid.csv", [paid, paid | {"姓名": NAME}])]


@pytest.fixture
def refusing(district: District) -> None:
    """The database refuses the canary's name, and quotes the row that it refuses: no row policy keeps it from it here."""
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registers_rowclaim ADD CONSTRAINT no_canary CHECK (name_key <> %s)", [NAME])


def sings(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def test_a_load_logs_nobody(files: list[Path], load: Callable[..., Report], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reports = [load(path) for path in files]
    assert [len(report.refused) for report in reports] == [1, 0]
    assert reports[0].queried
    assert sings(caplog.text) == []


def test_numbers_phones_and_addresses_are_in_no_column_in_clear(
    files: list[Path], load: Callable[..., Report], batch: None
) -> None:
    for path in files:
        load(path)
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'stage')")
        tables = [f'"{schema}"."{table}"' for schema, table in cursor.fetchall()]
        found = []
        for table in tables:
            for canary in (NUMBER, NUMBER[6:14], WRONG, PHONE, ADDRESS):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{canary}%"])
                found += [(table, canary)] if cursor.fetchone()[0] else []
        cursor.execute("SELECT count(*) FROM people_person t WHERE t::text LIKE %s", [f"%{NAME}%"])
        assert cursor.fetchone()[0], "the search itself finds what stands in clear"
    assert found == []


def test_an_error_of_the_database_does_not_quote_people(
    files: list[Path], load: Callable[..., Report], refusing: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(DatabaseRefused, match=r"^IntegrityError 23514 registers_rowclaim no_canary$") as caught:
        load(files[0])
    logging.getLogger("anye").error("a load failed", exc_info=caught.value)
    assert sings("".join(traceback.format_exception(caught.value))) == []
    assert sings(caplog.text) == []


def test_without_its_guard_the_error_would_quote_people(files: list[Path], context: Context, refusing: None) -> None:
    """The negative control."""
    plain: Any = load_file.__wrapped__  # type: ignore[attr-defined]
    with pytest.raises(Error) as caught:
        plain(files[0], context=context)
    assert NAME in "".join(traceback.format_exception(caught.value))


def test_a_job_that_fails_does_not_quote_people(
    files: list[Path],
    refusing: None,
    district: District,
    make_user: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    user = make_user("district_officer", district["district"])
    with acting(BATCH):
        upload = actions.hand_in(
            file_name="ledger.csv", sealed=keyring().seal_bytes(files[0].read_bytes(), context="raw"), size=1,
            known_on="2020-07-01", by=user.username, duty_id=Duty.objects.get(user=user).pk,
            scope_no=district["district"].scope_no,
        )  # fmt: skip
    with pytest.raises(DatabaseRefused) as caught:
        jobs.load_upload(upload.pk)
    assert sings("".join(traceback.format_exception(caught.value))) == []
    assert sings(caplog.text) == []


def test_jobs_carry_keys_only() -> None:
    ours = {name: task for name, task in app.tasks.items() if task.func.__module__ == jobs.__name__}
    assert len(ours) >= 4
    for name, task in ours.items():
        for parameter in inspect.signature(task.func).parameters.values():
            is_key = parameter.annotation is int and (parameter.name.endswith("_id") or parameter.name == "timestamp")
            assert is_key or parameter.name == "context", f"{name}({parameter})"
