"""Codes that check themselves: citizen identity numbers (公民身份号码, GB 11643-1999) and unified social credit codes
(统一社会信用代码, GB 32100-2015, with the organisation code of GB 11714-1997 inside).

A number is normalised in spelling and never repaired: what fails its check is refused with a reason.
The single forms call the column forms, so that a form field and a file cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

ID_STATUSES = ("ok", "upgraded15", "missing", "multi", "precision_lost", "chars", "length", "date", "check")
USABLE_ID_STATUSES = frozenset({"ok", "upgraded15"})

# Why a row with such a number is refused; `id_invented` (prefix 99 in a real registry) is the caller's to add.
ID_REFUSALS = {
    "missing": "id_missing",
    "multi": "multi_person",
    "precision_lost": "id_precision_lost",
    "chars": "id_chars",
    "length": "id_length",
    "date": "id_date",
    "check": "id_check",
}
INVENTED_PREFIX = "99"  # no GB/T 2260 province begins with 9: such a number belongs to nobody

_ID_WEIGHTS = np.array([2 ** (18 - place) % 11 for place in range(1, 18)], dtype=np.int64)
_ID_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_OLDEST_BIRTH = date(1800, 1, 1)  # sequences 996-999 of 15-digit numbers reach back to the 1800s, no further

_EMPTY_CELL = r"^(无|没有|暂无|不详|未知|未提供|未办理|待补|缺|空|无身份证|#?(NA|NULL|NONE|NAN|NAME|REF|VALUE))?$"
_SCIENTIFIC = r"^[+-]?[0-9]+(\.[0-9]*)?E[+-]?[0-9]+$"
_LONG_FLOAT = r"^[0-9]{16,}\.0+$"
_EXACT_FLOAT = r"^([0-9]{1,15})\.0+$"
# Marks that stand for a character somebody hid or lost stay in: dropped, they would turn a masked number into a shorter one.
_NOT_OF_A_NUMBER = r"[^\p{L}\p{N}*?#_×○●□■\x{FFFD}]"
_ONE_NUMBER = r"(?:[0-9]{17}[0-9X]|[0-9]{15})"


@dataclass(frozen=True, slots=True)
class IdCheck:
    """One cell's identity number. The three facts are None unless the status is ok or upgraded15."""

    id_number: str | None
    id_status: str
    birth_on: date | None
    sex: str | None


@dataclass(frozen=True, slots=True)
class CreditCheck:
    """One cell's credit code as spelled alike, and whether both check characters agree (None for an empty cell)."""

    credit_code: str | None
    is_ok: bool | None


def check_ids(s: pl.Series, *, on: date) -> pl.DataFrame:
    """String series → id_number (18 characters), id_status, birth_on, sex ('1' man, '2' woman), a row a cell.

    `on` is the day of the check: a birth after it is no date. Only ok and upgraded15 carry a number, birth and sex.
    Statuses, first that applies: missing, multi (several numbers in the cell), precision_lost (scientific notation, a
    float of 16 digits or more, or 000 at the end of a number that fails its check), chars, length, date, check.
    An unknown area part is no fault: it is the place of first issue, and codes are abolished.
    """
    frame = pl.DataFrame({"cell": s.cast(pl.String)}).select(_spelled())
    frame = frame.with_columns(_early_status().alias("early")).with_columns(_first_17().alias("first_17"))
    frame = frame.with_columns(_check_characters(frame["first_17"]))
    number = pl.col("first_17") + pl.col("check")
    birth = pl.col("first_17").str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    is_birth = (birth.is_between(_OLDEST_BIRTH, on)).fill_null(value=False)
    is_same = pl.col("text") == number
    status = (
        pl.when(pl.col("early").is_not_null())
        .then(pl.col("early"))
        .when(~is_birth)
        .then(pl.lit("date"))
        .when(pl.col("text").str.len_bytes() == 15)
        .then(pl.lit("upgraded15"))
        .when(is_same)
        .then(pl.lit("ok"))
        .when(pl.col("text").str.ends_with("000"))
        .then(pl.lit("precision_lost"))
        .otherwise(pl.lit("check"))
    )
    is_man = pl.col("first_17").str.slice(16, 1).is_in(["1", "3", "5", "7", "9"])
    sex = pl.when(is_man).then(pl.lit("1")).otherwise(pl.lit("2"))
    is_usable = pl.col("id_status").is_in(sorted(USABLE_ID_STATUSES))
    checked = frame.select(
        number.alias("id_number"), status.alias("id_status"), birth.alias("birth_on"), sex.alias("sex")
    )
    return checked.with_columns(
        pl.when(is_usable).then(pl.col(name)).alias(name) for name in ("id_number", "birth_on", "sex")
    )


