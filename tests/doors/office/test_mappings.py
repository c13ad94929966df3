"""The pages on which an officer says what the columns of an unknown sheet mean: what they show, take, refuse and log."""

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.engine.intake.sample import Sample, SampleSheet
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.audit.models import Read
from anye.records.registers import actions as registers
from anye.records.registers import mappings
from anye.records.registers.models import MappingTrial, SourceMapping, Upload
from tests import factories as made
from tests.conftest import District

pytestmark = pytest.mark.django_db

English = {"Accept-Language": "en"}
HEADINGS = ["大名", "证", "哪个镇", "哪个村", "家里", "病"]
NAMES = ("李长文", "周十五", "罗石桥", "向云峰")
ROWS = [
    [name, made.id_number(n), "东河镇", "柳树村", "老贫困户" if n == 3 else "脱贫户", "腰痛"]
    for n, name in enumerate(NAMES)
]
MEANT = dict(enumerate(("name", "id_number", "town", "village", "group_kind", "")))


def sample_of(rows: list[list[str]], headings: list[str] = HEADINGS) -> bytes:
    lines = [["东河镇务工情况"] + [""] * (len(headings) - 1), headings, *rows]
    frame = pl.DataFrame(
        [[cell or None for cell in line] for line in lines],
        schema={f"c{i}": pl.String for i in range(len(headings))},
        orient="row",
    )
    frame = frame.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_line"), pl.lit("表一").alias("_sheet")
    )
    sheet = SampleSheet("表一", frame, (2, 1), (("village_ledger", 5), ("disability", 2), ("deaths", 1)))
    other = SampleSheet("表二", frame, None, (("village_ledger", 0),))
    return keyring().seal_bytes(Sample((sheet, other)).as_text().encode(), context="raw")


@pytest.fixture
def upload(district: District) -> Upload:
    """A file of the district whose headings no profile knows."""
    with acting(BATCH):
        upload = registers.hand_in(
            file_name="张姐2026年9月.xlsx", sealed=keyring().seal_bytes(b"x", context="raw"), size=1,
            known_on=timezone.localdate(), by="district", duty_id=1, scope_no=district["district"].scope_no,
        )  # fmt: skip
        failure = {"code": "heading_unknown", "params": {"missing": ["姓名"]}}
        registers.keep_unmapped(upload_id=upload.pk, failure=failure, sample=sample_of(ROWS))
    return upload


@pytest.fixture
def officer(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("district_officer", district["district"], "district")


def page_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"registers:{name}", args=args), query, headers=English)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def sent(meant: dict[int, str] | None = None, **more: Any) -> dict[str, Any]:
    told = {f"meaning-{at}": name for at, name in {**MEANT, **(meant or {})}.items()}
    return {"sheet": "0", "heading": "2-1", "name": "张姐的表", **told, **more}


def tried(client: Client, upload: Upload, **form: Any) -> MappingTrial:
    """What is sent, and what a worker may make of it."""
    answer = client.post(reverse("registers:columns_as", args=[upload.token, "village_ledger"]), sent(**form))
    assert answer.status_code == 302, answer.content.decode()
    with acting(BATCH):
        return MappingTrial.objects.latest("pk")


def done(trial: MappingTrial, **told: Any) -> None:
    outcome = {
        "rows": 4, "loaded": 3, "refused": 1, "no_rows": 1, "months": ["2026-09-01"], "reasons": {"id_check": 1},
        "rules": {"Q16": 1}, "notes": {"passed_over": [{"sheet": "表二", "lines": 3}]}, "codes": {"group_kind": {"老贫困户": 1}},
        "first": {
            "loaded": [{"_line": 3, "_sheet": "表一", "name": NAMES[0], "area_code": "990100101201"}],
            "id_check": [{"_line": 4, "_sheet": "表一", "column": "证", "name": NAMES[1], "place": "东河镇 柳树村"}],
            "Q16": [{"_line": 6, "_sheet": "表一", "name": NAMES[3], "area_code": None,
                     "params": {"column": "家里", "problem": "code_unknown", "value": "老贫困户"}}],
        },
    }  # fmt: skip
    sealed = keyring().seal_bytes(json.dumps({**outcome, **told}).encode(), context="raw")
    with acting(BATCH):
        registers.close_trial(trial_id=trial.pk, sealed=sealed)


