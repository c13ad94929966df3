"""The command line as its user meets it: a registry of its own, real files, a report that adds up."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from anye.cli import parser
from anye.config import postgres
from anye.config.home import Home
from anye.engine.codes import complete_id

HEAD = "镇街,村居,姓名,身份证号,就业状态,就业单位,就业起始日期,月收入\n"
LEDGER = (
    "贫困劳动力就业信息台账 2020年6月\n"
    + HEAD
    + "茨竹镇,玉兰村,王大山,990001199003071231,已就业,向阳果园,2020-03-01,2300\n"
    + "茨竹镇,玉兰村,李小河,99011219851120028x,未就业,,,\n"
    + "茨竹镇,玉兰村,赵无号,,未就业,,,\n"
    + "茨竹镇,玉兰村,钱错位,990001199003071321,未就业,,,\n"
    + "合计,,4,,,,,\n"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("registry")
    done = anye(path, "init", "--pack", "cn_yubei", "--trial")
    assert done.returncode == 0, done.stderr
    yield path
    postgres.discard(Home.open(path))


def anye(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "ANYE_HOME": str(home), "PYTHONUTF8": "1"}
    env.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "anye.cli", "--language", "en", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def load(home: Path, path: Path, *more: str) -> dict[str, object]:
    done = anye(home, "load", str(path), "--json", *more)
    assert done.stdout, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_a_ledger_loads_with_its_faults_named_and_a_second_time_changes_nothing(home: Path, tmp_path: Path) -> None:
    # people of its own: the tests share a registry and come in any order
    text = LEDGER.replace("990001199003071231", complete_id("99000219900307123"))
    text = text.replace("99011219851120028x", complete_id("99011319851120028").lower())
    file = tmp_path / "ledger.csv"
    file.write_bytes(text.encode("gb18030"))
    first = load(home, file)
    assert (first["source"], first["rows"], first["loaded"], first["unchanged"]) == ("village_ledger", 4, 2, 0)
    assert first["refused"] == [
        {"sheet": None, "row": 5, "reason": "id_missing", "column": "身份证号"},
        {"sheet": None, "row": 6, "reason": "id_check", "column": "身份证号"},
    ]
    renamed = tmp_path / "other name.csv"
    renamed.write_bytes(file.read_bytes())
    for again in (load(home, file), load(home, renamed)):
        assert (again["loaded"], again["unchanged"], again["refused"]) == (0, 2, first["refused"])
        assert again["sha256"] == first["sha256"]


def test_on_a_terminal_the_rows_that_were_read_are_shown(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes((LEDGER + "\n\n").encode("gb18030"))  # other bytes than the other tests'
    terminal, other_end = pty.openpty()
    try:
        env = {**os.environ, "ANYE_HOME": str(home), "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "anye.cli", "--language", "en", "load", str(file)]
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=other_end, text=True, check=False)
        shown = os.read(terminal, 10_000).decode()
    finally:
        os.close(terminal)
        os.close(other_end)
    assert done.returncode == 0, shown
    assert "ledger.csv  4 rows read" in shown
    assert "4 rows" in done.stdout


def test_what_is_no_table_gets_a_sentence_and_an_exit_code(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
    done = anye(home, "load", str(file))
    assert done.returncode == 1
    assert "holiday.jpg" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert anye(home, "load", str(tmp_path / "missing.csv")).returncode == 2


def test_a_day_after_today_and_a_stranger_are_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes(LEDGER.encode())
    for words in (("--known-on", "2999-01-01"), ("--as", "nobody")):
        done = anye(home, "load", str(file), *words)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()


def test_a_registry_for_real_people_refuses_invented_numbers(tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes(LEDGER.encode())
    real = tmp_path / "real"
    assert anye(real, "init", "--pack", "cn_yubei").returncode == 0
    try:
        report = load(real, file)
        assert [row["reason"] for row in report["refused"]] == ["id_invented", "id_invented", "id_missing", "id_check"]
        assert report["loaded"] == 0
    finally:
        postgres.discard(Home.open(real))


def test_init_twice_completes_and_keeps_what_is_there(home: Path) -> None:
    before = (home / "keys.json").read_bytes()
    assert anye(home, "init", "--pack", "cn_yubei", "--trial").returncode == 0
    assert (home / "keys.json").read_bytes() == before


def test_the_trail_is_sealed_verified_and_survives_a_new_key(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes((LEDGER + "\n").encode())
    load(home, file)
    assert anye(home, "seal").returncode == 0
    turned = anye(home, "rotate-keys")
    assert turned.returncode == 0, turned.stderr
    assert int(turned.stdout.split()[0]) > 0
    assert "whole" in anye(home, "seal").stdout


def test_a_blank_sheet_is_recognised_when_filled(home: Path, tmp_path: Path) -> None:
    blank = tmp_path / "blank.xlsx"
    assert anye(home, "blank", "village_ledger", "--out", str(blank)).returncode == 0
    assert blank.read_bytes()[:2] == b"PK"
    assert anye(home, "blank", "no_such_thing").returncode == 2


def test_stop_ends_the_server_and_the_next_command_starts_it_again(home: Path, tmp_path: Path) -> None:
    assert anye(home, "stop").returncode == 0
    file = tmp_path / "ledger.csv"
    file.write_bytes(LEDGER.encode("gb18030"))
    assert load(home, file)["unchanged"] in {0, 2}


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(home: Path) -> None:
    env = {**os.environ, "ANYE_HOME": str(home)}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "anye.cli", "doctor"], env=env, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("told", ["0001-01-01", "1969-12-31", "2200-01-01", "2020-02-30", "yesterday"])
def test_a_day_of_no_register_is_refused_in_a_line(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["snapshot", "--on", told])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
    assert parser().parse_args(["snapshot", "--on", "1970-01-01"]).on[0].year == 1970
