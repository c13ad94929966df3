"""Invented employers: names, credit codes under the area prefix 99, sizes with a long tail."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from anye.demo.identity import credit_code, unit_body

BRAND = "禾岭川森沐岚芯澄禄蔚屿栎垚晟璞曜朔翎霁筱珩砚沛涵羡苒荟莳"
TRADES = (
    ("服饰", "制造业", "缝纫工"),
    ("电子", "制造业", "装配工"),
    ("机械", "制造业", "机床操作工"),
    ("食品", "制造业", "食品加工工"),
    ("物流", "交通运输、仓储和邮政业", "分拣员"),
    ("物业管理", "居民服务业", "保洁员"),
    ("餐饮管理", "住宿和餐饮业", "厨工"),
    ("建筑劳务", "建筑业", "钢筋工"),
    ("商贸", "批发和零售业", "营业员"),
    ("家政服务", "居民服务业", "家政服务员"),
)
#: Offices that send the monthly files; each firm pays through one of them.
CHANNELS = 3


@dataclass(frozen=True, slots=True)
class Firm:
    """An employer. `weight` is its share of workers; a large firm had half of its premiums waived, others all."""

    name: str
    credit_code: str
    industry: str
    trade: str
    weight: float
    is_large: bool
    channel: int


def make_firms(random: Random, count: int) -> list[Firm]:
    """Firms in falling order of size (Zipf); every twelfth is a cooperative, every ninth a sole trader.

    Names are distinct; there are about 20,000 of them, and `count` must stay below.
    """
    firms: list[Firm] = []
    seen: set[str] = set()
    while len(firms) < count:
        rank = len(firms)
        brand = "".join(random.sample(BRAND, 3))
        if brand in seen:
            continue
        seen.add(brand)
        short, industry, trade = random.choice(TRADES)
        if rank % 12 == 11:
            kind, name, industry, trade = (
                "93",
                f"重庆市渝北区{brand}果树种植专业合作社",
                "农、林、牧、渔业",
                "果树管护工",
            )
        elif rank % 9 == 8:
            kind, name = "92", f"渝北区{brand}{short}经营部"
        else:
            kind, name = "91", f"重庆{brand}{short}有限公司"
        code = credit_code(kind, unit_body(random))
        firms.append(
            Firm(name, code, industry, trade, 1 / (rank + 8) ** 0.9, rank < max(1, count // 50), rank % CHANNELS)
        )
    return firms
