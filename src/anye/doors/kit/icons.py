"""Inline icons: Tabler's drawings, brought by the build under `static/vendor/icons`, never committed."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.core import checks
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).resolve().parents[1] / "static" / "vendor" / "icons"

# Every icon that a page may show; the build need copy no other.
ICONS = frozenset(
    """
    adjustments alert-circle alert-triangle arrow-back-up arrow-down arrow-left arrow-right arrow-up ban bell briefcase
    building building-community calendar calendar-due chart-bar check checklist chevron-down chevron-left
    chevron-right chevrons-left chevrons-right circle circle-check circle-dashed circle-x clock clock-exclamation
    cloud-upload coin columns-3 database database-import dots dots-vertical download edit external-link eye file-alert
    file-description file-spreadsheet filter flag heart-handshake help-circle hierarchy history home home-check
    hourglass inbox info-circle key keyboard language link list-check loader-2 lock logout map-pin menu-2 message
    minus moon-stars phone player-play plus printer question-mark refresh report-money school search send settings
    shield-check shield-lock sort-ascending sort-descending sun-high table-off trash upload user user-check
    user-circle user-plus user-question user-search users users-group wifi-off x
    """.split()
)

_BODY = re.compile(r"<svg[^>]*>(.*?)</svg>", re.DOTALL)
_GROUND = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


@cache
def icon(name: str) -> SafeString:
    """An inline drawing that takes the text's colour and size and is hidden from screen readers.

    Raises ValueError for a name outside ICONS; a drawing that the build has not brought yet is an empty square.
    """
    if name not in ICONS:
        raise ValueError(f"icon {name!r} is not listed in anye.doors.kit.icons.ICONS: add it there or choose another")
    path = FOLDER / f"{name}.svg"
    body = _drawing(path.read_text(encoding="utf-8")) if path.exists() else '<rect x="5" y="5" width="14" height="14"/>'
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{body}</svg>')  # noqa: S308


def _drawing(text: str) -> str:
    found = _BODY.search(text)
    if found is None:
        raise ValueError("not a drawing: no <svg> element")
    return " ".join(_GROUND.sub("", found[1]).split()).replace("> <", "><")


def missing_icons() -> list[str]:
    """Names in ICONS that the build has not brought."""
    return sorted(name for name in ICONS if not (FOLDER / f"{name}.svg").exists())


def check_icons(**_given: object) -> Iterable[checks.CheckMessage]:
    """Warn when the front-end assets were not built."""
    missing = missing_icons()
    if not missing:
        return []
    words = f"{len(missing)} icons are missing, among them {missing[0]}."
    return [checks.Warning(words, hint="Run `make setup`.", id="kit.W001")]
