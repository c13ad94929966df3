"""Invented numbers keep to the standards, by the worked examples of domain.md 8.2 and 8.3."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pytest

from anye.demo import identity
from tests.demo.slow_reader import credit_code_holds, read_id


@pytest.mark.parametrize(
    ("prefix", "born_on", "sequence", "number"),
    [
        ("990001", date(1990, 3, 7), 123, "990001199003071231"),
        ("990112", date(1985, 11, 20), 28, "99011219851120028X"),
        ("110105", date(1949, 12, 31), 2, "11010519491231002X"),
    ],
)
def test_id_numbers_agree_with_the_worked_examples(prefix: str, born_on: date, sequence: int, number: str) -> None:
    assert identity.id_number(prefix, born_on, sequence) == number
    ymd = int(f"{born_on:%Y%m%d}")
    assert identity.id_numbers(np.array([int(prefix)]), np.array([ymd]), np.array([sequence])) == [number]


def test_the_short_form_is_the_worked_example_and_needs_a_birth_of_the_1900s() -> None:
    assert identity.id_short("990001199003071231") == "990001900307123"
    with pytest.raises(ValueError, match="1900s"):
        identity.id_short("990001200103071231")


def test_a_number_typed_as_a_number_keeps_fifteen_digits() -> None:
    assert f"{identity.id_lost('990001199003071231'):.14E}" == "9.90001199003071E+17"


def test_credit_codes_agree_with_the_worked_examples() -> None:
    assert identity.credit_code("91", "MA00DEM0", "990001") == "91990001MA00DEM06A"
    assert identity.credit_code("91", "MA9A1B2C", "990001") == "91990001MA9A1B2C93"
    assert identity.credit_code("91", "MA7QX9R0", "990001") == "91990001MA7QX9R0X9"


def test_spoilt_credit_codes_fail_in_the_part_that_was_spoilt() -> None:
    random = Random(4)
    for _ in range(300):
        code = identity.credit_code("92", identity.unit_body(random))
        assert credit_code_holds(code)
        outer, inner = identity.credit_outer_wrong(code, random), identity.credit_inner_wrong(code, random)
        assert outer[:17] == code[:17]
        assert not credit_code_holds(outer)
        assert inner[:16] == code[:16]
        assert not credit_code_holds(inner)


def test_phones_are_of_a_range_that_no_carrier_has() -> None:
    assert all(identity.phone(Random(seed)).startswith("1540") for seed in range(20))
    assert len(identity.phone(Random(1))) == 11


def test_the_second_reader_knows_a_wrong_number() -> None:
    assert read_id("990001199003071321")[1] == "id_check"
    assert read_id("990001199003081231")[1] == "id_check"
