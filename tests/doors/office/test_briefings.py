"""Briefings in officers' hands: begun from a template, written with the figures in sight, issued once and for all."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import docx
import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.engine.report import said
from anye.flow import jobs
from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.briefings.models import Briefing, BriefingIssue, Snapshot
from tests.conftest import District
from tests.doors.office.looking import queries_of, text_of
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year

ClientAs = Callable[..., Client]
DISTRICT, TOWN = "990100000000", "990100101000"


@pytest.fixture
def snapshot(district: District) -> Snapshot:
    with as_owner():
        Year(district)
    return take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")


@pytest.fixture
def officer(client_as: ClientAs, district: District) -> Client:
    client = client_as("district_officer", district["district"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"report:{name}", args=args)


def begun(client: Client, snapshot: Snapshot, area: str = DISTRICT, kind: str = "month") -> Briefing:
    response = client.post(
        at("briefing_begin"), {"kind": kind, "snapshot": snapshot.token, "area": area, "another": "1"}
    )
    assert response.status_code == 302, text_of(response)
    with as_owner():
        return Briefing.objects.latest("pk")


def saved(client: Client, briefing: Briefing, text: str, *, version: int, snapshot: str = "") -> HttpResponse:
    with as_owner():
        token = snapshot or Briefing.objects.get(pk=briefing.pk).snapshot.token
    told = {"snapshot": token, "text_zh": text, "text_en": "", "version": version}
    return client.post(at("briefing_edit", briefing.token), told)  # type: ignore[return-value]


def issue(client: Client, briefing: Briefing, *, version: int, note: str = "", counted: str = "") -> str:
    with as_owner():
        taken = Briefing.objects.get(pk=briefing.pk).snapshot.taken_at
    told = {"version": version, "note": note, "counted": counted or (taken.isoformat() if taken else "")}
    return text_of(client.post(at("briefing_issue_it", briefing.token), told, follow=True))


def dropped(client: Client, briefing: Briefing, version: int = 1) -> str:
    return text_of(client.post(at("briefing_drop", briefing.token), {"version": version}, follow=True))


def test_it_begins_from_the_template_with_its_figures_filled_in(officer: Client, snapshot: Snapshot) -> None:
    assert "No briefing yet" in text_of(officer.get(at("briefings")))
    briefing = begun(officer, snapshot)
    edited = text_of(officer.get(at("briefing_edit", briefing.token)))
    assert "{{I30}}" in edited and "517,000 yuan" in edited and "Table of the group" in edited
    told = text_of(officer.get(at("briefing", briefing.token)))
    assert "December 2020" in told and "draft" in told
    assert f'<a href="{at("indicator", snapshot.token, DISTRICT, "I30")}">6,850.5 yuan</a>' in told
    in_chinese = text_of(officer.get(at("briefing", briefing.token) + "?lang=zh"))
    assert "2020年12月就业帮扶简报" in in_chinese and "6,850.5元" in in_chinese
    assert "2020" in text_of(officer.get(at("briefings")))


def test_what_is_typed_is_seen_and_nothing_is_written(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    told = text_of(
        officer.post(
            at("briefing_preview", briefing.token, "zh"),
            {"text_zh": "# 题\n\n{{I03}} {{I3}} <script>x</script> {{I18}}", "snapshot": snapshot.token},
        )
    )
    assert "51.7万元" in told and "Line 3: there is no token {{I3}}" in told and "<script>x" not in told
    with as_owner():
        assert "51.7" not in Briefing.objects.get(pk=briefing.pk).text_zh
    assert officer.post(at("briefing_preview", briefing.token, "fr"), {}).status_code == 404


def test_two_who_write_at_once_do_not_write_over_each_other(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    assert saved(officer, briefing, "# 甲", version=1).status_code == 302
    late = saved(officer, briefing, "# 乙乙", version=1)
    assert late.status_code == 422
    told = text_of(late)
    assert (
        "changed this briefing in the meantime" in told
        and "# 乙乙" in told
        and at("briefing_issue_it", briefing.token) not in told
    )
    assert '<input type="hidden" name="version" value="2"' in told  # saved again, it takes the place of what was seen
    with as_owner():
        assert Briefing.objects.get(pk=briefing.pk).text_zh == "# 甲"


def test_an_empty_text_is_not_taken(officer: Client, snapshot: Snapshot) -> None:
    refused = saved(officer, begun(officer, snapshot), "  \n", version=1)
    assert refused.status_code == 422 and "in one language at least" in text_of(refused)


def test_an_issue_stays_and_the_next_says_what_it_puts_right(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    saved(officer, briefing, "# {{period}}\n\n兑现{{I30}}", version=1)
    assert "Issued." in issue(officer, briefing, version=2)
    saved(officer, briefing, "# {{period}}\n\n共兑现{{I30}}", version=2)
    assert "Say what this issue puts right" in issue(officer, briefing, version=3)
    assert "Read the briefing again" in issue(officer, briefing, version=2, note="错字")
    assert "Read the briefing again" in issue(
        officer, briefing, version=3, note="错字", counted="2020-01-01T00:00:00+00:00"
    )
    assert "Issued." in issue(officer, briefing, version=3, note="错字")
    first = text_of(officer.get(at("briefing_issue", briefing.token, 1)))
    latest = text_of(officer.get(at("briefing", briefing.token)))
    assert "共兑现" not in first and "共兑现" in latest and "错字" in latest and "Issue 1" in latest
    assert officer.get(at("briefing_issue", briefing.token, 3)).status_code == 404
    assert "An issue stays" in dropped(officer, briefing, 3)


def test_nobody_changes_an_issue_not_even_the_owner_of_the_tables(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    issue(officer, briefing, version=1)
    with as_owner():
        kept = BriefingIssue.objects.get()
        for change in ("UPDATE briefings_briefingissue SET text_zh = '改'", "DELETE FROM briefings_briefingissue"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)
        assert BriefingIssue.objects.get().text_zh == kept.text_zh
        Briefing.objects.filter(pk=briefing.pk).update(text_zh="改")  # the draft may be written on


def test_what_is_frozen_is_told_though_the_figures_of_the_day_were_counted_anew(
    officer: Client, snapshot: Snapshot
) -> None:
    briefing = begun(officer, snapshot)
    saved(officer, briefing, "兑现{{I30}}", version=1)
    issue(officer, briefing, version=2)
    with as_owner():
        snapshot.figures.filter(indicator="I30").update(value=1)
    assert "6,850.5元" in text_of(officer.get(at("briefing", briefing.token)))
    assert "兑现<a" in text_of(officer.get(at("briefing_issue", briefing.token, 0)))
    assert ">1元<" in text_of(officer.get(at("briefing_issue", briefing.token, 0)))


def test_figures_of_a_day_that_is_not_over_are_not_issued(officer: Client, snapshot: Snapshot) -> None:
    today = timezone.localdate()
    briefing = begun(officer, take(read_pack("cn_yubei"), on=today, known=today, by="tests"), kind="other")
    assert "Registers may still come in today" in issue(officer, briefing, version=1)
    assert "Registers may still come in today" in text_of(officer.get(at("briefing_edit", briefing.token)))
    with as_owner():
        assert not BriefingIssue.objects.exists()


def test_a_text_that_names_nothing_is_not_issued(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    saved(officer, briefing, "一\n二{{I77}}", version=1)
    assert "Line 2: there is no token {{I77}}" in issue(officer, briefing, version=2)
    with as_owner():
        assert not BriefingIssue.objects.exists()


def test_it_is_taken_along_as_a_file_in_each_language(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    issue(officer, briefing, version=1)
    for kind, begins in (("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!DOCTYPE html>")):
        for language in ("zh", "en"):
            response = officer.get(at("briefing_file", briefing.token, 1, language, kind))
            assert response.status_code == 200 and response.content.startswith(begins)
            assert response["Content-Disposition"].startswith("attachment")
    paper = docx.Document(io.BytesIO(officer.get(at("briefing_file", briefing.token, 0, "en", "docx")).content))
    assert "6,850.5 yuan" in "\n".join(line.text for line in paper.paragraphs)
    for language, kind in (("zh", "txt"), ("fr", "pdf"), ("zh", "exe")):
        assert officer.get(at("briefing_file", briefing.token, 1, language, kind)).status_code == 404
    assert officer.get(at("briefing_file", briefing.token, 9, "zh", "pdf")).status_code == 404


def test_an_issue_is_counted_again_on_request(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    issue(officer, briefing, version=1)
    asked = text_of(officer.post(at("briefing_recount", briefing.token, 1), follow=True))
    assert "being counted again" in asked
    assert officer.get(at("briefing_recount_state", briefing.token, 1)).status_code == 200
    with as_owner():
        (waiting,) = BriefingIssue.objects.get().recounts.all()
    jobs.recount_briefing(waiting.pk)
    over = officer.get(at("briefing_recount_state", briefing.token, 1))
    assert over.status_code == 204 and over["HX-Redirect"].endswith("/1/")
    assert "the same to the character" in text_of(officer.get(at("briefing_issue", briefing.token, 1)))


def test_a_town_writes_of_itself_and_reads_nothing_of_the_district(
    officer: Client, snapshot: Snapshot, client_as: ClientAs, district: District
) -> None:
    of_district = begun(officer, snapshot)
    town = client_as("town_officer", district["east"])
    for name, args in (
        ("briefing", ()),
        ("briefing_edit", ()),
        ("briefing_issue", (0,)),
        ("briefing_file", (0, "zh", "pdf")),
    ):
        assert town.get(at(name, of_district.token, *args)).status_code == 404
    assert town.post(at("briefing_drop", of_district.token)).status_code == 404
    refused = town.post(at("briefing_begin"), {"kind": "month", "snapshot": snapshot.token, "area": DISTRICT})
    assert refused.status_code == 422
    own = begun(town, snapshot, TOWN)
    assert own.scope_no == district["east"].scope_no
    assert "{{" not in text_of(officer.get(at("briefing", own.token)))  # the district reads its towns' briefings


def test_a_draft_goes_and_the_trail_keeps_it(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    assert "in the meantime" in dropped(officer, briefing, 7)
    assert "The draft is gone" in dropped(officer, briefing)
    with as_owner():
        assert not Briefing.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT payload->'before'->>'text_zh' FROM audit_event"
                " WHERE table_name = 'briefings_briefing' AND verb = 'delete'"
            )
            assert cursor.fetchone()[0] == briefing.text_zh


def test_without_figures_there_is_nothing_to_begin_with(client_as: ClientAs, district: District) -> None:
    client = client_as("district_officer", district["district"])
    told = text_of(client.get(at("briefing_begin"), headers={"accept-language": "en"}, follow=True))
    assert "no figures of your area yet" in told


def test_a_page_asks_as_many_questions_for_one_briefing_as_for_twenty(officer: Client, snapshot: Snapshot) -> None:
    begun(officer, snapshot)
    few = queries_of(officer, at("briefings"))
    for _ in range(20):
        begun(officer, snapshot, TOWN)
    assert queries_of(officer, at("briefings")) == few


def test_who_writes_none_is_offered_no_pen(
    officer: Client, snapshot: Snapshot, client_as: ClientAs, district: District
) -> None:
    briefing = begun(officer, snapshot)
    auditor = client_as("auditor", district["district"])
    for client, may_write in ((officer, True), (auditor, False)):
        assert (at("briefing_begin") in text_of(client.get(at("briefings")))) is may_write
        assert (at("briefing_edit", briefing.token) in text_of(client.get(at("briefing", briefing.token)))) is may_write


def test_figures_counted_before_their_day_was_over_are_not_issued(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    with as_owner():
        Snapshot.objects.filter(pk=snapshot.pk).update(
            taken_at=timezone.make_aware(dt.datetime.combine(KNOWN, dt.time(9)))
        )
    assert "before their day was over" in issue(officer, briefing, version=1)
    with as_owner():
        assert not BriefingIssue.objects.exists()


def test_a_year_is_told_of_its_last_day_alone(officer: Client, district: District) -> None:
    with as_owner():
        Year(district)
    march = take(read_pack("cn_yubei"), on=dt.date(2020, 3, 30), known=KNOWN, by="tests")
    refused = officer.post(at("briefing_begin"), {"kind": "year", "snapshot": march.token, "area": DISTRICT})
    assert refused.status_code == 422 and "ends no month, quarter or year" in text_of(refused)
    assert begun(officer, march, kind="other").kind == "other"


def test_what_was_issued_keeps_its_day_and_its_title(officer: Client, snapshot: Snapshot) -> None:
    november = take(read_pack("cn_yubei"), on=dt.date(2020, 11, 30), known=KNOWN, by="tests")
    briefing = begun(officer, snapshot)
    issue(officer, briefing, version=1)
    refused = saved(officer, briefing, "# 甲", version=1, snapshot=november.token)
    assert refused.status_code == 422 and "issued as of another day" in text_of(refused)


def test_an_issue_is_shown_as_it_was_composed_whatever_words_there_are_now(
    officer: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    briefing = begun(officer, snapshot)
    issue(officer, briefing, version=1)
    first = text_of(officer.get(at("briefing_issue", briefing.token, 1) + "?lang=zh"))
    monkeypatch.setitem(said.GROUPS, "money", {"zh": "钱款", "en": "Cash"})
    assert "资金与人次" in first and "资金与人次" in text_of(
        officer.get(at("briefing_issue", briefing.token, 1) + "?lang=zh")
    )
    assert "钱款" in text_of(officer.get(at("briefing_issue", briefing.token, 0) + "?lang=zh"))


def test_a_file_says_what_it_is_and_a_draft_with_faults_is_none(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    draft = officer.get(at("briefing_file", briefing.token, 0, "zh", "html")).content.decode()
    assert "草稿，未定稿" in draft
    issue(officer, briefing, version=1)
    saved(officer, briefing, "# {{period}}", version=1)
    issue(officer, briefing, version=2, note="改了标题")
    second = officer.get(at("briefing_file", briefing.token, 2, "zh", "html")).content.decode()
    assert "第2版" in second and "更正：改了标题" in second and "草稿" not in second
    saved(officer, briefing, "{{I77}}", version=2)
    refused = officer.get(at("briefing_file", briefing.token, 0, "zh", "docx"), follow=True)
    assert "there is no token {{I77}}" in text_of(refused)


def test_what_a_word_processor_leaves_behind_does_not_stay(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    assert saved(officer, briefing, "甲\x0b乙\x1b\uffff丙", version=1).status_code == 302
    with as_owner():
        assert Briefing.objects.get(pk=briefing.pk).text_zh == "甲乙丙"
    assert officer.get(at("briefing_file", briefing.token, 0, "zh", "docx")).status_code == 200
    assert saved(officer, briefing, "甲", version=int("9" * 30)).status_code == 422


def test_a_second_one_of_the_same_is_begun_by_whoever_means_it(officer: Client, snapshot: Snapshot) -> None:
    first = begun(officer, snapshot)
    told = {"kind": "month", "snapshot": snapshot.token, "area": DISTRICT}
    asked = officer.post(at("briefing_begin"), told)
    assert asked.status_code == 422 and at("briefing", first.token) in text_of(asked)
    assert "Begin another" in text_of(asked)
    assert officer.post(at("briefing_begin"), {**told, "area": TOWN}).status_code == 302
    assert officer.post(at("briefing_begin"), {**told, "another": "1"}).status_code == 302


def test_what_was_written_of_a_briefing_that_is_gone_is_given_back(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    assert officer.post(at("briefing_drop", briefing.token), {"version": "1"}).status_code == 302
    answer = officer.post(
        at("briefing_edit", briefing.token), {"text_zh": "# 想了很久的话 <b>", "text_en": " ", "version": "1"}
    )
    assert answer.status_code == 404 and "# 想了很久的话 &lt;b&gt;" in text_of(answer)
    assert "想了很久" not in text_of(officer.post(at("briefing_edit", briefing.token), {"version": "1"}))


def test_an_earlier_issue_names_the_one_in_its_place(officer: Client, snapshot: Snapshot) -> None:
    briefing = begun(officer, snapshot)
    for note in ("", "a number"):
        with as_owner():
            briefing.refresh_from_db()
        counted = snapshot.taken_at.isoformat() if snapshot.taken_at else ""
        told = {"version": str(briefing.version), "counted": counted, "note": note}
        assert officer.post(at("briefing_issue_it", briefing.token), told).status_code == 302
    first, second = (text_of(officer.get(at("briefing_issue", briefing.token, number))) for number in (1, 2))
    newer = at("briefing_issue", briefing.token, 2)
    assert "A later issue stands in the place of this one" in first and newer in first
    assert "A later issue" not in second
