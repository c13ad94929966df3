"""Large inputs for measuring: a month's insurance file of a million rows, a ledger workbook of 200,000 × 40 cells.

Drawn in columns, so that making the input never costs more than reading it. `population` (from `anye.demo.people`)
draws the registry's people that the insurance file is about.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import polars as pl

from anye.demo.firms import make_firms
from anye.demo.forms import UNION_PLAIN
from anye.demo.insurance import HEADINGS, WAIVED_MONTHS, premiums
from anye.demo.people import population
from anye.demo.places import read_areas

__all__ = ["BulkTruth", "insurance_csv", "ledger_xlsx", "population"]

_BLOCK_ROWS = 20_000
#: Contribution bases in steps of 40 yuan, from the lowest to below the last.
_BASES = (77, 302)
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
}
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class BulkTruth:
    """What a bulk insurance file holds: rows of people given, rows of strangers, rows refused (check digit)."""

    rows: int
    attached: int
    strangers: int
    refused: int


def insurance_csv(
    path: Path,
    people: pl.DataFrame,
    *,
    month: str,
    seed: int,
    rows: int | None = None,
    stranger_share: float = 0.0,
    faulty_share: float = 0.0,
    firms: int = 10_000,
) -> BulkTruth:
    """Write one month (2020-04) as CSV in UTF-8 with BOM, one row a person, in the order of firms.

    `people` has id_number and name, unique by number; `rows` (default: all of them) may not exceed their count.
    Strangers are added on top as a share of `rows`; of `rows`, `faulty_share` carry a wrong check digit.
    """
    chosen = people.select("id_number", "name").sample(rows or people.height, seed=seed, shuffle=True)
    refused = round(chosen.height * faulty_share)
    others = population(round(chosen.height * stranger_share), seed + 1).select("id_number", "name")
    others = others.join(people.select("id_number"), on="id_number", how="anti")
    frame = pl.concat([_with_wrong_checks(chosen, refused), others])
    rng = np.random.default_rng([seed, 3])
    frame = frame.with_columns(
        pl.Series("firm", rng.integers(firms, size=frame.height)),
        pl.Series("base", rng.integers(*_BASES, size=frame.height) * 40),
    ).sort("firm", maintain_order=True)
    employers = _employers(firms, seed)
    frame = frame.join(employers, on="firm", maintain_order="left")
    frame = frame.join(_amounts(month), on=["base", "is_large"], maintain_order="left")
    frame.select(
        "单位名称",
        "统一社会信用代码",
        pl.col("name").alias("姓名"),
        pl.col("id_number").alias("身份证号"),
        pl.lit(month.replace("-", "")).alias("费款所属期"),
        "缴费基数",
        *(kind + part for kind, part in HEADINGS),
    ).write_csv(path, include_bom=True, line_terminator="\r\n")
    return BulkTruth(frame.height, chosen.height - refused, others.height, refused)


def _with_wrong_checks(people: pl.DataFrame, count: int) -> pl.DataFrame:
    """The people, the first `count` with another check character."""
    wrong = pl.when(pl.col("id_number").str.ends_with("5")).then(pl.lit("6")).otherwise(pl.lit("5"))
    faulty = pl.when(pl.int_range(pl.len()) < count).then(pl.col("id_number").str.head(17) + wrong)
    return people.with_columns(faulty.otherwise("id_number").alias("id_number"))


def _employers(count: int, seed: int) -> pl.DataFrame:
    """Firms by number from 0, with the columns that say who pays."""
    firms = make_firms(Random(seed), count)
    return pl.DataFrame(
        {
            "firm": range(count),
            "单位名称": [firm.name for firm in firms],
            "统一社会信用代码": [firm.credit_code for firm in firms],
            "is_large": [firm.is_large for firm in firms],
        }
    )


def _amounts(month: str) -> pl.DataFrame:
    """Every base (yuan) and size of firm with its premiums as texts of yuan."""
    keys = [(base * 40, is_large) for base in range(*_BASES) for is_large in (False, True)]
    rows = [
        (
            base,
            is_large,
            f"{base}.00",
            *(f"{fen / 100:.2f}" for fen in premiums(base, is_large, month in WAIVED_MONTHS)),
        )
        for base, is_large in keys
    ]
    return pl.DataFrame(
        rows, schema=["base", "is_large", "缴费基数", *(kind + part for kind, part in HEADINGS)], orient="row"
    )


def ledger_xlsx(
    path: Path, *, rows: int = 200_000, columns: int = 40, seed: int = 1, areas_csv: Path | None = None
) -> None:
    """Write one clean ledger sheet of the plain union form, cut to its first `columns`, with one heading line.

    Every cell is an inline text or a number, as streaming writers make them: 366 MB of XML at 200,000 × 40.
    """
    shown = UNION_PLAIN.columns[:columns]
    frame = _ledger_frame(rows, seed, areas_csv).select(key for key, _, _ in shown)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in _PARTS.items():
            book.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _XML + text)
        sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml", (1980, 1, 1, 0, 0, 0))
        sheet.compress_type = zipfile.ZIP_DEFLATED
        with book.open(sheet, "w", force_zip64=True) as out:
            out.write(
                f'{_XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'.encode()
            )
            for text in _sheet_rows(frame, [label for _, label, _ in shown]):
                out.write(text.encode())
            out.write(b"</sheetData></worksheet>")


def _sheet_rows(frame: pl.DataFrame, labels: Sequence[str]) -> Iterator[str]:
    """The rows as XML, heading first, in blocks; no text needs escaping."""
    letters = [_letters(place) for place in range(frame.width)]
    yield f'<row r="1">{"".join(_text_cell(letter, "1", label) for letter, label in zip(letters, labels, strict=True))}</row>'
    for start in range(0, frame.height, _BLOCK_ROWS):
        block = frame.slice(start, _BLOCK_ROWS)
        line = pl.int_range(start + 2, start + 2 + block.height).cast(pl.String)
        cells = []
        for letter, (name, kind) in zip(letters, block.schema.items(), strict=True):
            head, tail = (' t="inlineStr"><is><t>', "</t></is></c>") if kind == pl.String else ("><v>", "</v></c>")
            cell = pl.concat_str(
                pl.lit(f'<c r="{letter}'), line, pl.lit(f'"{head}'), pl.col(name).cast(pl.String), pl.lit(tail)
            )
            cells.append(cell.fill_null(""))
        row = pl.concat_str(pl.lit('<row r="'), line, pl.lit('">'), *cells, pl.lit("</row>"))
        yield "".join(block.select(row.alias("row"))["row"])


def _letters(place: int) -> str:
    """The name of a column counted from 0: A, B … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _text_cell(letter: str, row: str, text: str) -> str:
    return f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def _ledger_frame(rows: int, seed: int, areas_csv: Path | None) -> pl.DataFrame:
    """The cells of the plain union form by meaning, all texts but for number, age, wage and months."""
    towns = read_areas(areas_csv).towns if areas_csv else ()
    places = {village.code: (town.name, village.name) for town in towns for village in town.villages}
    people = population(rows, seed, villages=list(places)).sort("area_code", maintain_order=True)
    rng = np.random.default_rng([seed, 4])

    def drawn(name: str, *words: str | None) -> pl.Series:
        return pl.Series(words, dtype=pl.String).gather(rng.integers(len(words), size=rows)).alias(name)

    number = pl.int_range(1, rows + 1)
    town = pl.col("area_code").replace_strict({code: pair[0] for code, pair in places.items()}, default="示范镇")
    village = pl.col("area_code").replace_strict({code: pair[1] for code, pair in places.items()}, default="示范村")
    home = pl.concat_str(town, village, pl.lit("3组"), (number % 180 + 1).cast(pl.String), pl.lit("号"))
    frame = people.with_columns(
        number.alias("no"), town.alias("town"), village.alias("village"), pl.lit("3组").alias("group"),
        (pl.col("area_code") + number.cast(pl.String).str.zfill(6)).alias("household"), pl.col("name").alias("head"),
        pl.lit("户主").alias("relation"), pl.col("sex").replace_strict({"1": "男", "2": "女"}).alias("sex"),
        pl.col("id_number").alias("id"), pl.col("birth_on").dt.to_string("%Y-%m-%d").alias("birth"),
        (2020 - pl.col("birth_on").dt.year()).cast(pl.Int64).alias("age"), pl.lit("汉族").alias("ethnicity"),
        (pl.lit("1540") + number.cast(pl.String).str.zfill(7)).alias("phone"), home.alias("address"),
        drawn("education", "小学", "初中", "高中"), drawn("status", "已脱贫", "已脱贫", "未脱贫", "监测"),
        drawn("lifted_year", "2017", "2018", "2019"), drawn("health", "健康", "长期慢性病"),
        drawn("disability", None, None, None, "肢体四级"), drawn("ability", "普通劳动力", "技能劳动力"),
        drawn("low_income", "是", "否"), drawn("student", "否"), drawn("state", "已就业", "已就业", "未就业"),
        drawn("start", "2019-03-12", "2019/3/12", "2019年3月12日", "20190312"),
        drawn("channel", "自行就业", "政府推荐"), drawn("region", "区内", "镇内", "市外"), drawn("workplace", "重庆市"),
        drawn("employer", *(firm.name for firm in make_firms(Random(seed), 2_000))), drawn("employer_kind", "民营企业"),
        drawn("work_kind", "单位就业", "灵活就业"), drawn("industry", "制造业", "建筑业"),
        drawn("trade", "装配工", "保洁员", "分拣员"), pl.Series("wage", rng.integers(15, 65, size=rows) * 100),
        pl.Series("contract", rng.integers(1, 4, size=rows) * 12), drawn("insured", "是", "否"),
        pl.Series("worked_months", rng.integers(1, 40, size=rows)), drawn("idle_reason", "照料家庭", "患病", "无岗位"),
        drawn("wish", "是", "否"), drawn("wish_area", "镇内", "区内"), drawn("wish_post", "保洁员", "护工"),
        pl.Series("wish_wage", rng.integers(4, 9, size=rows) * 500), drawn("wish_time", "全天", "半天"),
        drawn("wants_training", "是", "否"), drawn("wish_trade", "电工", None), drawn("wants_startup", "否"),
        drawn("wants_post", "是", "否"), drawn("service", "岗位推荐", None), drawn("post_subsidy", None, None),
        drawn("helper", "驻村工作队"), drawn("collector", "村就业专干"), drawn("collected", "2020-06-20"),
        drawn("way", "上门", "电话"), drawn("note", None, None),
    )  # fmt: skip
    # What only people at work, or only people without work, have filled in.
    at_work = "start channel region workplace employer employer_kind work_kind industry trade wage contract insured"
    idle = "idle_reason wish_area wish_post wish_wage wish_time"
    is_employed = pl.col("state") == "已就业"
    return frame.with_columns(
        *(pl.when(is_employed).then(name).alias(name) for name in f"{at_work} worked_months".split()),
        *(pl.when(~is_employed).then(name).alias(name) for name in idle.split()),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """For developers: write one of the inputs from the command line."""
    parser = argparse.ArgumentParser(prog="python -m anye.demo.bulk", description="Write a large input.")
    parser.add_argument("kind", choices=("insurance", "ledger"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--month", default="2020-06")
    parser.add_argument("--areas", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.kind == "insurance":
        insurance_csv(chosen.path, population(chosen.rows, chosen.seed), month=chosen.month, seed=chosen.seed)
    else:
        ledger_xlsx(chosen.path, rows=chosen.rows, seed=chosen.seed, areas_csv=chosen.areas)


if __name__ == "__main__":
    main()
