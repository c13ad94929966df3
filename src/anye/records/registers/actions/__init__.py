"""Writes of sources, batches, faults and sealed rows."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from anye.engine.intake.mapping import SheetMapping
from anye.records.audit.tokens import new_token
from anye.records.people.models import Person
from anye.records.places.queries import is_home, office_at
from anye.records.registers.models import (
    Batch,
    Duplicate,
    Entry,
    Fault,
    MappingTrial,
    RawBlock,
    Source,
    Support,
    Upload,
)
from anye.records.registers.queries import same_name

PARTS_A_BLOCK = 1_000
STRONG, MOST_MENDED = b"\xff", 4  # a digest begins with as many as files were mended one after the other
FAULT_COLUMNS = (
    "batch_id", "sheet_no", "sheet", "line", "level", "column", "reason", "params", "scope_no", "sealed",
    "is_restricted",
)  # fmt: skip


def keep_sources(*, sources: Sequence[Source]) -> None:
    """Bring the sources in line with these, by their code. What stands as it is said leaves no event."""
    standing = {source.code: source for source in Source.objects.all()}
    Source.objects.bulk_create(source for source in sources if source.code not in standing)
    for source in sources:
        if source.code in standing and not _is_same(source, standing[source.code]):
            source.pk = standing[source.code].pk
            source.save(force_update=True)


def _is_same(one: Source, other: Source) -> bool:
    fields = [field.attname for field in Source._meta.concrete_fields if not field.primary_key]
    return all(getattr(one, name) == getattr(other, name) for name in fields)


def open_batch(
    *,
    source: str,
    profile_version: int,
    sha256: bytes,
    file_name: str,
    file_month: date | None,
    known_on: date,
    by: str,
    mapping_id: int | None = None,
    digest: bytes | None = None,
    mends: str | None = None,
    token: str | None = None,
) -> Batch:
    """The batch of these bytes under this profile version, and mapping if any: the one that stands, else a new one.

    `mends`: the token of the load whose rows the file brings back mended. `token`: that of a load on trial, whose sheet may be
    with somebody already.
    """
    read_as = f"{source}:{profile_version}" + (f":mapping {mapping_id}" if mapping_id else "")
    digest = digest or hashlib.sha256(sha256 + read_as.encode()).digest()
    if mends:
        digest = _stronger(digest, mends)
    batch, _ = Batch.objects.exclude(state="withdrawn").get_or_create(
        digest=digest,
        defaults={
            "token": token or new_token(),
            "source": Source.objects.get(code=source),
            "profile_version": profile_version,
            "mapping_id": mapping_id,
            "sha256": sha256,
            "file_name": file_name,
            "file_month": file_month,
            "known_on": known_on,
            "loaded_by": by,
            "started_at": timezone.now(),
        },
    )
    if batch.state == "failed":
        batch.state, batch.failure = "reading", None
        batch.save(update_fields=["state", "failure"])
    return batch


def _stronger(digest: bytes, than: str) -> bytes:
    """A digest that wins over that of the load it mends: of two files of one month and day the digest decides.

    It stays a matter of the bytes alone: which load they mend is written in them.
    """
    mended = Batch.objects.filter(token=than).values_list("digest", flat=True).first()
    if mended is None:
        return digest
    lead = bytes(mended)[: len(bytes(mended)) - len(bytes(mended).lstrip(STRONG))] + STRONG
    return lead[:MOST_MENDED] + digest[len(lead[:MOST_MENDED]) :]


def note_progress(*, batch: int, rows: int) -> None:
    Batch.objects.filter(pk=batch).update(rows=rows)


def note_month(*, batch: int, month: date) -> None:
    """Neither title nor name tells the file's month, and all its rows are of this one."""
    Batch.objects.filter(pk=batch).update(file_month=month)


def leave_out(*, batch: Batch, spans: Sequence[Sequence[int]]) -> None:
    """These rows of the file are not to be loaded: [sheet number, first line, last line]."""
    batch.left_out = [list(span) for span in spans]
    batch.save(update_fields=["left_out"])


def fail_batch(*, batch: Batch, failure: Mapping[str, Any]) -> None:
    """The file could not be read to its end: nothing of it is taken, and the sentence stays."""
    Batch.objects.filter(pk=batch.pk).update(state="failed", failure=dict(failure))


