"""Where a row's person lives and works, as area codes: from town and village columns, or from one cell with the path."""

from __future__ import annotations

import polars as pl

from anye.engine.areas import AreaIndex

_LONGEST = 200  # longer is no path of areas, and looking for the nearest name costs time
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
    columns = ("area", "town", "village")
    said = [pl.col(name).str.slice(0, _LONGEST) if name in named.columns else nothing for name in columns]
    area, town, village = said
    code = area.str.extract(_CODE)
    # A path in one cell stands beside the names or in their stead; the tree knows paths itself.
    path = pl.when(code.is_null()).then(area)
    parts = named.select("_line", town.alias("town"), pl.coalesce(village, path).alias("village"), code.alias("code"))
    return _resolved(parts.drop("_line"), areas)


def workplace_areas(read: pl.DataFrame, *, areas: AreaIndex) -> pl.Series:
    """The area of a workplace, only where the row says that it is in this town or district; else null."""
    if "work_region" not in read.columns:
        return pl.Series("workplace_area", [None] * read.height, dtype=pl.String)
    nothing = pl.lit(None, dtype=pl.String)
    near = pl.when(pl.col("work_region").is_in(_NEAR)).then(pl.col("workplace"))
    said = read.select(nothing.alias("town"), near.alias("village"), nothing.alias("code"))
    return _resolved(said, areas)["area_code"].alias("workplace_area")


def _resolved(said: pl.DataFrame, areas: AreaIndex) -> pl.DataFrame:
    """As the tree knows it, else with the cell taken for an address: what follows the village is left out."""
    key = ["town", "village", "code"]
    distinct = said.unique(maintain_order=True)
    whole = areas.resolve(*(distinct[name] for name in key))
    unclear = whole["problem"].is_not_null() & distinct["town"].is_null()
    if unclear.any():
        town, village = split_path(pl.col("village"))
        parts = distinct.select(pl.coalesce("town", town).alias("town"), village.alias("village"), "code")
        split = areas.resolve(*(parts[name] for name in key))
        taken = unclear & split["problem"].is_null()
        whole = whole.with_columns(
            pl.when(taken).then(split[name]).otherwise(whole[name]).alias(name) for name in whole.columns
        )
    answers = distinct.hstack(whole.select("area_code", "problem", "suggestions").get_columns())
    joined = said.join(answers, on=key, how="left", nulls_equal=True, maintain_order="left")
    return joined.select("area_code", "problem", "suggestions", "town", "village")
