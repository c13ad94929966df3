"""Clean frames → the frames that are staged: personal numbers sealed and blinded, nodes named by their codes."""

from collections.abc import Mapping

import polars as pl

from anye.engine.households import household_key
from anye.engine.intake.statements import FIRM, STATEMENTS, STATUS_KINDS
from anye.engine.sealing import Keyring
from anye.records.people.facts import SEALED_KINDS

OUTSIDE = ""
OF_FIRMS = ("spell", "insurance", *(name for name, each in STATEMENTS.items() if each.names_firm))  # they name a firm


def sealed_frames(
    rows: pl.DataFrame,
    clear: Mapping[str, pl.DataFrame],
    *,
    place: tuple[int, int],
    keyring: Keyring,
    offices: Mapping[str, int],
) -> dict[str, pl.DataFrame]:
    """The staged frames of clean rows and their facts: `row` and a frame a fact. `place`: batch and sheet number."""
    where = [pl.lit(place[0]).alias("batch_id"), pl.lit(place[1]).alias("sheet_no"), pl.col("_line").alias("line")]
    rows = rows.with_columns(where)
    facts = {name: f.with_columns(where) for name, f in clear.items() if not f.is_empty()}
    facts |= {name: _with_numbers(name, facts[name], rows, keyring) for name in facts}
    firms = [_firms(facts[name]) for name in OF_FIRMS if name in facts]
    if "firm" in facts:
        firms.append(_firm_details(facts.pop("firm")))
    if firms:
        facts["firm"] = pl.concat(firms).unique(["firm_code", "kind", "value"], keep="last", maintain_order=True)
    if "household" in facts:
        facts["household"] = _households(facts["household"], rows)
    if "helper" in facts:
        facts["helper"] = _helpers(facts["helper"], facts.get("household"), keyring)
    return {"row": _rows(rows, keyring, offices)} | facts


def _with_numbers(name: str, facts: pl.DataFrame, rows: pl.DataFrame, keyring: Keyring) -> pl.DataFrame:
    """A frame with its firm's code, and with what is personal in it sealed."""
    if name == "detail":
        return _details(facts, rows, keyring)
    if name == "spell":
        return _spells(facts)
    if name in STATEMENTS:
        return _stated(name, facts, keyring)
    if name in OF_FIRMS:
        return facts.with_columns(firm_code())
    return facts.with_columns(_filled("evidence", "certifier")) if name == "membership" else facts


def firm_code() -> pl.Expr:
    """A firm's key: its valid credit code, else the register's own number, else its name as names are compared."""
    code = pl.col("credit_code")
    return (
        pl.when(code.is_not_null() & (code.str.len_chars() == 18))
        .then(code)
        .when(code.is_not_null() & (code != ""))
        .then(pl.lit("unit:") + code)
        .when(pl.col("firm_name").is_not_null() & (pl.col("firm_name") != ""))
        .then(pl.lit("name:") + pl.col("firm_name").str.replace_all(r"\s+", ""))
        .alias("firm_code")
    )


def _filled(*names: str) -> list[pl.Expr]:
    return [pl.col(name).fill_null("") for name in names]


def _rows(rows: pl.DataFrame, keyring: Keyring, offices: Mapping[str, int]) -> pl.DataFrame:
    ids = rows.get_column("id_number")
    sex = pl.coalesce("sex", "id_sex") if "id_sex" in rows.columns else pl.col("sex")
    return rows.with_columns(
        keyring.blind_column(ids, context="id_number").alias("id_blind"),
        keyring.blind_column(ids.str.slice(-6), context="id_last").alias("id_last_blind"),
        keyring.seal_column(ids, context="id_number").alias("id_sealed"),
        sex.alias("sex"),
        pl.col("area_code")
        .fill_null(OUTSIDE)
        .replace_strict(dict(offices), default=offices[OUTSIDE], return_dtype=pl.Int64)
        .alias("scope_no"),
    )


def _details(details: pl.DataFrame, rows: pl.DataFrame, keyring: Keyring) -> pl.DataFrame:
    """Sealed kinds lose their value for a ciphertext and a blind; every name brings its comparing key along."""
    keys = (
        details.filter(pl.col("kind") == "name")
        .join(rows.select("line", "name_key"), on="line")
        .with_columns(pl.lit("name_key").alias("kind"), pl.col("name_key").alias("value"))
    )
    plain = pl.concat([details, keys.select(details.columns)]).filter(~pl.col("kind").is_in(list(SEALED_KINDS)))
    parts = [plain]
    for kind, context in SEALED_KINDS.items():
        part = details.filter(pl.col("kind") == kind)
        if not part.is_empty():
            values = part.get_column("value")
            parts.append(
                part.with_columns(
                    keyring.seal_column(values, context=context).alias("sealed"),
                    keyring.blind_column(values, context=context).alias("blind"),
                    pl.lit(None, pl.String).alias("value"),
                )
            )
    return pl.concat(parts, how="diagonal")


