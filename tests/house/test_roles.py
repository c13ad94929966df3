"""Every statement about people, files and the trail is made in a role that we set: a page's in its reader's range."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from anye.engine.entitle.policy_file import digest_of
from anye.engine.errors import FileFault
from anye.engine.intake.mapping import SheetMapping
from anye.flow import jobs, waiting
from anye.flow.load import abandon, load_file
from anye.flow.registry import loading_context
from anye.records.accounts import scope
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.audit.models import Event
from anye.records.entitlements.actions import rules
from anye.records.entitlements.models import Draft
from anye.records.findings import actions as findings
from anye.records.people import actions as people
from anye.records.registers import actions as registers
from anye.records.registers.actions import requests
from anye.records.registers.models import Batch, Duplicate, Upload, Withdrawal
from tests import factories as made
from tests.conftest import District
from tests.flow.rules_by_hand import drafted, with_value
from tests.flow.test_load_order import person
from tests.flow.written import ledger, number
from tests.house.counted import left_to_count
from tests.house.two_districts import make_world

pytestmark = pytest.mark.django_db

OURS = re.compile(
    r"\b(people|firms|registers|findings|audit|posts|training|claims|entitlements|briefings)_[a-z]+|\bstage\.b\d"
)
RULES = "training_through_work"
WILLOW, BRIDGE = ({"镇街": "东河镇", "村居": village} for village in ("柳树村", "石桥村"))
Made = tuple[str, str, str, bool]  # role, lower and upper end, and whether the ORM was told as well


@dataclass
class Recorder:
    """What role and range each statement about our tables is made in."""

    made: set[Made] = field(default_factory=set)

    def __call__(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if OURS.search(sql) and not connection.needs_rollback:
            row = connection.connection.execute(
                "SELECT current_user, current_setting('anye.lo', true), current_setting('anye.hi', true)"
            ).fetchone()
            self.made.add((row[0], row[1] or "", row[2] or "", scope._scope.get() is not None))
        return execute(sql, *more)


@contextmanager
def recorded() -> Iterator[set[Made]]:
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        yield recorder.made


def as_role(role: str) -> set[Made]:
    """All statements in one role over everything."""
    return {(role, "", "", True)}


@pytest.mark.bar(12, control="the middlewares' calls taken out (scope calls)")
def test_a_pages_statements_are_the_apps_within_the_readers_range(
    district: District, client_as: Callable[..., Client]
) -> None:
    world = make_world(district)
    office = district["willow"]
    client = client_as("village_worker", office)
    with recorded() as statements:
        for address in ("/", "/people/", "/visits/", "/findings/", "/registers/", "/entries/", "/transfers/"):
            assert client.get(address).status_code == 200
        assert client.get(reverse("office:person", args=[world["willow"].person.token])).status_code == 200
    assert statements == {(APP, str(office.scope_no), str(office.scope_hi), True)}


def test_a_strangers_statements_are_the_apps_too(db: None) -> None:
    seen = set()

    def see(execute: Callable[..., Any], *arguments: Any) -> Any:
        seen.add(connection.connection.execute("SELECT current_user").fetchone()[0])
        return execute(*arguments)

    with connection.execute_wrapper(see):
        Client().post(reverse("account_login"), {"login": "nobody", "password": "none of these"})
    # what stands outside the request's transaction: its savepoint, the setting of the role itself
    assert APP in seen


# ── what goes on behind the pages ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def worker(district: District, make_user: Callable[..., Any]) -> Duty:
    return Duty.objects.get(user=make_user("village_worker", district["willow"], "willow-worker"))


@pytest.fixture
def loader(district: District, make_user: Callable[..., Any]) -> Duty:
    return Duty.objects.get(user=make_user("district_officer", district["district"], "loader"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [person(1, "张伟", **WILLOW), person(2, "李娜", **BRIDGE), {"姓名": "无号"}]
    return ledger(tmp_path / "may.csv", rows, month="2020年5月")


def handed_in(loader: Duty, path: Path, *, state: str = "waiting") -> int:
    with acting(BATCH):
        return registers.hand_in(
            file_name=path.name,
            sealed=keyring().seal_bytes(path.read_bytes(), context="raw"),
            size=1,
            known_on=loader.starts_on,
            by=loader.user.username,
            duty_id=loader.pk,
            scope_no=loader.scope_no,
            state=state,
        ).pk


def asked_back(loader: Duty, path: Path) -> int:
    """The rows of a load that was refused in part, asked for."""
    ledger(path, [person(3, "张三", **WILLOW), {"姓名": "无号"}], month="2020年5月")
    report = load_file(path, context=loading_context())
    with acting(BATCH):
        return requests.ask_fault_sheet(
            batch=Batch.objects.get(pk=report.batch),
            levels=["refused"],
            purpose="register",
            language="zh",
            by=loader.user.username,
            duty_id=loader.pk,
            scope_no=loader.scope_no,
        ).pk


def withdrawal_of(loader: Duty, path: Path, state: str) -> int:
    """A load that somebody wants taken back."""
    there = path.with_name(f"{state}.csv")
    ledger(there, [person(5, "王五", **WILLOW)], month=f"2020年{5 + len(state)}月")
    report = load_file(there, context=loading_context())
    with acting(BATCH):
        asked, _is_new = requests.ask_withdrawal(
            batch=Batch.objects.get(pk=report.batch),
            by=loader.user.username,
            duty_id=loader.pk,
            scope_no=loader.scope_no,
        )
        assert asked is not None
        Withdrawal.objects.filter(pk=asked.pk).update(state=state, figures={}, decided_by="loader")
    return asked.pk


def entered(worker: Duty, kind: str, told: dict[str, Any], subject: Any = None) -> int:
    with acting(BATCH):
        return registers.enter(
            kind=kind,
            sealed=keyring().seal(json.dumps(told), context="raw"),
            person_id=subject.pk if subject else None,
            scope_no=subject.scope_no if subject else worker.scope_no,
            by=worker.user.username,
            duty_id=worker.pk,
        ).pk


def duplicate_of(district: District, worker: Duty, act: Callable[..., None]) -> int:
    """Somebody of Bridge, registered in Willow; Bridge has decided."""
    with made.as_owner():
        made.make_person(district["bridge"], "李娜", number=number(2))
    told = {"name": "李娜", "id_number": number(2), "area_code": district["willow"].area_code}
    jobs.publish_entry(entered(worker, "person", told))
    with acting(BATCH):
        found = Duplicate.objects.select_related("person").get()
        act(duplicate=found, by="bridge-worker")
    return found.pk


def transfer_of(district: District) -> int:
    with made.as_owner():
        chen = made.make_person(district["willow"], "陈一")
    with acting(BATCH):
        transfer = people.ask_transfer(person=chen, to_scope_no=district["cloud"].scope_no, reason="r", by="w")
        people.accept_transfer(transfer=transfer, by="cloud-worker")
    return transfer.pk


@pytest.mark.bar(12, control="each call of `acting` taken out (scope calls)")
def test_a_file_is_loaded_as_the_batch_role(loader: Duty, file: Path) -> None:
    upload = handed_in(loader, file)
    with recorded() as statements:
        jobs.load_upload(upload)
    assert statements == as_role(BATCH)


def test_a_person_is_judged_anew_as_the_batch_role(district: District) -> None:
    with made.as_owner():
        person = made.make_person(district["willow"])
    jobs.judge_everybody(0)
    with recorded() as statements:
        jobs.judge_person(person.pk)
    assert statements == as_role(BATCH)


UNKNOWN = ("大名", "证", "镇", "村")


def unmapped_of(loader: Duty, path: Path) -> int:
    """A trial of what somebody says of a file of unknown headings."""
    path.write_text(f"{','.join(UNKNOWN)}\n张伟,{number(1)},东河镇,柳树村\n", encoding="utf-8")
    upload = handed_in(loader, path)
    jobs.load_upload(upload)
    said = SheetMapping("village_ledger", UNKNOWN, ("name", "id_number", "town", "village"))
    with acting(BATCH):
        return registers.try_mapping(
            upload=Upload.objects.get(pk=upload), said=said, name="n", place=(0, 1), by="loader", duty_id=loader.pk
        ).pk


def test_what_somebody_says_of_a_file_is_tried_as_the_batch_role(loader: Duty, tmp_path: Path) -> None:
    trial = unmapped_of(loader, tmp_path / "a.csv")
    with recorded() as statements:
        jobs.try_mapping(trial)
    assert statements == as_role(BATCH)
    with recorded() as statements:
        waiting.give_up_unmapped()
    assert statements == as_role(BATCH)


@pytest.mark.bar(12, control="each call of `acting` taken out (scope calls)")
def test_a_file_is_given_up_as_the_batch_role(loader: Duty, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = handed_in(loader, file)

    def torn(*_: object, **__: object) -> None:
        raise FileFault("damaged")

    monkeypatch.setattr("anye.flow.load.publish_batch", torn)
    with recorded() as statements:
        jobs.load_upload(upload)
    assert statements == as_role(BATCH)


def test_rows_are_given_back_as_the_batch_role(loader: Duty, file: Path) -> None:
    sheet = asked_back(loader, file)
    with recorded() as statements:
        jobs.make_fault_sheet(sheet)
    assert statements == as_role(BATCH)
    made = Event.objects.filter(table_name="registers_faultsheet", verb="update").latest("id")
    assert (made.actor, made.duty, made.purpose) == ("loader", f"duty:{loader.pk}", "give back: register")


def test_a_file_is_looked_at_as_the_batch_role(loader: Duty, file: Path) -> None:
    upload = handed_in(loader, file, state="looking")
    with recorded() as statements:
        jobs.look_at_upload(upload)
    assert statements == as_role(BATCH)
    kept = Event.objects.filter(table_name="registers_look").latest("id")
    assert (kept.actor, kept.duty, kept.purpose) == ("loader", f"duty:{loader.pk}", "look")


def test_a_load_is_taken_back_as_the_batch_role(loader: Duty, file: Path) -> None:
    withdrawal = withdrawal_of(loader, file, "asked")
    for task in (jobs.foresee_withdrawal, jobs.carry_out_withdrawal):
        with recorded() as statements:
            task(withdrawal)
        assert statements == as_role(BATCH)
        with acting(BATCH):
            Withdrawal.objects.filter(pk=withdrawal, state="foreseen").update(state="agreed")
    done = Event.objects.get(verb="withdraw")
    assert (done.actor, done.duty, done.purpose) == ("loader", f"duty:{loader.pk}", "withdraw")


def test_what_was_left_behind_is_looked_after_as_the_batch_role(district: District) -> None:
    with recorded() as statements:
        jobs.look_after(0)
    assert statements == as_role(BATCH)


def test_what_an_officer_entered_is_published_as_the_batch_role(district: District, worker: Duty) -> None:
    with made.as_owner():
        chen = made.make_person(district["willow"], "陈一")
    entry = entered(worker, "details", {"details": {"phone": "13800009999"}}, chen)
    with recorded() as statements:
        jobs.publish_entry(entry)
    assert statements == as_role(BATCH)
    published = Event.objects.filter(verb="entry").latest("id")
    assert (published.actor, published.duty, published.purpose) == (
        "willow-worker", f"duty:{worker.pk}", "entry details",
    )  # fmt: skip


def test_a_transfer_is_carried_out_as_the_batch_role(district: District) -> None:
    transfer = transfer_of(district)
    with recorded() as statements:
        jobs.carry_out_transfer(transfer)
    assert statements == as_role(BATCH)


def test_a_double_registration_is_settled_as_the_batch_role(district: District, worker: Duty) -> None:
    duplicate = duplicate_of(district, worker, registers.hand_over)
    with recorded() as statements:
        jobs.settle_duplicate(duplicate)
    assert statements == as_role(BATCH)


def handed_over(duty: Duty) -> int:
    """A line of what is owed that an officer handed to visits."""
    with acting(BATCH, actor="tests"):
        told = {"by": duty.user.username, "duty_id": duty.pk, "scope_no": duty.scope_no}
        return findings.ask_to_hand_over(kind="unknown", rows=[1], **told).pk


def test_what_is_owed_is_handed_to_visits_as_the_batch_role(district: District, loader: Duty) -> None:
    handover = handed_over(loader)
    with recorded() as statements:
        jobs.hand_to_visits(handover)
    assert statements == as_role(BATCH)


def test_seals_are_made_as_the_batch_role(district: District) -> None:
    with recorded() as statements:
        jobs.seal(0)
    assert statements == as_role(BATCH)


def draft_of(duty: Duty) -> int:
    """A draft of rules of which somebody asked whom it would change."""
    draft = drafted(RULES, with_value(RULES, "标准", dt.date(2020, 9, 1), 60_000), scope_no=duty.scope_no)
    with acting(lo=duty.scope_no, hi=duty.scope_no):
        rules.ask_foreseen(draft=draft, digest=digest_of(draft.text))
    return int(draft.pk)


def test_whom_rules_would_change_is_found_out_as_the_batch_role(loader: Duty) -> None:
    draft = draft_of(loader)
    with recorded() as statements:
        jobs.foresee_rules(draft)
    assert statements == as_role(BATCH)
    with acting(BATCH):
        assert Draft.objects.get(pk=draft).foreseen_state == "done"


@pytest.mark.bar(12, control="each call of `acting` taken out (scope calls)")
def test_what_was_left_behind_is_given_up_as_the_batch_role(
    district: District, worker: Duty, loader: Duty, file: Path
) -> None:
    left = {
        "publish_entry": entered(worker, "person", {"name": "x"}),
        "load_upload": handed_in(loader, file),
        "look_at_upload": handed_in(loader, file, state="looking"),
        "make_fault_sheet": asked_back(loader, file.with_name("other.csv")),
        "foresee_withdrawal": withdrawal_of(loader, file, "asked"),
        "carry_out_withdrawal": withdrawal_of(loader, file, "agreed"),
        "foresee_rules": draft_of(loader),
        "try_mapping": unmapped_of(loader, file.parent / "unknown.csv"),
        "carry_out_transfer": transfer_of(district),
        "hand_to_visits": handed_over(loader),
        **left_to_count(),
        "settle_duplicate": duplicate_of(district, worker, registers.hand_over),
    }
    for kind in waiting.KINDS:
        with recorded() as statements:
            assert [one.pk for one in waiting.left_behind(kind)] == [left[kind.task]]
        assert statements == as_role(BATCH), kind.task
        with recorded() as statements:
            kind.give_up(left[kind.task])
        assert statements == as_role(BATCH), kind.task


def test_a_load_that_nobody_goes_on_with_is_abandoned_as_the_batch_role(
    district: District, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("anye.flow.load.publish_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        load_file(file, context=loading_context())
    with recorded() as statements:
        abandon(file.read_bytes(), FileFault("job_failed"), by="worker")
    assert statements == as_role(BATCH)