def publish_batch(*, batch: Batch, counts: Mapping[str, int], fact_counts: Mapping[str, Any]) -> None:
    Batch.objects.filter(pk=batch.pk).update(
        state="published", published_at=timezone.now(), fact_counts=dict(fact_counts), **counts
    )


def write_raw_blocks(*, batch: int, block: int, sheet_no: int, parts: Sequence[tuple[int, int, bytes]]) -> None:
    RawBlock.objects.bulk_create(
        RawBlock(
            batch_id=batch,
            number=block * PARTS_A_BLOCK + place,
            sealed=sealed,
            first_sheet=sheet_no,
            last_sheet=sheet_no,
            first_line=first,
            last_line=last,
        )
        for place, (first, last, sealed) in enumerate(parts)
    )


def write_faults(*, faults: Sequence[tuple[Any, ...]]) -> None:
    """Rows in the order of FAULT_COLUMNS; `params` is JSON text."""
    if faults:
        copy_rows("registers_fault", FAULT_COLUMNS, faults)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """INSERT many rows. COPY FROM is refused under row-level security, so they pass through a temporary table."""
    listed = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE incoming_rows ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0")
        with cursor.copy(f"COPY incoming_rows ({listed}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM incoming_rows")
        cursor.execute("DROP TABLE incoming_rows")


def hand_in(
    *,
    file_name: str,
    sealed: bytes,
    size: int,
    known_on: date,
    by: str,
    duty_id: int,
    scope_no: int,
    named_source: str = "",
    state: str = "waiting",
) -> Upload:
    """A file waits for the worker, to be loaded or (`looking`) to be looked at first; its bytes are sealed until then."""
    upload: Upload = Upload.objects.create(
        token=new_token(),
        file_name=file_name,
        sealed=sealed,
        size=size,
        known_on=known_on,
        named_source=named_source,
        uploaded_by=by,
        duty_id=duty_id,
        scope_no=scope_no,
        uploaded_at=timezone.now(),
        state=state,
    )
    return upload


def refuse_upload(*, upload: Upload, code: str) -> None:
    Upload.objects.filter(pk=upload.pk).update(state="refused", failure={"code": code, "params": {}}, sealed=None)


def close_upload(*, upload_id: int, batch_id: int | None, failure: Mapping[str, Any] | None) -> None:
    """The file was read, or could not be: its bytes go, its rows stand sealed with the batch."""
    Upload.objects.filter(pk=upload_id).update(
        state="failed" if failure else "done", failure=failure, batch_id=batch_id, sealed=None, sample=None
    )
    MappingTrial.objects.filter(upload_id=upload_id).update(sealed=None)


def keep_unmapped(*, upload_id: int, failure: Mapping[str, Any], sample: bytes) -> None:
    """No profile knows the file's headings: its bytes and a sample, both sealed, wait for a person to say what they mean."""
    Upload.objects.filter(pk=upload_id).update(state="unmapped", failure=failure, sample=sample)


class MappingRefused(ValueError):
    """What the columns of an upload mean cannot be said any more; `code`: decided_already, not_tried."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def try_mapping(
    *, upload: Upload, said: SheetMapping, name: str, place: tuple[int, int], by: str, duty_id: int
) -> MappingTrial:
    """Ask the worker to try on the whole file what its columns are said to mean. `place`: the sheet and its heading's line."""
    trial: MappingTrial = MappingTrial.objects.create(
        token=new_token(),
        upload=upload,
        scope_no=upload.scope_no,
        source=Source.objects.get(code=said.source),
        name=name,
        sheet_no=place[0],
        line=place[1],
        depth=said.depth,
        headings=list(said.headings),
        meanings=list(said.meanings),
        codes={column: dict(words) for column, words in said.codes.items()},
        asked_by=by,
        asked_at=timezone.now(),
        duty_id=duty_id,
    )
    return trial


def close_trial(
    *, trial_id: int, sealed: bytes | None = None, failure: Mapping[str, Any] | None = None, state: str = ""
) -> None:
    """What came of a trial, unless the file is loaded or given up by now (batch role)."""
    state = state or ("failed" if failure else "done")
    open_trials = MappingTrial.objects.filter(pk=trial_id, upload__state="unmapped")
    open_trials.update(state=state, failure=failure, sealed=sealed)
    MappingTrial.objects.filter(pk=trial_id, state="waiting").update(state="refused")


