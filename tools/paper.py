"""A briefing on paper: the Word file that `anye briefing` writes, opened by LibreOffice and turned into pictures for the docs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "img"
FONTS = ROOT / "src" / "anye" / "doors" / "static" / "vendor" / "fonts"
NEEDED = ("soffice", "pdftoppm")
PAGES, DOTS = 2, 80
# The faces of official papers belong to their foundries; where they are missing, the shipped font stands for them.
FACES = ("仿宋", "黑体", "方正小标宋简体", "FangSong", "SimHei")


def photograph(home: Path, scratch: Path) -> list[str]:
    """Pictures of the first pages of the year's briefing in both languages; what is missing for that, when it cannot be done."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return [
            f"no pictures of the briefing on paper: {', '.join(missing)} not found (apt-get install libreoffice-writer poppler-utils)"
        ]
    texts = [str(path) for path in sorted((ROOT / "src" / "anye" / "demo" / "briefings").glob("year.*.md"))]
    environment = {**os.environ, "ANYE_HOME": str(home)}
    for lang in ("zh", "en"):
        paper = scratch / f"briefing-{lang}.docx"
        command = [sys.executable, "-m", "anye.cli", "briefing", "year", "--on", "2020-12-31", "--known", "2020-12-31"]
        subprocess.run([*command, "--text", *texts, "--lang", lang, "--to", str(paper)], env=environment, check=True)
        _print(paper, scratch)
        name = "briefing-word" + ("" if lang == "zh" else "-en")
        subprocess.run(
            ["pdftoppm", "-r", str(DOTS), "-png", "-l", str(PAGES), paper.with_suffix(".pdf"), PICTURES / name],
            check=True,
        )
    return []


def _print(paper: Path, scratch: Path) -> None:
    faces = "".join(
        f'<match target="pattern"><test name="family"><string>{face}</string></test>'
        f'<edit name="family" mode="append" binding="strong"><string>Noto Sans SC</string></edit></match>'
        for face in FACES
    )
    settings = scratch / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include ignore_missing="yes">'
        f"/etc/fonts/fonts.conf</include><dir>{FONTS}</dir>{faces}</fontconfig>",
        encoding="utf-8",
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(settings), "HOME": str(scratch)}
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(paper)],
        env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
