"""Invented names with the frequency shape of real ones, and the ways registers spell one name differently.

Surnames follow the published order of the 2020 census (王 and 李 about 7% each, a long tail, compound surnames).
The given-name characters deliberately leave out those that would let a name printed in any article arise by chance.
"""

from __future__ import annotations

from random import Random

import numpy as np
import numpy.typing as npt

#: Surname and share in a thousand; the tail shares the rest evenly.
SURNAMES = {
    "王": 71, "李": 70, "张": 67, "刘": 53, "陈": 46, "杨": 31, "黄": 24, "赵": 21, "吴": 20, "周": 20, "徐": 15,
    "孙": 14, "马": 13, "朱": 12, "胡": 12, "郭": 12, "何": 11, "林": 11, "罗": 10, "高": 10, "郑": 9, "梁": 9, "谢": 8, "宋": 7,
    "唐": 7, "许": 6, "韩": 6, "邓": 6, "冯": 6, "曹": 6, "彭": 5, "曾": 5, "肖": 5, "田": 5, "董": 5, "潘": 4, "袁": 4,
    "蔡": 4, "蒋": 4, "余": 4, "于": 4, "杜": 4, "叶": 4, "程": 4, "魏": 4, "苏": 4, "吕": 4, "丁": 4, "任": 4, "卢": 4,
    "姚": 4, "沈": 4, "钟": 4, "姜": 4, "崔": 3, "谭": 3, "陆": 3, "范": 3, "汪": 3, "廖": 3, "石": 3, "金": 3, "韦": 3,
    "贾": 3, "夏": 3, "付": 3, "方": 3, "邹": 3, "熊": 3, "白": 3, "孟": 3, "秦": 3, "邱": 3, "侯": 2, "江": 2, "尹": 2,
    "薛": 2, "闫": 2, "段": 2, "雷": 2, "龙": 2, "黎": 2, "史": 2, "陶": 2, "贺": 2, "毛": 2, "郝": 2, "顾": 2, "龚": 2,
    "邵": 2, "万": 2, "覃": 2, "武": 2, "钱": 2, "欧阳": 2, "戴": 1, "严": 1, "莫": 1, "孔": 1, "向": 1, "汤": 1,
}  # fmt: skip
TAIL = "常康易乔赖文樊兰殷施洪翟安倪牛温芦葛章伍梅聂牟冉单仇解查区尤盖令乐曲佘车蒲晏游古阳母苟蹇敖税卿佟冷詹喻辜"
COMPOUND = ("上官", "司马", "诸葛", "夏侯", "令狐", "司徒", "皇甫", "端木", "慕容", "尉迟", "公孙", "东方")
MEN = "伟强磊军勇涛超明刚平辉鹏华飞波斌宇浩凯健俊帆建国庆林峰亮成东海江文光永兴荣贵金春生德才胜松柏祥全福发根火旺"
WOMEN = "芳娜秀英丽静艳娟霞燕玲桂兰红梅琴云莲珍玉凤素华萍翠蓉惠群芬碧容淑仙菊珠清月莉婷雪倩琳佳欣怡雯露瑶香蕾薇"
DOTTED_MEN = ("阿布都", "买买提", "扎西", "次仁", "吉克", "沙马", "阿力木", "多吉")
DOTTED_WOMEN = ("阿依努尔", "古丽娜", "卓玛", "央金", "阿木", "尔古", "热依拉", "拉姆")
DOTTED_LAST = ("艾山", "吐尔逊", "尔布", "阿呷", "旺堆", "平措", "拉博", "卡斯木")
#: Share of names with a middle dot, of compound surnames, of one-character given names.
DOTTED_SHARE, COMPOUND_SHARE, SHORT_SHARE = 0.002, 0.0015, 0.13
#: Simplified to traditional, one character to one, for spelling the same name the other way.
TRADITIONAL = dict(zip(
    "张陈刘赵吴孙马罗郑谢许韩邓冯肖蒋龙万钱严卢钟谭陆韦贾邹贺顾龚邵汤欧阳杨黄叶苏国华丽兰凤云红艳娟玲莲珍贵荣东刚强伟军",
    "張陳劉趙吳孫馬羅鄭謝許韓鄧馮蕭蔣龍萬錢嚴盧鐘譚陸韋賈鄒賀顧龔邵湯歐陽楊黃葉蘇國華麗蘭鳳雲紅艷娟玲蓮珍貴榮東剛強偉軍",
    strict=True,
))  # fmt: skip
#: Left out where the two scripts agree, or where turning back is not one to one.
TRADITIONAL = {simple: other for simple, other in TRADITIONAL.items() if simple != other and simple not in "肖钟艳强"}
DOTS = "·•．・‧"


