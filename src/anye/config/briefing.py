"""`anye briefing`: the figures of a day in sentences, printed or as a file; kept figures, or counted anew from the records."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from anye.config import postgres
from anye.config.commands import language, opened, set_up
from anye.config.faults import SetupFault

if TYPE_CHECKING:
    from anye.packs import Pack


def briefing(args: argparse.Namespace) -> int:
    """Compose a briefing from a template or a text of one's own. Raises SetupFault."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from anye.packs import read_pack
    from anye.records.audit.day import registry_day

    today = registry_day()
    on, known = args.on or args.known or today, args.known or today
    if known > today:
        raise SetupFault("known_on_future", day=known.isoformat())
    if on > known:
        raise SetupFault("snapshot_early", day=on.isoformat(), known=known.isoformat())
    lang = args.lang or ("zh" if language(args).startswith("zh") else "en")
    made = compose_briefing(
        read_pack(home.pack, home.sources), args.kind, on=on, known=known, area=args.area, lang=lang, text=args.text,
        to=args.to, is_recount=args.recount, by="operator",
    )  # fmt: skip
    if args.to is None:
        sys.stdout.write(made.decode())
    return 0


def compose_briefing(
    pack: "Pack", kind: str, *, on: date, known: date, area: str, lang: str, text: Path | None, to: Path | None,
    is_recount: bool, by: str,
) -> bytes:  # fmt: skip
    """A briefing, written to `to` if it is given: its name says as what; else as text. Raises SetupFault."""
    from anye.engine.report.briefing.compose import compose
    from anye.flow.reporting.briefing import FORMATS, recounted, tidings_of, written
    from anye.flow.reporting.snapshots import kept
    from anye.packs.briefings import template_of
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.places.queries import first_district

    form = to.suffix.removeprefix(".").lower() if to else "txt"
    if form not in FORMATS:
        raise SetupFault("briefing_format", path=to)
    words = _read(text) if text else template_of(pack.name, kind)[lang]
    snapshot = kept(pack, on=on, known=known, by=by)
    with acting(BATCH, actor=by, purpose="briefing"):
        area = area or first_district()
        tidings = tidings_of(pack.name, snapshot, area, kind)
        if not tidings.figures:
            raise SetupFault("briefing_area", found=area, day=on.isoformat())
        tidings = recounted(pack, tidings) if is_recount else tidings
    document = compose(words, tidings, lang)
    if document.faults:
        told = "\n".join(fault.text(lang) for fault in document.faults)
        raise SetupFault("briefing_tokens", count=len(document.faults), told=told)
    made = written(document, tidings, form)
    if to:
        to.write_bytes(made)
    return made


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise SetupFault("briefing_text", path=path, why=why) from None
