"""The generated parts of the docs: ``make docs`` writes them, a test compares them with their sources."""

import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

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


PAGES = {ROOT / "docs" / "glossary.md": glossary_page}


def main() -> int:
    """Write every generated page."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
