"""Codes that check themselves: citizen identity numbers (公民身份号码, GB 11643-1999) and unified social credit codes
(统一社会信用代码, GB 32100-2015, with the organisation code of GB 11714-1997 inside).

A number is normalised in spelling and never repaired: what fails its check is refused with a reason.
The single forms call the column forms, so that a form field and a file cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import mul

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

_ID_WEIGHTS = [2 ** (18 - place) % 11 for place in range(1, 18)]
_ID_CHECKS = "10X98765432"
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
    frame = frame.with_columns(_check_character(pl.col("first_17")))
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
    return first_17 + _ID_CHECKS[sum(map(mul, map(int, first_17), _ID_WEIGHTS)) % 11]


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


def _check_character(first_17: pl.Expr) -> pl.Expr:
    number = first_17.cast(pl.Int64)
    weighted = [number // 10 ** (16 - place) % 10 * weight for place, weight in enumerate(_ID_WEIGHTS)]
    # whole numbers, not texts: a tenth of the time. sum_horizontal passes over nulls
    found = (pl.sum_horizontal(weighted) % 11).replace_strict(range(11), list(_ID_CHECKS), return_dtype=pl.String)
    return pl.when(first_17.is_not_null()).then(found).alias("check")


# ── Unified social credit codes ───────────────────────────────────────────────────────────────────────────────────────

_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z
_CODE_WEIGHTS = [pow(3, place, 31) for place in range(17)]
# The inner check counts over the unbroken alphabet: M is 22 there and 21 in the whole code.
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
_ORGANISATION_CHECKS = "0X987654321"  # by S mod 11: 11 - r, where 10 is X and 11 is 0
_CODE_SHAPE = rf"^[{_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{_CODE_ALPHABET}]{{10}}$"


def check_credit_codes(s: pl.Series) -> pl.DataFrame:
    """String series → credit_code (normalised spelling, kept also when wrong; null for an empty cell), is_ok (or null).

    is_ok: registrar, class, six digits of area, and both check characters agree.
    """
    spelled = pl.col("cell").str.normalize("NFKC").str.to_uppercase().str.replace_all(_NOT_OF_A_NUMBER, "")
    code = pl.col("credit_code")
    frame = pl.DataFrame({"cell": s.cast(pl.String)}).select(
        pl.when(~spelled.str.contains(_EMPTY_CELL)).then(spelled).alias("credit_code")
    )
    # a firm stands on many lines
    shaped = frame.filter(code.str.contains(_CODE_SHAPE)).get_column("credit_code").unique()
    right = shaped.filter(pl.Series([_is_right(each) for each in shaped], dtype=pl.Boolean))
    return frame.with_columns(pl.when(code.is_not_null()).then(code.is_in(right.to_list())).alias("is_ok"))


def check_credit_code(text: str | None) -> CreditCheck:
    """The check of one cell, by the rule of `check_credit_codes`."""
    row = check_credit_codes(pl.Series([text], dtype=pl.String)).row(0)
    return CreditCheck(*row)


def complete_credit_code(registrar_and_area: str, body: str) -> str:
    """The 18-character code of registrar, class and area (8 characters) and organisation body (8), both checks computed."""
    if len(registrar_and_area) != 8 or len(body) != 8 or set(registrar_and_area + body) - set(_CODE_ALPHABET):
        raise ValueError("a credit code is built from 8 + 8 characters of its alphabet")
    inner = registrar_and_area + body + _organisation_check(body)
    return inner + _code_check(inner)


def _is_right(code: str) -> bool:
    return code[16] == _organisation_check(code[8:16]) and code[17] == _code_check(code[:17])


def _organisation_check(body: str) -> str:
    total = sum(map(mul, map(_ORGANISATION_ALPHABET.index, body), _ORGANISATION_WEIGHTS))
    return _ORGANISATION_CHECKS[total % 11]


def _code_check(first_17: str) -> str:
    return _CODE_ALPHABET[-sum(map(mul, map(_CODE_ALPHABET.index, first_17), _CODE_WEIGHTS)) % 31]
