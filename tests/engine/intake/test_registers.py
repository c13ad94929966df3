"""Every register of the packs is recognised by its headings, however a county words them, and is no other's."""

import random
from collections.abc import Iterator

import polars as pl
import pytest

from anye.engine.errors import FileFault
from anye.engine.intake.profile import Column, Profile
from anye.engine.intake.recognise import recognise
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


def test_a_list_of_names_and_numbers_is_no_register_yet() -> None:
    with pytest.raises(FileFault, match="heading_unknown"):
        recognised(["序号", "姓名", "身份证号", "备注"])
