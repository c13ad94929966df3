"""Reads of sources, batches, faults and sealed rows."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Case, Count, Exists, F, Func, IntegerField, Max, Min, OuterRef, Q, QuerySet, Value, When

from anye.engine.intake.mapping import SheetMapping
from anye.engine.names import name_key_of
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import Scope
from anye.records.audit.keys import keyring
from anye.records.audit.queries import is_act_within
from anye.records.registers.models import (
    Batch,
    Duplicate,
    Entry,
    Fault,
    FaultSheet,
    Look,
    MappingTrial,
    RawBlock,
    Source,
    SourceMapping,
    Upload,
    Withdrawal,
)

OPERATOR = "operator"  # who the command line acts as
LABEL = "row"  # sealing context of whom and where a refused row names
SAMPLE = "look"  # sealing context of some contradictions of a file that was looked at
UPLOADS_SHOWN = 8


def batch(pk: int) -> Batch:
    return Batch.objects.select_related("source").get(pk=pk)


def batches() -> "QuerySet[Batch]":
    """Every load, the newest first."""
    return Batch.objects.select_related("source").order_by("-id")


class Beginning(NamedTuple):
    """The day on which the first file came, and the first day of the first year that a file is of."""

    known_on: date
    as_of: date


def beginning() -> Beginning | None:
    """Since when anything was known; None while nothing is."""
    loads = Batch.objects.filter(state__in=("published", "withdrawn"))
    known_on, month = loads.aggregate(known=Min("known_on"), month=Min("file_month")).values()
    return Beginning(known_on, min(known_on, month or known_on).replace(month=1, day=1)) if known_on else None


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


def raw_blocks(batch: int) -> Iterator[tuple[int, bytes]]:
    """(sheet number, sealed rows) of a batch in the order of the file, one at a time. Batch role only."""
    blocks = RawBlock.objects.filter(batch_id=batch).order_by("number")
    for pk, sheet_no in list(blocks.values_list("pk", "first_sheet")):
        yield sheet_no, bytes(RawBlock.objects.values_list("sealed", flat=True).get(pk=pk))


def faults_to_give_back(
    batch: int, sheet_no: int, lines: tuple[int, int], *, levels: Iterable[str], reach: Scope
) -> list[Fault]:
    """What is wrong with some lines of a sheet and still to be mended, within a range. Second copies need nothing."""
    faults = Fault.objects.filter(batch_id=batch, sheet_no=sheet_no, line__range=lines, mended_by=None)
    if not reach.is_everything:
        faults = faults.filter(scope_no__range=(reach.lo, reach.hi))
    copies = set(faults.filter(reason="duplicate_row").values_list("line", flat=True))
    found = faults.filter(level__in=list(levels)).order_by("line", "id")
    return [fault for fault in found if fault.line not in copies]


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
        .annotate(last_month=Max("batch__file_month", filter=stands), last_load=Max("batch__known_on", filter=stands))
        .order_by("id")
    )


def sources_named(codes: Iterable[str]) -> "QuerySet[Source]":
    """Sources by their codes."""
    return Source.objects.filter(code__in=list(codes))


def standing_mappings_within() -> "QuerySet[SourceMapping]":
    """What holds of unknown headings within the range, the newest first."""
    return SourceMapping.objects.filter(retired_at=None).select_related("source").order_by("-id")


def months_that_came(by: date | None = None) -> dict[str, set[date]]:
    """Register → the months that files have come for (`by` a day): the file's own, else that of the day it became known."""
    loads = Batch.objects.filter(state="published").exclude(file_name="")
    if by is not None:
        loads = loads.filter(known_on__lte=by)
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
    """The newest uploads that have not ended well, for whoever comes back to them."""
    rows = Upload.objects.defer("sealed", "sample").exclude(state__in=["done", "given_up", "discarded"]).order_by("-id")
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


def trial(pk: int) -> MappingTrial:
    found: MappingTrial = MappingTrial.objects.select_related("source", "upload").get(pk=pk)
    return found


def standing_load_with(token: str) -> Batch | None:
    """The load behind a token that stands."""
    return batches().filter(token=token, state="published").first()


