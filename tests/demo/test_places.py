"""Places of the demo come from the area table."""

from __future__ import annotations

from random import Random

from anye.demo.places import ARTICLE_PAIR, everyday_name, read_areas, shares
from tests.demo.conftest import AREAS


def test_thirty_towns_with_412_committees_are_read() -> None:
    district = read_areas(AREAS)
    assert district.name == "渝北区"
    assert len(district.towns) == 30
    assert sum(len(town.villages) for town in district.towns) == 412


def test_everyday_names_lose_the_committee_and_nothing_else() -> None:
    assert everyday_name("玉兰村村民委员会") == "玉兰村"
    assert everyday_name("金和社区居民委员会") == "金和社区"


def test_wrong_pairs_begin_with_the_article_s_and_never_exist() -> None:
    district = read_areas(AREAS)
    known = {(town.name, village.name) for town in district.towns for village in town.villages}
    pairs = district.wrong_pairs(Random(1), 200)
    assert pairs[:2] == [ARTICLE_PAIR, ARTICLE_PAIR]
    assert len(pairs) == 200
    assert not known & set(pairs)
    assert any(village not in {name for _, name in known} for _, village in pairs)


def test_shares_add_up_and_villages_weigh_more() -> None:
    villages = read_areas(AREAS).towns[-1].villages
    split = shares(villages, 1_001)
    assert sum(split.values()) == 1_001
    rural = [split[village.code] for village in villages if village.is_rural]
    assert min(rural) > max(split[village.code] for village in villages if not village.is_rural)