def test_the_likeliest_register_comes_first_with_its_columns_guessed_and_cells_masked(
    officer: Client, upload: Upload
) -> None:
    answer = officer.get(reverse("registers:columns", args=[upload.token]))
    assert answer.url == reverse("registers:columns_as", args=[upload.token, "village_ledger"])
    text = page_of(officer, "columns_as", upload.token, "village_ledger")
    assert "李○○" in text and "99****…" in text and "东河镇" in text
    assert not any(name in text for name in NAMES)
    assert not any(row[1] in text for row in ROWS)
    assert "100% of the cells fit" in text
    assert '<option value="id_number" selected>' in text and '<option value="name" selected>' in text
    assert 'value="张姐"' in text, "the file's name without its month"
    assert "no-store" in officer.get(answer.url).headers["Cache-Control"]


def test_each_look_is_logged(officer: Client, upload: Upload) -> None:
    page_of(officer, "columns_as", upload.token, "village_ledger")
    with made.as_owner():
        assert Read.objects.filter(kind="sample").count() == 1
    done(tried(officer, upload))
    with acting(BATCH):
        token = MappingTrial.objects.get().token
    page_of(officer, "trial", token)
    with made.as_owner():
        assert Read.objects.filter(kind="trial").count() == 1


def test_another_register_or_heading_line_or_sheet_is_another_guess(officer: Client, upload: Upload) -> None:
    text = page_of(officer, "columns_as", upload.token, "deaths")
    assert "Needed: Died on / Death certificate number / Cremated on" in text
    first = page_of(officer, "columns_as", upload.token, "village_ledger", heading="1-1")
    assert "no heading" in first
    for nonsense in ("99-1", "2-9", "x", "-"):
        usual = page_of(officer, "columns_as", upload.token, "village_ledger", heading=nonsense)
        assert '<option value="2-1" selected>' in usual, nonsense
    assert "表二" in page_of(officer, "columns_as", upload.token, "village_ledger", sheet="1")
    assert officer.get(reverse("registers:columns_as", args=[upload.token, "no_such"])).status_code == 404


@pytest.mark.parametrize(
    ("meant", "said"),
    [
        ({0: ""}, "Say which column holds “Name”."),
        ({2: "name"}, "“Name” is said of several columns: 大名, 哪个镇."),
        ({2: "nonsense"}, "A column was chosen that this register does not have."),
    ],
)
def test_what_cannot_be_used_comes_back_with_its_sentence_and_as_it_was_sent(
    officer: Client, upload: Upload, meant: dict[int, str], said: str
) -> None:
    form = sent(meant, name="我的表")
    answer = officer.post(reverse("registers:columns_as", args=[upload.token, "village_ledger"]), form, headers=English)
    text = answer.content.decode()
    assert (answer.status_code, said in text, 'value="我的表"' in text) == (422, True, True)
    with acting(BATCH):
        assert not MappingTrial.objects.exists()


def test_what_is_sent_is_tried_as_it_was_sent(officer: Client, upload: Upload) -> None:
    spelled = {"column": ["group_kind", "group_kind"], "word": ["老贫困户", "怪"], "code": ["lifted", ""]}
    trial = tried(officer, upload, **spelled)
    assert (trial.name, trial.sheet_no, trial.line, trial.depth) == ("张姐的表", 0, 2, 1)
    assert trial.headings == HEADINGS
    assert trial.meanings == list(MEANT.values())
    assert trial.codes == {"group_kind": {"老贫困户": "lifted"}}
    assert trial.asked_by == "district"
    waiting = page_of(officer, "trial", trial.token)
    assert reverse("registers:trial_state", args=[trial.token]) in waiting
    done(trial)
    state = officer.get(reverse("registers:trial_state", args=[trial.token]))
    assert state.headers["HX-Redirect"] == reverse("registers:trial", args=[trial.token])


