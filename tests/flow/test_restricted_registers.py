"""Rows of justice and health: refused, queried or contradicted, they are listed for duties alone that must see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.utils import IntegrityError
from django.test import Client

from anye.flow.jobs import load_upload
from anye.flow.load import Report
from anye.packs import read_pack
from anye.records.accounts import queries as accounts
from anye.records.accounts.scope import APP, BATCH, acting, within
from anye.records.findings.models import Finding
from anye.records.registers.models import Batch, Fault, Source, Upload
from tests import factories
from tests.conftest import District
from tests.flow.test_registers import HOME, sheet
from tests.flow.written import ledger, number
from tests.house.crawling import text_of

Load = Callable[..., Report]
# somebody else under 冉明1's number, and a row whose number fails its check digit
NAMES = ("谭国强", "向小龙")
HEADINGS = {
    "justice": ("镇街 村居 姓名 身份证号 入监日期 服刑单位", ("2019-01-05", "第二监狱")),
    "disability": ("镇街 村居 姓名 身份证号 残疾证号 残疾类别 发证日期", ("C42", "肢体", "2018/6/1")),
    "deaths": ("镇街 村居 姓名 身份证号 死亡日期", ("2020-03-07",)),
}
RESTRICTED = ("justice", "disability")


def register(folder: Path, name: str) -> Path:
    headings, said = HEADINGS[name]
    wrong = f"{number(2)[:-1]}{(int(number(2)[-1].replace('X', '9')) + 1) % 10}"
    rows = [(*HOME.values(), who, whose, *said) for who, whose in zip(NAMES, (number(1), wrong), strict=True)]
    return sheet(folder / f"{name}.csv", headings, rows)


@pytest.fixture
def person(load: Load, tmp_path: Path) -> None:
    row = {"姓名": "冉明1", "身份证号": number(1), "出生日期": "1990-03-07", **HOME}
    load(ledger(tmp_path / "ledger.csv", [row]))


def faults() -> list[tuple[str, bool]]:
    with acting(BATCH):
        return list(Fault.objects.order_by("line").values_list("level", "is_restricted"))


def doubts() -> list[str]:
    with acting(BATCH):
        return list(Finding.objects.filter(rule="Q04").values_list("state", flat=True))


def test_a_profile_tells_whether_it_is_restricted() -> None:
    profiles = read_pack("cn_yubei").profiles
    assert {name for name, profile in profiles.items() if profile.is_restricted} == set(RESTRICTED)


def test_its_source_knows_it_too(district: District) -> None:
    assert set(Source.objects.filter(is_restricted=True).values_list("code", flat=True)) == set(RESTRICTED)


@pytest.mark.parametrize("name", HEADINGS)
def test_what_is_wrong_with_its_rows_is_restricted_and_asks_nobody_at_the_door(
    name: str, person: None, load: Load, tmp_path: Path
) -> None:
    report = load(register(tmp_path, name))
    assert (report.source, report.unattached, len(report.refused)) == (name, 1, 1)
    is_restricted = name in RESTRICTED
    assert faults() == [("unattached", is_restricted), ("refused", is_restricted)]
    assert doubts() == ([] if is_restricted else ["visiting"])


def test_in_the_other_order_too(load: Load, tmp_path: Path) -> None:
    load(register(tmp_path, "justice"))
    row = {"姓名": "冉明1", "身份证号": number(1), "出生日期": "1990-03-07", **HOME}
    load(ledger(tmp_path / "ledger.csv", [row]))
    assert set(faults()) == {("unattached", True), ("refused", True)}
    assert doubts() == []


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def told(client: Client, batch: Batch) -> dict[str, str]:
    """What a reader is told on every page where a load or its rows stand, and what they take out."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    home = f"/registers/{batch.token}/"
    pages = ["/", "/findings/", "/visits/", "/people/", "/registers/", "/registers/mend/", home, f"{home}unattached/"]
    answers = {path: client.get(path) for path in pages}
    for path in ("/registers/mend/", home, f"{home}unattached/"):
        answers[f"names {path}"] = client.post(path, {"do": "names", "purpose": "register"})
        answers[f"file {path}"] = client.post(path, {"do": "export", "purpose": "check"})
    return {path: text_of(answer) for path, answer in answers.items() if answer.status_code == 200}


