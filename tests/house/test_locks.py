"""The locks: every package by version and hash, and no word of where it came from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tools.locks import without_addresses

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.lock"))
LOCKS = [*REQUIREMENTS, ROOT / "package-lock.json"]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[\w, -]+\])?==(\S+)")


def pins(path: Path) -> dict[str, str]:
    return {found[1]: found[2] for line in path.read_text().splitlines() if (found := PIN.match(line))}


def plain(requirement: str) -> str:
    return re.split(r"[\s\[<>=!;~]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_no_address(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|git\+|\bssh:|//", text)
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE), "an option in a lock is a setting of one machine"


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path):
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())
    assert blocks
    for block in blocks:
        assert PIN.match(block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


@pytest.mark.parametrize("name", ["cryptography", "numpy", "polars-runtime-32", "psycopg-binary", "pyarrow"])
def test_a_compiled_package_is_locked_for_every_platform(name):
    # a lock made from a partial mirror holds the one wheel that suits the machine it was made on
    block = re.search(rf"^{name}==.*(?:\n\s.*)*", (ROOT / "requirements" / "dev.lock").read_text(), re.MULTILINE)
    assert block
    assert block[0].count("--hash=") > 5


def test_every_npm_package_has_its_digest():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(package.get("integrity") for name, package in packages.items() if name)


def test_front_end_packages_are_pinned_exactly():
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for version in [*asked["dependencies"].values(), *asked["devDependencies"].values()]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_what_pyproject_asks_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        asked += extra
    locked = pins(ROOT / "requirements" / "dev.lock")
    assert {plain(one) for one in asked} <= {name.replace(".", "-") for name in locked}


def test_what_the_build_asks_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = pins(ROOT / "requirements" / "build.lock")
    assert {plain(one) for one in project["build-system"]["requires"]} <= set(locked)


def test_a_package_has_one_version_in_all_locks():
    build, dev = pins(ROOT / "requirements" / "build.lock"), pins(ROOT / "requirements" / "dev.lock")
    assert {name: build[name] for name in build.keys() & dev.keys()} == {
        name: dev[name] for name in build.keys() & dev.keys()
    }


def test_addresses_are_taken_out_of_an_npm_lock():
    written = '{"packages": {"node_modules/a": {"version": "1.0.0", "resolved": "x", "funding": {"url": "y"}}}}'
    assert json.loads(without_addresses(written)) == {"packages": {"node_modules/a": {"version": "1.0.0"}}}
