"""Reads of sources, batches, faults and sealed rows."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Case, Exists, Max, OuterRef, Q, QuerySet, Value, When

from anye.engine.intake.mapping import SheetMapping
from anye.engine.intake.profile import label_key
from anye.engine.intake.sample import Sample
from anye.engine.names import name_key_of
from anye.records.accounts.models import Duty
from anye.records.audit.keys import keyring
from anye.records.registers.models import (
    Batch,
    Duplicate,
    Entry,
    Fault,
    MappingTrial,
    RawBlock,
    Source,
    SourceMapping,
    Upload,
)

OPERATOR = "operator"  # who the command line acts as
LABEL = "row"  # sealing context of whom and where a refused row names
UPLOADS_SHOWN = 8


def batch(pk: int) -> Batch:
    return Batch.objects.select_related("source").get(pk=pk)


def batches() -> "QuerySet[Batch]":
    """Every load, the newest first."""
    return Batch.objects.select_related("source").order_by("-id")


def is_restricted(batch: int) -> bool:
    """Whether a batch is of a register that tells of justice or health."""
    return Batch.objects.filter(pk=batch, source__is_restricted=True).exists()


def faults_of(batch: int, level: str | None = None) -> "QuerySet[Fault]":
    """What was wrong with a batch's rows, in the file's order."""
    faults = Fault.objects.filter(batch_id=batch)
    if level:
        faults = faults.filter(level=level)
    return faults.order_by("sheet_no", "line", "level", "id")


def rows_to_mend() -> "QuerySet[Fault]":
    """What was wrong with refused rows that nobody has mended yet, the newest file first. A row may have several faults.

    A row that is the same as one above it needs nothing.
    """
    faults = Fault.objects.filter(level="refused", mended_by=None, batch__state="published")
    return faults.exclude(reason="duplicate_row").order_by("-batch_id", "sheet_no", "line", "id")


def count_rows_to_mend(limit: int) -> dict[int, int]:
    """Batch → rows to mend, the newest batches first; of all of them at most `limit` faults are looked at."""
    counts: dict[int, set[tuple[int, int]]] = {}
    for batch_id, *place in rows_to_mend().values_list("batch_id", "sheet_no", "line")[:limit]:
        counts.setdefault(batch_id, set()).add((place[0], place[1]))
    return {batch_id: len(rows) for batch_id, rows in counts.items()}


def opened_label(fault: Fault) -> dict[str, str | None]:
    """Whom and where a row names, as written: name, place and the name as names are compared. Empty where none is kept."""
    if fault.sealed is None:
        return {}
    told: dict[str, str | None] = json.loads(keyring().unseal(bytes(fault.sealed), context=LABEL))
    return told


def raw_blocks_with(batch: int, sheet_no: int, lines: set[int]) -> Iterator[bytes]:
    """The sealed blocks that hold any of the lines, each once. Batch role only."""
    blocks = RawBlock.objects.filter(batch_id=batch, first_sheet=sheet_no).order_by("number")
    spans = list(blocks.values_list("pk", "first_line", "last_line"))
    for pk, first, last in spans:
        if any(first <= line <= last for line in lines):
            yield bytes(RawBlock.objects.values_list("sealed", flat=True).get(pk=pk))


def upload(pk: int) -> Upload:
    found: Upload = Upload.objects.get(pk=pk)
    return found


def entry(pk: int) -> Entry:
    found: Entry = Entry.objects.get(pk=pk)
    return found


def sources_of_files(by_hand: Iterable[str]) -> "QuerySet[Source]":
    """Registers that files come from, with the last month (`last_month`) and day (`last_load`) that came in.

    `by_hand`: the codes of sources that officers type.
    """
    stands = Q(batch__state="published")
    return (
        Source.objects.exclude(code__in=list(by_hand))
        .annotate(
            last_month=Max("batch__file_month", filter=stands), last_load=Max("batch__published_at", filter=stands)
        )
        .order_by("id")
    )


def sources_named(codes: Iterable[str]) -> "QuerySet[Source]":
    """Sources by their codes."""
    return Source.objects.filter(code__in=list(codes))


def standing_mappings_within() -> "QuerySet[SourceMapping]":
    """What holds of unknown headings within the range, the newest first."""
    return SourceMapping.objects.filter(retired_at=None).select_related("source").order_by("-id")


def months_that_came() -> dict[str, set[date]]:
    """Register → the months that files have come for: the file's own, else that of the day it became known."""
    loads = Batch.objects.filter(state="published").exclude(file_name="")
    came: dict[str, set[date]] = {}
    for code, month, known_on in loads.values_list("source__code", "file_month", "known_on").distinct():
        came.setdefault(code, set()).add((month or known_on).replace(day=1))
    return came


