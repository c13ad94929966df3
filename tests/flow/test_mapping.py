"""An unknown layout: tried as a person says, saved, and read by itself from then on; by the owner's office alone."""

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from anye.engine.intake.guess import guess
from anye.engine.intake.mapping import SheetMapping
from anye.flow import giving_back
from anye.flow.jobs import load_upload, try_mapping
from anye.flow.load import Report, load_file
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, Scope, acting
from anye.records.audit.keys import keyring
from anye.records.people.models import Person
from anye.records.registers import actions as registers
from anye.records.registers import mappings, queries
from anye.records.registers.actions.mappings import retire_mapping, save_mapping
from anye.records.registers.models import Batch, Fault, MappingTrial, SourceMapping, Upload
from tests import factories as made
from tests.conftest import District
from tests.flow.written import number

pytestmark = pytest.mark.django_db

COLLEAGUE = [
    "编号",
    "在哪个镇",
    "在哪个村",
    "大名",
    "身份证号码(18位)",
    "男的女的",
    "手机",
    "家里情况",
    "在哪家厂",
    "说两句",
]
MEANT = ("serial", "town", "village", "name", "id_number", "sex", "phone", "group_kind", "employer", "")
CODES = {"group_kind": {"老贫困户": "lifted"}}


def row(n: int, name: str, group: str = "脱贫户", **more: str) -> list[str]:
    told = dict(zip(COLLEAGUE, [str(n), "东河镇", "柳树村", name, number(n), "男女"[n % 2 == 0], f"1390000{n:04d}", group,
                                "镇上砖厂", "好"], strict=True))  # fmt: skip
    return list({**told, **more}.values())


ROWS = [row(n, name) for n, name in enumerate(("李长文", "周十五", "罗石桥", "向云峰", "马大坪"), 1)]


def write(path: Path, rows: Iterable[list[str]], headings: list[str] = COLLEAGUE) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["东河镇务工情况统计"])
        writer.writerow(headings)
        writer.writerows(rows)
    return path


@pytest.fixture
def duty(district: District, make_user: Callable[..., Any]) -> Duty:
    return Duty.objects.get(user=make_user("district_officer", district["district"], "district"))


@pytest.fixture
def far_duty(district: District, make_user: Callable[..., Any]) -> Duty:
    """An officer of a second district in the same registry."""
    from tests.house.two_districts import offices_of_two

    return Duty.objects.get(user=make_user("district_officer", offices_of_two(district)["far"], "far"))


def hand_in(path: Path, duty: Duty) -> Upload:
    """A file handed in and taken by the worker."""
    with acting(BATCH):
        upload = registers.hand_in(
            file_name=path.name, sealed=keyring().seal_bytes(path.read_bytes(), context="raw"), size=path.stat().st_size,
            known_on=timezone.localdate(), by=duty.user.username, duty_id=duty.pk, scope_no=duty.scope_no,
        )  # fmt: skip
    load_upload(upload.pk)
    return again(upload)


def again(upload: Upload) -> Upload:
    with acting(BATCH):
        return Upload.objects.select_related("batch").get(pk=upload.pk)


def tried(upload: Upload, duty: Duty, meant: tuple[str, ...] = MEANT, codes: Any = None) -> MappingTrial:
    """What somebody says the columns mean, tried by the worker."""
    said = SheetMapping("village_ledger", tuple(COLLEAGUE), meant, codes=codes or {})
    with acting(BATCH):
        trial = registers.try_mapping(
            upload=upload, said=said, name="东河镇务工情况", place=(0, 2), by=duty.user.username, duty_id=duty.pk
        )
    try_mapping(trial.pk)
    with acting(BATCH):
        return queries.trial(trial.pk)


def saved(upload: Upload, duty: Duty, **said: Any) -> SourceMapping:
    """What somebody says the columns mean, tried, kept, and the file loaded."""
    trial = tried(upload, duty, **said)
    with made.as_owner():
        mapping = save_mapping(trial=trial, by=duty.user.username)
    load_upload(upload.pk)
    return mapping


def load(path: Path, **options: Any) -> Report:
    """What `anye load` does."""
    return load_file(path, context=loading_context(**options))


def people() -> set[str]:
    with acting(BATCH):
        return set(Person.objects.values_list("name", flat=True))


def test_an_unknown_file_waits_with_a_sealed_sample_that_the_guess_is_made_of(duty: Duty, tmp_path: Path) -> None:
    upload = hand_in(write(tmp_path / "a.csv", ROWS), duty)
    assert (upload.state, upload.failure["code"]) == ("unmapped", "heading_unknown")
    assert "李长文".encode() not in bytes(upload.sample)
    sample = mappings.sample_of(upload)
    assert sample is not None
    (sheet,) = sample.sheets
    assert (sheet.heading, sheet.sources[0][0]) == ((2, 1), "village_ledger")
    table = sheet.table(*sheet.heading, on=timezone.localdate())
    assert table is not None
    guessed = guess(table, read_pack("cn_yubei").profiles["village_ledger"])
    assert [each.column for each in guessed][:7] == list(MEANT[:7])


