"""Rules on their pages: read by everybody, changed by a district's officer, published by a second person, and by no other."""

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anye.engine.entitle.policy_file import digest_of
from anye.flow.foreseeing import foresee
from anye.flow.rules import _book, rules_in_use
from anye.packs import read_pack
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.models import Duty, User
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements import queries as entitlements
from anye.records.entitlements.models import Draft, Publication
from tests.conftest import District
from tests.doors.office.looking import queries_of, text_of
from tests.factories import as_owner

ClientAs = Callable[..., Client]
CODE = "part_time_post"
SUM = {
    "since": "2021-01-01", "value": "600", "certainty": "A", "source_zh": "渝北人社发〔2020〕9号", "source_en": "",
}  # fmt: skip


@pytest.fixture
def author(client_as: ClientAs, district: District) -> Client:
    return english(client_as("district_officer", district["district"], "author"))


@pytest.fixture
def second(client_as: ClientAs, district: District) -> Client:
    return english(client_as("approver", district["district"], "second"))


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def begun(author: Client, code: str = CODE) -> Draft:
    author.post(reverse("rules:begin", args=[code]))
    return latest()


def latest() -> Draft:
    with acting(BATCH):
        return Draft.objects.latest("pk")


def change(client: Client, draft: Draft, kind: str, at: str = "", **told: object) -> str:
    """What the page says after a form was sent; nothing where it was taken."""
    told = {"seen": digest_of(latest().text), **told}
    answer = client.post(reverse("rules:change", args=[draft.token, kind]) + f"?at={at}", told)
    assert answer.status_code in {302, 422}
    return "" if answer.status_code == 302 else text_of(answer)


def decide(client: Client, draft: Draft, act: str, **told: str) -> str:
    """What the page says after it."""
    told = {"seen": digest_of(latest().text), **told}
    answer = client.post(reverse("rules:decide", args=[draft.token]), {"act": act, **told}, follow=True)
    return text_of(answer) if answer.status_code in {200, 422} else str(answer.status_code)


def page(client: Client, draft: Draft) -> str:
    return text_of(client.get(reverse("rules:draft", args=[draft.token])))


def ready(author: Client) -> Draft:
    """A draft with its tests and with whom it changes found out."""
    draft = begun(author)
    assert change(author, draft, "value", "月标准", **SUM) == ""
    for month in ("2020-12", "2021-01"):
        form = author.get(reverse("rules:change", args=[draft.token, "case"]) + f"?at={month}").context["form"]
        assert (
            change(
                author,
                latest(),
                "case",
                month,
                **{**form.initial, "name": f"测试{month}", "amount": form["amount"].value()},
            )
            == ""
        )
    decide(author, latest(), "foresee")
    foresee(draft.pk, read_pack("cn_yubei"), on=dt.date(2021, 3, 1))
    return latest()


def test_every_rule_is_told_in_words_with_its_document_and_its_tests(author: Client) -> None:
    for code, policy in read_rules(pack_folder("cn_yubei")).policies.items():
        told = unescape(text_of(author.get(reverse("rules:policy", args=[code]))))
        assert policy.title["en"] in told and policy.legal[0].ref["en"] in told
        assert all(block.conditions[0].reason.met["en"].partition("{")[0] in told for block in policy.blocks)
        assert "comes out otherwise" not in told and not any(f"{{{name}}}" in told for name in policy.parameters)


def test_two_people_change_a_number_from_a_day_on(author: Client, second: Client) -> None:
    draft = ready(author)
    told = page(author, draft)
    assert "600 yuan" in told and "All 11 tests come out as they say." in told
    decide(author, draft, "offer", reason="新标准")
    assert "does not publish it" in decide(author, draft, "publish")
    assert "Published. The next night" in decide(second, draft, "publish", note="已核对文件")
    policy = rules_in_use("cn_yubei").policies[CODE]
    assert [each.value for each in policy.parameters["月标准"].values] == [50_000, 60_000]
    told = text_of(author.get(reverse("rules:policy", args=[CODE])))
    assert all(words in told for words in ("Published on", "by second, written by author", "新标准", "已核对文件"))
    assert "the file that came with the software says something else" in told


