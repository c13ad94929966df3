"""One-time passwords."""

import re

import pytest
from django.contrib.auth.hashers import check_password

from anye.records.accounts.passwords import QUICK_ITERATIONS, new_one_time_password, quick_hash


def test_a_one_time_password_is_long_and_easy_to_read():
    made = {new_one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hj-kmnp-z2-9]{4}-){3}[a-hj-kmnp-z2-9]{4}", one) for one in made)


@pytest.mark.parametrize("hasher", ["PBKDF2PasswordHasher", "MD5PasswordHasher"])
def test_the_quick_hash_is_checked_like_any_other(settings, hasher):
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{hasher}"]
    assert check_password("k7mq-2xfa", quick_hash("k7mq-2xfa"))
    assert not check_password("k7mq-2xfb", quick_hash("k7mq-2xfa"))


def test_the_first_use_hashes_anew_with_the_full_work_factor(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    stored, anew = quick_hash("k7mq-2xfa"), []
    assert f"${QUICK_ITERATIONS}$" in stored
    assert check_password("k7mq-2xfa", stored, setter=anew.append)
    assert anew == ["k7mq-2xfa"]
