"""The folder of a registry."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest

from anye.config import home as homes
from anye.config.faults import SENTENCES, SetupFault
from anye.config.home import Home, default_home, last_home

DAY = dt.date(2020, 12, 31)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_is_private_and_reads_back_as_written(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "a", pack="cn_yubei", trial=True, language="en")
    assert (mode(made.path), mode(made.settings_path), mode(made.keys_path)) == (0o700, 0o600, 0o600)
    assert Home.open(made.path) == made
    assert (made.pack, made.trial, made.language, made.database) == ("cn_yubei", True, "en", "anye")
    assert made.logins["web"].user == "anye_web"
    assert sorted(path.name for path in made.path.iterdir()) == ["keys.json", "settings.toml"]  # no drafts left


def test_no_secret_is_shown_in_a_repr(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "a", pack="cn", url="postgresql://dba:hush@db/anye")
    shown = repr(made)
    for secret in (made.secret_key, made.superuser_password, made.logins["web"].password, "hush"):
        assert secret not in shown


def test_passwords_and_keys_differ_between_homes(tmp_path: Path) -> None:
    one, other = (Home.create(tmp_path / name, pack="cn") for name in "ab")
    assert one.secret_key != other.secret_key
    assert one.keyring_text() != other.keyring_text()
    passwords = {login.password for home in (one, other) for login in home.logins.values()}
    assert len(passwords) == 6


def test_creating_twice_changes_nothing(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "a", pack="cn")
    before = made.settings_path.read_bytes(), made.keys_path.read_bytes()
    with pytest.raises(SetupFault, match="already holds a registry"):
        Home.create(tmp_path / "a", pack="cn_yubei")
    assert (made.settings_path.read_bytes(), made.keys_path.read_bytes()) == before


def test_a_race_of_two_creations_has_one_winner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one finishes between our look and our write."""
    write = homes._write

    def overtaken(path: Path, text: str, *, is_new: bool) -> None:
        if path.name == "settings.toml":
            write(path, "theirs", is_new=True)
        write(path, text, is_new=is_new)

    monkeypatch.setattr(homes, "_write", overtaken)
    with pytest.raises(SetupFault) as caught:
        Home.create(tmp_path / "a", pack="cn")
    assert caught.value.code == "home_exists"
    assert (tmp_path / "a/settings.toml").read_text() == "theirs"


def test_an_interrupted_creation_is_finished_with_the_same_keys(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "a", pack="cn")
    keys = made.keyring_text()
    made.settings_path.unlink()
    assert Home.create(tmp_path / "a", pack="cn").keyring_text() == keys


def test_a_value_sealed_before_opens_after(tmp_path: Path) -> None:
    sealed = Home.create(tmp_path / "a", pack="cn").keyring().seal("990112199001011232", context="id_number")
    assert Home.open(tmp_path / "a").keyring().unseal(sealed, context="id_number") == "990112199001011232"


@pytest.mark.parametrize(
    ("text", "told"), [(b"pack = ", "settings.toml"), (b"pack = 'cn'", "KeyError 'server'"), (b"\xff", "utf-8")]
)
def test_damaged_settings_are_named(tmp_path: Path, text: bytes, told: str) -> None:
    made = Home.create(tmp_path / "a", pack="cn")
    made.settings_path.write_bytes(text)
    with pytest.raises(SetupFault, match=told) as caught:
        Home.open(made.path)
    assert caught.value.code == "home_damaged"


def test_damaged_keys_are_named_without_their_content(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "a", pack="cn")
    made.keys_path.write_text('{"current": "secretstuff"}')
    with pytest.raises(SetupFault, match=r"keys\.json") as caught:
        made.keyring()
    assert "secretstuff" not in str(caught.value)


def test_no_home_tells_to_run_init(tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="anye init"):
        Home.open(tmp_path)


@pytest.mark.parametrize("name", ["Anye", "1st", "a-b", "", "a" * 41, 'x";--'])
def test_a_database_name_that_would_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetupFault) as caught:
        Home.create(tmp_path / "a", pack="cn", database=name)
    assert caught.value.code == "bad_database_name"


def test_the_demo_stands_beside_the_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_home(demo=True) == default_home().with_name("anye-demo")
    monkeypatch.setenv("ANYE_HOME", str(tmp_path / "mine"))
    assert (default_home(), default_home(demo=True)) == (tmp_path / "mine", tmp_path / "mine-demo")


def test_a_demonstration_keeps_its_day_and_no_other_registry_has_one(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "a", pack="cn", trial=True, day=DAY)
    assert "day = 2020-12-31" in made.settings_path.read_text()
    assert Home.open(made.path) == made and made.day == DAY
    for number, trial in enumerate((True, False)):
        other = Home.create(tmp_path / f"b{number}", pack="cn", trial=trial)
        assert Home.open(other.path).day is None and "day =" not in other.settings_path.read_text()


def test_a_registry_of_real_people_is_refused_a_day_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="real registry") as caught:
        Home.create(tmp_path / "a", pack="cn", day=DAY)
    assert caught.value.code == "day_of_real" and not (tmp_path / "a").exists()
    made = Home.create(tmp_path / "b", pack="cn")
    written = made.settings_path.read_text()
    made.settings_path.write_text(f"day = 2020-12-31\n{written}")  # by hand, or copied from a demonstration
    with pytest.raises(SetupFault, match="2020-12-31, but this is a real registry"):
        Home.open(made.path)
    made.settings_path.write_text(written)
    assert Home.open(made.path) == made


@pytest.mark.parametrize("told", ["'2020-12-31'", "2020", "2020-12-31T09:00:00", "true"])
def test_a_day_is_a_date(tmp_path: Path, told: str) -> None:
    made = Home.create(tmp_path / "a", pack="cn", trial=True)
    made.settings_path.write_text(f"day = {told}\n{made.settings_path.read_text()}")
    with pytest.raises(SetupFault) as caught:
        Home.open(made.path)
    assert caught.value.code == "bad_day"


def test_the_last_home_is_the_one_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert last_home() is None
    usual, other = Home.create(pack="cn"), Home.create(tmp_path / "b", pack="cn")
    assert last_home() == usual
    other.remember()
    assert last_home() == other
    other.settings_path.unlink()  # deleted since
    assert last_home() == usual
    monkeypatch.setenv("ANYE_HOME", str(tmp_path / "none"))
    assert last_home() is None


def test_every_sentence_has_both_languages_and_the_same_parameters() -> None:
    for code, text in SENTENCES.items():
        fields = [{part.split("}")[0] for part in each.split("{")[1:]} for each in (text.zh, text.en)]
        assert fields[0] == fields[1], code