def check_id(text: str | None, *, on: date) -> IdCheck:
    """The check of one cell, by the rule of `check_ids`."""
    row = check_ids(pl.Series([text], dtype=pl.String), on=on).row(0)
    return IdCheck(*row)


def complete_id(first_17: str) -> str:
    """The 18-character number of 17 digits (area, birth, sequence) with its check character (ISO 7064 MOD 11-2)."""
    if len(first_17) != 17 or not (first_17.isascii() and first_17.isdigit()):
        raise ValueError("an identity number has 17 digits before its check character")
    return first_17 + str(_check_characters(pl.Series([first_17]))[0])


def _spelled() -> list[pl.Expr]:
    """`loose`: the cell in NFKC and upper case; `plain`: without space, quote and comma; `text`: without punctuation."""
    loose = pl.col("cell").fill_null("").str.normalize("NFKC").str.to_uppercase()
    plain = loose.str.replace_all(r"[\s\p{Cf}'‘’`´\"“”,]", "")
    text = plain.str.replace(_EXACT_FLOAT, "${1}").str.replace_all(_NOT_OF_A_NUMBER, "")
    return [loose.alias("loose"), plain.alias("plain"), text.alias("text")]


def _early_status() -> pl.Expr:
    """The status that the spelling alone decides, else null."""
    loose, plain, text = pl.col("loose"), pl.col("plain"), pl.col("text")
    # Two numbers apart from each other, or nothing but numbers glued together once separators are gone.
    is_multi = (loose.str.count_matches(rf"(?-u:\b){_ONE_NUMBER}(?-u:\b)") > 1) | text.str.contains(
        rf"^{_ONE_NUMBER}{{2,}}$"
    )
    is_chars = ~text.str.contains(r"^[0-9]*[0-9X]$") | text.str.contains(r"^[0-9]{14}X$")
    return (
        pl.when(text.str.contains(_EMPTY_CELL))
        .then(pl.lit("missing"))
        .when(is_multi)
        .then(pl.lit("multi"))
        .when(plain.str.contains(_SCIENTIFIC) | plain.str.contains(_LONG_FLOAT))
        .then(pl.lit("precision_lost"))
        .when(is_chars)
        .then(pl.lit("chars"))
        .when(~text.str.len_bytes().is_in([15, 18]))
        .then(pl.lit("length"))
    )


def _first_17() -> pl.Expr:
    """The 17 digits before the check character; 15-digit numbers get their century (GB 11643-1999). Null when refused."""
    text = pl.col("text")
    is_of_1800s = text.str.slice(12, 3).is_in(["996", "997", "998", "999"])
    century = pl.when(is_of_1800s).then(pl.lit("18")).otherwise(pl.lit("19"))
    upgraded = text.str.slice(0, 6) + century + text.str.slice(6, 9)
    whole = pl.when(text.str.len_bytes() == 15).then(upgraded).otherwise(text.str.slice(0, 17))
    return pl.when(pl.col("early").is_null()).then(whole)


def _check_characters(first_17: pl.Series) -> pl.Series:
    digits = _characters(first_17, 17).astype(np.int64) - ord("0")
    checks = _ID_CHECKS[digits @ _ID_WEIGHTS % 11]
    return _among_present(first_17, list(checks.tobytes().decode()), pl.String).alias("check")


# ── Unified social credit codes ───────────────────────────────────────────────────────────────────────────────────────

