"""Files that are handed in: what becomes of them, and what the page says meanwhile."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.doors.office import uploads
from anye.flow.jobs import load_upload
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.registers.models import Upload
from tests import factories
from tests.conftest import District
from tests.doors.office.test_registers import ask, lines_of, make_batch

pytestmark = pytest.mark.django_db
English = {"accept-language": "en"}
LEDGER = "镇街,村居,姓名,身份证号,就业状态\n东河镇,柳树村,甲某,990101199003071237,\n东河镇,柳树村,乙某,123,\n"


def hand_in(client: Client, content: bytes, name: str = "三月台账.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(
        reverse("registers:new_upload"), {"file": file, "known_on": "2026年3月12日", **fields}, headers=English
    )


def test_a_file_is_sealed_and_waits_for_the_worker(district: District, client_as: Callable[..., Client]) -> None:
    client = client_as("district_officer", district["district"], "east-officer")
    answer = hand_in(client, LEDGER.encode())
    with acting(BATCH):
        upload = Upload.objects.get()
    assert answer.url == reverse("registers:upload", args=[upload.token])
    assert (upload.file_name, upload.uploaded_by, upload.known_on) == (
        "三月台账.csv",
        "east-officer",
        dt.date(2026, 3, 12),
    )
    assert LEDGER.encode() not in bytes(upload.sealed)
    assert keyring().unseal_bytes(bytes(upload.sealed), context="raw") == LEDGER.encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->'upload_id' FROM procrastinate_jobs WHERE task_name LIKE '%load_upload'")
        assert cursor.fetchall() == [(str(upload.pk),)]
    text = ask(client, answer.url).content.decode()
    assert "Waiting for its turn" in text and "甲某" not in text


def test_a_file_that_was_read_ends_on_the_page_of_its_load(
    district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("district_officer", district["district"])
    answer = hand_in(client, LEDGER.encode())
    with acting(BATCH):
        upload = Upload.objects.get()
    load_upload(upload.pk)
    with acting(BATCH):
        upload.refresh_from_db()
    assert (upload.state, upload.sealed) == ("done", None)
    part = ask(client, reverse("registers:upload_state", args=[upload.token]))
    assert part.headers["HX-Redirect"] == reverse("registers:batch", args=[upload.batch.token])
    page = client.get(answer.url, follow=True, headers=English)
    assert lines_of(page) == [3]
    assert [one["value"] for one in page.context["figures"]] == ["2", "1", "0", "1", "0", "0"]


def test_a_file_that_is_no_register_says_so_and_offers_another_try(
    district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("district_officer", district["district"])
    answer = hand_in(client, b"%PDF-1.4 nothing", "list.pdf")
    with acting(BATCH):
        load_upload(Upload.objects.get().pk)
    text = ask(client, answer.url).content.decode()
    assert "The file is a PDF" in text and reverse("registers:new_upload") in text


def test_a_list_that_does_not_tell_what_it_is_is_loaded_as_what_it_is_named(
    district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("district_officer", district["district"])
    bare = "镇街,村居,姓名,身份证号\n东河镇,柳树村,甲某,990101199003071237\n"
    ends = {}
    for source in ("", "village_ledger"):
        answer = hand_in(client, bare.encode(), source=source)
        with acting(BATCH):
            load_upload(Upload.objects.latest("pk").pk)
        ends[source] = client.get(answer.url, follow=True, headers=English).content.decode()
    assert "Choose the register when you hand the file in" in ends[""]
    assert "employment ledger" in ends["village_ledger"]


def test_a_register_that_does_not_exist_cannot_be_named(district: District, client_as: Callable[..., Client]) -> None:
    client = client_as("district_officer", district["district"])
    assert hand_in(client, LEDGER.encode(), source="no_such").status_code == 422


def test_rows_read_so_far_are_shown_while_the_file_is_being_read(
    district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("district_officer", district["district"], "east-officer")
    answer = hand_in(client, LEDGER.encode())
    make_batch("east-officer", name="三月台账.csv", state="reading", rows=20_000)
    text = ask(client, answer.url).content.decode()
    assert "20,000 rows read" in text and 'hx-trigger="every 2s"' in text


@pytest.mark.parametrize("role", ["village_worker", "auditor", "finance", "approver"])
def test_others_cannot_hand_in_files(district: District, client_as: Callable[..., Client], role: str) -> None:
    client = client_as(role, district["willow"])
    assert hand_in(client, LEDGER.encode()).status_code == 403
    assert "registers/upload/" not in ask(client, reverse("registers:index")).content.decode()
    with acting(BATCH):
        assert not Upload.objects.exists()


def test_another_towns_upload_is_not_found(district: District, client_as: Callable[..., Client]) -> None:
    answer = hand_in(client_as("district_officer", district["district"]), LEDGER.encode())
    other = client_as("town_officer", district["west"])
    assert ask(other, answer.url).status_code == 404
    assert ask(other, f"{answer.url}state/").status_code == 404


def test_an_empty_file_and_a_day_in_the_future_are_refused_with_sentences(
    district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("district_officer", district["district"])
    empty = hand_in(client, b"")
    assert empty.status_code == 422 and "The file is empty" in empty.content.decode()
    tomorrow = timezone.localdate() + dt.timedelta(1)
    late = hand_in(client, LEDGER.encode(), known_on=tomorrow.isoformat())
    assert late.status_code == 422 and "must not be after" in late.content.decode()
    with factories.as_owner():
        factories.make_decision(factories.make_person(district["willow"]), is_over=True)
    early = hand_in(client, LEDGER.encode(), known_on=(factories.KNOWN - dt.timedelta(1)).isoformat())
    assert early.status_code == 422 and "must not be before" in early.content.decode()


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    district: District, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("district_officer", district["district"])
    monkeypatch.setattr(uploads, "LARGEST", 10)
    smaller_than_the_form = hand_in(client, LEDGER.encode())
    assert smaller_than_the_form.status_code == 422
    monkeypatch.setattr(uploads, "FORM_ROOM", 0)
    answer = hand_in(client, LEDGER.encode())
    assert answer.status_code == 413 and "larger than 200 MB" in answer.content.decode()


def test_handing_in_needs_the_pages_own_token(district: District, client_as: Callable[..., Client]) -> None:
    client = client_as("district_officer", district["district"])
    client.handler.enforce_csrf_checks = True
    assert hand_in(client, LEDGER.encode()).status_code == 403
    page = ask(client, reverse("registers:new_upload"))
    token = str(page.context["csrf_token"])
    assert hand_in(client, LEDGER.encode(), csrfmiddlewaretoken=token).status_code == 302