def test_what_is_wrong_is_said_and_nothing_is_written(author: Client) -> None:
    draft = begun(author)
    said = {
        "when": "没有这项 >= 1",
        **{f"{state}_{code}": "词" for state in ("met", "unmet", "missing") for code in ("zh", "en")},
    }
    assert "没有这项" in change(author, draft, "condition", "0.able", **said)
    assert "text must be there" in change(
        author, draft, "file", text=draft.text.replace("en: A registered poor worker", "en: ''")
    )
    assert "part_time_post" in change(
        author, draft, "file", text=draft.text.replace("policy: part_time_post", "policy: other")
    )
    assert "line" in change(author, draft, "file", text="policy: [")
    assert "Enter a real day" in change(author, draft, "value", "月标准", **{**SUM, "since": "nonsense"})
    assert "Say it in both" in change(
        author, draft, "condition", "0.able", **{**said, "when": "年龄 > 1", "fix_zh": "怎么办"}
    )
    assert latest().text == draft.text


def test_a_condition_an_amount_a_block_and_a_document_are_changed(author: Client) -> None:
    draft = begun(author)
    form = author.get(reverse("rules:change", args=[draft.token, "condition"]) + "?at=0.able").context["form"]
    changed = {
        **form.initial,
        "when": "有劳动能力 AND 年龄 >= 18 AND 年龄 < 年龄上限",
        "fix_zh": "到村里登记",
        "fix_en": "Ask the village",
    }
    assert change(author, draft, "condition", "0.able", **changed) == ""
    assert change(author, latest(), "amount", "0", amount="月标准 + 100") == ""
    assert change(author, latest(), "block", since="2021-01-01") == ""
    assert change(author, latest(), "document", ref_zh="渝〔2021〕1号", ref_en="", effective="", certainty="B") == ""
    told = page(author, draft)
    assert all(
        words in told
        for words in ("age ≥ 18", "Ask the village", "2020-01-01 – 2020-12-31", "from 2021-01-01 on", "渝〔2021〕1号")
    )
    assert "no test of the file says what happens here" in told  # the months around the new block
    assert "Offer it to a second person" not in told


def test_it_is_not_offered_before_its_tests_come_out_and_it_is_known_who_changes(author: Client) -> None:
    draft = begun(author)
    assert "Nobody has seen yet" in decide(author, draft, "offer", reason="新标准")
    change(author, draft, "value", "月标准", **{**SUM, "since": "2020-01-01"})
    decide(author, latest(), "foresee")
    foresee(draft.pk, read_pack("cn_yubei"), on=dt.date(2021, 3, 1))
    assert "do not come out as they say" in decide(author, latest(), "offer", reason="新标准")
    assert latest().state == "open"


def test_what_was_changed_after_it_was_found_out_is_found_out_anew(author: Client, second: Client) -> None:
    draft = ready(author)
    change(author, draft, "document", ref_zh="渝〔2021〕1号", certainty="B")
    assert "Nobody has seen yet" in decide(author, draft, "offer", reason="新标准")


def test_whoever_publishes_hands_back_and_the_author_reads_why(author: Client, second: Client) -> None:
    draft = ready(author)
    decide(author, draft, "offer", reason="新标准")
    assert (
        author.get(reverse("rules:change", args=[draft.token, "file"])).status_code == 404
    )  # it is out of their hands
    decide(second, draft, "hand_back", note="文号不对")
    assert "文号不对" in page(author, draft)
    assert change(author, latest(), "document", ref_zh="渝〔2021〕1号", certainty="B") == ""


def test_a_dropped_draft_changes_nothing_and_another_may_begin(author: Client) -> None:
    draft = begun(author)
    assert "The rules stay as they are" in decide(author, draft, "drop")
    assert begun(author).pk != draft.pk
    with acting(BATCH):
        assert not Publication.objects.exists()


def test_an_auditor_reads_a_draft_and_decides_nothing(author: Client, client_as: ClientAs, district: District) -> None:
    draft = ready(author)
    decide(author, draft, "offer", reason="新标准")
    auditor = english(client_as("auditor", district["district"], "auditor"))
    told = page(auditor, draft)
    assert "600 yuan" in told and "Publish" not in told and "Find it out" not in told and "Drop the draft" not in told
    for act in ("foresee", "publish", "hand_back", "drop"):
        assert decide(auditor, draft, act) == "403"
    assert latest().state == "offered"


