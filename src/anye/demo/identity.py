"""Writers of invented ID numbers (GB 11643-1999), credit codes (GB 32100-2015) and telephones.

Written apart from `anye.engine.codes`, which reads them: two independent readings of the standards check each other.
"""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import numpy.typing as npt

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
UNIT_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNIT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: The only area prefixes of invented numbers: none begins another way. The first is the district's own.
ID_PREFIXES = ("990112", "990113", "990151", "990222", "990236", "990511", "991023", "991330")
PREFIX_SHARES = (0.72, 0.06, 0.05, 0.05, 0.04, 0.04, 0.02, 0.02)
#: Sequences 996 to 999 were kept for people born in the 1800s and are never drawn.
LAST_SEQUENCE = 995


def id_number(prefix: str, born_on: date, sequence: int) -> str:
    """The 18-character ID number of one person; odd sequences are men."""
    body = f"{prefix}{born_on:%Y%m%d}{sequence:03d}"
    return body + id_check(body)


def id_check(body: str) -> str:
    """The check character of the first 17 digits (ISO 7064 MOD 11-2)."""
    return ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True)) % 11]


def id_short(number: str) -> str:
    """The 15-digit form of an ID number of someone born in the 1900s."""
    if number[6:8] != "19":
        raise ValueError("only births of the 1900s have a 15-digit number")
    return number[:6] + number[8:17]


def id_lost(number: str) -> float:
    """What a spreadsheet keeps of an ID number typed as a number: fifteen digits, then zeros."""
    return float(number[:15] + "000")


def id_numbers(
    prefixes: npt.NDArray[np.int64], born: npt.NDArray[np.int64], sequences: npt.NDArray[np.int64]
) -> list[str]:
    """ID numbers in columns: prefix (6 digits), birth as YYYYMMDD, sequence; all int64 of one length."""
    body = prefixes * 10**11 + born * 10**3 + sequences
    total = np.zeros(len(body), dtype=np.int64)
    rest = body.copy()
    for weight in reversed(ID_WEIGHTS):
        total += (rest % 10) * weight
        rest //= 10
    checks = np.array(list(ID_CHECKS), dtype="U1")[total % 11]
    return np.char.add(body.astype("U17"), checks).tolist()  # type: ignore[no-any-return]


def credit_code(kind: str, body: str, prefix: str = "990112") -> str:
    """A credit code of its kind (91 enterprise, 92 sole trader, 93 cooperative), area and 8-character unit body."""
    head = kind + prefix + body + unit_check(body)
    total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(head, CREDIT_WEIGHTS, strict=True))
    return head + CREDIT_ALPHABET[-total % 31]


def unit_check(body: str) -> str:
    """The check character of an organisation code body (GB 11714-1997, unbroken alphabet)."""
    total = sum(UNIT_ALPHABET.index(char) * weight for char, weight in zip(body, UNIT_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def unit_body(random: Random) -> str:
    """Eight characters of an organisation code, in the style of those issued since 2015."""
    return "MA" + "".join(random.choices(CREDIT_ALPHABET, k=6))


def credit_outer_wrong(code: str, random: Random) -> str:
    """The code with another last character: the outer check fails."""
    return code[:-1] + random.choice(CREDIT_ALPHABET.replace(code[-1], ""))


def credit_inner_wrong(code: str, random: Random) -> str:
    """The code with another organisation check and an outer check that fits it: only the inner check fails."""
    inner = random.choice([digit for digit in "0123456789" if digit != code[16]])
    head = code[:16] + inner
    total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(head, CREDIT_WEIGHTS, strict=True))
    return head + CREDIT_ALPHABET[-total % 31]


def phone(random: Random) -> str:
    """An eleven-digit mobile number of the range 1540, which no carrier was given: nobody can be called on it."""
    return f"1540{random.randrange(10**7):07d}"
