"""`anye run` where there is no registry yet: a trial one for files, a real one for whoever has none."""

from __future__ import annotations

from pathlib import Path

from anye.config import postgres
from anye.config.home import Home
from tests.config.served import Browser, anye, serving

LEDGER = "镇街,村居,姓名,身份证号,就业状态\n茨竹镇,玉兰村,王大山,990001199003071231,\n"


def test_without_files_and_without_a_registry_it_leads_to_the_set_up_page_of_a_real_one(tmp_path: Path) -> None:
    path = tmp_path / "registry"
    try:
        with serving(path, verb="run") as (port, printed, _process):
            assert "a real one of the pack cn_yubei was made" in printed
            assert f"http://127.0.0.1:{port}/set-up/" in printed
            visitor = Browser(f"http://127.0.0.1:{port}")
            assert "Make the first administrator" in visitor.go("/")
            assert visitor.url == "/set-up/"
            assert Home.open(path).trial is False
        made = Home.open(path)
        # the last registry is opened, and no other made
        done = anye(path, "run", "--no-serve")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert Home.open(path) == made
    finally:
        postgres.discard(Home.open(path))


def test_with_files_and_without_a_registry_it_makes_a_trial_one(tmp_path: Path) -> None:
    path, files = tmp_path / "registry", tmp_path / "files"
    files.mkdir()
    (files / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    try:
        done = anye(path, "run", str(files), "--no-serve")
        assert done.returncode == 0, done.stderr
        assert "a trial one was made" in done.stdout
        assert "ledger.csv" in done.stdout
        assert Home.open(path).trial is True
    finally:
        postgres.discard(Home.open(path))