def is_loaded_within(batch: int, reach: Scope) -> bool:
    """Whether a load was made for an office of the range: its event says for which."""
    if reach.lo is None or reach.hi is None:
        return True
    return is_act_within("load", "registers_batch", batch, reach.lo, reach.hi)


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


def fault_sheet(pk: int) -> FaultSheet:
    found: FaultSheet = FaultSheet.objects.select_related("batch__source").get(pk=pk)
    return found


def fault_sheet_with(token: str) -> FaultSheet:
    """The sheet of faults behind a link, with what it holds. Raises FaultSheet.DoesNotExist."""
    found: FaultSheet = FaultSheet.objects.select_related("batch__source").get(token=token)
    return found


def rows_by_office(batch: int, levels: Iterable[str], reach: Scope) -> list[tuple[int, int]]:
    """(scope number, rows): how many rows of a load a sheet of faults holds, by the office whose they are."""
    faults = Fault.objects.filter(batch_id=batch, mended_by=None)
    if not reach.is_everything:
        faults = faults.filter(scope_no__range=(reach.lo, reach.hi))
    copies = faults.filter(reason="duplicate_row", sheet_no=OuterRef("sheet_no"), line=OuterRef("line"))
    rows = faults.filter(~Exists(copies), level__in=list(levels)).values_list("scope_no", "sheet_no", "line").distinct()
    counts: dict[int, int] = {}
    for scope_no, *_place in rows.iterator():
        counts[scope_no] = counts.get(scope_no, 0) + 1
    return sorted(counts.items())


def refused_rows_by_mending(batch: int) -> dict[int | None, int]:
    """Refused rows of a load by the later load that they were mended in, None: none yet; within the acting range."""
    faults = Fault.objects.filter(batch_id=batch, level="refused").exclude(reason="duplicate_row")
    row = Func(F("sheet_no"), F("line"), function="ROW", output_field=IntegerField())
    return dict(faults.values_list("mended_by").annotate(rows=Count(row, distinct=True)).order_by("mended_by"))


def fault_places(batch: int) -> "QuerySet[Fault]":
    """(level, reason, sheet, line) of what was wrong with a batch's rows."""
    return Fault.objects.filter(batch_id=batch).values_list("level", "reason", "sheet_no", "line")


def loads_of_source(batch: Batch) -> "QuerySet[Batch]":
    """The other loads of its register that stand, rows that came back mended left out: those are no month's list."""
    others = Batch.objects.filter(source_id=batch.source_id, state="published").exclude(pk=batch.pk)
    return others.exclude(fact_counts__has_key="mends")


def look_with(token: str) -> Look:
    """What loading the file behind an upload's link would do. Raises Look.DoesNotExist."""
    found: Look = Look.objects.select_related("upload", "source").defer("upload__sealed").get(upload__token=token)
    return found


def chosen_after_look(upload: Upload) -> tuple[list[list[int]], str | None]:
    """Of a file that was looked at first: the rows not to be loaded ([sheet number, first line, last line]), the load's token."""
    look = Look.objects.filter(upload=upload).first()
    if look is None:
        return [], None
    return sorted(span for kind in upload.left_out for span in look.lines.get(kind, [])), look.token or None


def withdrawal(pk: int) -> Withdrawal:
    found: Withdrawal = Withdrawal.objects.select_related("batch").get(pk=pk)
    return found


def withdrawal_with(token: str) -> Withdrawal:
    """The withdrawal behind a link. Raises Withdrawal.DoesNotExist."""
    found: Withdrawal = Withdrawal.objects.select_related("batch__source").get(token=token)
    return found


def withdrawals_of(batch: int) -> "QuerySet[Withdrawal]":
    """What was asked about taking a load back, the newest first."""
    return Withdrawal.objects.filter(batch_id=batch).order_by("-id")


def withdrawals_under_way() -> list[Withdrawal]:
    """Those that wait for the worker or for somebody to confirm them, the newest first."""
    rows = Withdrawal.objects.filter(state__in=["asked", "foreseen", "agreed"]).select_related("batch").order_by("-id")
    return list(rows[:UPLOADS_SHOWN])
