"""What an officer types and what the worker makes of it, for the tests of entries."""

import datetime as dt
import json
import re
from typing import Any

from django.db.models import F
from django.test import Client
from django.urls import reverse

from anye.engine.codes import complete_id
from anye.flow.jobs import publish_entry
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.people.models import Person
from anye.records.registers.models import Batch, Entry

English = {"accept-language": "en"}


def number(sequence: int, birth: str = "19900307") -> str:
    return complete_id(f"990101{birth}{sequence:03d}")


def ask(client: Client, path: str) -> Any:
    return client.get(path, headers=English)


def send(client: Client, path: str, told: dict[str, Any]) -> Any:
    return client.post(path, told, headers=English)


def run_waiting() -> list[Entry]:
    """What the worker does: every waiting entry in its order."""
    with acting(BATCH):
        waiting = list(Entry.objects.filter(state="waiting").order_by("id"))
    for one in waiting:
        publish_entry(one.pk)
    with acting(BATCH):
        return list(Entry.objects.filter(pk__in=[one.pk for one in waiting]).order_by("id"))


def a_day_passes() -> None:
    """What is on record was known yesterday: of two entries of one day, neither is the later for the registry."""
    with acting(BATCH):
        Batch.objects.update(known_on=F("known_on") - dt.timedelta(1))


def payload(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(keyring().unseal(bytes(entry.sealed), context="raw"))
    return told


def last_payload() -> dict[str, Any]:
    with acting(BATCH):
        return payload(Entry.objects.latest("id"))


def register(client: Client, office: Any, name: str = "陈一", id_number: str = "", **told: Any) -> Any:
    given = {"name": name, "id_number": id_number or number(123), "area": office.token, "employed": ""}
    return send(client, reverse("entries:new_person"), {**given, **told})


def person_named(name: str) -> Person:
    with acting(BATCH):
        return Person.objects.get(name=name)


def facts(model: Any, **given: Any) -> list[Any]:
    with acting(BATCH):
        return list(model.objects.filter(**given).known().order_by("pk"))


def plain(answer: Any) -> str:
    text = answer.content.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value|name="csrf-token" content)="[^"]*"', "", text)
    text = re.sub(r"/entries/[\w-]{16,}/", "/entries/…/", text)
    return re.sub(r"<time[^>]*>[^<]*</time>", "", text)


def unchanged(person: Person, **changes: Any) -> dict[str, Any]:
    given = {"name": person.name, "sex": person.sex, "birth": "1990-03-07", "phone": "", "education": "",
             "work_capacity": "", "employment_state": "", "address": ""}  # fmt: skip
    return {**given, **changes}
