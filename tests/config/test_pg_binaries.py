"""Which PostgreSQL is chosen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from anye.config import pg_binaries
from anye.config.faults import SetupFault
from anye.config.pg_account import Account
from anye.config.pg_binaries import Binaries, chosen

NOWHERE = Path("/nonexistent")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with many: a system's 19, 17 and 14, and the carried 18."""
    bindir = Path("/usr/bin")
    several = [Binaries("system", bindir, version) for version in ("17.6", "15.13", "19.0", "14.2")]
    monkeypatch.setattr(pg_binaries, "found", lambda: [*several, Binaries("embedded", bindir, "18.4")])


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("forced", "version"), [("", "17.6"), ("system", "17.6"), ("embedded", "18.4")])
def test_the_systems_newest_supported_goes_first(forced: str, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYE_PG", forced)
    assert chosen(NOWHERE).version == version


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("mark", "version"), [("18", "18.4"), ("15", "15.13")])
def test_a_data_directory_decides_the_version(mark: str, version: str, tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text(f"{mark}\n")
    assert chosen(tmp_path).version == version


@pytest.mark.usefixtures("here")
def test_a_data_directory_of_a_missing_version_is_told(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")
    with pytest.raises(SetupFault, match="belongs to PostgreSQL 16, but only 15, 17, 18 is here"):
        chosen(tmp_path)


def test_nothing_usable_tells_three_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pg_binaries, "found", lambda: [Binaries("system", Path("/usr/bin"), "13.1")])
    with pytest.raises(SetupFault, match=r"DATABASE_URL.*install PostgreSQL.*pip install"):
        chosen(NOWHERE)


def test_a_wrong_force_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYE_PG", "sqlite")
    with pytest.raises(SetupFault, match="ANYE_PG=sqlite"):
        chosen(NOWHERE)


def test_the_carrier_is_never_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, pg_binaries.CARRIER, raising=False)
    pg_binaries.found()
    assert pg_binaries.CARRIER not in sys.modules


def test_a_system_installation_is_found_once() -> None:
    folders = [one.bindir for one in pg_binaries.found()]
    assert len(folders) == len(set(folders))


def test_carried_programs_are_copied_out_once_with_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (carried,) = (one for one in pg_binaries.found() if one.kind == "embedded")  # the tests' packages bring it
    monkeypatch.setattr(Account, "is_other", False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    account = Account(0, 0, "root")
    bindir = pg_binaries.ready(carried, account)
    assert bindir.is_relative_to(tmp_path)
    probed = pg_binaries._probe("embedded", bindir)
    assert probed is not None
    assert probed.version == carried.version
    before = (bindir / "postgres").stat()
    assert pg_binaries.ready(carried, account) == bindir
    assert (bindir / "postgres").stat() == before
    assert not list(tmp_path.rglob("*.a"))
    assert [path.name for path in bindir.parents[2].parent.iterdir()] == [bindir.parents[2].name]