_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z
_CODE_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int64)
# The inner check counts over the unbroken alphabet: M is 22 there and 21 in the whole code.
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_ORGANISATION_CHECKS = np.frombuffer(b"0X987654321", dtype=np.uint8)  # by S mod 11: 11 - r, where 10 is X and 11 is 0
_CODE_SHAPE = rf"^[{_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{_CODE_ALPHABET}]{{10}}$"


def check_credit_codes(s: pl.Series) -> pl.DataFrame:
    """String series → credit_code (normalised spelling, kept also when wrong; null for an empty cell), is_ok (or null).

    is_ok: registrar, class, six digits of area, and both check characters agree.
    """
    spelled = pl.col("cell").str.normalize("NFKC").str.to_uppercase().str.replace_all(_NOT_OF_A_NUMBER, "")
    frame = pl.DataFrame({"cell": s.cast(pl.String)}).select(
        pl.when(~spelled.str.contains(_EMPTY_CELL)).then(spelled).alias("credit_code")
    )
    shaped = frame.select(
        pl.when(pl.col("credit_code").str.contains(_CODE_SHAPE)).then(pl.col("credit_code")).alias("shaped")
    )["shaped"]
    characters = _characters(shaped, 18)
    right = (_organisation_checks(characters[:, 8:16]) == characters[:, 16]) & (
        _code_checks(characters[:, :17]) == characters[:, 17]
    )
    is_right = _among_present(shaped, right.tolist(), pl.Boolean).fill_null(value=False)
    return frame.with_columns(pl.when(pl.col("credit_code").is_not_null()).then(is_right).alias("is_ok"))


def check_credit_code(text: str | None) -> CreditCheck:
    """The check of one cell, by the rule of `check_credit_codes`."""
    row = check_credit_codes(pl.Series([text], dtype=pl.String)).row(0)
    return CreditCheck(*row)


def complete_credit_code(registrar_and_area: str, body: str) -> str:
    """The 18-character code of registrar, class and area (8 characters) and organisation body (8), both checks computed."""
    if len(registrar_and_area) != 8 or len(body) != 8 or set(registrar_and_area + body) - set(_CODE_ALPHABET):
        raise ValueError("a credit code is built from 8 + 8 characters of its alphabet")
    inner = registrar_and_area + body + _organisation_checks(_characters(pl.Series([body]), 8)).tobytes().decode()
    return inner + _code_checks(_characters(pl.Series([inner]), 17)).tobytes().decode()


def _organisation_checks(bodies: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    checks: npt.NDArray[np.uint8] = _ORGANISATION_CHECKS[
        _values(_ORGANISATION_ALPHABET)[bodies] @ _ORGANISATION_WEIGHTS % 11
    ]
    return checks


def _code_checks(first_17: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    sums = _values(_CODE_ALPHABET)[first_17] @ _CODE_WEIGHTS
    checks: npt.NDArray[np.uint8] = np.frombuffer(_CODE_ALPHABET.encode(), dtype=np.uint8)[-sums % 31]
    return checks


def _values(alphabet: str) -> npt.NDArray[np.int64]:
    """Byte → position in the alphabet."""
    table = np.zeros(256, dtype=np.int64)
    table[np.frombuffer(alphabet.encode(), dtype=np.uint8)] = np.arange(len(alphabet))
    return table


def _characters(s: pl.Series, width: int) -> npt.NDArray[np.uint8]:
    """The ASCII bytes of the values that are present, `width` each: shape (present, width)."""
    joined = "".join(s.drop_nulls().to_list())
    return np.frombuffer(joined.encode(), dtype=np.uint8).reshape(-1, width)


def _among_present(s: pl.Series, values: list[str] | list[bool], dtype: type[pl.DataType]) -> pl.Series:
    """A series as long as `s` with `values` where `s` has one, null elsewhere."""
    made = pl.Series(s.name, values, dtype=dtype)
    if len(made) == len(s):
        return made
    blank = pl.Series(s.name, [None], dtype=dtype).new_from_index(0, len(s))
    return blank.scatter(s.is_not_null().arg_true(), made)
