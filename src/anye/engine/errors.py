"""What is wrong, as a code and its parameters; the sentence (what, where, why, cure) is rendered elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class Problem(Exception):
    """Something that a person can mend: a permanent `code` and `params`, never a sentence and never personal data.

    `code` is lower_snake_case and stable: translations, tests and stored faults refer to it.
    """

    def __init__(self, code: str, params: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = MappingProxyType(dict(params or {}))

    def __str__(self) -> str:
        if not self.params:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value!r}' for name, value in sorted(self.params.items()))})"

    def __reduce__(self) -> tuple[type[Problem], tuple[str, dict[str, object]]]:
        # Files are read in a limited subprocess: the fault has to survive the way back.
        return type(self), (self.code, dict(self.params))


class FileFault(Problem):
    """A whole file that cannot be taken in: unreadable, empty, too large, no known header. Row faults are data."""


class SealFault(Problem):
    """A key file or a sealed value that cannot be used. Its params never hold key material or the value."""