def loads_within(lo: int, hi: int, *, with_operator: bool, sees_restricted: bool) -> "QuerySet[Batch]":
    """Loads of files that the range may see, the newest first; `is_ours` where the whole load is its business.

    Those of registers of justice and health are there for duties alone that must see them, whoever handed them in.
    Ours: loaded or handed in under a duty inside the range, or by the operator where `with_operator`. Of the others
    only those stand here that have something for the range to mend, and of them only that may be shown.
    """
    loaders = Duty.objects.filter(scope_no__range=(lo, hi)).values("user__username")
    ours = Q(loaded_by__in=loaders) | Q(Exists(Upload.objects.filter(batch=OuterRef("pk"))))
    if with_operator:
        ours |= Q(loaded_by=OPERATOR)
    loads = batches() if sees_restricted else batches().filter(source__is_restricted=False)
    return (
        loads.exclude(file_name="")  # an officer's entry is a batch without a file
        .annotate(is_ours=Case(When(ours, then=Value(True)), default=Value(False)))
        .filter(Q(is_ours=True) | Q(Exists(Fault.objects.filter(batch_id=OuterRef("pk")))))
    )


def upload_with(token: str) -> Upload:
    """The upload behind a link. Raises Upload.DoesNotExist."""
    found: Upload = Upload.objects.defer("sealed", "sample").select_related("batch").get(token=token)
    return found


def uploads_under_way() -> list[Upload]:
    """The newest uploads that have not come to a good end, for whoever comes back to them."""
    rows = Upload.objects.defer("sealed", "sample").exclude(state__in=["done", "given_up"]).order_by("-id")
    return list(rows[:UPLOADS_SHOWN])


def batch_under_way(upload: Upload) -> Batch | None:
    """The batch that an upload is being read into, once reading has begun."""
    return (
        Batch.objects.filter(file_name=upload.file_name, loaded_by=upload.uploaded_by, state="reading")
        .order_by("-id")
        .first()
    )


def batches_being_read(sha256: bytes) -> "QuerySet[Batch]":
    """What a file of these bytes is being read into, or was when it was left."""
    return Batch.objects.filter(sha256=sha256, state="reading")


def standing_loads(sha256: bytes) -> list[Batch]:
    """The loads of a file of these bytes that stand, the newest first: each register and profile version may have one."""
    return list(batches().filter(sha256=sha256, state="published"))


def standing_mappings(office_no: int) -> "QuerySet[SourceMapping]":
    """What the people of a loading office said of unknown headings and holds, the newest first."""
    standing = SourceMapping.objects.filter(scope_no=office_no, retired_at=None)
    return standing.select_related("source").order_by("-id")


def last_mapping(signature: str) -> SourceMapping | None:
    """The newest version of what was said of a heading within the range, whether it holds or not."""
    found: SourceMapping | None = SourceMapping.objects.filter(signature=signature).order_by("-version").first()
    return found


