"""Reads of sources, batches, faults and sealed rows."""

from collections.abc import Iterator

from django.db.models import QuerySet

from anye.records.registers.models import Batch, Entry, Fault, RawBlock, Upload


def batch(pk: int) -> Batch:
    return Batch.objects.select_related("source").get(pk=pk)


def batches() -> "QuerySet[Batch]":
    """Every load, the newest first."""
    return Batch.objects.select_related("source").order_by("-id")


def faults_of(batch: int, level: str | None = None) -> "QuerySet[Fault]":
    """What was wrong with a batch's rows, in the file's order."""
    faults = Fault.objects.filter(batch_id=batch)
    if level:
        faults = faults.filter(level=level)
    return faults.order_by("sheet_no", "line", "level", "id")


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
