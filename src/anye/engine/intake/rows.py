"""Typed rows out of named text cells, with every reason to refuse a row and every question about one that is kept."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from anye.engine.areas import AreaIndex
from anye.engine.codes import ID_REFUSALS, INVENTED_PREFIX, USABLE_ID_STATUSES, check_credit_codes, check_ids
from anye.engine.dates import EMPTY_WORDS
from anye.engine.intake.above import DITTO
from anye.engine.intake.cells import over_distinct, read_column
from anye.engine.intake.facts import SEALED_DETAILS, is_at_work
from anye.engine.intake.lines import cell_names
from anye.engine.intake.places import read_areas, workplace_areas
from anye.engine.intake.profile import Binding, Column
from anye.engine.names import is_mojibake, name_key, several_people

FAULT_SCHEMA = {"_line": pl.Int64, "_sheet": pl.String, "column": pl.String, "reason": pl.String}
QUERY_SCHEMA = {"_line": pl.Int64, "_sheet": pl.String, "rule": pl.String, "evidence": pl.String}
LONGEST_NAME = 80
_NOTE = r"[(（\[【〔].*?[)）\]】〕]"
_LONG_NUMBER = r"[0-9０-９](?:[\s\-]*[0-9０-９]){6,}[XxＸｘ]?"
_FIRST_DAYS, _LAST_DAYS = ("started_on", "valid_from"), ("ended_on", "valid_to")
_UNSEEN = (
    r"[\p{Cf}\p{Cc}\p{Zl}\p{Zp}]"  # zero width, marks of direction, controls: two names that look alike must be alike
)
# Formulas, markup, figures: what was put there is no name, whatever it is. A wildcard or a note stands beside a letter;
# a number as long as a telephone's would be kept in clear with the name.
_NO_NAME = r"^[^\p{L}〇○]*$|^\s*[=+@\-]|[<>{}=\\$%#]|[0-9]{7}"
_HANZI_GAP = r"([\p{Han}·•])\s+([\p{Han}·•])"


@dataclass(frozen=True)
class Rows:
    """`read`: every row with its typed columns (those refused too); `faults` and `queries` as in `clean.Cleaned`."""

    read: pl.DataFrame
    faults: pl.DataFrame
    queries: pl.DataFrame


def named_cells(rows: pl.DataFrame, *, binding: Binding) -> pl.DataFrame:
    """Sheet columns under the profile's names; where several say one thing, the first that is filled."""
    names = set(cell_names(rows))
    said = []
    # rows about firms and catalogues may name no person: the columns are there all the same
    for name, places in {"id_number": (), "name": (), **binding.sources}.items():
        cells = [f"c{i}" for i in places if f"c{i}" in names]
        said.append(pl.coalesce(cells).alias(name) if cells else pl.lit(None, dtype=pl.String).alias(name))
    # The number was merged down over a line that has a name of its own: two people share one cell.
    is_shared = pl.lit(value=False)
    if "_merged" in rows.columns and binding.profile.about == "person":
        spread = [pl.col("_merged").list.contains(i) for i in binding.sources["id_number"][:1]]
        own = [pl.col("_merged").list.contains(i) for i in binding.sources["name"][:1]]
        is_shared = (spread[0] & ~own[0]).fill_null(value=False)
    return rows.select("_line", "_sheet", *said, is_shared.alias("shares_number"))


