"""`anye briefing`: the figures of a day in sentences, printed or as a file; kept figures, or counted anew from the records."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from anye.config import postgres
from anye.config.commands import language, opened, set_up
from anye.config.faults import SetupFault

if TYPE_CHECKING:
    from anye.engine.report.briefing.compose import Document
    from anye.engine.report.briefing.told import Tidings
    from anye.packs import Pack
    from anye.records.briefings.models import Snapshot


def briefing(args: argparse.Namespace) -> int:
    """Compose a briefing from a template or a text of one's own. Raises SetupFault."""
    home = opened()
    postgres.start(home)
    set_up(home, "worker")
    from django.utils import timezone

    from anye.packs import read_pack
    from anye.records.audit.day import registry_day

    today = registry_day()
    on, known = args.on or args.known or today, args.known or today
    if known > today:
        raise SetupFault("known_on_future", day=known.isoformat())
    if on > known:
        raise SetupFault("snapshot_early", day=on.isoformat(), known=known.isoformat())
    if args.issue and known >= today:
        raise SetupFault("briefing_early", day=known.isoformat())
    lang = args.lang or ("zh" if language(args).startswith("zh") else "en")
    pack = read_pack(home.pack, home.sources)
    told = composed(
        pack, args.kind, on=on, known=known, area=args.area, lang=lang, texts=args.text or [], is_recount=args.recount,
        by="operator",
    )  # fmt: skip
    made = told.written(args.to)
    if args.to:  # first: what cannot be written is not issued either
        _write(args.to, made)
    if args.keep or args.issue:
        told.keep(is_issued=args.issue, by="operator", at=timezone.now())
    elif not args.to:
        sys.stdout.write(made.decode())
    return 0


def _write(path: Path, made: bytes) -> None:
    try:
        path.write_bytes(made)
    except OSError as why:
        raise SetupFault("briefing_unwritten", path=path, why=why) from None


@dataclass(frozen=True)
class Composed:
    """A briefing that is ready; `texts`: of every language, as they are written."""

    snapshot: "Snapshot"
    tidings: "Tidings"
    texts: Mapping[str, str]
    document: "Document"

    def written(self, to: Path | None) -> bytes:
        """As a file of the kind that its name says; without one as text. Raises SetupFault."""
        from anye.flow.reporting.briefing import FORMATS, standing_of, written

        form = to.suffix.removeprefix(".").lower() if to else "txt"
        if form not in FORMATS:
            raise SetupFault("briefing_format", path=to)
        return written(self.document, self.tidings, form, standing_of(None, self.document.lang))

    def keep(self, *, is_issued: bool, by: str, at: datetime) -> None:
        """As a draft in the registry, or issued there."""
        from anye.engine.report.briefing.told import as_json
        from anye.flow.reporting.briefing import documents_of
        from anye.records.accounts.scope import BATCH, acting
        from anye.records.briefings.actions.writing import begin_briefing, issue_briefing
        from anye.records.briefings.queries import figures_of

        area = self.tidings.area
        with acting(BATCH, actor=by, purpose="briefing"):
            scope_no = next(iter(figures_of(self.snapshot, area).values())).scope_no
            begun = begin_briefing(
                snapshot=self.snapshot,
                area_code=area,
                scope_no=scope_no,
                kind=self.tidings.kind,
                texts=self.texts,
                by=by,
                at=at,
            )
            if is_issued:
                issue_briefing(
                    briefing=begun, version=begun.version, told=as_json(self.tidings),
                    documents=documents_of(self.texts, self.tidings), note="", by=by, at=at,
                )  # fmt: skip


def composed(
    pack: "Pack",
    kind: str,
    *,
    on: date,
    known: date,
    area: str,
    lang: str,
    texts: Sequence[Path],
    is_recount: bool,
    by: str,
) -> Composed:
    """A briefing from the template or from texts of one's own: a file a language, NAME.zh.md and NAME.en.md; one alone is in `lang`.

    Raises SetupFault.
    """
    from anye.engine.report.briefing.compose import compose
    from anye.engine.report.briefing.told import ends_period
    from anye.flow.reporting.briefing import recounted, tidings_of
    from anye.flow.reporting.snapshots import kept
    from anye.packs.briefings import template_of
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.places.queries import first_district

    if not ends_period(kind, on):
        raise SetupFault("briefing_period", kind=kind, day=on.isoformat())
    words = {_language_of(path, lang): _read(path) for path in texts} or template_of(pack.name, kind)
    if lang not in words:
        raise SetupFault("briefing_language", lang=lang, files=", ".join(path.name for path in texts))
    snapshot = kept(pack, on=on, known=known, by=by)
    with acting(BATCH, actor=by, purpose="briefing"):
        area = area or first_district()
        tidings = tidings_of(pack.name, snapshot, area, kind)
        if not tidings.figures:
            raise SetupFault("briefing_area", found=area, day=on.isoformat())
        tidings = recounted(pack, tidings) if is_recount else tidings
    documents = {name: compose(text, tidings, name) for name, text in words.items()}
    faults = [fault for each in documents.values() for fault in each.faults]
    if faults:
        told = "\n".join(fault.text(lang) for fault in faults)
        raise SetupFault("briefing_tokens", count=len(faults), told=told)
    return Composed(snapshot, tidings, words, documents[lang])


def _language_of(path: Path, lang: str) -> str:
    name = path.stem.rpartition(".")[2]
    return name if name in {"zh", "en"} else lang


def _read(path: Path) -> str:
    from anye.engine.report.briefing.text import LONGEST

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise SetupFault("briefing_text", path=path, why=why) from None
    if len(text) > LONGEST:
        raise SetupFault("briefing_text", path=path, why=f"> {LONGEST:,}")
    return text
