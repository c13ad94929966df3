"""`anye policy …` as an analyst uses it: on files, without a registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from anye.cli import main
from anye.config import policies
from anye.packs import HERE

FACTS = """\
person,firm,month,poor_worker,newly_hired,size,in_difficulty,in_hit_sector,insured_here,wage_paid,in_training_roster,work_training_months
a,f,2020-07,是,是,small,否,否,是,是,是,5
a,f,2020-08,是,是,small,否,否,是,是,是,5
b,f,2020-07,否,是,small,否,否,是,是,是,0
c,f,2020-07,是,是,small,否,否,是,,是,0
"""


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.csv"
    path.write_text(FACTS, encoding="utf-8")
    return path


def anye(*words: object) -> int:
    return main(["--language", "en", "policy", *map(str, words)])


def test_check_plays_the_tests_of_a_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert anye("check", "cn") == 0
    assert "all pass" in capsys.readouterr().out


def test_check_refuses_a_policy_without_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "mine"
    (pack / "policies").mkdir(parents=True)
    (pack / "pack.yaml").write_text("name: mine\nversion: 1\ntitle: {zh: 我, en: mine}\nbase: cn\n", encoding="utf-8")
    text = (HERE / "cn" / "policies" / "retention_refund.yaml").read_text(encoding="utf-8")
    text = text[: text.index("tests:")] + "tests: {cases: []}\n"
    (pack / "policies" / "retention_refund.yaml").write_text(text, encoding="utf-8")
    assert anye("check", pack) == 1
    told = capsys.readouterr()
    assert "no test of the file says what happens here" in told.err
    assert "faults" in told.out


def test_run_writes_who_is_owed_how_much(facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    assert anye("run", "training_through_work", facts, "--out", out) == 0
    lines = pl.read_csv(out).with_columns(pl.col("unmet").fill_null(""))
    found = {
        (line["person"], line["month"]): (line["outcome"], line["amount"], line["unmet"]) for line in lines.to_dicts()
    }
    # who else trains is not in this file: the workshop's subsidy goes before this one, and is not known
    assert found["a", "2020-07"] == ("unknown", None, "")
    assert found["b", "2020-07"][0] == "unknown"
    told = capsys.readouterr()
    assert "Not given, unknown for everybody: 就业困难人员" in told.err
    assert "not known  no_second_benefit" in told.out
    assert not list(tmp_path.glob("*.part"))


def complete(facts: Path) -> Path:
    """With what the workshops' policy asks, so that everything is known."""
    rest = {
        "就业困难人员": "否",
        "离校两年内未就业": "否",
        "登记失业": "否",
        "扶贫车间": "否",
        "车间出勤天数": "0",
        "已领车间培训天数": "0",
    }
    pl.read_csv(facts, infer_schema=False).with_columns(
        pl.lit(value).alias(name) for name, value in rest.items()
    ).write_csv(facts)
    return facts


def test_run_pays_the_sixth_month_and_not_the_seventh(facts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert anye("run", "training_through_work", complete(facts), "--out", out, "--only", "pay", "no") == 0
    found = {(line["person"], line["month"]): line for line in pl.read_parquet(out).to_dicts()}
    assert (found["a", "2020-07"]["outcome"], found["a", "2020-07"]["amount"]) == ("pay", 50_000)
    assert (found["a", "2020-08"]["outcome"], found["a", "2020-08"]["unmet"]) == ("no", "longest")
    assert found["b", "2020-07"]["unmet"] == "group"
    assert ("c", "2020-07") not in found


@pytest.mark.parametrize(("months", "is_told"), [(("2019-12", "2020-01"), True), (("2020-01", "2020-02"), False)])
def test_what_was_used_this_year_is_about_the_first_year(
    months: tuple[str, str], is_told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "person.csv"
    path.write_text("person,month,travel_paid_this_year\n" + "".join(f"a,{month},0\n" for month in months), "utf-8")
    assert anye("run", "work_travel_subsidy", path) == 0
    assert (f"in the year before {months[0]}" in capsys.readouterr().err) is is_told


@pytest.mark.parametrize(("name", "read"), [("o.csv", pl.read_csv), ("o.parquet", pl.read_parquet)])
def test_a_table_is_written_frame_by_frame_under_one_heading(
    name: str, read: Callable[[Path], pl.DataFrame], tmp_path: Path
) -> None:
    frames = [pl.DataFrame({"person": [who], "amount": [amount]}) for who, amount in (("甲", 1), ("乙", 2), ("丙", 3))]
    policies.write(tmp_path / name, iter(frames))
    assert read(tmp_path / name).equals(pl.concat(frames))
    assert [each.name for each in tmp_path.iterdir()] == [name]
    policies.write(tmp_path / name, iter(()))
    assert (tmp_path / name).exists()


def test_explain_says_why_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        "贫困劳动力: true\nbirth_month: 1985-02\nable_to_work: true\nwork_region: {2020-03: away, else: city}\n"
        "has_tickets: false\ntravel_paid_this_year: 0\n", encoding="utf-8",
    )  # fmt: skip
    assert anye("explain", "work_travel_subsidy", "--facts", case, "--month", "2020-03") == 0
    english = capsys.readouterr().out
    assert "Work-travel subsidy, 2020-03: to be paid 200 yuan (assumed: no document was found for it yet)" in english
    assert "✓ Works outside the district" in english
    assert anye("explain", "work_travel_subsidy", "--facts", case, "--month", "2020-06", "--lang", "zh") == 0
    chinese = capsys.readouterr().out
    assert "跨区域务工交通补贴, 2020-06: 不发" in chinese
    assert "✗ 本年已发足" in chinese
    assert "此前已用／可用: 200元 / 50元" in chinese


def test_who_changes_tells_whom_a_new_rule_pays_otherwise(
    facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = HERE / "cn_chongqing" / "policies" / "training_through_work.yaml"
    new = tmp_path / "training_through_work.yaml"
    new.write_text(plain.read_text(encoding="utf-8").replace("value: 6,", "value: 7,"), encoding="utf-8")
    out = tmp_path / "changes.csv"
    assert anye("who-changes", "training_through_work", new, "--facts", complete(facts), "--out", out) == 0
    assert "1 row-months change, 500 yuan in all" in capsys.readouterr().out
    (line,) = pl.read_csv(out).to_dicts()
    assert (line["person"], line["month"], line["was"], line["becomes"], line["difference"]) == (
        "a",
        "2020-08",
        "no",
        "pay",
        50_000,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "no_such", "FACTS"), "There is no policy no_such. There are: "),
        (("run", "training_through_work", "none.csv"), "none.csv is not there"),
        (
            ("run", "training_through_work", "FACTS", "--month", "2020-09", "2020-08"),
            "One month, or the first and the last: 2020-09 2020-08",
        ),
        (("explain", "startup_grant", "--facts", "FACTS", "--month", "2020-06"), "cannot be read"),
        (("who-changes", "training_through_work", "startup_grant", "--facts", "FACTS"), "different subjects"),
        (("check", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: tuple[str, ...], said: str, facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert anye(*(facts if word == "FACTS" else word for word in words)) == 2
    assert said in capsys.readouterr().err


def test_a_registry_of_a_pack_that_is_not_there_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANYE_HOME", str(tmp_path / "home"))
    assert main(["--language", "en", "init", "--pack", "nowhere"]) == 2
    assert "there is no such pack (found: nowhere; expected: cn, cn_chongqing, cn_yubei)" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