def test_a_trial_shows_counts_reasons_and_rows_without_whole_names(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    done(trial)
    text = page_of(officer, "trial", trial.token)
    assert "李○○" in text and "周○○" in text and not any(name in text for name in NAMES)
    assert "fails its check digit" in text and "东河镇 柳树村" in text and "老贫困户" in text and "表二" in text
    assert "2026-09" in text
    changed = page_of(officer, "trial_columns", trial.token)
    assert 'name="word" value="老贫困户"' in changed
    assert 'value="张姐的表"' in changed


def test_names_taken_for_codes_are_not_shown(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    done(trial, codes={"group_kind": dict.fromkeys(NAMES, 1)})
    for name in ("trial", "trial_columns"):
        text = page_of(officer, name, trial.token)
        assert not any(each in text for each in NAMES), name
    assert "4 spellings: these may be no codes at all" in page_of(officer, "trial", trial.token)


def test_saving_keeps_the_mapping_and_has_the_file_loaded(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    done(trial)
    answer = officer.post(reverse("registers:save_mapping", args=[trial.token]))
    assert answer.url == reverse("registers:upload", args=[upload.token])
    with made.as_owner():
        mapping = SourceMapping.objects.get()
        assert (mapping.name, mapping.version, mapping.saved_by) == ("张姐的表", 1, "district")
        assert Upload.objects.get(pk=upload.pk).state == "waiting"
    listed = page_of(officer, "index")
    assert "张姐的表" in listed and "version 1" in listed
    again = officer.post(reverse("registers:save_mapping", args=[trial.token]), follow=True, headers=English)
    assert "Somebody else has already said what these columns mean" in again.content.decode()
    for name, token in (("columns", upload.token), ("trial_columns", trial.token)):
        assert officer.get(reverse(f"registers:{name}", args=[token])).status_code == 302


def test_what_was_saved_may_be_looked_at_before_it_is_loaded(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    done(trial)
    officer.post(reverse("registers:save_mapping", args=[trial.token]), {"then": "look"})
    with made.as_owner(), connection.cursor() as cursor:
        assert Upload.objects.get(pk=upload.pk).state == "looking"
        cursor.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone()[0].endswith("look_at_upload")


def test_a_mapping_by_which_no_row_would_be_taken_is_not_saved(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    done(trial, loaded=0, first={}, reasons={}, rules={}, codes={})
    assert reverse("registers:save_mapping", args=[trial.token]) not in page_of(officer, "trial", trial.token)
    answer = officer.post(reverse("registers:save_mapping", args=[trial.token]), follow=True, headers=English)
    assert "No row of the file would be taken like this" in answer.content.decode()
    with made.as_owner():
        assert not SourceMapping.objects.exists()


def test_a_mapping_that_was_not_tried_is_not_saved(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    answer = officer.post(reverse("registers:save_mapping", args=[trial.token]), follow=True, headers=English)
    assert "Try it on the whole file first" in answer.content.decode()


def test_a_trial_that_failed_says_why_and_can_be_changed(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    with acting(BATCH):
        registers.close_trial(trial_id=trial.pk, failure={"code": "job_failed", "params": {}})
    text = page_of(officer, "trial", trial.token)
    assert reverse("registers:trial_columns", args=[trial.token]) in text


def test_a_file_given_up_is_gone_and_its_page_says_so(officer: Client, upload: Upload) -> None:
    waiting = page_of(officer, "upload", upload.token)
    assert reverse("registers:columns", args=[upload.token]) in waiting
    assert officer.post(reverse("registers:give_up", args=[upload.token])).url == reverse("registers:index")
    assert "given up" in page_of(officer, "upload", upload.token)
    again = officer.post(reverse("registers:give_up", args=[upload.token]), follow=True, headers=English)
    assert "or given the file up" in again.content.decode()
    assert reverse("registers:upload", args=[upload.token]) not in page_of(officer, "index")


def test_a_mapping_is_retired_from_the_list(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload)
    done(trial)
    officer.post(reverse("registers:save_mapping", args=[trial.token]))
    with made.as_owner():
        token = SourceMapping.objects.get().token
    officer.post(reverse("registers:retire_mapping", args=[token]))
    with made.as_owner():
        assert SourceMapping.objects.get().retired_by == "district"
    assert reverse("registers:retire_mapping", args=[token]) not in page_of(officer, "index")


def test_an_auditor_sees_what_holds_and_cannot_retire_it(
    officer: Client, upload: Upload, district: District, client_as: Callable[..., Client]
) -> None:
    trial = tried(officer, upload)
    done(trial)
    officer.post(reverse("registers:save_mapping", args=[trial.token]))
    with made.as_owner():
        token = SourceMapping.objects.get().token
    auditor = client_as("auditor", district["district"], "auditor")
    text = page_of(auditor, "index")
    assert "张姐的表" in text and reverse("registers:retire_mapping", args=[token]) not in text
    assert auditor.post(reverse("registers:retire_mapping", args=[token])).status_code == 403


def test_a_towns_poverty_office_says_nothing_of_files(
    district: District, upload: Upload, client_as: Callable[..., Client]
) -> None:
    client = client_as("poverty_office", district["east"], "east")
    with made.as_owner():
        Upload.objects.filter(pk=upload.pk).update(scope_no=district["east"].scope_no)
        said = {"name": "n", "headings": HEADINGS, "meanings": list(MEANT.values()), "depth": 1}
        said |= {"scope_no": district["east"].scope_no, "source_id": made.make_batch().source_id}
        trial = MappingTrial.objects.create(
            **said, token="t" * 22, upload=upload, sheet_no=0, line=2, asked_by="x", asked_at=timezone.now(), duty_id=1
        )
        mapping = SourceMapping.objects.create(
            **said, token="m" * 22, version=1, signature="s", saved_by="x", saved_at=timezone.now()
        )
    for name, token in (
        ("columns", upload.token),
        ("trial", trial.token),
        ("trial_columns", trial.token),
        ("trial_state", trial.token),
    ):
        assert client.get(reverse(f"registers:{name}", args=[token])).status_code == 403, name
    for name, token in (("give_up", upload.token), ("save_mapping", trial.token), ("retire_mapping", mapping.token)):
        assert client.post(reverse(f"registers:{name}", args=[token])).status_code == 403, name


def test_what_restricted_registers_say_stays_sealed_to_who_may_not_see_it(
    district: District, upload: Upload, client_as: Callable[..., Client]
) -> None:
    headings = ["大名", "证", "残疾证号", "残疾类别"]
    rows = [[name, made.id_number(n), f"{made.id_number(n)}43", "肢体"] for n, name in enumerate(NAMES)]
    with acting(BATCH):
        Upload.objects.filter(pk=upload.pk).update(sample=sample_of(rows, headings))
    officer = client_as("district_officer", district["district"], "d")
    assert "肢体" in page_of(officer, "columns_as", upload.token, "disability")
    poverty = client_as("poverty_office", district["district"], "p")
    text = page_of(poverty, "columns_as", upload.token, "disability")
    assert "肢体" not in text and "under seal" in text


def test_what_was_said_before_is_the_guess_for_a_sheet_with_one_column_more(officer: Client, upload: Upload) -> None:
    trial = tried(officer, upload, column=["group_kind"], word=["老贫困户"], code=["lifted"])
    done(trial)
    officer.post(reverse("registers:save_mapping", args=[trial.token]))
    with acting(BATCH):
        assert mappings.meanings_said("village_ledger")["大名"] == "name"
        Duty.objects.count()
        Upload.objects.filter(pk=upload.pk).update(
            state="unmapped", sample=sample_of([[*row, "x"] for row in ROWS], [*HEADINGS, "又一列"])
        )
    assert (
        page_of(officer, "columns_as", upload.token, "village_ledger").count("as it was said of such a heading before")
        == 6
    )
