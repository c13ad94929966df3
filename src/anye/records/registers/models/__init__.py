"""Where facts come from: files and their rows (`files`), and what officers ask the worker for about them (`requests`)."""

from anye.records.registers.models.files import (
    Batch,
    Duplicate,
    Entry,
    Fault,
    RawBlock,
    RowClaim,
    Source,
    SourceMapping,
    Support,
    Upload,
)
from anye.records.registers.models.requests import FaultSheet, Look, MappingTrial, Withdrawal

__all__ = [
    "Batch",
    "Duplicate",
    "Entry",
    "Fault",
    "FaultSheet",
    "Look",
    "MappingTrial",
    "RawBlock",
    "RowClaim",
    "Source",
    "SourceMapping",
    "Support",
    "Upload",
    "Withdrawal",
]
