"""Rules in officers' hands: whom they would change is seen first, two people publish them, the next night judges by them."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection

from anye.engine.entitle.policy_file import digest_of
from anye.flow.blocks import Context
from anye.flow.nightly import entitle_persons
from anye.flow.rules import rules_in_use, rules_on
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements.actions import rules
from anye.records.entitlements.models import PAY, Draft, Foreseen, Publication
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.owed import KNOWN, registers_of_the_year, trainee
from tests.flow.rules_by_hand import AUTHOR, PACK, PUBLISHER, drafted, foreseen, published, version_of, with_value
from tests.flow.test_nightly import CODE, lines, night

SINCE = dt.date(2020, 9, 1)


def ranges(district: District) -> dict[str, int]:
    office = district["district"]
    return {"lo": office.scope_no, "hi": office.scope_hi}


def raised(district: District, value: int = 60_000) -> Draft:
    """A draft that pays more from September on."""
    return drafted(CODE, with_value(CODE, "标准", SINCE, value), scope_no=district["district"].scope_no)


def test_whom_a_draft_would_change_is_found_out_and_nothing_is_written(district: District, context: Context) -> None:
    with as_owner():
        person, firm = trainee(district["willow"], registers_of_the_year())
    night(context)
    draft = foreseen(raised(district), on=KNOWN, **ranges(district))
    assert draft.foreseen is not None
    assert (draft.foreseen_state, draft.foreseen["subjects"], draft.foreseen["months"]) == ("done", 1, 2)
    assert (draft.foreseen["fen"], draft.foreseen["more"], draft.foreseen["less"]) == (20_000, [1, 20_000], [0, 0])
    assert draft.foreseen["turns"] == [["pay", "pay", 2, 20_000]]
    assert draft.foreseen["by_month"] == [["2020-09", 1, 10_000], ["2020-10", 1, 10_000]]
    with acting(BATCH):
        (line,) = Foreseen.objects.all()
        assert (line.person_id, line.firm_id, line.scope_no) == (person.pk, firm.pk, district["willow"].scope_no)
        assert (line.first_month, line.last_month, line.months) == (SINCE, dt.date(2020, 10, 1), 2)
        assert (line.was, line.becomes, line.difference_fen) == (PAY, PAY, 20_000)
    assert lines(person) == [(8, PAY, 50_000), (9, PAY, 50_000), (10, PAY, 50_000)]


def test_a_village_sees_of_those_lines_its_own_alone(district: District, context: Context) -> None:
    with as_owner():
        batch = registers_of_the_year()
        trainee(district["willow"], batch)
        trainee(district["bridge"], batch)
    foreseen(raised(district), on=KNOWN, **ranges(district))
    village = district["willow"].scope_no
    with acting(lo=village, hi=village):
        assert [each.scope_no for each in Foreseen.objects.all()] == [village]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM entitlements_foreseen")
            assert cursor.fetchone()[0] == 1


def test_what_another_published_judges_from_the_next_night_on_from_its_day(
    district: District, context: Context
) -> None:
    with as_owner():
        person, _firm = trainee(district["willow"], registers_of_the_year())
    night(context)
    published(foreseen(raised(district), on=KNOWN, **ranges(district)))
    later = KNOWN + dt.timedelta(1)
    report = night(context, known=later)
    assert lines(person) == [(8, PAY, 50_000), (9, PAY, 60_000), (10, PAY, 60_000)]
    assert (report.appended, report.retired) == (2, 2)
    assert lines(person, on=KNOWN) == [(8, PAY, 50_000), (9, PAY, 50_000), (10, PAY, 50_000)]


def test_until_the_night_everybody_is_told_by_the_rules_of_the_last_pass(district: District, context: Context) -> None:
    with as_owner():
        person, _firm = trainee(district["willow"], registers_of_the_year())
    night(context)
    published(foreseen(raised(district), on=KNOWN, **ranges(district)))
    entitle_persons(read_pack(PACK), [person.pk], known=KNOWN, office_no=context.office_no, by="tests")
    assert lines(person) == [(8, PAY, 50_000), (9, PAY, 50_000), (10, PAY, 50_000)]
    night(context, known=KNOWN + dt.timedelta(1))
    entitle_persons(
        read_pack(PACK), [person.pk], known=KNOWN + dt.timedelta(1), office_no=context.office_no, by="tests"
    )
    assert lines(person) == [(8, PAY, 50_000), (9, PAY, 60_000), (10, PAY, 60_000)]


def test_a_day_in_the_past_is_judged_by_the_rules_of_then(district: District, context: Context) -> None:
    with as_owner():
        trainee(district["willow"], registers_of_the_year())
    night(context)
    before = rules_in_use(PACK).policies[CODE].digest
    published(foreseen(raised(district), on=KNOWN, **ranges(district)))
    assert rules_in_use(PACK).policies[CODE].digest != before
    night(context, known=KNOWN + dt.timedelta(1))
    assert rules_on(PACK, KNOWN).policies[CODE].digest == before
    assert rules_on(PACK, KNOWN + dt.timedelta(1)).policies[CODE].digest == rules_in_use(PACK).policies[CODE].digest


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda draft: {"by": AUTHOR}, "own"),
        (lambda draft: {"in_use": "0" * 64}, "overtaken"),
        (lambda draft: {"digest": "0" * 64}, "unforeseen"),
    ],
    ids=["by its author", "others were published meanwhile", "nobody saw whom it changes"],
)
def test_a_draft_is_not_published(district: District, context: Context, spoil: object, code: str) -> None:
    draft = foreseen(raised(district), on=KNOWN, **ranges(district))
    told = {
        "digest": digest_of(draft.text), "in_use": draft.base_digest, "title": ("甲", "A"), "reasons": ["a"],
        "by": PUBLISHER, "note": "",
    }  # fmt: skip
    with acting(**ranges(district), actor=PUBLISHER):
        rules.offer_draft(draft=draft, reason="新文件", by=AUTHOR)
        draft = Draft.objects.get(pk=draft.pk)
        with pytest.raises(rules.DraftRefused) as refused:
            rules.publish_draft(draft=draft, **{**told, **spoil(draft)})  # type: ignore[operator]
        assert refused.value.code == code
        assert not Publication.objects.exists()
        rules.publish_draft(draft=draft, **told)  # type: ignore[arg-type]  # nothing else stood in the way
        with pytest.raises(rules.DraftRefused):
            rules.publish_draft(draft=draft, **told)  # type: ignore[arg-type]


def test_the_database_too_wants_two_people(district: District, context: Context) -> None:
    draft = raised(district)
    with acting(**ranges(district)), pytest.raises(IntegrityError, match="entitlements_draft_two"):
        Draft.objects.filter(pk=draft.pk).update(state="published", decided_by=AUTHOR)


def test_what_is_changed_after_it_was_foreseen_is_foreseen_anew(district: District, context: Context) -> None:
    draft = foreseen(raised(district), on=KNOWN, **ranges(district))
    with acting(**ranges(district)):
        rules.edit_draft(draft=draft, text=draft.text.replace("60000", "70000"), by=AUTHOR)
        draft = Draft.objects.get(pk=draft.pk)
    with pytest.raises(rules.DraftRefused) as refused:
        published(draft)
    assert refused.value.code == "unforeseen"


def test_two_who_edit_at_once_do_not_write_over_each_other(district: District, context: Context) -> None:
    draft = raised(district)
    with acting(**ranges(district)):
        rules.edit_draft(draft=draft, text=draft.text + "\n", by=AUTHOR)
        with pytest.raises(rules.DraftRefused):
            rules.edit_draft(draft=draft, text="policy: x\n", by=AUTHOR)
        with pytest.raises(rules.DraftRefused):
            rules.edit_draft(draft=Draft.objects.get(pk=draft.pk), text="policy: x\n", by=PUBLISHER)


def test_of_a_policy_one_draft_is_under_way(district: District, context: Context) -> None:
    first = raised(district)
    scope_no = district["district"].scope_no
    with acting(**ranges(district)):
        base = version_of(rules_in_use(PACK).policies[CODE])
        again = rules.begin_draft(base=base, text="x", by=PUBLISHER, scope_no=scope_no)
        assert again.pk == first.pk
        rules.drop_draft(draft=first, by=AUTHOR)
        new = rules.begin_draft(base=base, text="x", by=PUBLISHER, scope_no=scope_no)
        assert new.pk != first.pk
