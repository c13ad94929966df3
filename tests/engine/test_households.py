"""Which household a row speaks of."""

import polars as pl
import pytest

from anye.engine.households import household_key, household_key_of, household_number

WILLOW, CLOUD = "990101001001", "990101001002"


@pytest.mark.parametrize(
    ("area", "number", "head", "key"),
    [
        (WILLOW, "12", "张伟", f"{WILLOW}/12"),
        (CLOUD, "12", "张伟", f"{CLOUD}/12"),
        (WILLOW, None, "张伟", f"{WILLOW}/张伟"),
        (WILLOW, f"{CLOUD}0012", None, f"{CLOUD}0012"),  # a register's number is the same household wherever it is read
        (None, f"{CLOUD}0012", None, f"{CLOUD}0012"),
        (None, "12", "张伟", None),  # somebody's twelfth household
        (None, None, "张伟", None),
        (WILLOW, None, None, None),
    ],
)
def test_a_household_is_known_by_a_long_number_or_by_its_village(
    area: str | None, number: str | None, head: str | None, key: str | None
) -> None:
    row = pl.DataFrame(
        {"area": [area], "number": [number], "head": [head]},
        schema=dict.fromkeys(["area", "number", "head"], pl.String),
    )
    assert row.select(household_key(pl.col("area"), pl.col("number"), pl.col("head"))).item() == key


@pytest.mark.parametrize("number", ["12", "H-3/1", f"{CLOUD}0012", "张伟"])
def test_people_call_a_household_by_its_number_alone(number: str) -> None:
    key = household_key_of(WILLOW, number)
    assert household_number(key) == number
    assert household_key_of(WILLOW, key) == key  # a key is a long number: saying it again changes nothing


def test_without_a_village_a_short_number_stays_what_was_typed() -> None:
    assert household_key_of("", "12") == "12"
