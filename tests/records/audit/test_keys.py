"""A site that runs while its keys are rotated goes on: it reads the key file again, and not more often than that."""

import os
from pathlib import Path
from typing import Any

import pytest

from anye.engine.errors import SealFault
from anye.engine.sealing import Keyring
from anye.records.audit import keys
from anye.records.audit.keys import keyring


@pytest.fixture
def key_file(tmp_path: Path, settings: Any) -> Path:
    """The key file of a registry that has just started."""
    path = tmp_path / "keys.json"
    replace(path, Keyring.new())
    settings.ANYE_KEYRING = path.read_text(encoding="utf-8")
    settings.ANYE_KEY_FILE = path
    return path


def replace(path: Path, ring: Keyring) -> None:
    """As a rotation does it: beside, then over."""
    beside = path.with_suffix(".new")
    beside.write_text(ring.dumps(), encoding="utf-8")
    beside.replace(path)


def rotated(path: Path) -> Keyring:
    fresh = Keyring.loads(path.read_text(encoding="utf-8")).rotated()
    replace(path, fresh)
    return fresh


def test_a_value_under_a_new_key_opens_and_what_is_sealed_then_is_under_it(key_file: Path) -> None:
    before = keyring().seal("here before", context="phone")
    fresh = rotated(key_file)
    assert keyring().unseal(fresh.seal("new", context="phone"), context="phone") == "new"
    assert keyring().unseal(before, context="phone") == "here before"
    assert fresh.is_current(keyring().seal("newer", context="phone"))


def test_a_keyring_that_a_load_holds_opens_and_seals_under_the_new_key_too(key_file: Path) -> None:
    held = keyring()
    fresh = rotated(key_file)
    assert held.unseal_bytes(fresh.seal_bytes(b"rows", context="raw"), context="raw") == b"rows"
    assert held.unseal(fresh.seal("好", context="health"), context="health") == "好"
    assert fresh.is_current(held.seal_bytes(b"more", context="raw"))
    assert held.blind("x", context="phone") == fresh.blind("x", context="phone")


def test_a_key_that_is_in_no_file_is_asked_for_once(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = keyring()
    foreign = Keyring.new().rotated().seal("x", context="phone")
    reads: list[Path] = []
    read = Path.read_text

    def counted(self: Path, *args: Any, **more: Any) -> str:
        reads.append(self)
        return read(self, *args, **more)

    monkeypatch.setattr(Path, "read_text", counted)
    for _ in range(3):
        with pytest.raises(SealFault, match="seal_key_unknown"):
            held.unseal(foreign, context="phone")
    assert reads == []  # the file is the one that was read
    rotated(key_file)
    reads.clear()
    foreign = Keyring.new().rotated().rotated().seal("x", context="phone")
    for _ in range(3):
        with pytest.raises(SealFault, match="seal_key_unknown"):
            held.unseal(foreign, context="phone")
    assert reads == [key_file]


@pytest.mark.parametrize("fault", ["away", "damaged"])
def test_without_a_sound_key_file_the_site_goes_on_with_the_keys_it_has(key_file: Path, fault: str) -> None:
    sealed = keyring().seal("x", context="phone")
    if fault == "away":
        key_file.unlink()
    else:
        key_file.write_text("{", encoding="utf-8")
        os.utime(key_file, ns=(1, 1))
    assert keyring().unseal(sealed, context="phone") == "x"


def test_a_damaged_value_is_not_blamed_on_the_keys(key_file: Path) -> None:
    sealed = keyring().seal("x", context="phone")
    with pytest.raises(SealFault, match="seal_damaged"):
        keyring().unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), context="phone")


def test_without_reading_again_the_value_would_not_open(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    held = keyring()
    fresh = rotated(key_file)
    monkeypatch.setattr(keys, "keyring", lambda: held)
    with pytest.raises(SealFault, match="seal_key_unknown"):
        held.unseal(fresh.seal("x", context="phone"), context="phone")
