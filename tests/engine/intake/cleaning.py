"""What the tests of cleaning share: a small invented district, sheets as lists of cells, files, and a whole load."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from anye.engine.areas import AreaIndex
from anye.engine.codes import complete_id
from anye.engine.intake.clean import Cleaned, Context, clean_file
from anye.engine.intake.profile import Profile
from anye.engine.intake.reading import read_blocks
from anye.engine.intake.recognise import recognise
from anye.packs import AreaRow, read_pack

ON = dt.date(2020, 12, 1)
PACK = read_pack("cn_yubei")
LEDGER: Profile = PACK.profiles["village_ledger"]
INSURANCE: Profile = PACK.profiles["social_insurance"]
_SINCE = dt.date(2016, 1, 1)
AREAS = AreaIndex.from_rows(
    AreaRow(code, level, parent, name, _SINCE, None)
    for code, level, parent, name in (
        ("990100000000", "county", "990000000000", "青石区"),
        ("990100101000", "town", "990100000000", "东河镇"),
        ("990100101201", "village", "990100101000", "柳树村村民委员会"),
        ("990100101202", "village", "990100101000", "石桥村村民委员会"),
        ("990100102000", "town", "990100000000", "西岭镇"),
        ("990100102201", "village", "990100102000", "云峰村村民委员会"),
        ("990100003000", "street", "990100000000", "南门街道"),
        ("990100003001", "community", "990100003000", "和平社区居民委员会"),
    )
)
SORTED = ("_line", "rule", "reason", "column", "kind", "group", "evidence")


def number(n: int, birth: str = "19900307") -> str:
    """An identity number that belongs to nobody; odd `n` is a man's."""
    return complete_id(f"990001{birth}{n:03d}")


def block(rows: Iterable[Sequence[str]], *, first_line: int = 1, sheet: str | None = None) -> pl.DataFrame:
    """A block as the reader gives it: empty cells null, empty lines left out."""
    lines = [(first_line + at, tuple(row)) for at, row in enumerate(rows)]
    width = max(len(row) for _, row in lines)
    kept = [(line, row) for line, row in lines if any(row)]
    cells = {f"c{i}": [(row[i] or None) if i < len(row) else None for _, row in kept] for i in range(width)}
    schema = dict.fromkeys(cells, pl.String)
    return pl.DataFrame(cells, schema=schema).with_columns(
        pl.Series("_line", [line for line, _ in kept], dtype=pl.Int64), pl.lit(sheet, dtype=pl.String).alias("_sheet")
    )


@dataclass(frozen=True)
class Load:
    """All blocks of a file put together."""

    profile: Profile
    rows: pl.DataFrame
    faults: pl.DataFrame
    queries: pl.DataFrame
    no_rows: pl.DataFrame
    facts: dict[str, pl.DataFrame]
    month: dt.date | None

    def reasons(self) -> dict[int, list[str]]:
        """Line → why it is refused."""
        said: dict[int, list[str]] = {}
        for line, reason in self.faults.select("_line", "reason").rows():
            said.setdefault(line, []).append(reason)
        return said

    def rules(self) -> dict[int, list[str]]:
        """Line → what is asked about it."""
        said: dict[int, list[str]] = {}
        for line, rule in self.queries.select("_line", "rule").rows():
            said.setdefault(line, []).append(rule)
        return said

    def kinds(self) -> dict[int, str]:
        return dict(self.no_rows.select("_line", "kind").rows())

    def detail(self, kind: str) -> dict[int, str]:
        frame = self.facts["detail"].filter(pl.col("kind") == kind)
        return dict(frame.select("_line", "value").rows())

    def need(self, kind: str) -> dict[int, str]:
        frame = self.facts["need"].filter(pl.col("kind") == kind)
        return dict(frame.select("_line", "value").rows())


def load(
    rows: Iterable[Sequence[str]] | pl.DataFrame,
    *,
    block_rows: int = 50_000,
    context: Context | None = None,
    profiles: Iterable[Profile] = (LEDGER,),
) -> Load:
    """Recognise and clean a sheet given as lists of cells, cut into blocks of `block_rows` lines."""
    frame = rows if isinstance(rows, pl.DataFrame) else block(rows)
    found = recognise(frame.head(30), profiles)
    context = context or Context(on=ON, areas=AREAS, trial=True)
    parts = (frame.slice(at, block_rows) for at in range(0, frame.height, block_rows))
    return together(found.profile, clean_file(parts, profile=found.profile, header=found.header, context=context))


def load_path(path: Path, *, block_rows: int = 50_000, context: Context | None = None) -> Load:
    """The same for the first sheet of a file, through the reader."""
    first = next(iter(read_blocks(path, block_rows=30)))
    found = recognise(first, (LEDGER, INSURANCE))
    context = context or Context(on=ON, areas=AREAS, trial=True, file_name=path.name)
    blocks = read_blocks(path, block_rows=block_rows)
    return together(found.profile, clean_file(blocks, profile=found.profile, header=found.header, context=context))


def together(profile: Profile, cleaned: Iterable[Cleaned]) -> Load:
    parts = list(cleaned)

    def joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
        frame = pl.concat([each for each in frames if each.height] or frames[:1], how="diagonal")
        keys = [name for name in SORTED if name in frame.columns]
        return frame.sort(keys, maintain_order=True)

    names = {name for part in parts for name in part.facts}
    return Load(
        profile=profile,
        rows=joined([part.rows for part in parts]),
        faults=joined([part.faults for part in parts]),
        queries=joined([part.queries for part in parts]),
        no_rows=joined([part.no_rows for part in parts]),
        facts={name: joined([part.facts[name] for part in parts if name in part.facts]) for name in sorted(names)},
        month=parts[0].month,
    )


def accounted(loaded: Load, lines: Iterable[int]) -> None:
    """Every line is exactly one of loaded, refused and no row."""
    taken = loaded.rows["_line"].to_list()
    refused = sorted(set(loaded.faults["_line"].to_list()))
    none = loaded.no_rows["_line"].to_list()
    assert sorted([*taken, *refused, *none]) == sorted(lines)
