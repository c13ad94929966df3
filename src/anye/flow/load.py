"""A file into the registry: recognise, read in blocks, stage, publish in one transaction, report.

The batch *is* the bytes of the file under one profile version: the same file, under any name, changes nothing.
A load that is killed goes on at the first block that is not marked done.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.engine.errors import FileFault
from anye.engine.intake.files import Spans
from anye.engine.intake.formats import LONGEST_FILE_NAME, shown_name
from anye.flow import staging
from anye.flow.blocks import Context, start_over, store_block
from anye.flow.files import OpenFile
from anye.flow.publishing import publish_batch
from anye.flow.refused import without_values
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.day import registry_day
from anye.records.registers import actions, queries
from anye.records.registers.models import Batch

BLOCK_ROWS = 20_000
DEATH_SEEN_S = 10  # client_connection_check_interval is 2 s (`config/pg_cluster.py`)
# told of each block: what is going on (read, publish), and how many rows were read. How many there are is not known
# before the last one.
Progress = Callable[[str, int], None]


@dataclass
class Report:
    """What a load did, as `anye load --json` prints it. rows = loaded + unchanged + refused rows, each once."""

    file: str
    sha256: str
    source: str | None = None
    rows: int = 0
    loaded: int = 0
    unchanged: int = 0
    refused: list[dict[str, object]] = field(default_factory=list)
    queried: list[dict[str, object]] = field(default_factory=list)
    unattached: int = 0
    notes: dict[str, object] = field(default_factory=dict)
    fault: FileFault | None = None
    batch: int | None = None
    is_long: bool = False

    @property
    def refused_rows(self) -> set[tuple[object, object]]:
        return {(row["sheet"], row["row"]) for row in self.refused}

    @property
    def queried_rows(self) -> set[tuple[object, object]]:
        return {(row["sheet"], row["row"]) for row in self.queried}

    def as_json(self) -> dict[str, object]:
        """The report of `anye load --json`; a file that could not be read has `fault` besides."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "source": self.source,
            "rows": self.rows,
            "loaded": self.loaded,
            "unchanged": self.unchanged,
            "unattached": self.unattached,
            "refused": self.refused,
            "queried": self.queried,
            "notes": self.notes,
            **({"fault": self.failure()} if self.fault else {}),
        }

    def failure(self) -> dict[str, object] | None:
        """The file's own fault as a code and its parameters, None when it was read."""
        return None if self.fault is None else {"code": self.fault.code, "params": dict(self.fault.params)}


class LoadedElsewhere(RuntimeError):
    """Another process is loading the same file."""


@without_values()
def load_file(
    path: Path,
    *,
    context: Context,
    source: str | None = None,
    known_on: date | None = None,
    by: str = "operator",
    file_name: str | None = None,
    left_out: Spans = (),
    token: str | None = None,
    progress: Progress = lambda stage, rows: None,
) -> Report:
    """Load one file as the batch role. Raises nothing for a bad file: the report carries its fault.

    `left_out`: rows that are to be refused, whatever they say. `token`: what the load is to be known by, if it is new.

    Raises LoadedElsewhere, and DatabaseRefused: the same file again goes on where this load stopped.
    """
    sha = _digest_of(path)
    report = Report(shown_name(file_name or path.name, LONGEST_FILE_NAME), sha.hex())
    try:
        with OpenFile(path, context, source=source, name=report.file, block_rows=BLOCK_ROWS) as opened:
            return _load(opened, report, sha, context, known_on or registry_day(), by, left_out, token, progress)
    except FileFault as fault:
        report.fault = fault
        return report


def _load(
    opened: OpenFile,
    report: Report,
    sha: bytes,
    context: Context,
    known_on: date,
    by: str,
    left_out: Spans,
    token: str | None,
    progress: Progress,
) -> Report:
    """Raises FileFault when the file cannot be read to its end: then nothing of it stays but the failed batch."""
    report.source, report.is_long = opened.profile.name, opened.is_long
    with acting(BATCH, actor=by, purpose="load"):
        batch = actions.open_batch(
            source=opened.profile.name,
            profile_version=opened.profile.version,
            mapping_id=opened.mapping,
            sha256=sha,
            file_name=report.file,
            file_month=opened.month,
            known_on=known_on,
            by=by,
            mends=opened.mends,
            token=token,
        )
    report.batch = batch.pk
    fresh = batch.state != "published"
    if fresh:
        try:
            fresh = _bring_in(batch, opened, context, by, left_out, progress)
        except FileFault as fault:
            _give_up(batch, fault, by)
            raise
    if not fresh and batch.left_out != [list(span) for span in left_out] and left_out:
        report.fault = FileFault("loaded_whole")  # by somebody else, since it was looked at
    return _reported(report, batch.pk, fresh=fresh)


