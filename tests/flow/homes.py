"""A registry of its own with its own server, for tests that kill processes: made once, its database reset from a copy."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from anye.config import commands, postgres
from anye.config.home import Home
from tests.flow.written import insurance, ledger, number

# the command as it is, but for the size of blocks, so that a small file has many
_SMALL_BLOCKS = """
import sys
from anye.config import commands
plain = commands.set_up
def set_up(home, login):
    plain(home, login)
    from anye.flow import load
    load.BLOCK_ROWS = {rows}
    {sabotage}
commands.set_up = set_up
from anye.cli import main
sys.exit(main())
"""
_STATE = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "anye.config.settings"
import django
django.setup()
from django.db import connection
from anye.flow.brought import altered, miscounted
from anye.flow.digests import current_views
from anye.records.accounts.scope import BATCH, acting
from anye.records.registers.models import Batch, RawBlock
with acting(BATCH):
    counts = Batch.objects.order_by("file_name").values_list("file_name", "state", "rows", "loaded", "refused", "unattached")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'")
        stages = cursor.fetchone()[0]
    told = ("batch__file_name", "number", "first_line", "last_line")
    blocks = list(RawBlock.objects.order_by(*told).values_list(*told))
    told = {"views": current_views(), "batches": list(counts), "blocks": blocks, "stages": stages,
        "altered": altered(), "miscounted": miscounted()}
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Registry:
    """A home whose database can be brought back to its first day. `sabotage` is a statement run before each load."""

    home: Home
    block_rows: int | None = None
    sabotage: str = "pass"

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "ANYE_LOGIN"}}
        return kept | {"ANYE_HOME": str(self.home.path), "ANYE_LOGIN": "worker", "PYTHONUNBUFFERED": "1"}

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """`anye ARGUMENTS` as a process."""
        driver = _SMALL_BLOCKS.format(rows=self.block_rows, sabotage=self.sabotage)
        program = ["-m", "anye.cli"] if self.block_rows is None else ["-c", driver]
        return subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def done(self, *arguments: object) -> int:
        """How `anye ARGUMENTS` ended."""
        process = self.start(*arguments)
        process.communicate(timeout=120)
        return process.returncode

    def load(self, path: Path) -> tuple[dict[str, Any], float]:
        """`anye load --json`: the report, and how long it took in s."""
        begun = time.monotonic()
        process = self.start("load", "--json", path)
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err[-2_000:]
        return json.loads(out), time.monotonic() - begun

    def killed(self, *arguments: object, after: float) -> float | None:
        """Kill `anye ARGUMENTS` after some seconds; when it was done before, how many it took."""
        begun = time.monotonic()
        process = self.start(*arguments)
        try:
            process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            process.kill()
        took = time.monotonic() - begun
        process.communicate()
        return None if process.returncode == -signal.SIGKILL else took

    def state(self) -> dict[str, Any]:
        """Everything two registries must have in common after the same files."""
        done = subprocess.run(
            [sys.executable, "-c", _STATE], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        state: dict[str, Any] = json.loads(done.stdout)
        return state

    def reset(self) -> None:
        """Back to the first day: no file was loaded."""
        self._copy(f"{self.home.database}_empty", self.home.database)

    def keep(self) -> None:
        self._copy(self.home.database, f"{self.home.database}_empty")

    def _copy(self, source: str, target: str) -> None:
        with psycopg.connect(**postgres.start(self.home).admin, autocommit=True) as admin:  # type: ignore[arg-type]
            admin.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
            admin.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" OWNER anye_owner')
            for login in self.home.logins.values():
                admin.execute(f'GRANT CONNECT ON DATABASE "{target}" TO "{login.user}"')
            admin.execute(f'GRANT TEMPORARY ON DATABASE "{target}" TO anye_batch')


def make_registry(folder: Path) -> Registry:
    registry = Registry(Home.create(folder, pack="cn_yubei", trial=True))
    commands.furnish(registry.home)
    registry.keep()
    return registry


def two_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """A ledger of a tenth as many workers, and an insurance sheet of `rows` rows about them and about strangers."""
    births = [
        f"19{year:02d}{month:02d}{day:02d}" for year in range(60, 99) for month in range(1, 13) for day in range(1, 29)
    ]

    def who(n: int) -> tuple[str, str]:
        return f"{'张王李赵刘陈杨黄周吴'[n % 10]}{'伟芳娜敏静强磊军洋勇'[n // 10 % 10]}", number(
            1 + n % 900, births[n % len(births)]
        )

    towns = {"镇街": "玉峰山镇", "村居": "中心村"}
    people = [who(n) for n in range(rows)]
    workers = [
        towns | {"姓名": name, "身份证号": of, "户编号": f"H{n // 3}", "与户主关系": "子" if n % 3 else "户主",
                 "就业状态": "未就业", "户类型": "未脱贫", "联系电话": f"139{n:08d}"}
        for n, (name, of) in enumerate(people[::10])
    ]  # fmt: skip
    paid = [
        {"费款所属期": "2020-06", "单位名称": f"第{n % 50}建筑公司", "姓名": name, "证件号码": "" if n % 997 == 5 else of,
         "缴费基数": str(3000 + n % 2000), "养老保险单位实缴": "480.00", "养老保险个人实缴": "240.00"}
        for n, (name, of) in enumerate(people)
    ]  # fmt: skip
    return ledger(folder / "ledger.csv", workers, month="2020年6月"), insurance(folder / "paid.csv", paid)
