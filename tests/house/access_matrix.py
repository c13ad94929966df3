"""Who may do what at every address, written by hand and never derived from the views.

Roles: V village worker of willow · T town officer · A approver · F finance · P poverty office · U auditor (all of the
east town) · D district officer · X administrator of the east town · N signed in without a duty · G a stranger.
A cell is `roles=status …` and names every role once. Statuses are those for an object of one's own; whoever may act
on it finds a foreign one as absent as none: 404. 403, 405 and the way to sign-in do not depend on the object.
"""

ROLES = "VTAFPUDXNG"

# stranger: to sign-in; no duty: refused
OUT = "N=403 G=302"
EVERYBODY = f"VTAFPUDX=200 {OUT}"
READERS = f"VTAFPUD=200 X=403 {OUT}"
WRITERS = f"VTPD=200 AFUX=403 {OUT}"
LOADERS = f"D=200 VTAFPUX=403 {OUT}"  # a file may speak of the whole district, and P is a town's here
NO_POST = "VTAFPUDXN=405 G=302"  # the method is asked before the role
NO_GET = NO_POST
SAVED = f"VTPD=422 AFUX=403 {OUT}"  # an empty form: not taken
ADMIN = "X=200 VTAFPUDN=404 G=302"  # for others there is no such page
ADMIN_SAVED = "X=422 VTAFPUDN=404 G=302"
ADMIN_DOES = "X=302 VTAFPUDN=404 G=302"
ADMIN_NO_GET = "X=405 VTAFPUDN=404 G=302"
ADMIN_NO_POST = ADMIN_NO_GET
SIGNED_IN = "VTAFPUDXN=200 G=302"

