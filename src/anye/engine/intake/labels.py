"""How headings are compared: the keys that a label may be known by."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

UNITS = "元|万元|千元|元/月|元/天|元/日|元/人|元/年|人|人次|户|岁|天|日|月|个月|年|次|%|亩|公里|小时"
UNIT = re.compile(rf"[(\[【{{](?:单位[::]?)?({UNITS})[)\]】}}]")
_NOTE = re.compile(r"[(\[【{][^()\[\]【】{}]*[)\]】}]")
_NOT_LETTERS = re.compile(r"[^0-9A-Z\u3007\u3400-\u9fff\U00020000-\U0003ffff]+")


def label_key(text: str) -> str:
    """A heading or a code's spelling as it is compared: NFKC, upper case, letters, digits and hanzi only."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).upper())


def plain(text: str) -> str:
    """A label with wide letters, digits and brackets made narrow."""
    return unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=1 << 16)
def keys_of(label: str) -> tuple[str, ...]:
    """The keys a label may be known by: as it stands, without its unit, without any bracketed note."""
    text = plain(label)
    return label_key(text), label_key(UNIT.sub("", text)), label_key(_NOTE.sub("", text))


def known_keys(aliases: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """What a heading may be known by → field. `aliases`: field → labels."""
    return {key: name for name in sorted(aliases) for alias in aliases[name] for key in keys_of(alias)[:2]}
