"""What loaded rows say, as fact frames in clear: one frame a kind of fact, keyed by line and sheet.

`read` is the frame of `rows.read_rows`: typed columns named as in the profile, with `<name>__precision` beside dates and
`<name>__unit` beside wages. Amounts are fen. A null says that the row does not tell, never that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from anye.engine.intake.profile import Binding, Column
from anye.engine.intake.statements import FIRM, STATEMENTS

KEYS = ("_line", "_sheet")
KEY_SCHEMA: Mapping[str, type[pl.DataType]] = {"_line": pl.Int64, "_sheet": pl.String}
PREMIUMS = tuple(
    f"{kind}_{side}_{state}"
    for kind in ("pension", "medical", "unemployment", "injury", "maternity")
    for side in ("firm", "worker")
    for state in ("payable", "waived", "paid")
)
SCHEMAS: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "detail": {"kind": pl.String, "value": pl.String},
    "membership": {
        "group": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "evidence": pl.String, "certifier": pl.String,
    },
    "household": {"household_code": pl.String, "head_name": pl.String, "relation": pl.String, "is_head": pl.Boolean},
    "helper": {
        "household_code": pl.String, "helper_name": pl.String, "helper_unit": pl.String, "helper_phone": pl.String,
    },
    "need": {"kind": pl.String, "value": pl.String, "stated_on": pl.Date},
    "income": {"month": pl.Date, "kind": pl.String, "amount_fen": pl.Int64},
    "spell": {
        "employer_name": pl.String, "credit_code": pl.String, "workplace_area": pl.String, "workplace_text": pl.String,
        "work_kind": pl.String, "channel": pl.String, "occupation": pl.String, "industry": pl.String,
        "started_on": pl.Date, "ended_on": pl.Date, "wage_fen": pl.Int64, "wage_unit": pl.String,
        "has_contract": pl.Boolean, "contract_months": pl.Int64, "is_insured": pl.Boolean,
    },
    "firm": {"credit_code": pl.String, "firm_name": pl.String, "kind": pl.String, "value": pl.String},
    "insurance": {
        "month": pl.Date, "credit_code": pl.String, "firm_name": pl.String, "base_fen": pl.Int64,
        **{f"{name}_fen": pl.Int64 for name in PREMIUMS},
    },
    **{name: statement.fields for name, statement in STATEMENTS.items()},
}  # fmt: skip
# What the registry's columns hold; a longer text is cut there, the whole one stays with the sealed row.
_WIDTHS = {
    "employer_name": 160, "firm_name": 160, "occupation": 80, "industry": 80, "work_kind": 24, "channel": 24,
    "unit": 120, "relation": 24, "household_code": 60, "head_name": 80, "helper_name": 80, "helper_unit": 120, "group": 20,
    **{field: 160 for statement in STATEMENTS.values() for field, dtype in statement.fields.items()
       if dtype == pl.String and field not in statement.sealed},
}  # fmt: skip
_NO_WORDS = ("无", "否", "没有", "未", "0", "无残疾", "非残疾", "不是", "健康")
SEALED_DETAILS = frozenset({"id_number", "phone", "health", "disability", "address"})
_HEADS = ("01", "02")  # GB/T 4761: the person himself, the head


@dataclass(frozen=True)
class _Source:
    """The rows that are loaded, and how their sheet is bound."""

    read: pl.DataFrame
    binding: Binding

    def targets(self, frame: str) -> Iterable[tuple[Column, str]]:
        """(column, field) of this sheet that become the frame."""
        for column in self.binding.columns:
            for target in column.becomes:
                if target.frame == frame:
                    yield column, target.field

    def has(self, name: str) -> bool:
        return name in self.read.columns


def fact_frames(read: pl.DataFrame, *, binding: Binding) -> dict[str, pl.DataFrame]:
    """The fact frames that this profile's rows become; the same names for every block, empty where nothing is said."""
    source = _Source(read, binding)
    makers: dict[str, Callable[[_Source], pl.DataFrame | None]] = {
        "detail": _details, "membership": _memberships, "household": _households, "helper": _helpers, "need": _needs,
        "income": _income, "spell": _spells, "insurance": _insurance, "firm": _firm_details,
        **{name: partial(_statements, frame=name) for name in STATEMENTS},
    }  # fmt: skip
    wanted = {target.frame for column in binding.profile.columns for target in column.becomes} | set(
        binding.profile.says
    )
    return {name: _shaped(name, make(source)) for name, make in makers.items() if name in wanted}