def read_rows(
    named: pl.DataFrame, *, binding: Binding, on: dt.date, trial: bool, areas: AreaIndex, month: dt.date | None,
    units: tuple[str | None, ...] = (),
) -> Rows:  # fmt: skip
    """The typed rows of a block, what is refused and what is queried. `month` is the file's, for rows without one."""
    persons = _persons(named, on=on)
    read = named.select("_line", "_sheet", "shares_number").hstack(persons.get_columns())
    faults: list[pl.DataFrame] = []
    queries: list[pl.DataFrame] = []
    typed: list[pl.DataFrame] = []
    for column in value_columns(binding):
        unit = units[binding.sources[column.name][0]] if units and column.name in binding.sources else None
        cells = read_column(column, named[column.name], unit=unit)
        typed.append(cells.values)
        if not cells.bad.any():
            continue
        if column.must_read:
            faults.append(_faults(read, pl.lit(cells.bad), binding.label(column.name), "number_unreadable"))
        elif column.type != "month":
            queries.append(_unreadable(read, named, column, cells.bad, binding))
    codes = _credit_codes(named, binding)
    located = read_areas(named, areas=areas)
    read = read.hstack(
        [column for frame in (*typed, codes, located.select("area_code")) for column in frame.get_columns()]
    )
    read = _with_month(_with_whole_days(read, binding), month)
    read = _with_heads(read, named)
    read = read.with_columns(workplace_areas(read, areas=areas)) if "workplace" in read.columns else read
    faults += _refusals(read, binding, trial=trial)
    faults += _blanks(read, named, binding)
    read, doubtful = _owners(read, binding, trial=trial)
    queries += doubtful
    queries += _queries(read, named, binding, located)
    return Rows(read, _gathered(faults, FAULT_SCHEMA), _gathered(queries, QUERY_SCHEMA))


