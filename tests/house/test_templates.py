"""Every template compiles: a mistyped tag is found here, not by the officer who opens the page."""

from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2] / "src" / "anye" / "doors"
NAMES = sorted(
    str(path.relative_to(folder))
    for folder in ROOT.glob("**/templates")
    for path in folder.rglob("*.*")
    if path.is_file()
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name):
    get_template(name)
