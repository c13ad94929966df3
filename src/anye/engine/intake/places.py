"""Where a row's person lives and works, as area codes: from town and village columns, or from one cell with the path."""

from __future__ import annotations

import polars as pl

from anye.engine.areas import AreaIndex

_NEAR = ("town", "district")  # work regions (work_region.csv) in which a town's name can mean only one town
_CODE = r"^\s*([0-9]{6}|[0-9]{9}|[0-9]{12})(?:\.0)?\s*$"
# 省 市 区县 before the town. 社区, 小区 and 街区 are no districts, and nothing may be skipped that names a town.
_ABOVE_TOWN = r"^(?:[^镇乡街社村]{1,12}?(?:省|自治区|特别行政区|市|自治州|地区|盟|区|县|旗))+"
_TOWN = r"^([^\d]{1,20}?(?:街道办事处|街道办|街道|镇|乡|苏木|办事处))"
_VILLAGE = r"^(.+(?:委员会|村委会|居委会|社区|村|嘎查))"
_NO_SIGNS = r"[\s/\\|>,，、\-_—·]+"


def split_path(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """(town, village) of an address or a path of areas (渝北区茨竹镇玉兰村3组); null where it names none."""
    plain = text.str.normalize("NFKC").str.replace_all(_NO_SIGNS, "")
    below = plain.str.replace(_ABOVE_TOWN, "")
    town = below.str.extract(_TOWN)
    rest = pl.when(town.is_not_null()).then(below.str.slice(town.str.len_chars())).otherwise(below)
    village = pl.coalesce(rest.str.extract(_VILLAGE), pl.when(rest.str.len_chars() > 0).then(rest))
    return town, village


def read_areas(named: pl.DataFrame, *, areas: AreaIndex) -> pl.DataFrame:
    """area_code, problem, suggestions, town, village: a row a row. An unknown pair has no code: a person decides (Q06)."""
    nothing = pl.lit(None, dtype=pl.String)
    has = {name: name in named.columns for name in ("area", "town", "village")}
    town = pl.col("town") if has["town"] else nothing
    village = pl.col("village") if has["village"] else nothing
    code = nothing
    if has["area"]:
        code = pl.col("area").str.extract(_CODE)
        path_town, path_village = split_path(pl.when(code.is_null()).then(pl.col("area")))
        town, village = pl.coalesce(town, path_town), pl.coalesce(village, path_village)
    elif has["village"] and not has["town"]:
        town, village = split_path(pl.col("village"))
    said = named.select("_line", town.alias("town"), village.alias("village"), code.alias("code")).drop("_line")
    if not any(has.values()):
        return said.select(
            "town", "village", nothing.alias("area_code"), nothing.alias("problem"),
            pl.lit(None, dtype=pl.List(pl.String)).alias("suggestions"),
        )  # fmt: skip
    return _resolved(said, areas)


def workplace_areas(read: pl.DataFrame, *, areas: AreaIndex) -> pl.Series:
    """The area of a workplace, only where the row says that it is in this town or district; else null."""
    if "work_region" not in read.columns:
        return pl.Series("workplace_area", [None] * read.height, dtype=pl.String)
    near = pl.when(pl.col("work_region").is_in(_NEAR)).then(pl.col("workplace"))
    town, village = split_path(near)
    said = read.select(town.alias("town"), village.alias("village"), pl.lit(None, dtype=pl.String).alias("code"))
    return _resolved(said, areas)["area_code"].alias("workplace_area")


def _resolved(said: pl.DataFrame, areas: AreaIndex) -> pl.DataFrame:
    key = ["town", "village", "code"]
    distinct = said.unique(maintain_order=True)
    found = areas.resolve(distinct["town"], distinct["village"], distinct["code"])
    answers = distinct.with_columns(found["area_code"], found["problem"], found["suggestions"])
    joined = said.join(answers, on=key, how="left", nulls_equal=True, maintain_order="left")
    return joined.select("area_code", "problem", "suggestions", "town", "village")
