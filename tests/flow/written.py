"""Register files that the loading tests write: the demo's at a small size, and ledgers and insurance sheets by hand."""

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from anye.demo.first import write
from anye.demo.truth import Truth
from anye.engine.codes import complete_id
from anye.packs import HERE

SEED = int(os.environ.get("ANYE_SEED", "2020"))
LEDGER = tuple(
    "镇街 村居 户编号 与户主关系 姓名 身份证号 出生日期 联系电话 户类型 就业状态 就业起始日期 就业终止日期 就业单位 现住址".split()
)
INSURANCE = tuple(
    "费款所属期 统一社会信用代码 单位名称 姓名 证件号码 缴费基数 养老保险单位实缴 养老保险个人实缴".split()
)

MONITORING = tuple(
    "乡镇 行政村 户编号 人口编号 姓名 证件号码 与户主关系 联系电话 文化程度 户类型 帮扶责任人 就业意愿".split()
)


@dataclass(frozen=True)
class Folder:
    """A folder of registers and what they truly hold."""

    path: Path
    truth: Truth

    @property
    def files(self) -> list[Path]:
        return sorted(self.path.iterdir())


def write_demo(path: Path, *, seed: int = SEED, scale: float = 0.05) -> Folder:
    truth = write(path, seed=seed, scale=scale, areas_csv=HERE / "cn_yubei" / "areas.csv")
    return Folder(path, truth)


def number(n: int, birth: str = "19900307") -> str:
    """An identity number that belongs to nobody; odd `n` is a man's."""
    return complete_id(f"990001{birth}{n:03d}")


def ledger(path: Path, rows: Iterable[Mapping[str, str]], *, month: str = "") -> Path:
    """A worker ledger as CSV. Cells by heading; `month` as 2020年5月 stands in the title line."""
    return _sheet(path, LEDGER, rows, title=f"{month}贫困劳动力就业信息台账" if month else "")


def insurance(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A month's insurance sheet as CSV."""
    return _sheet(path, INSURANCE, rows)


def monitoring(path: Path, rows: Iterable[Mapping[str, str]], *, month: str) -> Path:
    """An export of the register of poor and monitored households; `month` as 2020年6月."""
    return _sheet(path, MONITORING, rows, title=f"{month}防返贫监测对象信息")


def _sheet(path: Path, headings: tuple[str, ...], rows: Iterable[Mapping[str, str]], *, title: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        if title:
            writer.writerow([title])
        writer.writerow(headings)
        for row in rows:
            assert set(row) <= set(headings), row
            writer.writerow([row.get(heading, "") for heading in headings])
    return path
