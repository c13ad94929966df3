"""Which role is held at which kind of office."""

from anye.records.accounts.models import Role

_KINDS: dict[str, frozenset[str]] = {
    Role.VILLAGE_WORKER: frozenset({"village"}),
    Role.TOWN_OFFICER: frozenset({"town"}),
    Role.DISTRICT_OFFICER: frozenset({"district"}),
}
_UPPER = frozenset({"town", "district"})


def fits(role: str, kind: str) -> bool:
    """Whether a role can be held at an office of a kind; what is not tied to a tier is held above the villages."""
    return kind in _KINDS.get(role, _UPPER)


def kinds_of(role: str) -> frozenset[str]:
    """The kinds of office at which a role is held."""
    return _KINDS.get(role, _UPPER)
