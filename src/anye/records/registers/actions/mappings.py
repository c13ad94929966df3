"""Writes of what people said the columns of unknown sheets mean."""

from django.db.models import Max
from django.utils import timezone

from anye.engine.intake.mapping import signature
from anye.records.audit.tokens import new_token
from anye.records.registers.actions import MappingRefused
from anye.records.registers.models import MappingTrial, SourceMapping, Upload


def save_mapping(*, trial: MappingTrial, by: str, look_first: bool = False) -> SourceMapping:
    """Keep what was tried as the meaning of such headings from now on, and let the file be loaded, or looked at first.

    Raises MappingRefused.
    """
    if trial.state != "done":
        raise MappingRefused("not_tried")
    if not Upload.objects.filter(pk=trial.upload_id, state="unmapped").update(
        state="looking" if look_first else "waiting", failure=None, named_source=trial.source.code
    ):
        raise MappingRefused("decided_already")
    known = signature(trial.headings)
    versions = SourceMapping.objects.filter(scope_no=trial.scope_no, signature=known)
    for one in versions.filter(retired_at=None):
        retire_mapping(mapping=one, by=by)
    mapping: SourceMapping = SourceMapping.objects.create(
        token=new_token(),
        scope_no=trial.scope_no,
        source=trial.source,
        name=trial.name,
        version=1 + (versions.aggregate(last=Max("version"))["last"] or 0),
        signature=known,
        depth=trial.depth,
        headings=trial.headings,
        meanings=trial.meanings,
        codes=trial.codes,
        saved_by=by,
        saved_at=timezone.now(),
    )
    return mapping


def retire_mapping(*, mapping: SourceMapping, by: str) -> bool:
    """Files of these headings are unknown again; what was loaded stays. False where somebody else had done it."""
    standing = SourceMapping.objects.filter(pk=mapping.pk, retired_at=None)
    return bool(standing.update(retired_by=by, retired_at=timezone.now()))