def test_a_trial_tells_what_a_load_would_do_and_writes_nothing(duty: Duty, tmp_path: Path) -> None:
    rows = [*ROWS, row(6, "谭错码", **{"身份证号码(18位)": number(6)[:17] + "?"}), row(7, "冉七", "老贫困户"), ROWS[0]]
    trial = tried(hand_in(write(tmp_path / "a.csv", rows), duty), duty)
    assert trial.state == "done"
    assert "谭错码".encode() not in bytes(trial.sealed)
    told = mappings.outcome_of(trial)
    assert (told["rows"], told["loaded"], told["refused"]) == (8, 6, 2)
    assert told["reasons"] == {"id_chars": 1, "duplicate_row": 1}
    assert told["first"]["id_chars"][0]["name"] == "谭错码"
    assert told["codes"] == {"group_kind": {"老贫困户": 1}}
    assert people() == set()
    with acting(BATCH):
        assert Batch.objects.count() == 0


def test_what_was_said_is_kept_and_next_month_needs_nobody(duty: Duty, tmp_path: Path) -> None:
    upload = hand_in(write(tmp_path / "a.csv", [*ROWS, row(7, "冉七", "老贫困户")]), duty)
    mapping = saved(upload, duty, codes=CODES)
    upload = again(upload)
    assert (upload.state, upload.sealed, upload.sample) == ("done", None, None)
    assert people() == {"李长文", "周十五", "罗石桥", "向云峰", "马大坪", "冉七"}
    with acting(BATCH):
        assert (upload.batch.mapping_id, upload.batch.source.code) == (mapping.pk, "village_ledger")
        assert Person.objects.get(name="冉七").groups == ["lifted"]
        assert mappings.outcome_of(MappingTrial.objects.get()) == {}, "the rows shown go with the file"

    report = load(write(tmp_path / "b.csv", [row(8, "罗新来")]))
    assert (report.fault, report.loaded) == (None, 1)
    assert "罗新来" in people()
    turned = [list(reversed(line)) for line in [row(9, "向倒来")]]
    report = load(write(tmp_path / "c.csv", turned, list(reversed(COLLEAGUE))))
    assert (report.fault, report.loaded) == (None, 1), "the same headings in another order"
    assert "向倒来" in people()


def test_one_more_column_is_another_layout(duty: Duty, tmp_path: Path) -> None:
    saved(hand_in(write(tmp_path / "a.csv", ROWS), duty), duty)
    report = load(write(tmp_path / "b.csv", [[*row(8, "罗新来"), "x"]], [*COLLEAGUE, "又一列"]))
    assert report.failure() is not None
    assert report.failure()["code"] == "heading_unknown"
    with acting(BATCH):
        assert mappings.meanings_said("village_ledger")["大名"] == "name", "and what was said before is what is guessed"