@pytest.mark.bar(10, control="the roles that must see them do, here")
@pytest.mark.parametrize("name", RESTRICTED)
def test_nobody_else_meets_them_on_any_page(
    name: str, person: None, load: Load, tmp_path: Path, district: District, client_as: Callable[..., Client]
) -> None:
    report = load(register(tmp_path, name))
    with acting(BATCH):
        batch = Batch.objects.get(pk=report.batch)
    for role in sorted(accounts.OFFICER_ROLES - {"administrator"}):
        client = client_as(role, district["willow" if role == "village_worker" else "district"])
        assert_meets_them_only_where_it_must(role, name, told(client, batch), batch)


def assert_meets_them_only_where_it_must(role: str, name: str, pages: dict[str, str], batch: Batch) -> None:
    met = {path for path, text in pages.items() if any(who in text for who in NAMES)}
    assert bool(met) is (role in accounts.SEE_RESTRICTED)
    title = read_pack("cn_yubei").profiles[name].title["en"]
    index = pages.pop("/registers/")  # there the register itself is named to everybody
    assert (f"{name}.csv" in index) is (role in accounts.SEE_RESTRICTED)
    listed = {path for path, text in pages.items() if f"{name}.csv" in text or title in text}
    assert (listed > {"/registers/mend/"}) if role in accounts.SEE_RESTRICTED else (listed == set())
    assert (f"/registers/{batch.token}/" in pages) is (role in accounts.SEE_RESTRICTED)


def test_whoever_hands_one_in_and_may_not_see_it_is_told_so(
    person: None, tmp_path: Path, district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("poverty_office", district["district"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    file = SimpleUploadedFile("justice.csv", register(tmp_path, "justice").read_bytes())
    answer = client.post("/registers/upload/", {"file": file, "known_on": "2026-03-12"})
    with acting(BATCH):
        load_upload(Upload.objects.get().pk)
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "duties that have to know" in text_of(page)
    state = client.get(f"{answer['Location']}state/")
    assert state.status_code == 200 and "HX-Redirect" not in state.headers


# ── each layer alone ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def listed(district: District) -> District:
    with factories.as_owner():
        for source in ("justice", "deaths"):
            factories.make_fault(district["willow"], factories.make_batch(source), name="冉明秀")
    return district


def seen(district: District, *, sees_restricted: bool) -> tuple[int, int]:
    """How many faults the manager and how many raw SQL finds."""
    scope_no = district["willow"].scope_no
    with (
        acting(APP),
        within(scope_no, scope_no, actor="t", duty="t", sees_restricted=sees_restricted),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM registers_fault")
        return Fault.objects.count(), cursor.fetchone()[0]


@pytest.mark.bar(12, control="each layer taken out, below")
def test_both_layers_hide_restricted_faults_and_no_others(listed: District) -> None:
    assert seen(listed, sees_restricted=False) == (1, 1)
    assert seen(listed, sees_restricted=True) == (2, 2)


def test_without_the_policy_raw_sql_would_see_them(listed: District) -> None:
    """The negative control of the lower layer."""
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY registers_fault_restricted ON registers_fault")
    assert seen(listed, sees_restricted=False) == (1, 2)


def test_without_its_manager_the_policy_still_hides_them(listed: District) -> None:
    scope_no = listed["willow"].scope_no
    with acting(APP), within(scope_no, scope_no, actor="t", duty="t"):
        assert Fault._base_manager.count() == 1


def test_a_fault_that_does_not_say_whether_it_is_restricted_is_not_kept(listed: District) -> None:
    given: dict[str, Any] = {"line": 1, "level": "refused", "reason": "id_check", "scope_no": 1}
    with factories.as_owner(), pytest.raises(IntegrityError, match="is_restricted"):
        Fault.objects.create(batch=Batch.objects.first(), **given)
