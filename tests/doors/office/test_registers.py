"""Registers: who sees which load and which rows, what is said of them, and how a file is handed in."""

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.models import Read
from anye.records.registers.models import Batch, Fault, Source
from tests.conftest import District

pytestmark = pytest.mark.django_db
English = {"accept-language": "en"}


def ask(client: Client, path: str, **options: Any) -> Any:
    return client.get(path, headers=English, **options)


def without_tokens(page: Any) -> str:
    """A page without what differs each time: the form tokens and its own address."""
    return re.sub(
        r'(name="csrfmiddlewaretoken" value|name="csrf-token" content|name="next" value)="[^"]*"',
        "",
        page.content.decode(),
    )


def make_batch(by: str, name: str = "ledger.xlsx", source: str = "village_ledger", **fields: Any) -> Batch:
    with acting(BATCH, actor="test"):
        token = f"batch-{Batch.objects.count():016d}"
        given = {"rows": 40, "loaded": 30, "unchanged": 7, "refused": 3, "state": "published", **fields}
        return Batch.objects.create(
            token=token, source=Source.objects.get(code=source), profile_version=1, sha256=token.encode(),
            digest=token.encode(), file_name=name, file_month=dt.date(2026, 3, 1), known_on=dt.date(2026, 3, 12),
            loaded_by=by, started_at=timezone.now(), published_at=timezone.now(), **given,
        )  # fmt: skip


def refuse(
    batch: Batch, office: Any, line: int, reason: str = "id_check", level: str = "refused", **fields: Any
) -> None:
    with acting(BATCH, actor="test"):
        Fault.objects.create(
            batch=batch,
            line=line,
            level=level,
            reason=reason,
            scope_no=office.scope_no,
            is_restricted=batch.source.is_restricted,
            **fields,
        )


@pytest.fixture
def load(district: District) -> Batch:
    """The operator's load: two refused rows of Willow, one of Cloud, which lies in another town."""
    batch = make_batch("operator")
    refuse(batch, district["willow"], 4, column="身份证号")
    refuse(batch, district["willow"], 9, "mojibake", column="姓名")
    refuse(batch, district["cloud"], 5017, "id_length", column="身份证号")
    return batch


def lines_of(page: Any) -> list[int]:
    return [row.line for row in page.context["listing"].rows]


# ── who sees what ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_district_sees_every_load_with_its_counts(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    page = ask(client_as("district_officer", district["district"]), reverse("registers:index"))
    assert [row.pk for row in page.context["listing"].rows] == [load.pk]
    assert "ledger.xlsx" in page.content.decode()


