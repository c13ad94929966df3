"""The templates of a pack's briefings: `briefings/KIND.zh.md` and `KIND.en.md`; its own win over those of its base."""

from __future__ import annotations

from anye.packs.rules import pack_chain, pack_folder

LANGUAGES = ("zh", "en")
_BLANK = "# {{area}} {{period}}\n"


def template_of(pack: str, kind: str) -> dict[str, str]:
    """Language → the text that a briefing of a month, a quarter, a year or another kind begins with. Raises PackFault."""
    found = dict.fromkeys(LANGUAGES, _BLANK)
    for folder in reversed(pack_chain(pack_folder(pack))):
        for lang in LANGUAGES:
            path = folder / "briefings" / f"{kind}.{lang}.md"
            if path.is_file():
                found[lang] = path.read_text(encoding="utf-8")
    return found
