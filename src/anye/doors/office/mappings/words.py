"""Columns, guesses and faults of a mapping in the reader's words, and cells so masked that they tell only their kind."""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.fragments import Status
from anye.engine.intake.blank import meaning_title
from anye.engine.intake.guess import LIKELY, SURE, Guess
from anye.engine.intake.mapping import Fault, is_premium, meanings_of
from anye.engine.intake.profile import Profile
from anye.engine.intake.shapes import Shapes, look_like_names
from anye.records.registers.models import Source

SHOWN = 24  # characters of a cell
CODES_ASKED = 20  # unknown spellings of a column; more are no codes
_LONG_NUMBER = re.compile(r"[0-9０-９](?:[\s\-]*[0-9０-９]){6,}[XxＸｘ]?")
_DAY = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?(?: 00:00:00)?$")
_ID_LENGTH = 15
NOTHING_SAID = Status("none", _("no guess"), "circle-dashed", "idle")
CONFIDENCES = (
    (SURE, Status("sure", _("sure"), "circle-check", "ok")),
    (LIKELY, Status("likely", _("likely"), "circle", "info")),
    (0.0, Status("guessed", _("a guess"), "question-mark", "warn")),
)

Choices = list[tuple[str, list[tuple[str, str]]]]


def language() -> str:
    return "zh" if formats.is_chinese() else "en"


def register_title(source: Source) -> str:
    return source.title_zh if formats.is_chinese() else source.title_en


def title_of(profile: Profile, name: str) -> str:
    """What a column of a register is called; one that the register has no more by its own name."""
    return meaning_title(profile, name, language()) if name in meanings_of(profile) else name


def needed_of(profile: Profile) -> list[list[str]]:
    """What the register's sheets must have: of each list one."""
    return [need.split("|") for need in profile.needs]


def meaning_choices(profile: Profile) -> Choices:
    """The columns of a register, those that must be there first."""
    needed = [name for need in needed_of(profile) for name in need]
    names = meanings_of(profile)
    groups = (
        (gettext("Needed"), [name for name in names if name in needed]),
        (gettext("Other columns"), [name for name in names if name not in needed and not is_premium(name)]),
        (gettext("Premiums"), [name for name in names if is_premium(name)]),
    )
    return [(label, [(name, title_of(profile, name)) for name in group]) for label, group in groups if group]


def code_choices(profile: Profile, column: str) -> list[tuple[str, str]]:
    """The codes of a column with the first word for each."""
    first: dict[str, str] = {}
    for spelling, code in profile.by_name[column].codes.items():
        if formats.is_chinese() != spelling.isascii():
            first.setdefault(code, spelling)
    codes = dict.fromkeys(profile.by_name[column].codes.values())
    return [(code, first.get(code, code).capitalize()) for code in codes]


def confidence_of(guess: Guess) -> Status:
    """How sure a guess is."""
    if guess.reason == "none":
        return NOTHING_SAID
    return next(status for least, status in CONFIDENCES if guess.confidence >= least)


def reason_of(guess: Guess) -> str:
    """Why a column is taken for what is proposed."""
    told = {"alias": guess.alias, "share": guess.share if guess.share is not None else 0}
    sentences: Mapping[str, str] = {
        "earlier": gettext("as it was said of such a heading before"),
        "kept": gettext("this register keeps such a column and does not read it"),
        "heading": gettext("the heading is known"),
        "heading_like": gettext("the heading is like “%(alias)s”"),
        "content": gettext("%(share)s%% of the cells fit"),
        "both": gettext("the heading is like “%(alias)s” and %(share)s%% of the cells fit"),
        "none": gettext("neither heading nor cells tell"),
    }
    if guess.reason == "heading" and guess.share is not None and guess.confidence < LIKELY:
        return gettext("the heading is known, but only %(share)s%% of the cells fit") % told
    return sentences[guess.reason] % told


def fault_of(profile: Profile, fault: Fault) -> str:
    """Why a mapping cannot be used, and the cure."""
    code, params = fault
    between = "、" if formats.is_chinese() else ", "
    if code == "meaning_twice":
        headings = between.join(str(one) for one in params["headings"])  # type: ignore[attr-defined]
        told = {"column": title_of(profile, str(params["column"])), "headings": headings}
        return gettext("“%(column)s” is said of several columns: %(headings)s. Leave it with one of them.") % told
    if code == "meaning_missing":
        names = between.join(title_of(profile, name) for name in params["columns"])  # type: ignore[attr-defined]
        if len(params["columns"]) > 1:  # type: ignore[arg-type]
            return gettext("Say which column holds one of these: %(columns)s. This register cannot do without.") % {
                "columns": names
            }
        return gettext("Say which column holds “%(columns)s”. This register cannot do without.") % {"columns": names}
    if code == "code_unknown":
        return gettext("A code was chosen that “%(column)s” does not have. Choose one of the list.") % {
            "column": title_of(profile, str(params["column"]))
        }
    return gettext("A column was chosen that this register does not have. Choose one of the list.")


# ── Cells ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def masked_name(name: str | None) -> str:
    """A name by its first character."""
    return f"{name[0]}{'○' * min(max(len(name) - 1, 1), 3)}" if name else ""


def masked_cell(cell: str) -> str:
    """The beginning of a cell, numbers of people by their ends."""
    return cell[:SHOWN] if _DAY.match(cell) else _LONG_NUMBER.sub(lambda number: _ends(number[0]), cell)[:SHOWN]


def masked_samples(shapes: Shapes, count: int) -> list[str]:
    """A few different cells of a column; where they are names, by their first characters."""
    mask = masked_name if look_like_names(shapes.cells) else masked_cell
    return list(dict.fromkeys(mask(cell) for cell in shapes.samples(count)))


def spellings(cells: Iterable[str]) -> list[str]:
    """What may be spellings of codes: nothing where there are too many or they look like names."""
    said = list(dict.fromkeys(cells))
    return [] if len(said) > CODES_ASKED or look_like_names(said) else said


def _ends(number: str) -> str:
    plain = re.sub(r"[\s\-]", "", number)
    return formats.masked_id(plain) if len(plain) >= _ID_LENGTH else f"{plain[:3]}…{plain[-2:]}"