def _give_up(batch: Batch, fault: FileFault, by: str) -> None:
    """Nothing of the file stays but the failed batch, which says why."""
    with acting(BATCH, actor=by, purpose="load"):
        actions.fail_batch(batch=batch, failure={"code": fault.code, "params": dict(fault.params)})
        start_over(batch.pk)
        staging.drop(batch.pk)


def abandon(data: bytes, fault: FileFault, *, by: str) -> None:
    """Give up what is being read of a file that nobody goes on with. Raises LoadedElsewhere: somebody does."""
    with acting(BATCH, actor=by, purpose="load"):
        begun = list(queries.batches_being_read(hashlib.sha256(data).digest()))
    for batch in begun:
        with _Alone(batch.digest), acting(BATCH, actor=by, purpose="load"):
            batch.refresh_from_db(fields=["state"])
            if batch.state == "reading":
                _give_up(batch, fault, by)


def _bring_in(batch: Batch, opened: OpenFile, context: Context, by: str, left_out: Spans, progress: Progress) -> bool:
    """Whether the batch was published here: another process may have done it while this one waited for the lock."""
    with _Alone(batch.digest):
        with acting(BATCH, actor=by, purpose="load"):
            batch.refresh_from_db(fields=["state", "left_out"])
            if batch.state == "published":
                return False
            staging.create(batch.pk)
            if batch.left_out != [list(span) for span in left_out]:
                # what was staged is of another choice
                staging.drop(batch.pk)
                staging.create(batch.pk)
                actions.leave_out(batch=batch, spans=left_out)
            done = staging.blocks_done(batch.pk)
            if not done:
                start_over(batch.pk)
        rows, months = 0, set[date]()
        for block in opened.blocks(known_on=batch.known_on, left_out=left_out):
            rows += block.cleaned.rows_read
            months |= block.cleaned.months
            if block.number not in done:
                with acting(BATCH, actor=by, purpose="load"):
                    store_block(batch.pk, block, context, villages_mend=opened.profile.creates_persons)
                    actions.note_progress(batch=batch.pk, rows=rows)
            progress("read", rows)
        progress("publish", rows)
        with acting(BATCH, actor=by, purpose="load"):
            if opened.month is None and len(months) == 1:
                actions.note_month(batch=batch.pk, month=months.pop())
            publish_batch(batch.pk, context, notes=opened.notes)
    return True


class _Alone:
    """One process a file: a session lock on its digest, freed by the server when the process dies.

    That it died is seen by the server within seconds; whoever starts the same load again at once does not notice.
    Raises LoadedElsewhere: another process goes on with it.
    """

    def __init__(self, digest: bytes) -> None:
        self.key = int.from_bytes(bytes(digest)[:8], "big", signed=True)

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            until = time.monotonic() + DEATH_SEEN_S
            while not self._is_locked(cursor):
                if time.monotonic() > until:
                    raise LoadedElsewhere
                time.sleep(0.2)

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [self.key])

    def _is_locked(self, cursor: CursorWrapper) -> bool:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [self.key])
        return bool(cursor.fetchone()[0])


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _reported(report: Report, batch: int, *, fresh: bool) -> Report:
    with acting(BATCH):
        row = Batch.objects.get(pk=batch)
        report.rows, report.unattached = row.rows, row.unattached
        report.notes = dict(row.fact_counts.get("notes") or {})
        refused_rows = row.refused
        report.loaded = row.loaded if fresh else 0
        report.unchanged = row.rows - refused_rows - report.loaded
        for fault in queries.faults_of(batch):
            if fault.level == "refused":
                report.refused.append(
                    {"sheet": fault.sheet, "row": fault.line, "reason": fault.reason, "column": fault.column}
                )
            elif fault.level == "queried":
                report.queried.append({"sheet": fault.sheet, "row": fault.line, "rule": fault.reason})
    return report
