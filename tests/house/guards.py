"""What guards each table, written down by hand: the database must hold exactly this, no less and no more.

Words of a line: `scoped` row policies by force, `scoped(a,b)` over either of two columns; `made_within(a,b)` rows are
made only where both columns lie inside; `restricted` seen by duties that must see justice and health alone,
`restricted(flag)` where the flag says so;
`bound(column→parent)` the composite key that keeps the scope number; triggers: `audited`, `audited(column)` without that
column, `tallied`, `append_only`, `frozen`; `app:` and `batch:` what a role may do (s select, i insert, u update, d delete,
u(columns) those columns alone). `decided_once`: a row is made as a proposal, decided once, and never deleted;
`corrected`: the app deletes a row only where an approved correction says the same.
"""

FACT = "scoped append_only app:s batch:si batch:u(retired_by,retired_on)"
OF_FIRMS = "append_only app:s batch:si batch:u(retired_by,retired_on)"  # may be read by everybody
PERSONS = "bound(person_id→people_person)"
STOCK = "app:siud batch:siud"  # tables of the libraries

GUARDS = {
    "audit_event": "scoped frozen app:s batch:s",
    "audit_read": "scoped frozen app:s batch:s",
    "audit_seal": "frozen app:s batch:si",
    "places_area": "audited app:siu batch:siud no_two_editions",
    "places_office": "audited app:siu batch:siud",
    "places_shape": "audited(geometry) app:s batch:siud",
    "accounts_user": "audited app:siu batch:siud",
    "accounts_duty": "audited app:siu batch:siud",
    "accounts_signinlink": "audited(digest) app:siu batch:siud",
    "people_household": "scoped audited app:s batch:siud",
    "people_person": "scoped audited app:s batch:siud",
    "people_namegram": f"scoped {PERSONS} app:s batch:siud",
    "people_persondetail": f"{FACT} {PERSONS}",
    "people_householdcount": "app:s batch:s",
    "people_householdmember": f"{FACT} {PERSONS}",
    "people_membership": f"{FACT} {PERSONS}",
    "people_incomeline": f"{FACT} {PERSONS}",
    "people_helper": f"{FACT} bound(household_id→people_household)",
    "people_need": f"{FACT} {PERSONS}",
    "people_statusspell": f"{FACT} {PERSONS}",
    "people_restrictedspell": f"{FACT} {PERSONS} restricted",
    "people_transfer": (
        f"scoped(from_scope_no,to_scope_no) made_within(scope_no,from_scope_no) audited {PERSONS} app:si"
        " app:u(decided_at,decided_by,state) batch:siud"
    ),
    "firms_firm": "audited app:s batch:siud",
    "firms_firmdetail": OF_FIRMS,
    "firms_employmentspell": f"{FACT} {PERSONS}",
    "firms_insurancemonth": f"{FACT} {PERSONS}",
    "firms_payrollline": f"{FACT} {PERSONS}",
    "firms_owner": f"{FACT} {PERSONS}",
    "posts_assignment": f"{FACT} {PERSONS}",
    "posts_attendance": f"{FACT} {PERSONS}",
    "posts_workshop": OF_FIRMS,
    "training_trade": OF_FIRMS,
    "training_trainingclass": OF_FIRMS,
    "training_enrolment": f"{FACT} {PERSONS}",
    "training_worktraining": f"{FACT} {PERSONS}",
    "training_filing": FACT,
    "training_filingground": "app:s batch:s",
    "jobs_vacancy": OF_FIRMS,
    "entitlements_policy": "audited app:si batch:si",
    "entitlements_policyversion": "frozen app:si batch:si",
    "entitlements_draft": (
        "scoped audited app:si app:u(decided_at,decided_by,foreseen,foreseen_digest,foreseen_state,note,offered_at,reason,state,text)"
        " batch:s batch:u(foreseen,foreseen_digest,foreseen_state)"
    ),
    "entitlements_publication": "frozen app:si batch:s",
    "entitlements_foreseen": f"scoped tallied {PERSONS} app:s batch:siud",
    "entitlements_run": "audited app:s batch:si batch:u(basis,blind,came,finished_at,summary)",
    "entitlements_entitlement": f"{FACT} {PERSONS}",
    "entitlements_nearly": f"scoped tallied {PERSONS} app:s batch:siud",
    "claims_difference": f"scoped tallied corrected {PERSONS} app:sd batch:siud",
    "claims_correction": (
        f"scoped audited decided_once {PERSONS} app:si app:u(decided_at,decided_by,decision,state)"
        " batch:s batch:u(carried_out_on,gone_on)"
    ),
    "claims_payment": f"{FACT} {PERSONS}",
    "claims_approval": f"{FACT} {PERSONS}",
    "claims_share": f"{FACT} {PERSONS}",
    "claims_ticket": f"{FACT} {PERSONS}",
    "claims_firmpayment": FACT,
    "claims_refundapplication": FACT,
    "claims_fundallocation": FACT,
    "outreach_event": OF_FIRMS,
    "outreach_contact": f"{FACT} {PERSONS}",
    "briefings_snapshot": "audited app:si app:u(asked_by,state) batch:siud",
    "briefings_snapshotfigure": "scoped tallied app:s batch:siud",
    "briefings_snapshotrow": f"scoped tallied {PERSONS} app:s batch:siud",
    "briefings_briefing": (
        "scoped audited app:sid app:u(changed_at,changed_by,snapshot_id,text_en,text_zh,version) batch:si"
    ),
    "briefings_briefingissue": "scoped frozen bound(briefing_id→briefings_briefing) app:si batch:si",
    "briefings_briefingrecount": (
        "scoped audited bound(issue_id→briefings_briefingissue) app:si batch:si batch:u(done_at,found,state)"
    ),
    "registers_source": "audited app:s batch:siud",
    "registers_batch": "audited app:s batch:siud",
    "registers_rawblock": "tallied batch:siud",
    "registers_rowclaim": "tallied batch:siud",
    "registers_support": "tallied app:s batch:siud",
    "registers_fault": "scoped restricted(is_restricted) tallied app:s batch:siud",
    "registers_entry": f"scoped audited {PERSONS} app:si batch:siud",
    "registers_duplicate": f"scoped audited {PERSONS} app:s app:u(decided_at,decided_by,state) batch:siud",
    "registers_upload": (
        "scoped audited(sealed,sample) app:si app:u(duty_id,failure,left_out,named_source,sample,sealed,state) batch:siud"
    ),
    "registers_sourcemapping": "scoped audited app:si app:u(retired_at,retired_by) batch:s",
    "registers_mappingtrial": "scoped audited(sealed) app:si app:u(sealed) batch:siud",
    "registers_look": "scoped audited(sample,sheet) app:s batch:siud",
    "registers_faultsheet": "scoped audited(sealed) app:si batch:siud",
    "registers_withdrawal": ("scoped audited app:si app:u(code,decided_at,decided_by,duty_id,reason,state) batch:siud"),
    "findings_finding": f"scoped audited {PERSONS} app:s batch:siud",
    "findings_visit": (
        f"scoped audited {PERSONS} app:s app:u(answer,entry_id,made_by,made_on,note_sealed,state) batch:siud"
    ),
    "findings_visitfinding": "scoped audited bound(finding_id→findings_finding) app:s batch:siud",
    "findings_handover": "scoped audited app:si batch:siud",
    "django_migrations": "",
    "django_session": STOCK,
    "django_content_type": "app:s batch:s",
    "auth_group": "app:s batch:s",
    "auth_group_permissions": "app:s batch:s",
    "auth_permission": "app:s batch:s",
    "account_emailaddress": STOCK,
    "account_emailconfirmation": STOCK,
    "axes_accessattempt": STOCK,
    "axes_accessattemptexpiration": STOCK,
    "axes_accessfailurelog": STOCK,
    "axes_accesslog": STOCK,
    "mfa_authenticator": STOCK,
    "procrastinate_events": STOCK,
    "procrastinate_jobs": STOCK,
    "procrastinate_periodic_defers": STOCK,
    "procrastinate_workers": STOCK,
}

