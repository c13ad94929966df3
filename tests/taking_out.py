"""Tests run once more without what they guard: a scope call is taken out, and the test that names it must fail.

`tests/house/witnesses.py` says which test notices which call. Each pair is a twin of that test, of the tier `trust`:
it passes when the test fails. `--without NAME` runs any tests without one call, to find one that notices.
"""

from collections.abc import Generator

import pytest

TAKEN_OUT = pytest.StashKey[str]()
PROPERTY = "taken_out"  # of a report: (scope call, what noticed)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that helps to find a witness."""
    parser.addoption(
        "--without", metavar="CALL", help="run the tests without this scope call, as scope_calls.py names it"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A twin of each witness, for each call that it notices."""
    if config.getoption("--without"):
        return
    from tests.house.witnesses import IN_EVERY_RUN, WITNESSES

    collected = {item.nodeid: item for item in items}
    for call, node in WITNESSES.items():
        witness = collected.get(node)
        if isinstance(witness, pytest.Function):
            twin = _twin(witness, call)
            if call not in IN_EVERY_RUN:
                twin.add_marker(pytest.mark.trust)
            items.append(twin)


def _twin(witness: pytest.Function, call: str) -> pytest.Function:
    twin: pytest.Function = pytest.Function.from_parent(
        witness.parent,
        name=f"{witness.name}[without {call}]",
        callspec=getattr(witness, "callspec", None),
        callobj=witness.obj,
        fixtureinfo=witness._fixtureinfo,
        originalname=witness.originalname,
    )
    for mark in witness.own_markers:
        if mark.name not in {own.name for own in twin.own_markers}:
            twin.add_marker(pytest.MarkDecorator(mark, _ispytest=True))
    twin.stash[TAKEN_OUT] = call
    twin.user_properties.append((PROPERTY, (call, witness.nodeid)))
    return twin


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A twin's test runs without its call, and passes when it fails."""
    from tests.house.scope_calls import taken_out

    call = pyfuncitem.stash.get(TAKEN_OUT, None)
    searched = pyfuncitem.config.getoption("--without")
    if call is None and searched is None:
        return (yield)
    with taken_out(call or searched):
        if call is None:
            return (yield)
        try:
            yield
        except (KeyboardInterrupt, SystemExit, pytest.skip.Exception):
            raise
        except BaseException:  # noqa: BLE001 however the test fails, it has noticed
            return True
    pytest.fail(f"{call} was taken out and this test did not notice: name another one in tests/house/witnesses.py")
