"""`anye briefing`: the figures of a day in sentences, printed or as a file; kept figures, or counted anew from the records."""

import argparse
import sys
from pathlib import Path

from anye.config import postgres
from anye.config.commands import language, opened, set_up
from anye.config.faults import SetupFault


def briefing(args: argparse.Namespace) -> int:
    """Compose a briefing from a template or a text of one's own. Raises SetupFault."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from django.utils import timezone

    from anye.engine.report.briefing.compose import compose
    from anye.flow.reporting.briefing import FORMATS, recounted, tidings_of, written
    from anye.flow.reporting.snapshots import take
    from anye.packs import read_pack
    from anye.packs.briefings import template_of
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.briefings.queries import snapshot_at
    from anye.records.places.queries import first_district

    today = timezone.localdate()
    on, known = args.on or args.known or today, args.known or today
    if known > today:
        raise SetupFault("known_on_future", day=known.isoformat())
    if on > known:
        raise SetupFault("snapshot_early", day=on.isoformat(), known=known.isoformat())
    kind = args.to.suffix.removeprefix(".").lower() if args.to else "txt"
    if kind not in FORMATS:
        raise SetupFault("briefing_format", path=args.to)
    lang = args.lang or ("zh" if language(args).startswith("zh") else "en")
    text = _read(args.text) if args.text else template_of(home.pack, args.kind)[lang]
    pack = read_pack(home.pack, home.sources)
    with acting(BATCH, actor="operator", purpose="briefing"):
        area, snapshot = args.area or first_district(), snapshot_at(on, known)
    snapshot = snapshot or take(pack, on=on, known=known, by="operator")
    with acting(BATCH, actor="operator", purpose="briefing"):
        tidings = tidings_of(pack.name, snapshot, area, args.kind)
        if not tidings.figures:
            raise SetupFault("briefing_area", found=area, day=on.isoformat())
        tidings = recounted(pack, tidings) if args.recount else tidings
    document = compose(text, tidings, lang)
    if document.faults:
        told = "\n".join(fault.text(lang) for fault in document.faults)
        raise SetupFault("briefing_tokens", count=len(document.faults), told=told)
    made = written(document, tidings, kind)
    if args.to:
        args.to.write_bytes(made)
    else:
        sys.stdout.write(made.decode())
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise SetupFault("briefing_text", path=path, why=why) from None