def _gathered(parts: Iterable[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    frames = [part for part in parts if not part.is_empty()]
    if not frames:
        return pl.DataFrame(schema=schema)
    return pl.concat(frames).unique(maintain_order=True).sort("_line", maintain_order=True)


def _persons(named: pl.DataFrame, *, on: dt.date) -> pl.DataFrame:
    ids = check_ids(named["id_number"], on=on).select(
        "id_number", "id_status", pl.col("birth_on").alias("id_birth_on"), pl.col("sex").alias("id_sex")
    )
    return ids.hstack(over_distinct(named["name"], _names).get_columns())


def _names(text: pl.Series) -> pl.DataFrame:
    """Names as shown (without bracketed notes and gaps between characters), their keys, and what is wrong with them."""
    frame = text.to_frame("said").with_columns(
        pl.when(~pl.col("said").is_in((*DITTO, *EMPTY_WORDS)))
        .then(pl.col("said").str.replace_all(_NOTE, "").str.strip_chars())
        .alias("name")
    )
    seen = pl.col("name").str.replace_all(r"\s+", " ").str.replace_all(_UNSEEN, "").str.strip_chars()
    gap = seen.str.replace_all(_HANZI_GAP, "${1}${2}").str.replace_all(
        _HANZI_GAP, "${1}${2}"
    )  # fmt: skip
    shown = frame.select(
        pl.when((gap != "") & (gap.str.len_chars() <= LONGEST_NAME)).then(gap).alias("name"),
    )
    return shown.with_columns(
        name_key(shown["name"]).alias("name_key"),
        several_people(text).alias("names_several"),
        is_mojibake(text).fill_null(value=False).alias("is_damaged"),
        frame.select(pl.col("said").str.normalize("NFKC").str.contains(_NO_NAME) & (pl.col("name") != ""))[:, 0]
        .fill_null(value=False)
        .alias("is_no_name"),
    )


def value_columns(binding: Binding) -> list[Column]:
    """The columns whose cells have a type of their own; identity, area and firm code columns are read elsewhere."""
    elsewhere = {"id", "name", "credit_code", "serial", "area-path", "area-town", "area-village"}
    premiums = [Column(name=name, type="yuan", aliases=(name,), must_read=True) for name in binding.premiums]
    return [column for column in binding.columns if column.type not in elsewhere] + premiums


def _credit_codes(named: pl.DataFrame, binding: Binding) -> pl.DataFrame:
    """Codes that pass both checks; the others are null here and asked about in Q05.

    Where a firm has no valid code, `credit_code` holds the bureau's own number of the firm (单位编号), which is no code and
    is told from one by its length.
    """
    out = {
        column.name: _valid(named[column.name]).alias(column.name)
        for column in binding.columns if column.type == "credit_code"
    }  # fmt: skip
    if "firm_number" in binding.sources:
        number = named["firm_number"]
        own = number.to_frame("n").select(
            pl.when(pl.col("n").str.len_chars() != 18).then(pl.col("n").str.slice(0, 40))
        )[:, 0]
        # Some firms write their credit code where the bureau's own number belongs.
        known = [*out.values(), _valid(number), own]
        out["credit_code"] = pl.select(pl.coalesce(pl.lit(each) for each in known))[:, 0].alias("credit_code")
    return pl.DataFrame(list(out.values()))


def _valid(text: pl.Series) -> pl.Series:
    checked = over_distinct(text, check_credit_codes)
    return checked.select(pl.when(pl.col("is_ok")).then(pl.col("credit_code")))[:, 0]


def _with_whole_days(read: pl.DataFrame, binding: Binding) -> pl.DataFrame:
    """Months as days: what holds begins on a month's first day and ends on its last; a year alone is no day."""
    whole = []
    for column in binding.columns:
        ends = {target.field for target in column.becomes if target.frame not in {"detail", "need"}}
        if not ends & {*_FIRST_DAYS, *_LAST_DAYS}:
            continue
        value = pl.col(column.name)
        day = value.dt.month_end() if ends & set(_LAST_DAYS) else value
        if column.type == "date":
            precision = pl.col(f"{column.name}__precision")
            day = pl.when(precision == "day").then(value).when(precision == "month").then(day)
        whole.append(day.alias(column.name))
    return read.with_columns(whole)


def _with_month(read: pl.DataFrame, month: dt.date | None) -> pl.DataFrame:
    """The row's month: its own cell, else the file's. A row that spans several months has none."""
    own = pl.col("month") if "month" in read.columns else pl.lit(None, dtype=pl.Date)
    whole = pl.coalesce(own, pl.lit(month, dtype=pl.Date))
    if "month_end" in read.columns:
        whole = pl.when(pl.col("month_end").is_null() | (pl.col("month_end") == whole)).then(whole)
    return read.with_columns(whole.alias("month"))


def _with_heads(read: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    if "head_name" not in named.columns:
        return read
    return read.with_columns(over_distinct(named["head_name"], _head_names))


def _head_names(text: pl.Series) -> pl.DataFrame:
    key = pl.DataFrame({"key": name_key(text), "is_damaged": is_mojibake(text)})
    return key.select(pl.when(~pl.col("is_damaged").fill_null(value=False)).then(pl.col("key")).alias("head_name_key"))


# ── Refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _refusals(read: pl.DataFrame, binding: Binding, *, trial: bool) -> list[pl.DataFrame]:
    month = binding.label("month")
    column = binding.profile.by_name.get("month")
    is_missing = pl.col("month").is_null() & pl.lit(column is not None and column.is_required)
    faults = [_faults(read, is_missing, month, "month_missing")]
    return faults if binding.profile.about != "person" else faults + _nobody(read, binding, trial=trial)


def _nobody(read: pl.DataFrame, binding: Binding, *, trial: bool) -> list[pl.DataFrame]:
    """Why a row that should be about one person is about none, or about more than one."""
    number, name = (binding.label(each) for each in ("id_number", "name"))
    is_usable = pl.col("id_status").is_in(sorted(USABLE_ID_STATUSES))
    faults = [_faults(read, pl.col("id_status") == status, number, reason) for status, reason in ID_REFUSALS.items()]
    faults.append(_faults(read, pl.col("shares_number") & is_usable, number, "multi_person"))
    if not trial:
        faults.append(_faults(read, pl.col("id_number").str.starts_with(INVENTED_PREFIX), number, "id_invented"))
    faults.append(_faults(read, pl.col("names_several") & (pl.col("id_status") != "multi"), name, "multi_person"))
    faults.append(_faults(read, pl.col("is_damaged"), name, "mojibake"))
    is_no_name = pl.col("is_no_name") & pl.col("name").is_not_null() & ~pl.col("is_damaged") & ~pl.col("names_several")
    faults.append(_faults(read, is_no_name, name, "name_chars"))
    faults.append(_faults(read, pl.col("name_key").is_null() | (pl.col("name_key") == ""), name, "name_missing"))
    return faults


def _blanks(read: pl.DataFrame, named: pl.DataFrame, binding: Binding) -> list[pl.DataFrame]:
    """What must be given and is not: a row of a firm without a firm, a payment without an amount."""
    faults = []
    if binding.profile.names_firm:
        told = [pl.col(name).is_null() for name in binding.profile.firm_columns if name in read.columns]
        # a sheet may have no column at all that names the firm
        faults.append(
            _faults(read, pl.all_horizontal(pl.lit(value=True), *told), binding.label("firm_name"), "firm_missing")
        )
    for column in binding.profile.columns:
        if column.must_be_given:
            said = named.select(pl.col(column.name).is_null() if column.name in named.columns else pl.lit(value=True))
            blank = read.select("_line", "_sheet").with_columns(said[:, 0].alias("blank"))
            faults.append(_faults(blank, pl.col("blank"), binding.label(column.name), "value_missing"))
    return faults


def _owners(read: pl.DataFrame, binding: Binding, *, trial: bool) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Where rows are about firms, a number that identifies nobody is asked about (Q01), and the firm taken all the same."""
    if binding.profile.about == "person":
        return read, []
    is_invented = pl.col("id_number").str.starts_with(INVENTED_PREFIX) & pl.lit(not trial)
    is_unread = pl.col("is_damaged") | pl.col("is_no_name")
    unread = _queried(read, is_unread, "Q16", column=binding.label("name"), problem="unreadable")
    read = read.with_columns(pl.when(~is_unread).then(pl.col(name)).alias(name) for name in ("name", "name_key"))
    is_nobody = ~pl.col("id_status").is_in(sorted(USABLE_ID_STATUSES)) | is_invented | pl.col("name_key").is_null()
    is_said = (pl.col("id_status") != "missing") & ~is_unread
    asked = _queried(read, is_nobody & is_said, "Q01", column=binding.label("id_number"), problem=pl.col("id_status"))
    return read.with_columns(pl.when(~is_nobody).then(pl.col("id_number")).alias("id_number")), [unread, asked]


def _faults(read: pl.DataFrame, condition: pl.Expr, column: str, reason: str) -> pl.DataFrame:
    return read.filter(condition.fill_null(value=False)).select(
        "_line", "_sheet", pl.lit(column[:80]).alias("column"), pl.lit(reason).alias("reason")
    )


# ── Queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _queried(frame: pl.DataFrame, condition: pl.Expr, rule: str, **evidence: pl.Expr | str) -> pl.DataFrame:
    """One query a row that meets the condition; evidence is JSON, long numbers (identity, phone, account) left out."""
    fields = [
        (pl.lit(value) if isinstance(value, str) else value).alias(name) for name, value in evidence.items()
    ]  # fmt: skip
    met = frame.filter(condition.fill_null(value=False))
    if met.is_empty():
        return pl.DataFrame(schema=QUERY_SCHEMA)
    return met.select(
        "_line", "_sheet", pl.lit(rule).alias("rule"), pl.struct(fields).struct.json_encode().alias("evidence")
    )


def shown(text: pl.Expr) -> pl.Expr:
    """A cell as it may be shown: its beginning, with identity, telephone and account numbers left out."""
    return text.str.slice(0, 60).str.replace_all(_LONG_NUMBER, "…")


def _unreadable(
    read: pl.DataFrame, named: pl.DataFrame, column: Column, bad: pl.Series, binding: Binding
) -> pl.DataFrame:
    """Q16: a cell says something that its column cannot hold. Private columns show no value."""
    label = binding.label(column.name)
    problem = {"code": "code_unknown", "sex": "code_unknown", "bool": "code_unknown", "text": "too_long"}
    is_private = column.type == "phone" or any(
        target.field in SEALED_DETAILS or target.field == "number" or target.frame == "restricted"
        for target in column.becomes
    )
    frame = read.select("_line", "_sheet").with_columns(named[column.name].alias("value"), bad.alias("bad"))
    evidence: dict[str, pl.Expr | str] = {"column": label, "problem": problem.get(column.type, "unreadable")}
    if not is_private:
        evidence["value"] = shown(pl.col("value"))
    return _queried(frame, pl.col("bad"), "Q16", **evidence)


def _queries(read: pl.DataFrame, named: pl.DataFrame, binding: Binding, located: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        *_identity_queries(read, binding),
        *_code_queries(read, named, binding),
        _area_queries(read, located),
        *_spell_queries(read, binding),
        *_wage_queries(read, binding),
    ]


def _identity_queries(read: pl.DataFrame, binding: Binding) -> Iterable[pl.DataFrame]:
    if "sex" in read.columns:
        differs = pl.col("sex").is_in(["1", "2"]) & (pl.col("sex") != pl.col("id_sex"))
        yield _queried(read, differs, "Q02", column=binding.label("sex"), value=pl.col("sex"), id=pl.col("id_sex"))
    if "birth" in read.columns:
        pattern = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
        said, known = (
            functools.reduce(
                lambda rest, each: pl.when(pl.col("birth__precision") == each[0]).then(day.dt.to_string(each[1])).otherwise(rest),
                pattern.items(), pl.lit(None, dtype=pl.String),
            )
            for day in (pl.col("birth"), pl.col("id_birth_on"))
        )  # fmt: skip
        yield _queried(read, said != known, "Q03", column=binding.label("birth"), value=said, id=known)


def _code_queries(read: pl.DataFrame, named: pl.DataFrame, binding: Binding) -> Iterable[pl.DataFrame]:
    for column in binding.columns:
        if column.type == "credit_code":
            frame = read.select("_line", "_sheet", pl.col(column.name).alias("code")).with_columns(
                named[column.name].alias("value")
            )
            wrong = pl.col("value").is_not_null() & pl.col("code").is_null()
            # A sole trader's old code may hold an identity number: only codes with letters among them are shown.
            value = pl.when(~pl.col("value").str.contains(r"[0-9]{14}")).then(pl.col("value").str.slice(0, 30))
            yield _queried(frame, wrong, "Q05", column=binding.label(column.name), value=value)


def _area_queries(read: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    frame = read.select("_line", "_sheet").hstack(located.get_columns())
    return _queried(
        frame, pl.col("problem").is_not_null(), "Q06",
        town=shown(pl.col("town")), village=shown(pl.col("village")), problem=pl.col("problem"),
        suggestions=pl.col("suggestions"),
    )  # fmt: skip


def _spell_queries(read: pl.DataFrame, binding: Binding) -> Iterable[pl.DataFrame]:
    works = is_at_work(read.columns)
    is_of_jobs = any(target.frame == "spell" for column in binding.columns for target in column.becomes)
    if is_of_jobs and "started_on" in read.columns:
        yield _queried(
            read, works & pl.col("started_on").is_null(), "Q08", column=binding.label("started_on"), problem="no_start",
            **_employer(read),
        )  # fmt: skip
        if "ended_on" in read.columns:
            # A month's end is its last day, so an end in the month of the start is not before it.
            yield _queried(
                read, pl.col("ended_on") < pl.col("started_on"), "Q08", column=binding.label("ended_on"),
                problem="end_before_start", start=pl.col("started_on").dt.to_string("%Y-%m-%d"),
                end=pl.col("ended_on").dt.to_string("%Y-%m-%d"), **_employer(read),
            )  # fmt: skip


def _wage_queries(read: pl.DataFrame, binding: Binding) -> Iterable[pl.DataFrame]:
    for column in binding.columns:
        if not column.plausible:
            continue
        amount, unit = pl.col(column.name), pl.col(f"{column.name}__unit")
        outside = functools.reduce(
            operator.or_,
            (
                (unit == each) & ~amount.is_between(low * 100, high * 100)
                for each, (low, high) in column.plausible.items()
            ),
        )
        yield _queried(
            read, outside & (amount != 0), "Q10", column=binding.label(column.name), fen=amount, unit=unit,
            **_employer(read),
        )  # fmt: skip


def _employer(read: pl.DataFrame) -> dict[str, pl.Expr]:
    """Of whose work the question is: another employer is another question."""
    return {"employer": shown(pl.col("employer"))} if "employer" in read.columns else {}
