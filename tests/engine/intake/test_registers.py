"""Every register of the packs is recognised by its headings, however a county words them, and is no other's."""

import random
from collections.abc import Iterator

import polars as pl
import pytest

from anye.engine.errors import FileFault
from anye.engine.intake.profile import Column, Profile
from anye.engine.intake.recognise import recognise
from anye.flow.sentences import file_sentence
from anye.packs import read_pack

PROFILES = read_pack("cn_yubei").profiles


def sheet(labels: list[str]) -> pl.DataFrame:
    """A heading and one line below it."""
    cells = {f"c{at}": [label, "1"] for at, label in enumerate(labels)}
    return pl.DataFrame({**cells, "_line": [1, 2], "_sheet": ["表", "表"]}).with_columns(
        pl.lit(None, pl.List(pl.Int32)).alias("_merged")
    )


def recognised(labels: list[str]) -> str:
    return recognise(sheet(labels), PROFILES.values()).profile.name


def taken_for(labels: list[str]) -> str | None:
    try:
        return recognised(labels)
    except FileFault:
        return None


def usual(profile: Profile) -> list[str]:
    return [column.aliases[0] for column in profile.columns if column.on_blank_sheet]


@pytest.mark.parametrize("name", PROFILES)
def test_a_register_is_known_by_its_blank_sheet(name: str) -> None:
    assert recognised(usual(PROFILES[name])) == name


def chosen(profile: Profile, chance: random.Random) -> Iterator[Column]:
    """What the profile needs, a sign of each, and most of what else a sheet of its kind has."""
    needed = {chance.choice(need.split("|")) for need in (*profile.needs, *profile.signs)}
    for column in profile.columns:
        if column.name in needed or (column.on_blank_sheet and chance.random() < 0.8):
            yield column


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("seed", range(12))
def test_a_register_is_known_under_other_headings(name: str, seed: int) -> None:
    chance, profile = random.Random(seed), PROFILES[name]
    labels = [chance.choice(column.aliases) for column in chosen(profile, chance)]
    labels += [label for label in profile.kept if chance.random() < 0.2]
    chance.shuffle(labels)
    assert recognised(labels) == name, labels


# ── what is no ledger: its rows would become people whom everybody sees ───────────────────────────────────────────────

WHO = ["镇街", "村居", "姓名", "身份证号"]
CREATING = [profile for profile in PROFILES.values() if profile.creates_persons]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (["序号", "姓名", "身份证号", "备注"], "unnamed"),
        ([*WHO, "备注"], "unnamed"),
        ([*WHO, "户类型", "年龄"], "unnamed"),
        ([*WHO, "人员类别"], "unnamed"),
        ([*WHO, "罪名", "刑期", "备注"], "others"),
        ([*WHO, "户主姓名", "与户主关系", "罪名及刑期"], "others"),
        ([*WHO, "家庭住址", "死亡原因", "户主姓名"], "others"),
        # these are nearer to a register whose columns they lack
        ([*WHO, "残疾类别", "残疾等级"], None),
        ([*WHO, "死亡原因", "注销日期"], None),
    ],
)
def test_a_list_that_only_looks_like_a_ledger_has_to_be_named(labels: list[str], reason: str | None) -> None:
    with pytest.raises(FileFault, match="heading_unknown") as caught:
        recognised(labels)
    assert caught.value.params.get("reason") == reason
    assert "--source" in file_sentence(caught.value, "zh") and "--source" in file_sentence(caught.value, "en")


def test_what_a_register_of_its_own_knows_is_no_ledger_whatever_stands_beside_it() -> None:
    assert recognised([*WHO, "户主姓名", "劳动能力", "残疾人证号码"]) == "disability"


@pytest.mark.parametrize("name", ["justice", "deaths", "disability"])
@pytest.mark.parametrize("seed", range(60))
def test_no_part_of_a_list_of_detained_disabled_or_dead_people_makes_them_people(name: str, seed: int) -> None:
    """Whatever columns a county left out: it is known for what it is, or has to be named."""
    chance, profile = random.Random(seed), PROFILES[name]
    own = [chance.choice(column.aliases) for column in profile.columns if chance.random() < 0.4]
    labels = list(dict.fromkeys([*WHO, *own, *(label for label in profile.kept if chance.random() < 0.3)]))
    assert taken_for(labels) not in {profile.name for profile in CREATING}, labels


@pytest.mark.parametrize("profile", CREATING, ids=lambda each: each.name)
def test_no_register_shuts_itself_out(profile: Profile) -> None:
    assert profile.others(sorted(profile.aliases)) == []


@pytest.mark.parametrize("profile", CREATING, ids=lambda each: each.name)
def test_a_heading_of_another_register_counts_no_more_once_somebody_has_named_this_one(profile: Profile) -> None:
    labels = [*usual(profile), "死亡原因"]
    assert recognise(sheet(labels), [profile]).profile is profile
    with pytest.raises(FileFault, match="heading_unknown"):
        recognised(labels)


@pytest.mark.parametrize(
    "labels",
    [
        [*WHO, "就业状态"],
        [*WHO, "务工单位", "月收入"],
        [*WHO, "户主姓名", "与户主关系"],
        ["姓名", "身份证号", "户编号", "户类型"],
        [*WHO, "劳动能力", "残疾类别等级"],
        [*WHO, "户籍派出所", "就业状态"],
    ],
)
def test_a_short_ledger_that_speaks_of_work_or_a_household_is_one(labels: list[str]) -> None:
    assert recognised(labels) == "village_ledger"
