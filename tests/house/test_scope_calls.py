"""Deleting any one scope call makes a test fail: the list is made from the sources, and each has a test that notices.

The twins that run the witnesses without their calls are made by `tests/taking_out.py`; most are of the tier `trust`.
The guards of views have the access matrix for a witness (`test_access_matrix.py`).
"""

import ast
from types import SimpleNamespace
from typing import Any

import pytest

from anye.doors.office import entrance
from anye.flow import entries
from tests import taking_out
from tests.house.scope_calls import SOURCES, calls, calls_in, guard_of, taken_out, without
from tests.house.test_access_matrix import guarded_addresses
from tests.house.witnesses import IN_EVERY_RUN, WITNESSES

TESTS = SOURCES.parents[1] / "tests"


@pytest.mark.bar(9, control="a new call is found, below")
def test_every_scope_call_has_a_test_that_notices_its_absence() -> None:
    """A new call stands on the left until somebody names its witness in witnesses.py."""
    found = {name for name, call in calls().items() if not call.is_guard}
    assert found - set(WITNESSES) == set(), "without a witness"
    assert set(WITNESSES) - found == set(), "gone from the sources"
    assert len(found) > 100
    assert set(IN_EVERY_RUN) <= set(WITNESSES)


def test_every_witness_is_a_test() -> None:
    for node in set(WITNESSES.values()):
        file, _, test = node.partition("::")
        tree = ast.parse((TESTS.parent / file).read_text("utf-8"))
        names = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        assert test.partition("[")[0] in names, node


def test_every_guard_stands_before_a_page() -> None:
    addresses = guarded_addresses()
    assert set(addresses) == {name for name, call in calls().items() if call.is_guard}
    assert [name for name, names in addresses.items() if not names] == []


def test_each_call_can_be_taken_out() -> None:
    for name, call in calls().items():
        assert guard_of(call) if call.is_guard else without(call), name


def test_a_call_that_was_taken_out_is_put_back() -> None:
    reaches, may = entries.lines_of.__code__, entrance.may.__code__
    with taken_out("flow/entries.py lines_of: reaches"), taken_out("doors/office/entrance.py may: compare"):
        assert entries.lines_of.__code__ is not reaches
        assert entrance.may(SimpleNamespace(duty=SimpleNamespace(role="auditor")), frozenset()) is True  # type: ignore[arg-type]
    assert (entries.lines_of.__code__, entrance.may.__code__) == (reaches, may)
    assert entrance.may(SimpleNamespace(duty=SimpleNamespace(role="auditor")), frozenset()) is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("with acting(BATCH): pass", "acting"),
        ("with scope.within(1, 2, actor='', duty=''): pass", "within"),
        ("duty = held_duty(entry.duty_id)", "held_duty"),
        ("if may(request, READERS): pass", "may"),
        ("shown = export.may(request)", "may"),
        ("if not may_load(duty): raise PermissionDenied", "may_load"),
        ("if reach.reaches(row.scope_no): pass", "reaches"),
        ("return rows.filter(scope_no__range=(lo, hi))", "range"),
        ("return rows.filter(Q(duties__scope_no__range=(lo, hi)))", "range"),
        ("return rows.filter(**{f'{column}__range': (lo, hi)})", "range"),
        ("reach = duty_of(request).reach", "reach"),
        ("rows = offices_within(duty.reach.lo, duty.reach.hi)", "reach"),
        ("if duty.role != Role.ADMINISTRATOR: raise Http404", "compare"),
        ("return duty.office.parent_id is None", "compare"),
    ],
)
def test_a_new_scope_call_is_found(line: str, kind: str) -> None:
    found = calls_in(f"def act(request):\n    {line}\n    {line}\n", "new.py")
    assert list(found) == [f"new.py act: {kind}", f"new.py act: {kind} (2)"]


def test_a_new_guard_is_found_and_a_lower_end_alone_is_no_limit() -> None:
    text = "@open_to(READERS)\ndef page(request):\n    looked('x', [(None, duty_of(request).reach.lo)])\n"
    assert list(calls_in(text, "new.py")) == ["new.py page: @open_to"]


# ── the twins ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def outcome_of_a_twin(fault: BaseException | None) -> Any:
    """What becomes of a twin whose test ends in this fault, or passes."""
    item: Any = SimpleNamespace(
        stash={taking_out.TAKEN_OUT: "flow/entries.py lines_of: reaches"},
        config=SimpleNamespace(getoption=lambda name: None),
    )
    run: Any = taking_out.pytest_pyfunc_call(item)
    next(run)
    try:
        run.throw(fault) if fault is not None else run.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("a twin's test runs once")


def test_a_twin_passes_when_its_test_fails_and_fails_when_its_test_passes() -> None:
    assert outcome_of_a_twin(AssertionError()) is True
    assert outcome_of_a_twin(RuntimeError()) is True
    with pytest.raises(pytest.fail.Exception, match="did not notice"):
        outcome_of_a_twin(None)
    with pytest.raises(pytest.skip.Exception):
        outcome_of_a_twin(pytest.skip.Exception("not here"))
    with pytest.raises(KeyboardInterrupt):
        outcome_of_a_twin(KeyboardInterrupt())