def test_the_same_bytes_change_nothing_until_the_mapping_has_a_new_version(duty: Duty, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    first = saved(hand_in(path, duty), duty)
    assert load(path).unchanged == 5
    with made.as_owner():
        retire_mapping(mapping=first, by="district")
    meant = tuple("" if name == "employer" else name for name in MEANT)
    second = saved(hand_in(path, duty), duty, meant=meant)
    assert (first.version, second.version) == (1, 2)
    with acting(BATCH):
        said = Batch.objects.filter(state="published").order_by("id").values_list("mapping_id", flat=True)
        assert list(said) == [first.pk, second.pk]
    assert load(path).unchanged == 5


def test_a_retired_mapping_is_not_used(duty: Duty, tmp_path: Path) -> None:
    mapping = saved(hand_in(write(tmp_path / "a.csv", ROWS), duty), duty)
    with made.as_owner():
        assert retire_mapping(mapping=mapping, by="district")
        assert not retire_mapping(mapping=mapping, by="somebody"), "once"
    assert hand_in(write(tmp_path / "b.csv", [row(8, "罗新来")]), duty).state == "unmapped"


def test_another_districts_files_are_not_read_by_it(duty: Duty, far_duty: Duty, tmp_path: Path) -> None:
    saved(hand_in(write(tmp_path / "a.csv", ROWS), duty), duty)
    path = write(tmp_path / "b.csv", [row(8, "罗新来")])
    assert hand_in(path, far_duty).state == "unmapped"
    failure = load(path, office_no=far_duty.scope_no).failure()
    assert failure is not None
    assert failure["code"] == "heading_unknown"
    with acting(BATCH):
        assert "罗新来" not in set(Person.objects.values_list("name", flat=True))


def test_of_two_people_the_first_to_save_decides(duty: Duty, tmp_path: Path) -> None:
    upload = hand_in(write(tmp_path / "a.csv", ROWS), duty)
    mine, theirs = tried(upload, duty), tried(upload, duty, codes=CODES)
    with made.as_owner():
        save_mapping(trial=theirs, by="other")
        with pytest.raises(registers.MappingRefused) as refused:
            save_mapping(trial=mine, by="district")
        assert refused.value.code == "decided_already"
        assert [one.saved_by for one in SourceMapping.objects.all()] == ["other"]


def test_what_was_not_tried_or_failed_is_not_saved(duty: Duty, tmp_path: Path) -> None:
    upload = hand_in(write(tmp_path / "a.csv", ROWS), duty)
    with acting(BATCH):
        said = SheetMapping("village_ledger", tuple(COLLEAGUE), MEANT)
        trial = registers.try_mapping(upload=upload, said=said, name="n", place=(0, 2), by="district", duty_id=duty.pk)
    with made.as_owner(), pytest.raises(registers.MappingRefused, match="not_tried"):
        save_mapping(trial=trial, by="district")


@pytest.mark.parametrize(
    ("role", "office", "has_ended"), [("district_officer", "district", True), ("auditor", "district", False)]
)
def test_a_trial_is_made_under_a_duty_that_still_loads_files(
    duty: Duty, district: District, role: str, office: str, has_ended: bool, tmp_path: Path
) -> None:
    upload = hand_in(write(tmp_path / "a.csv", ROWS), duty)
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    ends_on = yesterday if has_ended else None
    Duty.objects.filter(pk=duty.pk).update(role=role, scope_no=district[office].scope_no, ends_on=ends_on)
    assert tried(upload, duty).state == "refused"


def test_who_gives_a_file_up_leaves_nothing_of_it(duty: Duty, tmp_path: Path) -> None:
    upload = hand_in(write(tmp_path / "a.csv", ROWS), duty)
    trial = tried(upload, duty)
    with made.as_owner():
        registers.give_up_upload(upload=upload)
        with pytest.raises(registers.MappingRefused):
            save_mapping(trial=trial, by="district")
    upload = again(upload)
    assert (upload.state, upload.sealed, upload.sample) == ("given_up", None, None)
    with acting(BATCH):
        assert queries.trial(trial.pk).sealed is None


def test_a_file_that_nobody_says_anything_of_goes_after_thirty_days(duty: Duty, tmp_path: Path) -> None:
    old, new = (hand_in(write(tmp_path / name, ROWS), duty) for name in ("a.csv", "b.csv"))
    long_ago = timezone.now() - timezone.timedelta(days=31)
    with acting(BATCH):
        Upload.objects.filter(pk=old.pk).update(uploaded_at=long_ago)
        assert registers.give_up_unmapped(before=timezone.now() - timezone.timedelta(days=30)) == 1
    assert (again(old).state, again(old).sealed, again(new).state) == ("given_up", None, "unmapped")


def test_the_trail_holds_nothing_of_the_file(duty: Duty, tmp_path: Path) -> None:
    from anye.records.audit.models import Event

    upload = hand_in(write(tmp_path / "a.csv", ROWS), duty)
    saved(upload, duty)
    with made.as_owner():
        tables = ("registers_upload", "registers_mappingtrial", "registers_sourcemapping")
        told = [json.dumps(event.payload) for event in Event.objects.filter(table_name__in=tables)]
    assert len(told) > 5
    assert not any("sealed" in text or '"sample"' in text for text in told)


def test_its_rows_go_back_in_its_own_layout_and_are_read_when_they_return(duty: Duty, tmp_path: Path) -> None:
    upload = hand_in(write(tmp_path / "a.csv", [*ROWS, row(6, "马小石", **{COLLEAGUE[4]: "12"})]), duty)
    saved(upload, duty)
    batch, sheet = again(upload).batch, tmp_path / "back.xlsx"
    assert batch is not None and batch.refused == 1
    with acting(BATCH):
        giving_back.write(giving_back.Asked(batch, ("refused",), Scope(None, None), "zh"), sheet)
    book = openpyxl.load_workbook(sheet)
    assert [cell.value for cell in book.active[2]][: len(COLLEAGUE)] == COLLEAGUE
    book.active.cell(3, 5).value = number(6)
    book.save(sheet)
    report = load(sheet)
    assert (report.fault, report.source, report.rows, report.refused) == (None, "village_ledger", 1, [])
    assert "马小石" in people()
    with acting(BATCH):
        assert Fault.objects.get(batch=batch, level="refused").mended_by == report.batch


def test_rows_of_a_register_of_ones_own_go_back_too(duty: Duty, tmp_path: Path, settings: Any) -> None:
    from anye.flow.registry import furnish
    from tests.config.test_own_register import profile_of
    from tests.conftest import AREAS

    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "canteens.yaml").write_text(profile_of("registers.md"), encoding="utf-8")
    settings.ANYE_SOURCES = tmp_path / "sources"
    with made.as_owner():
        furnish(read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES), AREAS)
    path = tmp_path / "canteen.csv"
    path.write_text("序号,姓名,证件号,就餐日期,食堂\n1,李长文,12,2020-06-01,河边\n", encoding="utf-8-sig")
    report = load(path)
    assert (report.source, len(report.refused)) == ("canteens", 1)
    with acting(BATCH):
        batch = Batch.objects.select_related("source").get(pk=report.batch)
        asked = giving_back.Asked(batch, ("refused",), Scope(None, None), "zh")
        assert giving_back.write(asked, tmp_path / "back.xlsx") == 1
