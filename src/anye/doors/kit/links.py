"""Links to one thing by its token, cheap enough for every row of a listing."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.urls import get_script_prefix, get_urlconf, reverse

SHORTEST_TOKEN = 8  # shorter texts could also stand elsewhere in the path, so they are never taken out of it
_patterns: dict[tuple[str, str | None, str], tuple[str, str]] = {}


def token_url(url_name: str, token: object) -> str:
    """The address of `url_name` for one token; the pattern is resolved once (50 calls of reverse cost 2 ms)."""
    text = str(token)
    if len(text) < SHORTEST_TOKEN:
        return reverse(url_name, args=[token])
    key = (url_name, get_urlconf(), get_script_prefix())
    around = _patterns.get(key)
    if around is None:
        head, _, tail = reverse(url_name, args=[token]).rpartition(text)
        around = _patterns[key] = (head, tail)
    return f"{around[0]}{text}{around[1]}"


@dataclass(frozen=True, slots=True)
class TokenLink:
    """The address of a row: `url_name` with the token found at `path` (an attribute path, or a key of a dict)."""

    url_name: str
    path: str = "token"

    def __call__(self, row: Any) -> str:
        """The address of one row."""
        return token_url(self.url_name, row[self.path] if isinstance(row, dict) else attrgetter(self.path)(row))

    def for_page(self) -> Callable[[Any], str]:
        """The same for many rows of one page: the site's prefix is asked for once."""
        around: list[str] = []
        read = attrgetter(self.path)

        def link(row: Any) -> str:
            text = str(row[self.path] if isinstance(row, dict) else read(row))
            if len(text) < SHORTEST_TOKEN:
                return reverse(self.url_name, args=[text])
            if not around:
                head, _, tail = token_url(self.url_name, text).rpartition(text)
                around.extend((head, tail))
            return f"{around[0]}{text}{around[1]}"

        return link
