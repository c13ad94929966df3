"""User names: one spelling a user."""

import pytest

from anye.records.accounts.usernames import as_username, is_username


@pytest.mark.parametrize("text", ["zhang.san", "ZHANG.SAN", " Zhang.San ", "ｚhang.san"])
def test_case_width_and_blanks_make_no_other_user(text):
    assert as_username(text) == "zhang.san"


@pytest.mark.parametrize("text", ["zs", "zhang.san", "z-s_1@yb", "张三", "张三2", "3zhang", "a" * 40])
def test_these_may_be_user_names(text):
    assert is_username(text)


@pytest.mark.parametrize(
    "text", ["", "z", "Zhang", "zhang san", ".zhang", "=cmd", "a" * 41, "zhang\n", "../x", "émile"]
)
def test_these_may_not(text):
    assert not is_username(text)
