"""Loading files from the command line: progress, a report a file, and a folder in the order of its names.

`python -m anye.config.loading FOLDER LANGUAGE KNOWN CLOSED` loads a folder into ANYE_HOME under the worker's login; KNOWN is
JSON of file names and the days on which they were learned, CLOSED a list of days that are judged once they are over.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from anye.config.faults import SetupFault, Text

if TYPE_CHECKING:
    from anye.flow.load import Report
    from anye.records.accounts.queries import HeldDuty

SHOWN = 20
NEW_LINE = "\r\x1b[K"  # the terminal's line, empty again
ENDINGS = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"}


def load_one(
    path: Path, *, source: str | None, known_on: date | None, user: str | None, quiet: bool, language: str
) -> "Report":
    from anye.engine.intake.formats import LONGEST_FILE_NAME, shown_name
    from anye.flow.load import LoadedElsewhere, load_file
    from anye.flow.refused import DatabaseRefused
    from anye.flow.registry import loading_context
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.audit.day import registry_day
    from anye.records.briefings.queries import issued_until
    from anye.records.entitlements.queries import last_run

    if known_on and known_on > registry_day():
        raise SetupFault("known_on_future", day=known_on.isoformat())
    judged = last_run()
    if known_on and judged and known_on < judged.known_on:
        raise SetupFault("known_on_judged", day=known_on.isoformat(), last=judged.known_on.isoformat())
    with acting(BATCH, purpose="load"):
        told = issued_until()
    if known_on and told and known_on <= told:
        raise SetupFault("known_on_told", day=known_on.isoformat(), last=told.isoformat())
    if not path.is_file():
        raise SetupFault("file_missing", path=path)
    duty = duty_to_load(user) if user else None
    is_watched = not quiet and sys.stderr.isatty()
    try:
        return load_file(
            path,
            context=loading_context(office_no=duty.office.scope_no if duty else None),
            source=source,
            known_on=known_on,
            by=user or "operator",
            progress=progress_of(shown_name(path.name, LONGEST_FILE_NAME), language)
            if is_watched
            else lambda stage, rows: None,
        )
    except LoadedElsewhere:
        raise SetupFault("loaded_elsewhere", file=path.name) from None
    except DatabaseRefused as refused:
        raise SetupFault("database_refused", file=path.name, why=refused) from None
    finally:
        if is_watched:
            sys.stderr.write(NEW_LINE)
            sys.stderr.flush()


def duty_to_load(username: str) -> "HeldDuty":
    """The duty under which a named user loads. Raises SetupFault when there is none."""
    from anye.flow.jobs import may_load
    from anye.records.accounts.models import User
    from anye.records.accounts.queries import duties_in_force

    user = User.objects.filter(username=username).first()
    duty = next((d for d in duties_in_force(user) if may_load(d)), None) if user else None
    if duty is None:
        raise SetupFault("may_not_load", user=username)
    return duty


def progress_of(name: str, language: str) -> Callable[[str, int], None]:
    """A line that is drawn over as rows are read, for a terminal."""
    words = {
        "read": Text("已读 {rows} 行", "{rows} rows read"),
        "publish": Text("已读 {rows} 行，正在入库", "{rows} rows read, being published"),
    }

    def show(stage: str, rows: int) -> None:
        said = words[stage].in_language(language).format(rows=f"{rows:,}")
        sys.stderr.write(f"{NEW_LINE}{name[:40]}  {said}")
        sys.stderr.flush()

    return show


def print_report(report: "Report", language: str) -> None:
    def text(zh: str, en: str) -> str:
        return Text(zh, en).in_language(language)

    write = sys.stdout.write
    if report.fault:
        from anye.flow.sentences import file_sentence

        write(f"✘ {report.file}: {file_sentence(report.fault, language)}\n")
        return
    if report.loaded == 0 and report.rows:
        write(text(f"= {report.file}：没有变化", f"= {report.file}: nothing changed"))
    else:
        write(text(f"✔ {report.file}：", f"✔ {report.file}: "))
    write(
        text(
            f" 读 {report.rows} 行，入库 {report.loaded}，无变化 {report.unchanged}，退回 {len(report.refused_rows)}，"
            f"存疑 {len(report.queried_rows)}，未关联 {report.unattached}\n",
            f" {report.rows} rows, {report.loaded} loaded, {report.unchanged} unchanged, {len(report.refused_rows)} refused, "
            f"{len(report.queried_rows)} queried, {report.unattached} unattached\n",
        )
    )
    from anye.flow.notes import note_sentences
    from anye.flow.sentences import reason_sentence

    for note in note_sentences(report.notes, language):
        write(f"    {note}\n")
    for row in report.refused[:SHOWN]:
        place = f"{row['sheet']}:" if row["sheet"] else ""
        write(f"    {place}{row['row']}  {reason_sentence(str(row['reason']), language)}\n")
    if len(report.refused) > SHOWN:
        more = Counter(str(row["reason"]) for row in report.refused[SHOWN:])
        write("    … " + ", ".join(f"{reason} × {count}" for reason, count in more.most_common()) + "\n")


def load_folder(folder: Path, language: str, known: Mapping[str, date], closed: Sequence[date] = ()) -> None:
    """All files of a folder in the order of their names. `known`: name → the day it was learned, today for the others.

    `closed`: days in their order; each is judged, and its figures are counted, by what was loaded of it and of the days before.
    """
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS and not p.name.startswith(("~$", ".")))
    left = list(closed)
    for path in files:
        while left and known.get(path.name, date.max) > left[0]:
            _close(left.pop(0), language)
        report = load_one(path, source=None, known_on=known.get(path.name), user=None, quiet=False, language=language)
        print_report(report, language)
        sys.stdout.flush()
    for day in left:
        _close(day, language)


def _close(day: date, language: str) -> None:
    """The night's pass and the figures as of a day, by what was known on it."""
    from anye.config.entitling import judge
    from anye.flow.registry import pack_in_use
    from anye.flow.reporting.snapshots import take
    from anye.records.audit.day import registry_day

    pack = pack_in_use()
    report, _ = judge(pack, on=day, known=day, today=registry_day(), by="operator")
    take(pack, on=day, known=day, by="operator")
    said = Text(
        f"■ {day}：已核算并统计全部指标，台账新增 {report.appended} 条，停用 {report.retired} 条\n",
        f"■ {day}: judged, and all figures counted; {report.appended} decisions written, {report.retired} retired\n",
    )
    sys.stdout.write(said.in_language(language))
    sys.stdout.flush()


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "anye.config.settings"
    import django

    django.setup()
    days = {name: date.fromisoformat(day) for name, day in json.loads(sys.argv[3]).items()}
    closed = [date.fromisoformat(day) for day in json.loads(sys.argv[4])]
    try:
        load_folder(Path(sys.argv[1]), sys.argv[2], days, closed)
    except SetupFault as fault:
        sys.stderr.write(fault.text(sys.argv[2]) + "\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
