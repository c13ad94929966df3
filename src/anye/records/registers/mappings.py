"""Reads of what people said the columns of unknown sheets mean, and of what came of trying it."""

import json
from typing import Any

from anye.engine.intake.labels import label_key
from anye.engine.intake.sample import Sample
from anye.records.audit.keys import keyring
from anye.records.registers.models import MappingTrial, SourceMapping, Upload


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


def mapping_with(token: str) -> SourceMapping:
    """The mapping behind a link. Raises SourceMapping.DoesNotExist."""
    found: SourceMapping = SourceMapping.objects.select_related("source").get(token=token)
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
