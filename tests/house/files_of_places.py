"""Files of a place (tests/house/two_districts.py): one of unknown headings, one that was looked at, a workbook of a cell."""

import datetime as dt
import io
import json
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from anye.engine.intake.mapping import signature
from anye.records.audit.keys import keyring
from anye.records.audit.tokens import new_token
from anye.records.registers.models import Batch, Look, MappingTrial, Source, SourceMapping, Upload


def columns_said(place: Any) -> None:
    """A file of unknown headings with what was said and tried of it, and what was said of another before."""
    ring, at = keyring(), dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC)
    headings = [place.text("大名"), place.text("证")]
    cells = [headings, [f"{place.mark}明", place.id_number]]
    sample = [
        {
            "name": place.text("表"),
            "heading": [1, 1],
            "sources": [["village_ledger", 2]],
            "lines": [1, 2],
            "cells": cells,
        }
    ]
    place.upload = Upload.objects.create(
        token=new_token(), file_name=f"{place.text('未知')}.xlsx", sealed=ring.seal_bytes(b"x", context="raw"), size=1,
        known_on=dt.date(2026, 10, 2), uploaded_by=place.text("u"), duty_id=1, scope_no=place.office.scope_no,
        uploaded_at=at, state="unmapped", failure={"code": "heading_unknown", "params": {"missing": [place.text("缺")]}},
        sample=ring.seal_bytes(json.dumps(sample).encode(), context="raw"),
    )  # fmt: skip
    said = {
        "token": new_token(), "scope_no": place.office.scope_no, "source": Source.objects.get(code="village_ledger"),
        "name": place.text("同事表"), "depth": 1, "headings": headings, "meanings": ["name", "id_number"],
        "codes": {"sex": {place.text("雄"): "1"}},
    }  # fmt: skip
    row = {"_line": 2, "_sheet": place.text("表"), "name": f"{place.mark}明"}
    outcome = {
        "rows": 1, "loaded": 1, "refused": 0, "no_rows": 0, "months": [], "reasons": {}, "rules": {},
        "first": {"loaded": [row]}, "notes": {"passed_over": [{"sheet": place.text("略"), "lines": 3}]},
        "codes": {"sex": {place.text("雌"): 1}},
    }  # fmt: skip
    place.trial = MappingTrial.objects.create(
        **said, upload=place.upload, sheet_no=0, line=1, asked_by=place.text("u"), asked_at=at, duty_id=1, state="done",
        sealed=ring.seal_bytes(json.dumps(outcome).encode(), context="raw"),
    )  # fmt: skip
    place.mapping = SourceMapping.objects.create(
        **{**said, "token": new_token()},
        version=1,
        signature=signature(headings),
        saved_by=place.text("u"),
        saved_at=at,
    )


def looked(place: Any, batch: Batch, at: dt.datetime) -> Upload:
    """A file that contradicts what is on record of the place's person, and was looked at."""
    ring = keyring()
    sides = [["value", place.text("旧"), place.text("新")]]
    sampled = {
        "person": place.person.pk, "scope_no": place.office.scope_no, "fact": "detail", "kind": "address", "source": 1,
        "line": 3, "wins": True, "sides": sides, "sealed": False,
    }  # fmt: skip
    counts = dict.fromkeys(("rows", "loaded", "unchanged", "refused", "queried", "unattached", "persons_new"), 1)
    figures = {"month": None, "is_known": False, "facts": {}, "reasons": {"refused": {}, "queried": {}}, "warnings": []}
    upload = Upload.objects.create(
        token=new_token(), file_name=f"{place.text('预览')}.xlsx", sealed=ring.seal_bytes(b"x", context="raw"), size=1,
        known_on=dt.date(2026, 10, 2), uploaded_by=place.text("u"), duty_id=1, scope_no=place.office.scope_no,
        uploaded_at=at, state="looked",
    )  # fmt: skip
    Look.objects.create(
        upload=upload, scope_no=place.office.scope_no, looked_at=at, source_id=batch.source_id, figures=counts | figures,
        sample=ring.seal(json.dumps([sampled], ensure_ascii=False), context="look"),
        sheet=ring.seal_bytes(workbook(place.text("退行")), context="raw"), offices=[[place.office.scope_no, 1]],
    )  # fmt: skip
    return upload


def workbook(text: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write_string(0, 0, text)
    return out.getvalue()
