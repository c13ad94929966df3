"""Small pieces of a page as safe HTML: badges, dates, money, masked numbers, deadlines, links.

Functions, not included templates: a listing draws some 400 of them, and an include costs 30 µs each.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from html import escape  # Django's own wraps this one for lazy text, at three times its cost

from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.icons import icon
from anye.doors.kit.links import token_url

Words = str | Promise

TONES = frozenset({"ok", "info", "warn", "bad", "idle"})
NEAR_DAYS = 3  # a deadline this near is shown as a warning


@dataclass(frozen=True, slots=True)
class Status:
    """A state as people see it: words, an icon and a tone, never colour alone. `code` is the permanent identifier."""

    code: str
    label: Words
    icon: str
    tone: str = "idle"

    def __post_init__(self) -> None:
        """Refuse a tone that has no colour. Raises ValueError."""
        if self.tone not in TONES:
            raise ValueError(f"tone {self.tone!r} of status {self.code!r} is not one of {sorted(TONES)}")

    def __str__(self) -> str:
        return str(self.label)


def status_badge(status: Status) -> SafeString:
    """Icon, words and colour of a state."""
    return _badge(status.tone, status.icon, str(status.label))


@lru_cache(maxsize=1024)
def _badge(tone: str, icon_name: str, text: str) -> SafeString:
    return mark_safe(f'<span class="state state-{tone}">{icon(icon_name)}{escape(text)}</span>')  # noqa: S308


def day(value: dt.date | None) -> SafeString:
    """A date as <time>, in the reader's spelling."""
    if value is None:
        return unknown()
    return day_in(value, formats.is_chinese())


@lru_cache(maxsize=4096)
def day_in(value: dt.date, _is_chinese: bool) -> SafeString:
    """A date in the active language, which the caller has asked for."""
    return mark_safe(f'<time datetime="{value:%Y-%m-%d}">{formats.day_text(value)}</time>')  # noqa: S308


def month(value: dt.date | None) -> SafeString:
    """A month, from its first day, as <time>."""
    if value is None:
        return unknown()
    return month_in(value, formats.is_chinese())


@lru_cache(maxsize=1024)
def month_in(value: dt.date, _is_chinese: bool) -> SafeString:
    """A month in the active language, which the caller has asked for."""
    return mark_safe(f'<time datetime="{value:%Y-%m}">{formats.month_text(value)}</time>')  # noqa: S308


def moment(value: dt.datetime | None) -> SafeString:
    """An instant, already in local time, as <time>."""
    if value is None:
        return unknown()
    return mark_safe(  # noqa: S308
        f'<time datetime="{escape(value.isoformat(timespec="minutes"))}">{formats.moment_text(value)}</time>'
    )


def unknown() -> SafeString:
    """A dash that a screen reader speaks as unknown."""
    return _unknown(formats.is_chinese())


@lru_cache(maxsize=2)
def _unknown(_is_chinese: bool) -> SafeString:
    return mark_safe(f'<span class="unknown" aria-label="{escape(gettext("unknown"))}" role="img">–</span>')  # noqa: S308


def money(fen: int | None) -> SafeString:
    """Fen as money with its unit, never broken over lines."""
    if fen is None:
        return unknown()
    sign = " is-negative" if fen < 0 else ""
    return mark_safe(f'<span class="money{sign}">{formats.money_text(fen)}</span>')  # noqa: S308


def masked_id(number: str | None) -> SafeString:
    """An ID number by its ends."""
    if not number:
        return unknown()
    return mark_safe(f'<span class="masked">{escape(formats.masked_id(number))}</span>')  # noqa: S308


def deadline_status(due_on: dt.date, *, on: dt.date) -> Status:
    """How a deadline stands on a day: days left, today, or days late."""
    left = (due_on - on).days
    if left < 0:
        late = ngettext("%(days)s day late", "%(days)s days late", -left) % {"days": -left}
        return Status("late", late, "clock-exclamation", "bad")
    if left == 0:
        return Status("today", _("due today"), "calendar-due", "warn")
    words = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
    return Status("open", words, "clock", "warn" if left <= NEAR_DAYS else "idle")


def deadline(due_on: dt.date | None, *, on: dt.date) -> SafeString:
    """A deadline's badge with the date itself as its title."""
    if due_on is None:
        return unknown()
    shown = deadline_status(due_on, on=on)
    return mark_safe(  # noqa: S308
        f'<time class="deadline" datetime="{due_on:%Y-%m-%d}" title="{formats.day_text(due_on)}">{status_badge(shown)}</time>'
    )


def person_link(token: object, name: str, *, url_name: str = "office:person") -> SafeString:
    """A person's name, linked by token, never by number or name."""
    return mark_safe(  # noqa: S308
        f'<a class="person" href="{escape(token_url(url_name, token))}">{conditional_escape(name)}</a>'
    )