def test_a_towns_approver_reads_rules_and_no_draft(author: Client, client_as: ClientAs, district: District) -> None:
    draft = begun(author)
    town = client_as("approver", district["east"], "town")
    assert town.get(reverse("rules:draft", args=[draft.token])).status_code == 403
    assert text_of(town.get(reverse("rules:policy", args=[CODE]))).count("author") == 0


def test_who_keeps_the_money_is_not_told_of_drafts(author: Client, client_as: ClientAs, district: District) -> None:
    begun(author)
    finance = client_as("finance", district["district"], "finance")
    assert "author" not in text_of(finance.get(reverse("rules:policy", args=[CODE])))


def test_an_author_who_acts_as_an_approver_does_not_write(author: Client, district: District) -> None:
    draft = begun(author)
    duty = Duty.objects.get(user=User.objects.get(username="author"))
    duty.role = "approver"
    duty.save()
    assert author.get(reverse("rules:change", args=[draft.token, "file"])).status_code == 404
    assert decide(author, draft, "offer", reason="新标准") == "403"


def test_what_no_draft_has_is_not_there(author: Client) -> None:
    draft = begun(author)
    assert author.get(reverse("rules:draft", args=["x" * 22])).status_code == 404
    assert author.get(reverse("rules:change", args=[draft.token, "nothing"])).status_code == 404
    assert author.get(reverse("rules:change", args=[draft.token, "value"]) + "?at=无").status_code == 404
    assert author.get(reverse("rules:change", args=[draft.token, "condition"]) + "?at=9.able").status_code == 404
    assert author.get(reverse("rules:change", args=[draft.token, "case"]) + "?at=2020-13").status_code == 404


def test_a_rule_that_nobody_knows_is_not_there(author: Client) -> None:
    assert author.get(reverse("rules:policy", args=["no_such"])).status_code == 404
    assert author.post(reverse("rules:begin", args=["no_such"])).status_code == 404


def test_what_an_author_writes_is_shown_as_written(author: Client) -> None:
    draft = begun(author)
    change(author, draft, "document", ref_zh="<script>alert(1)</script>", certainty="B")
    body = author.get(reverse("rules:draft", args=[draft.token])).content.decode()
    assert "<script>alert(1)" not in body and "&lt;script&gt;alert(1)" in body


def test_the_list_asks_the_database_the_same_number_of_times(author: Client) -> None:
    few = queries_of(author, reverse("rules:index"))
    for code in ("part_time_post", "hiring_subsidy", "insurance_subsidy"):
        begun(author, code)
    assert queries_of(author, reverse("rules:index")) == few


def test_what_was_changed_since_the_page_was_read_is_not_published(author: Client, second: Client) -> None:
    draft = ready(author)
    decide(author, draft, "offer", reason="新标准")
    read = digest_of(latest().text)
    decide(author, draft, "take_back")
    change(author, draft, "document", ref_zh="渝〔2021〕1号", certainty="B")
    decide(author, draft, "foresee")
    foresee(draft.pk, read_pack("cn_yubei"), on=dt.date(2021, 3, 1))
    decide(author, draft, "offer", reason="新标准")
    assert "Somebody changed or decided this draft" in decide(second, draft, "publish", seen=read)
    assert latest().state == "offered"
    assert "Published. The next night" in decide(second, draft, "publish")


def test_a_form_that_lay_open_does_not_write_over_what_was_changed_since(author: Client) -> None:
    draft = begun(author)
    opened = digest_of(draft.text)
    assert change(author, draft, "value", "月标准", **SUM) == ""
    assert "Somebody changed" in change(author, draft, "file", text=draft.text, seen=opened)
    assert "60000" in latest().text


def test_what_no_sentence_tells_is_told_line_by_line(author: Client) -> None:
    draft = begun(author, "training_through_work")
    text = draft.text.replace("same: person\n", "same: person_firm\n").replace("same: person,", "same: person_firm,")
    assert text != draft.text
    assert change(author, draft, "file", text=text) == ""
    told = page(author, draft)
    assert "Line by line" in told and "person_firm" in told


