"""docs/figures.md: each figure of the demo's year, what it counts, and the command that prints its rows.

The values are those that the records of the demo yield: `python -m tools.figures HOME` counts them anew from its registry and keeps
them in docs/figures.json, from which `make docs` writes the page.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from anye.engine.report.definition import Indicator
from anye.engine.report.said import value_said
from anye.packs.indicators import read_indicators

ROOT = Path(__file__).resolve().parent.parent
VALUES = ROOT / "docs" / "figures.json"
PACK, ON = "cn_yubei", "2020-12-31"
PERIODS = {
    "year": "year to date", "half_year": "half-year to date", "quarter": "quarter to date", "month": "month", "all": "so far",
    "day": "on the day", "year_before": "the year before", "newest": "last month told of",
}  # fmt: skip


def page() -> str:
    """docs/figures.md: the figures as a table, in the order of their codes."""
    values = json.loads(VALUES.read_text(encoding="utf-8"))
    lines = [
        "# The year's figures", "",
        f"What the records of the demo district yield as of {ON}, by what was known that day. The district is invented; its figures"
        " are those that were told of a real one. Written by `make docs` from the definitions in `packs/cn_yubei/indicators`"
        " and from `figures.json`, which `python -m tools.figures HOME` counts anew from the demo's registry.", "",
        "| | figure | value | 数值 | rows | period | what it counts | its rows |", "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for code, one in _indicators().items():
        told = values[code]
        en, zh = (value_said(told["value"], one.unit, lang) for lang in ("en", "zh"))
        measure = one.among or one.of
        period = f"{measure.back} months" if measure.back else PERIODS[measure.period]
        command = f"`anye indicator {code} --on {ON} --known {ON} --rows {code}.csv`"
        lines.append(
            f"| {code} | {one.title['en']} · {one.title['zh']} | {en} | {zh} | {told['rows']:,} | {period} | {one.note['en']} | {command} |"
        )
    return "\n".join(lines) + "\n"


def _indicators() -> Mapping[str, Indicator]:
    """The definitions; which columns there are is told by the models, which want Django."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anye.config.settings_test")
        django.setup()
    from anye.flow.reporting.tables import COLUMNS

    return read_indicators(PACK, COLUMNS)


def main(home: str) -> int:
    """Count the figures of a registry and keep them."""
    os.environ["ANYE_HOME"] = home
    from datetime import date

    from anye.config import postgres
    from anye.config.commands import set_up
    from anye.config.home import Home

    opened = Home.open(Path(home))
    postgres.start(opened)
    set_up(opened, "worker")
    from anye.flow.reporting.figures import Figures
    from anye.packs import read_pack
    from anye.records.accounts.scope import BATCH, acting

    on = date.fromisoformat(ON)
    with acting(BATCH, actor="operator", purpose="figures"):
        figures = Figures(read_pack(PACK), on=on, known=on)
        found = {code: figures.figure(code) for code in figures.indicators}
    told = {code: {"value": each.value, "rows": each.rows.height} for code, each in found.items()}
    VALUES.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
