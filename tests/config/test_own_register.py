"""The guide's "add a register of your own", followed word by word in either language."""

import csv
import json
import re
from pathlib import Path

import pytest

from anye.config import postgres
from anye.config.home import Home
from anye.engine.intake.profile_faults import ProfileFault
from anye.packs import read_pack
from tests.config.served import anye
from tests.flow.written import number

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


def profile_of(guide: str) -> str:
    block = re.search(r"   ```yaml\n(.*?)   ```", (GUIDE / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return "".join(line.removeprefix("   ") + "\n" for line in block[1].splitlines())


def test_both_languages_say_the_same_profile() -> None:
    assert profile_of("registers.md") == profile_of("registers.zh-CN.md")


def test_a_register_of_ones_own_is_added_as_the_guide_says(tmp_path: Path) -> None:
    path = tmp_path / "registry"
    try:
        assert anye(path, "init", "--pack", "cn_yubei", "--trial").returncode == 0
        (path / "sources").mkdir()
        profile = path / "sources" / "canteens.yaml"

        profile.write_text(profile_of("registers.md").replace("type: text", "type: words"), encoding="utf-8")
        done = anye(path, "blank", "canteens", "--out", str(tmp_path / "blank.xlsx"))
        assert (done.returncode, "line 12" in done.stderr, "Cure:" in done.stderr) == (2, True, True), done.stderr

        profile.write_text(profile_of("registers.md"), encoding="utf-8")
        done = anye(path, "blank", "canteens", "--out", str(tmp_path / "blank.xlsx"))
        assert done.returncode == 0, done.stderr

        listed = tmp_path / "list.csv"
        with listed.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([
                ["序号", "姓名", "证件号", "日期", "食堂"], ["1", "冉明", number(1), "2020-05-06", "柳树村食堂"],
                ["2", "冉二", number(2), "", "柳树村食堂"],
            ])  # fmt: skip
        done = anye(path, "load", str(listed), "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert (report["source"], report["rows"], report["loaded"]) == ("canteens", 2, 1)
        assert [(one["row"], one["reason"]) for one in report["refused"]] == [(3, "value_missing")]
    finally:
        postgres.discard(Home.open(path))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fault_in_it_is_told_in_the_readers_language(language: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(profile_of("registers.md").replace("rank: 50", "rank: high"), encoding="utf-8")
    with pytest.raises(ProfileFault) as caught:
        read_pack("cn_yubei", tmp_path)
    assert ("第 5 行" if language == "zh" else "line 5") in caught.value.text(language)