# name: (object in the address, GET, POST of an empty form)
MATRIX: dict[str, tuple[str, str, str]] = {
    # today
    "office:today": ("", EVERYBODY, f"VTAFPUDX=405 {OUT}"),
    "office:today_answer": ("visit", f"VTD=302 AFPUX=403 {OUT}", f"VTD=302 AFPUX=403 {OUT}"),
    # people
    "office:people": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:person": ("person", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:person_history": ("person", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:person_row": ("person batch row", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:person_owed": ("person", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:person_looks": ("person", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:person_show": ("person", f"VTAFPUD=405 X=403 {OUT}", f"VTAFPUD=400 X=403 {OUT}"),
    "office:person_restricted": ("person", f"AUD=405 VTFPX=403 {OUT}", f"AUD=400 VTFPX=403 {OUT}"),
    # firms: names of employers are public, whom they employ is not
    "office:firms": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:firm": ("firm", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:firm_row": ("firm batch row", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:firm_owed": ("firm", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    # visits and doubts
    "office:visits": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:visits_print": ("", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:visit": ("visit", READERS, f"VTD=422 AFPU=302 X=403 {OUT}"),
    "office:visit_undo": ("visit", NO_GET, f"VTD=302 AFPUX=403 {OUT}"),
    "office:differences": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:nearly": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    # corrections: proposed at a desk, decided by who approves; a proposer may take theirs back
    "office:propose": ("", NO_GET, f"TD=302 VAFPUX=403 {OUT}"),
    "office:corrections": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:corrections_approve": ("", NO_GET, f"A=302 VTFPUDX=403 {OUT}"),
    "office:correction": ("correction", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "office:correction_decide": ("correction", NO_GET, f"TAD=302 VFPUX=403 {OUT}"),
    "office:facts": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:hand_over": ("", NO_GET, f"TD=302 VAFPUX=403 {OUT}"),
    "office:owed": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:findings": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "office:finding_rival": ("finding", NO_GET, f"VTPD=400 AFUX=403 {OUT}"),
    "office:finding": ("finding", READERS, f"TD=422 VAFPU=302 X=403 {OUT}"),
    # registers
    "registers:index": ("", EVERYBODY, f"VTAFPUDX=303 {OUT}"),
    "registers:stated": ("records", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "registers:stated_row": ("kept batch row", READERS, f"VTAFPUD=405 X=403 {OUT}"),
    "registers:due": ("", EVERYBODY, f"VTAFPUDX=405 {OUT}"),
    "registers:mend": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "registers:new_upload": ("", LOADERS, LOADERS.replace("=200", "=422")),
    "registers:upload": ("upload", EVERYBODY, NO_POST),
    "registers:upload_state": ("upload", EVERYBODY.replace("=200", "=204"), NO_POST),  # it waits for somebody to say
    # what the columns of a file mean: an own file of unknown headings
    "registers:columns": ("upload", LOADERS.replace("=200", "=302"), NO_POST),
    "registers:columns_as": ("upload source", LOADERS, LOADERS.replace("=200", "=422")),
    "registers:give_up": ("upload", NO_GET, LOADERS.replace("=200", "=302")),
    "registers:trial": ("trial", LOADERS, NO_POST),
    "registers:trial_state": ("trial", LOADERS.replace("=200", "=204"), NO_POST),
    "registers:trial_columns": ("trial", LOADERS, NO_POST),
    "registers:save_mapping": ("trial", NO_GET, LOADERS.replace("=200", "=302")),
    "registers:retire_mapping": ("mapping", NO_GET, LOADERS.replace("=200", "=302")),
    "registers:blank": ("source", EVERYBODY, NO_POST),
    "registers:batch": ("batch", EVERYBODY, f"VTAFPUDX=303 {OUT}"),
    "registers:batch_rows": ("batch level", EVERYBODY, f"VTAFPUDX=303 {OUT}"),
    # a file that is looked at first
    "registers:look": ("looked", LOADERS, NO_POST),
    "registers:decide_look": ("looked", NO_GET, f"D=302 VTAFPUX=403 {OUT}"),
    "registers:look_sheet": ("looked", LOADERS, NO_POST),
    # rows that go back, their cells in clear: to who serves households
    "registers:give_back": ("batch", NO_GET, f"VTPD=302 AFUX=403 {OUT}"),
    "registers:fault_sheet": ("fault_sheet", WRITERS, NO_POST),
    "registers:fault_sheet_state": ("fault_sheet", WRITERS, NO_POST),
    "registers:fault_sheet_file": ("fault_sheet", WRITERS, NO_POST),
    # taking a load back: for who hands files in about the whole district
    "registers:withdraw": ("batch", NO_GET, f"D=302 VTAFPUX=403 {OUT}"),
    "registers:withdrawal": ("withdrawal", LOADERS, NO_POST),
    "registers:withdrawal_state": ("withdrawal", LOADERS.replace("=200", "=204"), NO_POST),
    "registers:decide_withdrawal": ("withdrawal", NO_GET, f"D=422 VTAFPUX=403 {OUT}"),
    # the report: an area's figures by who looks after it, its rows by who looks after the people
    "report:index": ("", READERS, NO_POST),
    "report:of": ("snapshot area", READERS, NO_POST),
    "report:indicator": ("snapshot area figure", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    # briefings: read by who reaches the area, written by towns and the district, counted again by any reader
    "report:briefings": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "report:briefing_begin": ("", f"TD=200 VAFPUX=403 {OUT}", f"TD=422 VAFPUX=403 {OUT}"),
    "report:briefing": ("briefing", READERS, NO_POST),
    "report:briefing_edit": ("briefing", f"TD=200 VAFPUX=403 {OUT}", f"TD=422 VAFPUX=403 {OUT}"),
    "report:briefing_preview": ("briefing language", NO_GET, f"TD=200 VAFPUX=403 {OUT}"),
    "report:briefing_issue_it": ("briefing", NO_GET, f"TD=302 VAFPUX=403 {OUT}"),
    "report:briefing_drop": ("briefing", NO_GET, f"TD=302 VAFPUX=403 {OUT}"),
    "report:briefing_issue": ("briefing issue", READERS, NO_POST),
    "report:briefing_file": ("briefing issue language form", READERS, NO_POST),
    "report:briefing_recount": ("briefing issue", NO_GET, f"VTAFPUD=302 X=403 {OUT}"),
    "report:briefing_recount_state": ("briefing issue", READERS.replace("=200", "=204"), NO_POST),
    "report:count": ("", NO_GET, f"D=302 VTAFPUX=403 {OUT}"),
    # rules: read by everybody; drafts of them are the district's, and change under their author's hand alone
    "rules:index": ("", EVERYBODY, NO_POST),
    "rules:policy": ("code", EVERYBODY, NO_POST),
    "rules:begin": ("code", NO_GET, f"D=302 VTAFPUX=403 {OUT}"),
    "rules:draft": ("draft", LOADERS, NO_POST),
    "rules:draft_state": ("draft", LOADERS.replace("=200", "=204"), NO_POST),
    "rules:change": ("draft part", LOADERS, LOADERS.replace("=200", "=422")),
    "rules:decide": ("draft", NO_GET, f"D=302 VTAFPUX=403 {OUT}"),
    "rules:foreseen": ("draft", LOADERS, f"D=303 VTAFPUX=403 {OUT}"),
    # entries by hand
    "entries:new_person": ("", WRITERS, SAVED),
    "entries:correct": ("person", WRITERS, SAVED),
    "entries:work": ("person", WRITERS, NO_POST),
    "entries:add_spell": ("person", WRITERS, SAVED),
    "entries:correct_spell": ("person spell", WRITERS, SAVED),
    "entries:end_spell": ("person spell", WRITERS, SAVED),
    "entries:membership": ("person", WRITERS, SAVED),
    "entries:needs": ("person", WRITERS, SAVED),
    "entries:income": ("person", WRITERS, SAVED),
    "entries:household": ("person", WRITERS, SAVED),
    "entries:split": ("person", WRITERS, SAVED),
    "entries:merge": ("person", WRITERS, SAVED),
    "entries:helper": ("person", WRITERS, SAVED),
    "entries:entries": ("", READERS, f"VTAFPUD=303 X=403 {OUT}"),
    "entries:entry": ("entry", READERS, NO_POST),
    "entries:entry_state": ("entry", READERS, NO_POST),
    # transfers
    "entries:ask_transfer": ("person", WRITERS, SAVED),
    "entries:transfers": ("", WRITERS, f"VTPD=303 AFUX=403 {OUT}"),
    "entries:transfers_asked": ("", WRITERS, f"VTPD=303 AFUX=403 {OUT}"),
    "entries:transfer": ("transfer", WRITERS, NO_POST),
    "entries:decide_transfer": ("transfer", NO_GET, f"VTPD=302 AFUX=403 {OUT}"),
    # people of one's own whom another office has registered
    "entries:duplicates": ("", WRITERS, f"VTPD=303 AFUX=403 {OUT}"),
    "entries:duplicate": ("duplicate", WRITERS, NO_POST),
    "entries:decide_duplicate": ("duplicate", NO_GET, f"VTPD=302 AFUX=403 {OUT}"),
    # administration
    "administration:offices": ("", ADMIN, "X=303 VTAFPUDN=404 G=302"),
    "administration:office": ("office", ADMIN, ADMIN_SAVED),
    "administration:office_add": ("town", ADMIN, ADMIN_SAVED),
    "administration:office_close": ("office", ADMIN_NO_GET, ADMIN_DOES),
    "administration:users": ("", ADMIN, "X=303 VTAFPUDN=404 G=302"),
    "administration:user_add": ("", ADMIN, ADMIN_SAVED),
    "administration:sheet": ("", ADMIN, ADMIN_SAVED),
    "administration:sheet_blank": ("", ADMIN, ADMIN_NO_POST),
    "administration:sheet_apply": ("", ADMIN_NO_GET, ADMIN_SAVED),
    "administration:sheet_passwords": ("", ADMIN_NO_GET, "X=404 VTAFPUDN=404 G=302"),
    "administration:user": ("user", ADMIN, ADMIN_SAVED),
    "administration:user_deactivate": ("user", ADMIN_NO_GET, ADMIN_DOES),
    "administration:user_reactivate": ("user", ADMIN_NO_GET, ADMIN_DOES),
    "administration:user_reset": ("user", ADMIN, ADMIN),  # the answer shows the new password once
    "administration:user_link": ("user", ADMIN_NO_GET, ADMIN),
    "administration:duty_grant": ("user", ADMIN, ADMIN_SAVED),
    "administration:duty_end": ("user duty", ADMIN_NO_GET, ADMIN_DOES),
    # ways in and out, and the own account: nobody else's is named in an address
    "account_login": ("", "VTAFPUDXN=302 G=200", "VTAFPUDXN=302 G=200"),
    "mfa_authenticate": ("", "VTAFPUDXNG=302", "VTAFPUDXNG=302"),
    "account_logout": ("", SIGNED_IN, "VTAFPUDXNG=302"),
    "sign_out": ("", SIGNED_IN, "VTAFPUDXNG=302"),
    "link": ("link", "VTAFPUDXNG=200", "VTAFPUDXNG=302"),
    "set_up": ("", "VTAFPUDXNG=404", "VTAFPUDXNG=404"),
    "switch_duty": ("", "VTAFPUDXN=405 G=302", "VTAFPUDXN=404 G=302"),
    "account": ("", SIGNED_IN, "VTAFPUDXN=405 G=302"),
    "password": ("", SIGNED_IN, SIGNED_IN.replace("=200", "=422")),
    "account_reauthenticate": ("", SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate": ("", "VTAFPUDXNG=302", "VTAFPUDXNG=302"),  # nobody here has a device
    "mfa_index": ("", SIGNED_IN, "VTAFPUDXN=405 G=302"),
    "mfa_activate_totp": ("", SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": ("", "VTAFPUDXN=404 G=302", "VTAFPUDXN=404 G=302"),
    "mfa_view_recovery_codes": ("", "VTAFPUDXN=404 G=302", "VTAFPUDXN=405 G=302"),
    "mfa_generate_recovery_codes": ("", SIGNED_IN, SIGNED_IN),
    "set_language": ("", "VTAFPUDXNG=302", "VTAFPUDXNG=302"),
}

# where nothing but the address's own secret opens it: foreign objects do not apply
PLACELESS = frozenset({"firm", "source", "link", "records", "code"})