def test_a_village_sees_a_load_without_counts_and_only_its_own_rows(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    client = client_as("village_worker", district["willow"])
    page = ask(client, reverse("registers:batch", args=[load.token]))
    assert lines_of(page) == [4, 9]
    assert page.context["figures"] == []
    assert "5017" not in page.content.decode()
    whole = ask(client_as("district_officer", district["district"]), reverse("registers:batch", args=[load.token]))
    assert lines_of(whole) == [4, 9, 5017]


def test_a_load_with_nothing_to_mend_here_is_as_absent_as_an_unknown_one(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    client = client_as("village_worker", district["flat"])
    assert ask(client, reverse("registers:index")).context["listing"].rows == []
    foreign = ask(client, reverse("registers:batch", args=[load.token]))
    unknown = ask(client, reverse("registers:batch", args=["nobodys-token-at-all"]))
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert without_tokens(foreign) == without_tokens(unknown)


def test_a_town_sees_what_its_own_officer_loaded_in_full(
    district: District, client_as: Callable[..., Client], make_user: Callable[..., Any]
) -> None:
    client = client_as("town_officer", district["east"], "east-officer")
    mine = make_batch("east-officer")
    make_user("town_officer", district["west"], "west-officer")
    make_batch("west-officer", name="west.xlsx")
    rows = ask(client, reverse("registers:index")).context["listing"].rows
    assert [(row.pk, row.is_ours) for row in rows] == [(mine.pk, True)]


def test_entries_by_hand_are_not_listed_among_the_files(district: District, client_as: Callable[..., Client]) -> None:
    make_batch("operator", name="", source="officer")
    client = client_as("district_officer", district["district"])
    page = ask(client, reverse("registers:index"))
    assert page.context["listing"].rows == []
    assert "officer" not in [one["source"].code for one in page.context["sources"]]


def test_strangers_are_sent_to_sign_in(district: District, load: Batch) -> None:
    for name, args in (("index", []), ("new_upload", []), ("batch", [load.token]), ("blank", ["village_ledger"])):
        assert Client().get(reverse(f"registers:{name}", args=args)).status_code == 302


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_refused_row_says_what_is_wrong_and_the_cure(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    client = client_as("district_officer", district["district"])
    text = ask(client, reverse("registers:batch", args=[load.token])).content.decode()
    assert "fails its check digit" in text and "character by character" in text
    chinese = client.get(reverse("registers:batch", args=[load.token])).content.decode()
    assert "校验位不对" in chinese and "fails its check digit" not in chinese


def test_rows_are_filtered_by_reason(district: District, client_as: Callable[..., Client], load: Batch) -> None:
    client = client_as("district_officer", district["district"])
    page = ask(client, reverse("registers:batch", args=[load.token]) + "?reason=id_length")
    assert lines_of(page) == [5017]


def test_queried_and_contradicted_rows_have_their_own_pages(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    refuse(load, district["willow"], 12, "Q02", "queried", params={"column": "性别", "value": "1", "id": "2"})
    refuse(load, district["willow"], 13, "Q04", "unattached")
    client = client_as("district_officer", district["district"])
    queried = ask(client, reverse("registers:batch_rows", args=[load.token, "queried"]))
    assert lines_of(queried) == [12]
    assert "The sheet says male, the ID number says female." in queried.content.decode()
    assert lines_of(ask(client, reverse("registers:batch_rows", args=[load.token, "unattached"]))) == [13]
    assert ask(client, reverse("registers:batch_rows", args=[load.token, "others"])).status_code == 404


def test_a_file_that_could_not_be_read_shows_its_sentence(district: District, client_as: Callable[..., Client]) -> None:
    batch = make_batch("operator", state="failed", failure={"code": "damaged", "params": {}})
    page = ask(client_as("district_officer", district["district"]), reverse("registers:batch", args=[batch.token]))
    assert "The file is damaged" in page.content.decode()


def test_sheets_that_were_passed_over_are_named_to_those_who_handed_the_file_in(
    district: District, client_as: Callable[..., Client]
) -> None:
    notes = {"passed_over": [{"sheet": "填表说明", "lines": 3, "is_hidden": False}]}
    batch = make_batch("operator", fact_counts={"notes": notes})
    refuse(batch, district["willow"], 4, "id_missing")
    path = reverse("registers:batch", args=[batch.token])
    page = ask(client_as("district_officer", district["district"]), path).content.decode()
    assert "The sheet “填表说明” was not read (3 lines): no heading was recognised." in page
    village = ask(client_as("village_worker", district["willow"]), path)
    assert village.status_code == 200
    assert "填表说明" not in village.content.decode()


@pytest.mark.parametrize(
    ("month", "words"), [(None, "nothing loaded yet"), ("now", "up to date"), ("old", "months behind")]
)
def test_a_source_says_how_fresh_it_is(
    district: District, client_as: Callable[..., Client], month: str | None, words: str
) -> None:
    if month:
        batch = make_batch("operator", source="social_insurance")
        first = timezone.localdate().replace(day=1)
        with acting(BATCH, actor="test"):
            Batch.objects.filter(pk=batch.pk).update(file_month=first if month == "now" else first.replace(year=2020))
    page = ask(client_as("district_officer", district["district"]), reverse("registers:index"))
    said = {one["source"].code: str(one["status"]) for one in page.context["sources"]}
    assert words in said["social_insurance"]


def test_a_register_was_last_received_on_the_day_it_became_known(
    district: District, client_as: Callable[..., Client]
) -> None:
    batch = make_batch("operator", source="social_insurance")
    with acting(BATCH, actor="test"):
        Batch.objects.filter(pk=batch.pk).update(known_on=dt.date(2020, 6, 30))
    page = ask(client_as("district_officer", district["district"]), reverse("registers:index"))
    found = re.findall(r"Last received:\s*<[^>]*>([^<]*)<", page.content.decode())
    assert found == ["2020-06-30"]


def test_registers_that_no_file_has_come_from_yet_stand_last(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    page = ask(client_as("district_officer", district["district"]), reverse("registers:index"))
    assert [one["source"] for one in page.context["sources"]] == [load.source]
    assert len(page.context["unseen"]) > 1


def test_pages_ask_the_same_number_of_queries_for_any_number_of_rows(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    client = client_as("district_officer", district["district"])
    paths = [reverse("registers:index"), reverse("registers:batch", args=[load.token])]
    few = [count_queries(client, path) for path in paths]
    for line in range(100, 140):
        refuse(load, district["willow"], line)
        make_batch("operator", name=f"{line}.xlsx")
    assert [count_queries(client, path) for path in paths] == few
    assert max(few) <= 18


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert ask(client, path).status_code == 200
    return len(made)


# ── spreadsheets ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_faults_go_out_as_a_spreadsheet_that_runs_no_formula_and_leaves_a_trace(
    district: District, client_as: Callable[..., Client], load: Batch
) -> None:
    refuse(load, district["willow"], 20, column="=cmd|' /C calc'!A0", sheet="=1+1")
    client = client_as("town_officer", district["east"])
    before = Read.objects.filter(kind="export").count()
    sent = client.post(
        reverse("registers:batch", args=[load.token]), {"do": "export", "purpose": "check"}, headers=English
    )
    sheet = openpyxl.load_workbook(io.BytesIO(sent.content)).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in rows[0]] == [
        *("Line", "Name", "Sheet", "Column", "What is wrong", "What to do", "Village"),
    ]
    assert [row[0].value for row in rows[1:]] == [4, 9, 20]
    assert rows[3][3].value == "=cmd|' /C calc'!A0"
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
    assert Read.objects.filter(kind="export").count() == before + 3, "one a row"


def test_a_blank_sheet_carries_the_headings_of_its_register(
    district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("village_worker", district["willow"])
    sent = client.get(reverse("registers:blank", args=["village_ledger"]))
    sheet = openpyxl.load_workbook(io.BytesIO(sent.content)).active
    assert "身份证号*" in [cell.value for cell in sheet[2]]
    assert client.get(reverse("registers:blank", args=["no_such_register"])).status_code == 404