def meanings_said(source: str) -> dict[str, str]:
    """Heading key → meaning, of all that was said of a register's sheets within the range; the newest word counts."""
    said: dict[str, str] = {}
    rows = SourceMapping.objects.filter(source__code=source).order_by("id").values_list("headings", "meanings")
    for headings, meanings in rows:
        said.update({label_key(heading): meaning for heading, meaning in zip(headings, meanings, strict=True)})
    said.pop("", None)
    return said


def sheet_mapping(said: "SourceMapping | MappingTrial") -> SheetMapping:
    """As the engine takes it; one that is only tried has no key."""
    return SheetMapping(
        source=said.source.code,
        headings=tuple(said.headings),
        meanings=tuple(said.meanings),
        key=said.pk if isinstance(said, SourceMapping) else 0,
        depth=said.depth,
        codes=said.codes,
    )


def mapping_of(batch: Batch) -> SourceMapping | None:
    """What a person said of a load's headings, as far as the range reaches them."""
    found: SourceMapping | None = SourceMapping.objects.filter(pk=batch.mapping_id).first()
    return found


def mapping_with(token: str) -> SourceMapping:
    """The mapping behind a link. Raises SourceMapping.DoesNotExist."""
    found: SourceMapping = SourceMapping.objects.select_related("source").get(token=token)
    return found


def trial(pk: int) -> MappingTrial:
    found: MappingTrial = MappingTrial.objects.select_related("source", "upload").get(pk=pk)
    return found


def trial_with(token: str) -> MappingTrial:
    """The trial behind a link. Raises MappingTrial.DoesNotExist."""
    found: MappingTrial = MappingTrial.objects.select_related("source", "upload").get(token=token)
    return found


def outcome_of(trial: MappingTrial) -> dict[str, Any]:
    """What came of a trial: counts, and a few rows of each kind. Empty once the file is loaded or given up."""
    if trial.sealed is None:
        return {}
    told: dict[str, Any] = json.loads(keyring().unseal_bytes(bytes(trial.sealed), context="raw"))
    return told


def sample_of(upload: Upload) -> Sample | None:
    """The first lines of a file that no profile knows; None when its bytes are gone."""
    if upload.sample is None:
        return None
    return Sample.of_text(keyring().unseal_bytes(bytes(upload.sample), context="raw").decode())


def entry_with(token: str) -> Entry:
    """The entry behind a link. Raises Entry.DoesNotExist."""
    found: Entry = Entry.objects.defer("sealed").get(token=token)
    return found


def entries() -> "QuerySet[Entry]":
    """What was entered by hand within the range, visits' answers and settled doubts left out."""
    return Entry.objects.defer("sealed").exclude(kind__in=["visit", "undo", "settle"]).order_by("-id")


def duplicates() -> "QuerySet[Duplicate]":
    """People of the acting range whom another office has registered too, the newest first."""
    return Duplicate.objects.select_related("person").order_by("-id")


def duplicates_asked() -> "QuerySet[Duplicate]":
    """Those that wait for a decision, the oldest first."""
    return Duplicate.objects.filter(state="asked").select_related("person").order_by("id")


def duplicate_with(token: str) -> Duplicate:
    """The double registration behind a link. Raises Duplicate.DoesNotExist."""
    found: Duplicate = duplicates().get(token=token)
    return found


def duplicate(pk: int) -> Duplicate:
    found: Duplicate = Duplicate.objects.get(pk=pk)
    return found


def duplicates_decided_with(subject: Duplicate) -> list[Duplicate]:
    """All that were decided together with one, in the order in which they were entered (batch role)."""
    return list(
        Duplicate.objects.filter(
            person_id=subject.person_id, at_scope_no=subject.at_scope_no, state=subject.state
        ).order_by("entry_id")
    )


def same_name(subject: Duplicate) -> bool:
    """Whether the person is registered under the name that they have on record; whom nobody sees any more has none."""
    return subject.person.is_hidden or name_key_of(subject.name) == subject.person.name_key
