"""`anye areas --map`: a file into the registry, told in both languages; what is wrong, where and the cure."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from anye import cli
from anye.config import area_map, demonstration
from anye.config.faults import SENTENCES, SetupFault
from anye.config.home import Home
from anye.demo.schematic import schematic_map, write_map
from anye.engine import shapes
from anye.packs import read_pack
from anye.records.audit.models import Event
from anye.records.places.models import Shape
from tests.conftest import AREAS
from tests.factories import as_owner

TOWN, WILLOW = "990100101000", "990100101201"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "areas.geojson"
    write_map(made, AREAS)
    return made


def keep(path: Path, language: str = "en") -> shapes.AreaMap:
    return area_map.keep(path, by="operator", language=language)


def changed(path: Path, code: str, **more: Any) -> None:
    """The file with one feature's members others."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    next(each for each in tree["features"] if each["properties"]["code"] == code).update(more)
    path.write_text(json.dumps(tree), encoding="utf-8")


@pytest.mark.usefixtures("district")
def test_a_map_is_read_by_the_operator_and_twice_changes_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(path)
    assert capsys.readouterr().out == (
        "✔ areas.geojson (schematic): 7 new, 0 changed, 0 as they were, 0 taken out, 0 not taken\n"
    )
    with as_owner():
        events = list(Event.objects.filter(table_name="places_shape"))
        assert {(each.actor, each.purpose) for each in events} == {("operator", "area map")}
    keep(path, "zh-hans")
    assert capsys.readouterr().out == "✔ areas.geojson (示意图): 新增 0，更改 0，不变 7，移除 0，未取用 0\n"
    with as_owner():
        assert Event.objects.filter(table_name="places_shape").count() == len(events)


@pytest.mark.usefixtures("district")
def test_what_is_wrong_is_named_and_the_rest_is_kept(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(path, WILLOW, properties={"code": "990100101999"})
    changed(path, "990100102201", geometry={"type": "Point", "coordinates": [29.5, 106.5]})
    assert len(keep(path).shapes) == 5
    told = capsys.readouterr().out
    assert "5 new" in told
    assert "2 not taken" in told
    assert "feature 3 990100101999: the registry has no area 990100101999. Check the code" in told
    assert "990100102201: at [29.5, 106.5] longitude and latitude are exchanged. Longitude comes first." in told
    with as_owner():
        assert not Shape.objects.filter(code__in=[WILLOW, "990100101999"]).exists()


@pytest.mark.usefixtures("district")
def test_of_many_faults_the_first_are_told(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area_map, "SHOWN", 1)
    tree = {"type": "FeatureCollection", "features": [{}, {}, {}]}
    path.write_text(json.dumps(tree), encoding="utf-8")
    keep(path, "zh-hans")
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("✘")
    assert told[1:] == ["    第 1 项：不是 Feature。请按 GeoJSON 写每个区域。", "    … + 2"]


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_that_is_no_map_is_refused_with_its_cure(path: Path, language: str) -> None:
    path.write_text('{"type": "FeatureCollection"\n "features": []}', encoding="utf-8")
    with pytest.raises(SetupFault) as told:
        keep(path)
    assert told.value.code == "map_json"
    assert "areas.geojson" in told.value.text(language)
    assert "2" in told.value.text(language)
    with pytest.raises(SetupFault) as told:
        keep(path.with_name("nowhere.geojson"))
    assert told.value.code == "file_missing"


def test_every_fault_has_its_words() -> None:
    source = Path(shapes.__file__).read_text(encoding="utf-8")
    faults = {part.partition('"')[0] for part in source.split('_wrong("')[1:]}
    assert faults <= set(area_map.FAULTS)
    assert set(area_map.FAULTS) - faults == {"projected", "outside"}  # the other ends of the one that finds `swapped`
    files = {part.partition('"')[0] for part in source.split('MapFault("')[1:]}
    assert files == {code for code in SENTENCES if code.startswith("map_")}


@pytest.mark.usefixtures("district")
def test_the_command_ends_well_when_something_was_taken(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from anye.config import postgres

    monkeypatch.setattr(area_map, "opened", lambda: None)
    monkeypatch.setattr(area_map, "set_up", lambda *_: None)
    monkeypatch.setattr(postgres, "start", lambda _: None)
    assert cli.main(["areas", "--map", str(path)]) == 0
    changed_all = schematic_map(AREAS) | {"features": [{}]}
    path.write_text(json.dumps(changed_all), encoding="utf-8")
    assert cli.main(["areas", "--map", str(path)]) == 1
    path.write_text("", encoding="utf-8")
    assert cli.main(["areas", "--map", str(path)]) == 2


def test_the_demo_is_mapped_by_the_command_of_any_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    home = Home.create(tmp_path / "home", pack="cn_yubei", trial=True, language="en")
    demonstration.map_demo(home)
    assert [command[1:4] for command in asked] == [["-m", "anye.cli", "areas"]]
    path = Path(asked[0][-1])
    told = shapes.read_map(path.read_bytes(), {area.code for area in read_pack("cn_yubei").areas})
    assert told.is_schematic
    assert len(told.shapes) == len(read_pack("cn_yubei").areas)