def give_up_upload(*, upload: Upload) -> None:
    """Nobody says what the columns mean: the bytes go, and what was said of them. Raises MappingRefused."""
    if not _give_up(Upload.objects.filter(pk=upload.pk)):
        raise MappingRefused("decided_already")


def give_up_unmapped(*, before: datetime) -> int:
    """Uploads that nobody said anything of for so long (batch role); how many they were."""
    return _give_up(Upload.objects.filter(uploaded_at__lt=before))


def _give_up(uploads: "QuerySet[Upload]") -> int:
    waiting = list(uploads.filter(state="unmapped").values_list("pk", flat=True))
    if not waiting:
        return 0
    count: int = uploads.filter(state="unmapped").update(state="given_up", sealed=None, sample=None)
    MappingTrial.objects.filter(upload_id__in=waiting).exclude(sealed=None).update(sealed=None)
    return count


def withdraw_batch(*, batch_id: int) -> None:
    """The batch no longer speaks: what it said is not taken again when a person's facts are drawn anew.

    Nobody is asked to mend its rows any more; the rows themselves stand sealed until their retention ends.
    """
    Fault.objects.filter(batch_id=batch_id).delete()
    Support.objects.filter(batch_id=batch_id).delete()
    Batch.objects.filter(pk=batch_id).update(state="withdrawn")


def enter(*, kind: str, sealed: bytes, person_id: int | None, scope_no: int, by: str, duty_id: int) -> Entry:
    """What an officer typed waits for the worker, which publishes it as a batch of one row."""
    entry: Entry = Entry.objects.create(
        token=new_token(),
        kind=kind,
        person_id=person_id,
        scope_no=scope_no,
        sealed=sealed,
        entered_by=by,
        duty_id=duty_id,
        entered_at=timezone.now(),
    )
    return entry


class DuplicateRefused(ValueError):
    """A double registration that cannot be decided like this; `code`: decided_already, names_differ, no_area."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def keep_waiting(*, entry: Entry, person: Person, name: str) -> Duplicate:
    """The number of a new person is on record at another office: the entry waits until that office decides.

    Batch role only. `name` is as it was typed.
    """
    close_entry(entry_id=entry.pk, state="waits_for_other")
    asked: Duplicate = Duplicate.objects.create(
        token=new_token(),
        person=person,
        scope_no=person.scope_no,
        entry=entry,
        at_scope_no=entry.scope_no,
        name=name,
        asked_by=entry.entered_by,
        asked_at=entry.entered_at,
    )
    return asked


def hand_over(*, duplicate: Duplicate, by: str) -> None:
    """They are the same person and live there now; the worker moves them. Raises DuplicateRefused."""
    if not same_name(duplicate):
        raise DuplicateRefused("names_differ")
    if not is_home(office_at(duplicate.at_scope_no)):
        raise DuplicateRefused("no_area")
    _decide(duplicate, "agreed", by)


def keep(*, duplicate: Duplicate, by: str) -> None:
    """The person stays; the worker tells who registered them. Raises DuplicateRefused."""
    _decide(duplicate, "kept", by)


def _decide(duplicate: Duplicate, state: str, by: str) -> None:
    """What was registered several times at one office is decided together."""
    alike = Duplicate.objects.filter(person_id=duplicate.person_id, at_scope_no=duplicate.at_scope_no, state="asked")
    if not alike.update(state=state, decided_by=by, decided_at=timezone.now()):
        raise DuplicateRefused("decided_already")


def close_duplicate(*, duplicate: Duplicate, state: str, hindrance: str = "") -> None:
    """What the worker made of a decision (batch role): handed_over, or asked again with what hindered it."""
    Duplicate.objects.filter(pk=duplicate.pk).update(state=state, hindrance=hindrance)


def resume_entry(*, entry_id: int) -> None:
    """An entry that waited for another office is looked at anew (batch role)."""
    Entry.objects.filter(pk=entry_id, state="waits_for_other").update(state="waiting", done_at=None)


def close_entry(
    *,
    entry_id: int,
    state: str,
    reason: str = "",
    batch_id: int | None = None,
    overruled: Sequence[Mapping[str, Any]] = (),
) -> None:
    Entry.objects.filter(pk=entry_id).update(
        state=state, reason=reason, batch_id=batch_id, overruled=list(overruled), done_at=timezone.now()
    )