# functions that run as their owner, and who may call them; PUBLIC means everybody
DEFINERS = {
    "anye_audit": "PUBLIC",  # triggers call these three; nobody can otherwise
    "anye_tally": "PUBLIC",
    "anye_retired": "PUBLIC",
    "audit_note": "PUBLIC",
    "audit_looked": "PUBLIC",
    "audit_write": "",
    "audit_erase": "anye_batch",
}

# models whose rows belong to a range, with the columns that their managers narrow
SCOPED = {
    "people.Household": ("scope_no",),
    "people.Person": ("scope_no",),
    "people.NameGram": ("scope_no",),
    "people.PersonDetail": ("scope_no",),
    "people.HouseholdMember": ("scope_no",),
    "people.Membership": ("scope_no",),
    "people.IncomeLine": ("scope_no",),
    "people.Helper": ("scope_no",),
    "people.Need": ("scope_no",),
    "people.StatusSpell": ("scope_no",),
    "people.RestrictedSpell": ("scope_no", "restricted"),
    "people.Transfer": ("from_scope_no", "to_scope_no"),
    "firms.EmploymentSpell": ("scope_no",),
    "firms.InsuranceMonth": ("scope_no",),
    "firms.PayrollLine": ("scope_no",),
    "firms.Owner": ("scope_no",),
    "posts.Assignment": ("scope_no",),
    "posts.Attendance": ("scope_no",),
    "training.Enrolment": ("scope_no",),
    "training.WorkTraining": ("scope_no",),
    "training.Filing": ("scope_no",),
    "entitlements.Entitlement": ("scope_no",),
    "entitlements.Draft": ("scope_no",),
    "entitlements.Foreseen": ("scope_no",),
    "entitlements.Nearly": ("scope_no",),
    "claims.Difference": ("scope_no",),
    "claims.Correction": ("scope_no",),
    "claims.Payment": ("scope_no",),
    "briefings.SnapshotFigure": ("scope_no",),
    "briefings.SnapshotRow": ("scope_no",),
    "briefings.Briefing": ("scope_no",),
    "briefings.BriefingIssue": ("scope_no",),
    "briefings.BriefingRecount": ("scope_no",),
    "claims.Approval": ("scope_no",),
    "claims.Share": ("scope_no",),
    "claims.Ticket": ("scope_no",),
    "claims.FirmPayment": ("scope_no",),
    "claims.RefundApplication": ("scope_no",),
    "claims.FundAllocation": ("scope_no",),
    "outreach.Contact": ("scope_no",),
    "registers.Fault": ("scope_no", "restricted(is_restricted)"),
    "registers.Entry": ("scope_no",),
    "registers.Duplicate": ("scope_no",),
    "registers.Upload": ("scope_no",),
    "registers.SourceMapping": ("scope_no",),
    "registers.MappingTrial": ("scope_no",),
    "registers.FaultSheet": ("scope_no",),
    "registers.Withdrawal": ("scope_no",),
    "registers.Look": ("scope_no",),
    "findings.Finding": ("scope_no",),
    "findings.Visit": ("scope_no",),
    "findings.VisitFinding": ("scope_no",),
    "findings.Handover": ("scope_no",),
}
# models with a scope number that are not about a person of the range, and why a plain manager does
UNSCOPED = {
    "places.Office": "the tree itself: every office may be named as the other end of a transfer",
    "accounts.Duty": "duties are read before there is a range",
    "audit.Event": "the range is an argument, the row policy stands behind it",
    "audit.Read": "the range is an argument, the row policy stands behind it",
    "registers.RowClaim": "the batch role alone; the app has no grant",
}

