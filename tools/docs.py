"""The generated parts of the docs: ``make docs`` writes them, a test compares them with their sources."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from anye.packs import pack_names, read_pack
from tools import figures, policy_pages

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.yaml"


def terms() -> list[dict[str, str]]:
    """The glossary's terms, as written: zh, en, and where there is one id and note."""
    read: Any = YAML(typ="safe").load(GLOSSARY.read_text(encoding="utf-8"))
    return [dict(term) for term in read]


def glossary_page() -> str:
    """docs/glossary.md: the terms as a table, in the order of the source."""
    lines = [
        "# Glossary",
        "",
        "One term per concept. Written by `make docs` from `glossary.yaml`; edit that file.",
        "",
        "| 中文 | English | in the code | note |",
        "|---|---|---|---|",
    ]
    for term in terms():
        code = f"`{term['id']}`" if "id" in term else ""
        lines.append(f"| {term['zh']} | {term['en']} | {code} | {term.get('note', '')} |")
    return "\n".join(lines) + "\n"


HEADINGS = {
    "en": ("Headings of each register", "Written by `make docs` from the packs. A star marks what must be there.",
           "creates persons", "creates nobody: its rows wait until somebody knows the person", "column", "headings",
           "Besides these, a column for each premium is read when its heading names the kind, the side and the state, such as"
           " 养老保险单位实缴."),
    "zh": ("各种表的表头", "由 `make docs` 根据地区包写成。带星号的必须有。", "可以新建人员",
           "不新建人员：名册里还没有这个人时，该行先等着",
           "项目", "表头", "此外，表头写明险种、单位或个人、应缴或实缴的各列（如 养老保险单位实缴）都会读取。"),
}  # fmt: skip


def headings_page(language: str) -> str:
    """docs/guide/headings*.md: under which headings each register of the packs is known."""
    title, written, creates, waits, column, headings, grid = HEADINGS[language]
    lines = [f"# {title}", "", written]
    profiles = {name: p for pack in pack_names() for name, p in read_pack(pack).profiles.items()}
    for name, profile in sorted(profiles.items()):
        needed = {each for need in profile.needs if "|" not in need for each in [need]}
        lines += ["", f"## {profile.title[language]} (`{name}`)", "", creates if profile.creates_persons else waits]
        lines += ["", f"| {column} | {headings} |", "|---|---|"]
        for one in profile.columns:
            shown = one.aliases[0] if language == "zh" else one.title_en
            star = "*" if one.is_required or one.name in needed else ""
            lines.append(f"| {shown}{star} | {'、'.join(one.aliases)} |")
        lines += ["", grid] if profile.grid else []
    return "\n".join(lines) + "\n"


GUIDE = ROOT / "docs" / "guide"
PAGES = {
    ROOT / "docs" / "glossary.md": glossary_page,
    GUIDE / "headings.md": partial(headings_page, "en"),
    GUIDE / "headings.zh-CN.md": partial(headings_page, "zh"),
    ROOT / "docs" / "figures.md": figures.page,
    **policy_pages.pages(),
}


def main() -> int:
    """Write every generated page."""
    for path, page in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
