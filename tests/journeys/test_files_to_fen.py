"""From files to fen: registers are loaded, the night's pass is made, and everybody gets exactly what is truly owed to them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from anye.demo.owed import ON, Lines, OwedTruth, Verdict, write_owed
from anye.engine.entitle.case import OUTCOMES
from anye.engine.entitle.everything import judge_all
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.policy import Policy
from anye.flow.blocks import Context
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.load import load_file
from anye.flow.nightly import entitle, window_on
from anye.flow.registry import furnish, loading_context
from anye.packs import read_pack
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.entitlements.models import UNKNOWN, Entitlement

FILLED = (
    "people_person, people_persondetail, people_membership, people_householdmember, people_household, firms_firm,"
    " firms_insurancemonth, firms_payrollline, firms_employmentspell, posts_attendance, registers_rowclaim,"
    " registers_support, registers_batch"
)
SEEDS = (11, 12, 13, 14, 15)
PACK = "cn_yubei"
JANUARY_1970 = 1970 * 12
NEEDED = {
    "hiring_subsidy": {"group", "hired", "contract", "insured", "once"},
    "insurance_subsidy": {"group", "contract", "insured", "not_retired", "no_pension", "longest", "amount"},
    "training_through_work": {"group", "working", "wage", "roster", "longest", "in_force"},
    "public_post_subsidy": {"group", "able", "not_retired", "on_post", "wage", "no_pension", "longest"},
    "part_time_post": {"group", "able", "on_post", "no_other_work", "one_a_household"},
    "work_travel_subsidy": {"group", "able", "away", "per_year"},
    "trainee_living_allowance": {"group", "certificate", "no_benefit", "once"},
    "retention_refund": {"premium_paid", "few_laid_off", "honest", "once", "in_force"},
}
"""For what somebody is refused, of each policy."""


@pytest.fixture
def yubei(db: None) -> Context:
    """The pack's own district."""
    furnish(read_pack(PACK))
    return loading_context()