# tables that change without a trail of their own, and why that is enough
UNTRAILED = {
    "people_namegram": "pieces of names that people_person holds: drawn anew from it, difference 0 (tests/flow/test_replay.py)",
    "people_householdcount": "a view: how many members the households of people_householdmember have",
    "training_filingground": "a view of some columns of training_filing",
    "django_migrations": "written by installing alone",
    "django_content_type": "names of tables, written by installing alone",
    "auth_group": "not used: rights come from duties",
    "auth_group_permissions": "not used: rights come from duties",
    "auth_permission": "names of rights, written by installing alone",
    "django_session": "sealed and short-lived; signing in and out leave events",
    "account_emailaddress": "not used: no mail is sent",
    "account_emailconfirmation": "not used: no mail is sent",
    "axes_accessattempt": "counts of refused sign-ins, each of which leaves an event",
    "axes_accessattemptexpiration": "counts of refused sign-ins, each of which leaves an event",
    "axes_accessfailurelog": "counts of refused sign-ins, each of which leaves an event",
    "axes_accesslog": "sign-ins, each of which leaves an event",
    "mfa_authenticator": "secrets; setting up and taking away a second factor leave events",
    "procrastinate_events": "of jobs",
    "procrastinate_jobs": "keys of what is to be done; what is done leaves its own events",
    "procrastinate_periodic_defers": "of jobs",
    "procrastinate_workers": "of jobs",
}