def test_what_begins_later_than_today_is_not_said_to_change_nobody(author: Client) -> None:
    draft = begun(author)
    change(author, draft, "value", "月标准", **{**SUM, "since": "2031-01-01"})
    decide(author, draft, "foresee")
    foresee(draft.pk, read_pack("cn_yubei"), on=dt.date(2021, 3, 1))
    told = page(author, draft)
    assert "What begins on 2031-01-01 is not judged yet" in told and "comes to the same for everybody" not in told


def test_what_was_found_out_long_ago_is_found_out_anew(
    author: Client, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ready(author)
    decide(author, draft, "offer", reason="新标准")
    monkeypatch.setattr("anye.records.entitlements.queries.FORESEEN_FOR", dt.timedelta(0))
    assert "Nobody has seen yet" in decide(second, draft, "publish")
    assert latest().state == "offered"


def test_whoever_decides_may_drop_what_a_colleague_left_behind(author: Client, second: Client) -> None:
    draft = begun(author)
    assert "The rules stay as they are" in decide(second, draft, "drop")
    assert latest().pk == draft.pk and latest().state == "dropped"


def test_rules_that_cannot_be_read_any_more_are_named_and_mended_by_others(
    author: Client, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ready(author)
    decide(author, draft, "offer", reason="新标准")
    decide(second, draft, "publish")
    plain = entitlements.texts_of

    def spoilt(digests: Any) -> Any:
        return {key: text.replace("有劳动能力", "没有的事实") for key, text in plain(digests).items()}

    monkeypatch.setattr(entitlements, "texts_of", spoilt)
    _book.cache_clear()
    told = text_of(author.get(reverse("rules:index")))
    assert "cannot be read any more" in told and "没有的事实" in told
    assert author.get(reverse("office:owed")).status_code == 200
    new = begun(author)
    assert new.pk != draft.pk and "sum a month" in page(author, new)
    monkeypatch.undo()
    _book.cache_clear()


def test_a_draft_that_cannot_be_read_is_shown_as_written_and_dropped(author: Client) -> None:
    draft = begun(author)
    with as_owner():
        Draft.objects.filter(pk=draft.pk).update(text="policy: [")
    told = page(author, latest())
    assert "These rules cannot be read any more" in told and "policy: [" in told
    assert author.get(reverse("rules:change", args=[draft.token, "file"])).status_code == 404
    assert "The rules stay as they are" in decide(author, latest(), "drop")


def test_the_history_tells_what_each_publication_changed(author: Client, second: Client) -> None:
    draft = ready(author)
    decide(author, draft, "offer", reason="新标准")
    decide(second, draft, "publish")
    assert "600 yuan" in page(author, draft)  # against what it was begun on, not against itself
    told = text_of(author.get(reverse("rules:policy", args=[CODE])))
    assert "Line by line" in told and "value: 60000" in told


BOMB = "出生月: &a [x, x]\n公岗在岗: &b [*a, *a]\n全日制: [*b, *b]"


@pytest.mark.parametrize("given", [BOMB, "出生月: {a: {b: c}}", "出生月: [1]", "[" * 1200, "出生月: &a [*a]", "x"])
def test_what_is_no_list_of_facts_is_refused_where_it_was_typed(author: Client, given: str) -> None:
    draft = begun(author)
    told = {"name": "甲", "month": "2020-10", "outcome": "no", "given": given}
    assert "Write a fact a line" in change(author, draft, "case", **told)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("出生月: 1960-01", "出生月: [1]"),
        ("出生月: 1960-01", "出生月: {else: {a: b}}"),
        ("title: {zh: 扶贫专岗补贴", "title: {zh: " + "长" * 130),
        ("month: 2020-10, expect: 50000", "month: 2020-10, since: 2020-11, expect: 50000"),
        ("month: 2020-10, expect: 50000", "month: 2020-10, others: {hiring_subsidy: paid}, expect: 50000"),
        ("at_most: 1", "at_most: " + "[" * 1200),
    ],
)
def test_slips_in_the_file_are_said_and_nothing_is_written(author: Client, was: str, becomes: str) -> None:
    draft = begun(author)
    assert was in draft.text
    assert "part_time_post.yaml" in change(author, draft, "file", text=draft.text.replace(was, becomes, 1))
    assert latest().text == draft.text