def _surname_table() -> tuple[list[str], npt.NDArray[np.float64]]:
    names = [*SURNAMES, *TAIL]
    shares = np.array([*SURNAMES.values(), *([2.0] * len(TAIL))], dtype=np.float64)
    shares *= (1 - COMPOUND_SHARE) / shares.sum()
    compound = np.full(len(COMPOUND), COMPOUND_SHARE / len(COMPOUND))
    return [*names, *COMPOUND], np.concatenate([shares, compound])


def _given_shares(count: int) -> npt.NDArray[np.float64]:
    """Shares falling with rank, as given-name characters do (a flattened Zipf law)."""
    shares: npt.NDArray[np.float64] = np.power(np.arange(count) + 6.0, -0.8)
    return shares / np.sum(shares)


def draw_names(rng: np.random.Generator, is_man: npt.NDArray[np.bool_]) -> list[str]:
    """One name for each entry of `is_man`, in order; about 0.2% carry a middle dot."""
    count = len(is_man)
    surnames, shares = _surname_table()
    first = np.array(surnames, dtype="U2")[rng.choice(len(surnames), count, p=shares)]
    given = []
    for chars in (MEN, WOMEN):
        table = np.array(list(chars), dtype="U1")
        picks = rng.choice(len(table), (count, 2), p=_given_shares(len(table)))
        given.append((table[picks[:, 0]], table[picks[:, 1]]))
    one = np.where(is_man, given[0][0], given[1][0])
    two = np.where(rng.random(count) < SHORT_SHARE, "", np.where(is_man, given[0][1], given[1][1]))
    drawn: list[str] = np.char.add(np.char.add(first, one), two).tolist()
    for place in np.flatnonzero(rng.random(count) < DOTTED_SHARE):
        start = DOTTED_MEN if is_man[place] else DOTTED_WOMEN
        drawn[place] = f"{start[rng.integers(len(start))]}·{DOTTED_LAST[rng.integers(len(DOTTED_LAST))]}"
    return drawn


def traditional(name: str) -> str:
    """The name with every character in the table turned to its traditional form (the same name when there is none)."""
    return "".join(TRADITIONAL.get(char, char) for char in name)


def spaced(name: str, random: Random) -> str:
    """The name with a space as people type it: to fill three places, behind, or full width."""
    if "·" in name:
        return name.replace("·", random.choice(DOTS[1:]))
    return random.choice((f"{name[0]} {name[1:]}", f"{name[0]}\u3000{name[1:]}", f"{name} ", f" {name}"))


def damaged(name: str, random: Random) -> str:
    """The name as byte slips and wrong decoding leave it (domain.md 1.1): a person must look at it."""
    return random.choice(
        (f"{name[0]}\ufffd", f"\ufffd\ufffd{name[-1]}", f"{name[0]}?!庇灞", f"{name[0]}?jiǎn){name[-1]}")
    )


def other_name(name: str, random: Random) -> str:
    """A clearly different name: another surname and other given characters of either table."""
    surname = random.choice([known for known in SURNAMES if known not in name])
    return surname + "".join(random.sample([char for char in MEN + WOMEN if char not in name], 2))
