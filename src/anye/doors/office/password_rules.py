"""What NIST SP 800-63B wants of a password besides length: not the account's own words, not a run of characters."""

import re
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SITE_WORDS = ("anye", "安业")
LEFT_OVER = 8  # characters that must be left once the account's own words are taken out
SHORTEST_WORD = 2
FEWEST_CHARACTERS = 5
MOST_STEPS = 0.6  # share of characters that follow the one before as in aaaa, abcd or 4321


class OwnWordsValidator:
    """Refuses passwords made of the user name, name, telephone, e-mail or the site's name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError where too little is left without those words."""
        rest = password.casefold()
        for word in sorted(_words_of(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < LEFT_OVER:
            raise ValidationError(
                _("This password is mostly your name, user name, telephone or the site's name: choose other words."),
                code="password_own_words",
            )

    def get_help_text(self) -> str:
        return gettext("It must not be made of your name, user name, telephone or the site's name.")


class RunValidator:
    """Refuses passwords of few different characters or of characters in a row."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 — Django's signature
        """Raises ValidationError for aaaabbbbaaaa, 123456789012, passwordpassword and the like."""
        text = password.casefold()
        is_one_part_again = 0 < (text + text).find(text, 1) < len(text)
        codes = [ord(one) for one in text]
        steps = [after - before for before, after in pairwise(codes)]
        in_a_row = sum(step in (-1, 0, 1) for step in steps)
        if is_one_part_again or len(set(codes)) < FEWEST_CHARACTERS or in_a_row > MOST_STEPS * max(1, len(steps)):
            raise ValidationError(
                _("This password repeats or counts up a few characters: choose several unrelated words."),
                code="password_run",
            )

    def get_help_text(self) -> str:
        return gettext("It must not repeat or count up a few characters.")


def _words_of(user: Any) -> set[str]:
    told = [getattr(user, name, "") or "" for name in ("username", "name", "telephone", "email")]
    parts = [part for text in told for part in re.split(r"[\s._@+-]+", text.casefold())]
    return {word for word in (*SITE_WORDS, *parts) if len(word) >= SHORTEST_WORD}