def empty_frame(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema={**KEY_SCHEMA, **SCHEMAS[name]})


def _shaped(name: str, frame: pl.DataFrame | None) -> pl.DataFrame:
    """The frame with all its columns in their order and types, texts cut to what the registry holds."""
    if frame is None or frame.is_empty():
        return empty_frame(name)
    columns = []
    for field, dtype in {**KEY_SCHEMA, **SCHEMAS[name]}.items():
        value = pl.col(field) if field in frame.columns else pl.lit(None)
        value = value.cast(dtype)
        columns.append((value.str.slice(0, _WIDTHS[field]) if field in _WIDTHS else value).alias(field))
    return frame.select(columns).sort("_line", maintain_order=True)


def _text(column: Column) -> pl.Expr:
    """A typed value as the text of a detail or need: dates as exact as they are known, amounts in fen."""
    value = pl.col(column.name)
    if column.type == "date":
        day = value.dt.to_string("%Y-%m-%d")
        precision = pl.col(f"{column.name}__precision")
        return pl.when(precision == "month").then(day.str.slice(0, 7)).when(precision == "year").then(
            day.str.slice(0, 4)
        ).otherwise(day)  # fmt: skip
    if column.type == "bool":
        return pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no"))
    return value.cast(pl.String)


def _long(source: _Source, values: Mapping[str, pl.Expr], *more: pl.Expr) -> pl.DataFrame | None:
    """(kind, value) lines of several expressions over one row, blank ones left out, in the order of the kinds."""
    if not values:
        return None
    wide = source.read.select(*KEYS, *more, *(value.alias(f"={kind}") for kind, value in values.items()))
    index = [name for name in wide.columns if not name.startswith("=")]
    long = wide.unpivot(on=[f"={kind}" for kind in values], index=index, variable_name="kind", value_name="value")
    return long.filter(pl.col("value").is_not_null()).with_columns(pl.col("kind").str.slice(1))


def _details(source: _Source) -> pl.DataFrame | None:
    values = {field: _text(column) for column, field in source.targets("detail")}
    if source.binding.profile.creates_persons:
        # A valid number tells sex and birth; where the register says otherwise, Q02 and Q03 hold what it said.
        birth = pl.col("id_birth_on").dt.to_string("%Y-%m-%d")
        values["sex"] = pl.coalesce(pl.col("id_sex"), values.get("sex", pl.lit(None, dtype=pl.String)))
        values["birth"] = pl.coalesce(birth, values.get("birth", pl.lit(None, dtype=pl.String)))
        values["residence"] = pl.col("area_code")
        # whom a row brings into being bears its name and number: without a name nobody would see them
        values = {"name": pl.col("name"), "id_number": pl.col("id_number")} | values
    return _long(source, values)


def _needs(source: _Source) -> pl.DataFrame | None:
    has_day = source.has("collected_on")
    is_day = pl.col("collected_on__precision") == "day" if has_day else None
    stated = pl.when(is_day).then(pl.col("collected_on")) if is_day is not None else pl.lit(None, dtype=pl.Date)
    return _long(source, {field: _text(column) for column, field in source.targets("need")}, stated.alias("stated_on"))