def _helpers(helpers: pl.DataFrame, members: pl.DataFrame | None, keyring: Keyring) -> pl.DataFrame:
    """Who helps the household that the row's worker belongs to; an officer names the household itself."""
    phones = helpers.get_column("helper_phone")
    sealed = helpers.with_columns(
        keyring.seal_column(phones, context="phone").alias("phone_sealed"),
        keyring.blind_column(phones, context="phone").alias("phone_blind"),
        *_filled("helper_name", "helper_unit"),
    ).drop("helper_phone")
    if members is None:
        return sealed
    return sealed.drop("household_code").join(members.select("line", "household_code"), on="line")


def _spells(spells: pl.DataFrame) -> pl.DataFrame:
    texts = ("employer_name", "workplace_area", "workplace_text", "work_kind", "channel", "occupation", "industry")
    # a spell without a firm's code names its employer in words only: people are paid by sites and neighbours too
    coded = firm_code() if "credit_code" in spells.columns else pl.lit(None, pl.String).alias("firm_code")
    return (
        spells.rename({"started_on": "valid_from", "ended_on": "valid_to"})
        .with_columns(pl.lit(None, pl.String).alias("firm_name"))
        .with_columns(coded)
        .with_columns(pl.col("employer_name").alias("firm_name"), *_filled(*texts, "wage_unit"))
    )


def _stated(name: str, facts: pl.DataFrame, keyring: Keyring) -> pl.DataFrame:
    """Sealed fields lose their text for a ciphertext and a blind index; of other texts, none is none and not unknown."""
    statement = STATEMENTS[name]
    texts = [field for field, dtype in statement.fields.items() if dtype == pl.String]
    if statement.names_firm:
        facts = facts.with_columns(firm_code())
    if name in STATUS_KINDS:
        facts = facts.with_columns(_slot(keyring.blind_column(facts.get_column("detail"), context="health")))
    return facts.with_columns(
        *_filled(*(field for field in texts if field not in statement.sealed and field not in FIRM)),
        *(
            value.alias(f"{field}_{how}")
            for field, context in statement.sealed.items()
            for how, value in (
                ("sealed", keyring.seal_column(facts.get_column(field), context=context)),
                ("blind", keyring.blind_column(facts.get_column(field), context=context)),
            )
        ),
    ).drop(*statement.sealed)


def _slot(detail: pl.Series) -> pl.Expr:
    """What tells two statuses of one kind apart: somebody dies once, has one certificate in force, a pension of each kind,
    a post at each unit; all else is told apart by its first day. `detail`: the blind index of the words."""
    kind, day = pl.col("kind"), pl.col("valid_from").dt.to_string("%Y-%m-%d")
    return (
        pl.when(kind.is_in(["death", "disability"]))
        .then(pl.lit(""))
        .when(kind == "pension")
        .then(pl.lit(detail).bin.encode("hex").str.slice(0, 32))
        .when(kind.is_in(["public_pay", "graduate"]))
        .then(pl.col("unit"))
        .otherwise(day)
        .fill_null("")
        .alias("slot")
    )


def _firm_details(facts: pl.DataFrame) -> pl.DataFrame:
    """What a register of firms says of each, its name among it."""
    coded = facts.with_columns(firm_code()).filter(pl.col("firm_code").is_not_null())
    said = coded.select("batch_id", "sheet_no", "line", "firm_code", "kind", "value")
    return pl.concat([_firms(facts.with_columns(firm_code())), said])


def _households(members: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The household of each row, where the row tells which one it is."""
    key = household_key(pl.col("area_code"), pl.col("household_code"), pl.col("head_name"))
    return (
        members.join(rows.select("line", "area_code"), on="line", how="left")
        .with_columns(key.alias("household_code"), *_filled("relation"))
        .filter(pl.col("household_code").is_not_null())
    )


def _firms(facts: pl.DataFrame) -> pl.DataFrame:
    """What the rows say of the firms they name: the name as written, each once, by the last row that says so."""
    named = facts.filter(pl.col("firm_code").is_not_null() & pl.col("firm_name").is_not_null()).select(
        "batch_id", "sheet_no", "line", "firm_code", pl.lit("name").alias("kind"), pl.col("firm_name").alias("value")
    )
    return named.sort("line").unique(["firm_code", "value"], keep="last", maintain_order=True)
