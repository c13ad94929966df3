"""The demo's year through intake: every file is read whole, and what was paid lies inside what is owed."""

from pathlib import Path

import pytest
from django.db import connection

from anye.demo.year import ON, YearTruth, write_year
from anye.flow.blocks import Context
from anye.flow.load import Report, load_file
from anye.flow.nightly import PassReport, entitle
from anye.packs import HERE, read_pack
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.claims.models import Difference

PACK = "cn_yubei"
FILLED = (
    "people_person, people_persondetail, people_membership, people_householdmember, people_household, firms_firm,"
    " firms_insurancemonth, firms_payrollline, firms_employmentspell, posts_attendance, registers_rowclaim,"
    " registers_support, registers_batch, claims_payment, claims_firmpayment, training_worktraining, training_enrolment"
)


def brought(truth: YearTruth, context: Context) -> tuple[list[Report], PassReport]:
    reports = []
    for place, (path, known) in enumerate(truth.files):
        report = load_file(path, context=context, known_on=known)
        assert report.fault is None, (path.name, report.failure())
        reports.append(report)
        if place % 20 == 0:
            with acting(OWNER), connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {FILLED}")
    return reports, entitle(read_pack(PACK), on=ON, known=ON, office_no=context.office_no, by="tests")


def test_x(tmp_path: Path, yubei: Context) -> None:
    truth = write_year(tmp_path / "registers", seed=1, scale=0.02, areas_csv=HERE / PACK / "areas.csv")
    reports, night = brought(truth, yubei)
    for r in reports:
        if r.refused or r.queried or r.unattached: print(r.file, r.source, r.rows, r.loaded, r.refused[:3], r.queried[:3], r.unattached, r.notes)
    import json
    print(json.dumps(night.as_json(), ensure_ascii=False, indent=1))
    from collections import Counter
    with acting(BATCH):
        print(Counter((d.policy.code, d.kind) for d in Difference.objects.select_related("policy")))
        for d in Difference.objects.exclude(kind="unpaid").select_related("policy")[:20]: print(d.policy.code, d.kind, d.person_id, d.firm_id, d.first_month, d.last_month, d.entitled_fen, d.paid_fen)