def _memberships(source: _Source) -> pl.DataFrame | None:
    frames = []
    year = pl.col("lifted_year").cast(pl.String) if source.has("lifted_year") else pl.lit(None, dtype=pl.String)
    for column, field in source.targets("membership"):
        value = pl.col(column.name)
        label = source.binding.label(column.name)
        is_private = any(target.field in SEALED_DETAILS for target in column.becomes)
        if column.type == "bool":
            group, said = pl.when(value).then(pl.lit(field)), pl.lit(label)
        elif field == "none":  # who is said to be of none of the groups is known not to be of them
            group, said = (
                pl.when(value == "none").then(value),
                pl.concat_str(pl.lit(f"{label}: "), pl.col(f"{column.name}__said")),
            )
        elif field != "group":
            is_no = value.is_in(_NO_WORDS) | value.str.starts_with("无")
            group, said = pl.when(value.is_not_null() & ~is_no).then(pl.lit(field)), pl.lit(label)
        else:
            known = sorted(set(column.codes.values()) - {"none"})
            lifted = pl.when((value == "lifted") & year.is_not_null()).then(pl.format("，脱贫年度 {}", year))
            group = pl.when(value.is_in(known)).then(value)
            said = pl.concat_str(pl.lit(f"{label}: "), pl.col(f"{column.name}__said"), lifted.fill_null(""))
        evidence = pl.lit(label) if is_private else said
        frames.append(source.read.select(*KEYS, group.alias("group"), evidence.alias("evidence")))
    if not frames:
        return None
    told = pl.concat(frames).filter(pl.col("group").is_not_null())
    return told.unique(["_line", "_sheet", "group"], keep="first", maintain_order=True)


def _households(source: _Source) -> pl.DataFrame | None:
    targets = {field: column for column, field in source.targets("household")}
    if not targets:
        return None
    values = {field: pl.col(column.name) for field, column in targets.items()}
    heads = [pl.col("name_key") == pl.col("head_name_key")] if "head_name" in targets else []
    if "relation" in targets:
        relation = pl.when(pl.col("relation").is_not_null()).then(pl.col("relation").is_in(_HEADS))
        heads.insert(0, relation)
    frame = source.read.select(
        *KEYS,
        *(value.alias(field) for field, value in values.items()),
        (pl.coalesce(heads) if heads else pl.lit(None)).alias("is_head"),
    )
    return frame.filter(pl.any_horizontal(pl.col(field).is_not_null() for field in values))


def _helpers(source: _Source) -> pl.DataFrame | None:
    values = {field: pl.col(column.name) for column, field in source.targets("helper")}
    if "helper_name" not in values:
        return None
    code = pl.col("household_code") if source.has("household_code") else pl.lit(None, dtype=pl.String)
    frame = source.read.select(
        *KEYS, code.alias("household_code"), *(value.alias(field) for field, value in values.items())
    )
    return frame.filter(pl.col("helper_name").is_not_null())


def _income(source: _Source) -> pl.DataFrame | None:
    frames = []
    for column, field in source.targets("income"):
        is_monthly = pl.col(f"{column.name}__unit") == "month"
        rows = source.read.filter(pl.col("month").is_not_null() & pl.col(column.name).is_not_null() & is_monthly)
        frames.append(
            rows.filter(~is_jobless(source.read.columns)).select(
                *KEYS, "month", pl.lit(field).alias("kind"), pl.col(column.name).alias("amount_fen")
            )
        )
    return pl.concat(frames) if frames else None


def is_jobless(columns: list[str]) -> pl.Expr:
    """The row says that the person does not work."""
    state = pl.col("employment_state") if "employment_state" in columns else pl.lit(None, dtype=pl.String)
    return (state == "not_employed").fill_null(value=False)


def is_at_work(columns: list[str]) -> pl.Expr:
    """The row says that the person works: by the state, or by an employer or a first day where no state is known."""
    state = pl.col("employment_state") if "employment_state" in columns else pl.lit(None, dtype=pl.String)
    signs = [pl.col(name).is_not_null() for name in ("employer", "started_on") if name in columns]
    told = pl.any_horizontal(signs) if signs else pl.lit(value=False)
    return (state == "employed").fill_null(value=False) | (told & ~is_jobless(columns))


def _has_worked(columns: list[str]) -> pl.Expr:
    """The row tells of a job that is over: employer and both its ends."""
    told = [pl.col(name).is_not_null() for name in ("employer", "started_on", "ended_on") if name in columns]
    return pl.all_horizontal(told) if len(told) == 3 else pl.lit(value=False)