class Found:
    """What the registry says under public numbers. `everything`: of all rows; `ledger`: what is kept of them."""

    def __init__(self, context: Context, only: frozenset[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, id_sealed FROM people_person")
            self.numbers = {
                one: context.keyring.unseal(sealed, context="id_number") for one, sealed in cursor.fetchall()
            }
            cursor.execute("SELECT id, credit_code FROM firms_firm")
            self.codes = dict(cursor.fetchall())
        self.only = only
        self.everything = self.judged()
        self.ledger = self._kept(only)

    def judged(self, person: int | None = None) -> dict[str, Lines]:
        """Of everybody, or of one person alone with their firms."""
        subjects = RecordSubjects(read_pack(PACK), window_on(ON), on=ON, persons=None if person is None else [person])
        found: dict[str, Lines] = {code: {} for code in self.only}
        for policy, cases, block in judge_all(read_rules(pack_folder(PACK)), subjects):
            if policy.code in self.only:
                found[policy.code] |= self._lines(subjects, policy, cases, block)
        return found

    def _lines(self, subjects: RecordSubjects, policy: Policy, cases: Cases, block: Outcomes) -> Lines:
        found: Lines = {}
        outcome, unmet, missing = block.outcome, block.mask(block.unmet), block.mask(block.missing)
        for column, row in enumerate(map(int, block.rows)):
            person = self.numbers[int(subjects.persons[cases.keys["person"][row]])] if "person" in cases.keys else ""
            other = self.codes[int(subjects.firms[cases.keys["firm"][row]])] if "firm" in cases.keys else ""
            if policy.subject == "post":
                other = str(subjects.keys["post"][row])
            for at in range(cases.months):
                said = OUTCOMES[outcome[at, column]]
                mask = int((missing if said == "unknown" else unmet)[at, column])
                reasons = frozenset(name for place, name in enumerate(policy.reasons) if mask >> place & 1)
                fen = int(block.amount[at, column])
                found[(person, other, cases.first + at + JANUARY_1970)] = Verdict(said, fen, reasons)
        return found

    def _kept(self, only: frozenset[str]) -> dict[str, Lines]:
        found: dict[str, Lines] = {code: {} for code in only}
        for each in Entitlement.objects.filter(retired_on=None, policy__code__in=only).select_related(
            "version__policy"
        ):
            mask = each.missing if each.outcome == UNKNOWN else each.unmet
            reasons = frozenset(name for place, name in enumerate(each.version.reasons) if mask >> place & 1)
            key = (
                self.numbers[each.person_id] if each.person_id else "",
                each.post or (self.codes[each.firm_id] if each.firm_id else ""),
                each.month.year * 12 + each.month.month - 1,
            )
            said = Verdict(OUTCOMES[each.outcome], each.amount_fen or 0, reasons)
            found[each.version.policy.code][key] = said
        return found


def differences(truth: Mapping[str, Lines], found: Found) -> list[str]:
    """Where the registry does not say what is true: another outcome or sum, or a reason that does not truly stand in the way."""
    wrong = []
    for code, lines in truth.items():
        said, kept = found.everything[code], found.ledger[code]
        wrong += [f"{code} {key}: nobody there" for key in sorted(lines.keys() ^ said.keys())]
        for key in sorted(lines.keys() & said.keys()):
            if not agrees(lines[key], said[key]):
                wrong.append(f"{code} {key}: true {lines[key]}, said {said[key]}")
            is_paid = lines[key].outcome == "pay"
            if is_paid != (key in kept and kept[key].outcome == "pay") or (key in kept and kept[key] != said[key]):
                wrong.append(f"{code} {key}: true {lines[key]}, kept {kept.get(key)}")
        wrong += [f"{code} {key}: kept {kept[key]}" for key in sorted(kept.keys() - lines.keys())]
    return wrong


def agrees(true: Verdict, said: Verdict) -> bool:
    if true.outcome == "pay":
        return said == true
    return said.outcome == true.outcome and said.fen == 0 and bool(said.reasons) and said.reasons <= true.reasons


def brought(truth: OwedTruth, context: Context) -> Found:
    """The files loaded as they became known, and the pass made on the last day."""
    for path, known in truth.files:
        report = load_file(path, context=context, known_on=known)
        assert report.fault is None, (path.name, report.failure())
        assert not report.refused, (path.name, report.as_json())
        with acting(OWNER), connection.cursor() as cursor:
            cursor.execute(
                f"ANALYZE {FILLED}"
            )  # of what stands uncommitted the server would believe that it is nothing
    entitle(read_pack(PACK), on=ON, known=ON, office_no=context.office_no, by="tests")
    with acting(BATCH):
        return Found(context, frozenset(truth.policies))


def refused_for(lines: Lines) -> frozenset[str]:
    return frozenset[str]().union(*(each.reasons for each in lines.values() if each.outcome == "no"))


def told(truth: OwedTruth) -> dict[str, Counter[str]]:
    return {code: Counter(each.outcome for each in lines.values()) for code, lines in truth.policies.items()}


def test_everybody_gets_to_the_fen_what_is_owed(tmp_path: Path, yubei: Context) -> None:
    truth = write_owed(tmp_path / "registers", 7)
    found = brought(truth, yubei)
    wrong = differences(truth.policies, found)
    assert not wrong, "\n".join([f"{len(wrong)} differ", *wrong[:40]])
    assert all(min(counts[said] for said in OUTCOMES) > 0 for counts in told(truth).values()), told(truth)
    assert {code: refused_for(lines) >= NEEDED[code] for code, lines in truth.policies.items()} == dict.fromkeys(
        NEEDED, True
    )
    _is_noticed(truth, found)
    with acting(BATCH):
        _is_the_same_of_one_alone(found)


def _is_noticed(truth: OwedTruth, found: Found) -> None:
    """A fen too many, a payment that is none, a reason that is not true: the comparison sees each of them."""
    for code, lines in truth.policies.items():
        paid = next(key for key, each in lines.items() if each.outcome == "pay")
        refused = next(key for key, each in lines.items() if each.outcome == "no")
        bent = (
            (paid, replace(lines[paid], fen=lines[paid].fen + 1)),
            (paid, Verdict("no", 0, frozenset({"group"}))),
            (refused, replace(lines[refused], reasons=frozenset({"another"}))),
            (refused, Verdict("pay", 1)),
        )
        for key, other in bent:
            assert differences({code: {**lines, key: other}}, found), (code, key, other)


def _is_the_same_of_one_alone(found: Found) -> None:
    """Who is asked about while somebody waits hears what the night says."""
    for person in sorted(found.numbers)[::12]:
        for code, lines in found.judged(person).items():
            assert lines.items() <= found.everything[code].items(), (code, found.numbers[person])


@pytest.mark.trust_long
@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_gets_to_the_fen_what_is_owed_whatever_the_seed(seed: int, tmp_path: Path, yubei: Context) -> None:
    truth = write_owed(tmp_path / "registers", seed)
    wrong = differences(truth.policies, brought(truth, yubei))
    assert not wrong, "\n".join([f"{len(wrong)} differ", *wrong[:40]])
