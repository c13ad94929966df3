"""What people sign in with: one spelling a user, so that no two differ by case or width alone."""

import re
import unicodedata

LONGEST = 40
_USERNAME = re.compile(r"[a-z0-9\u3400-\u9fff][a-z0-9\u3400-\u9fff._@-]{1,39}")


def as_username(text: str) -> str:
    """A user name as it is kept: NFKC, no blanks around it, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def is_username(text: str) -> bool:
    """Whether a kept spelling may be a user name: 2 to 40 letters, digits or Chinese characters, then also . _ @ -"""
    return _USERNAME.fullmatch(text) is not None