def _spells(source: _Source) -> pl.DataFrame | None:
    values: dict[str, pl.Expr] = {}
    wages: list[Column] = []
    for column, field in source.targets("spell"):
        if field == "wage_fen":
            wages.append(column)
        else:
            values[field] = pl.col(column.name)
    if wages:
        values["wage_fen"] = pl.coalesce(pl.col(column.name) for column in wages)
        units = [pl.when(pl.col(column.name).is_not_null()).then(pl.col(f"{column.name}__unit")) for column in wages]
        values["wage_unit"] = pl.coalesce(units)
    if "contract_months" in values and "has_contract" not in values:
        values["has_contract"] = values["contract_months"] > 0
    if source.has("workplace_area"):
        values["workplace_area"] = pl.col("workplace_area")
    if not values:
        return None
    rows = source.read.filter(is_at_work(source.read.columns) | _has_worked(source.read.columns))
    return rows.select(*KEYS, *(value.alias(field) for field, value in values.items()))


def _statements(source: _Source, *, frame: str) -> pl.DataFrame | None:
    """A line for every row: its columns, several of one text in a row, and what the register says where a row does not.

    Several columns of a field that is no text: the first that tells.
    """
    statement = STATEMENTS[frame]
    told: dict[str, list[pl.Expr]] = {}
    for column, field in source.targets(frame):
        told.setdefault(field, []).append(_part(column, field, is_text=statement.fields[field] == pl.String))
    if "month" in statement.fields:
        told["month"] = [pl.col("month")]
    values = {field: _joined(field, parts, dtype=statement.fields[field]) for field, parts in told.items()}
    for field, value in source.binding.profile.says.get(frame, {}).items():
        values[field] = values.get(field, pl.lit(None, dtype=pl.String)).fill_null(value)
    if statement.names_firm:
        values |= {
            name: pl.col(name) for name in ("credit_code", "firm_name") if source.has(name) and name not in values
        }
    if not set(statement.needs) <= set(values) or not values:
        return None
    lines = source.read.select(*KEYS, *(value.alias(field) for field, value in values.items()))
    return lines.filter(pl.lit(value=True), *(pl.col(name).is_not_null() for name in statement.needs))


def _part(column: Column, field: str, *, is_text: bool) -> pl.Expr:
    """What a column says of a field; wages say their range and what it is by."""
    beside = {"wage_high_fen": "__high"} if column.type == "wages" else {}
    if column.type in {"yuan", "wages"} and field == "wage_unit":
        beside = {"wage_unit": "__unit"}
    if field in beside:
        return pl.col(f"{column.name}{beside[field]}")
    return _text(column) if is_text else pl.col(column.name)


def _joined(field: str, parts: list[pl.Expr], *, dtype: type[pl.DataType]) -> pl.Expr:
    if len(parts) == 1 or dtype != pl.String or field in {*FIRM, "wage_unit"}:
        return pl.coalesce(parts)
    return pl.concat_str(parts, separator=" ", ignore_nulls=True).replace("", None)


def _firm_details(source: _Source) -> pl.DataFrame | None:
    """What a register of firms says of each: a line a kind, under the firm that the row names."""
    values = {field: _text(column) for column, field in source.targets("firm")}
    named = [
        (pl.col(name) if source.has(name) else pl.lit(None, dtype=pl.String)).alias(name)
        for name in ("credit_code", "firm_name")
    ]
    return _long(source, values, *named)


def _insurance(source: _Source) -> pl.DataFrame | None:
    targets = [pl.col(column.name).alias(field) for column, field in source.targets("insurance")]
    amounts = [pl.col(name).alias(f"{name}_fen") for name in PREMIUMS if source.has(name)]
    fallback = [
        pl.col(name) for name in ("credit_code", "firm_name")
        if source.has(name) and name not in {field for _, field in source.targets("insurance")}
    ]  # fmt: skip
    return source.read.select(*KEYS, "month", *targets, *fallback, *amounts)
