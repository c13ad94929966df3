"""Addresses of what comes in: files and loads, entries by hand, transfers. Never a name or a number in one."""

from django.urls import URLPattern, URLResolver, include, path

from anye.doors.kit.frame import provide
from anye.doors.office import (
    batches,
    due,
    duplicates,
    entering,
    entries,
    giving_back,
    households,
    looking,
    mending,
    registers,
    source_row,
    stated,
    transfers,
    uploads,
    withdrawals,
)
from anye.doors.office.mappings import columns, trials
from anye.doors.office.navigation import office_frame

for namespace in ("registers", "entries"):
    provide(namespace, office_frame)

registers_patterns = [
    path("registers/", registers.index, name="index"),
    path("registers/records/<str:name>/", stated.index, name="stated"),
    path("registers/records/<str:name>/<str:batch>/<str:row>/", source_row.office_row, name="stated_row"),
    path("registers/due/", due.due, name="due"),
    path("registers/mend/", mending.mend, name="mend"),
    path("registers/upload/", uploads.new_upload, name="new_upload"),
    path("registers/uploads/<str:token>/", uploads.upload, name="upload"),
    path("registers/uploads/<str:token>/state/", uploads.upload_state, name="upload_state"),
    path("registers/uploads/<str:token>/give-up/", trials.give_up, name="give_up"),
    path("registers/uploads/<str:token>/columns/", columns.columns, name="columns"),
    path("registers/uploads/<str:token>/columns/<str:source>/", columns.columns_as, name="columns_as"),
    path("registers/trials/<str:token>/", trials.trial, name="trial"),
    path("registers/trials/<str:token>/state/", trials.trial_state, name="trial_state"),
    path("registers/trials/<str:token>/columns/", columns.trial_columns, name="trial_columns"),
    path("registers/trials/<str:token>/save/", trials.save, name="save_mapping"),
    path("registers/mappings/<str:token>/retire/", trials.retire, name="retire_mapping"),
    path("registers/looks/<str:token>/", looking.look, name="look"),
    path("registers/looks/<str:token>/decide/", looking.decide_look, name="decide_look"),
    path("registers/looks/<str:token>/sheet/", looking.look_sheet, name="look_sheet"),
    path("registers/blank/<str:source>/", registers.blank, name="blank"),
    path("registers/sheets/<str:token>/", giving_back.fault_sheet, name="fault_sheet"),
    path("registers/sheets/<str:token>/state/", giving_back.fault_sheet_state, name="fault_sheet_state"),
    path("registers/sheets/<str:token>/file/", giving_back.fault_sheet_file, name="fault_sheet_file"),
    path("registers/withdrawals/<str:token>/", withdrawals.withdrawal, name="withdrawal"),
    path("registers/withdrawals/<str:token>/state/", withdrawals.withdrawal_state, name="withdrawal_state"),
    path("registers/withdrawals/<str:token>/decide/", withdrawals.decide_withdrawal, name="decide_withdrawal"),
    path("registers/<str:token>/withdraw/", withdrawals.withdraw, name="withdraw"),
    path("registers/<str:token>/give-back/", giving_back.give_back, name="give_back"),
    path("registers/<str:token>/", batches.batch, name="batch"),
    path("registers/<str:token>/<str:level>/", batches.batch, name="batch_rows"),
]
entries_patterns = [
    path("people/new/", entries.new_person, name="new_person"),
    path("people/<str:token>/correct/", entries.correct, name="correct"),
    path("people/<str:token>/correct/work/", entries.work, name="work"),
    path("people/<str:token>/correct/work/new/", entries.add_spell, name="add_spell"),
    path("people/<str:token>/correct/work/<str:spell>/", entries.correct_spell, name="correct_spell"),
    path("people/<str:token>/correct/work/<str:spell>/end/", entries.end_spell, name="end_spell"),
    path("people/<str:token>/correct/group/", entries.membership, name="membership"),
    path("people/<str:token>/correct/needs/", entries.needs, name="needs"),
    path("people/<str:token>/correct/income/", entries.income, name="income"),
    path("people/<str:token>/correct/household/", households.household, name="household"),
    path("people/<str:token>/correct/household/split/", households.split, name="split"),
    path("people/<str:token>/correct/household/merge/", households.merge, name="merge"),
    path("people/<str:token>/correct/helper/", households.helper, name="helper"),
    path("people/<str:token>/transfer/", transfers.ask, name="ask_transfer"),
    path("entries/", entering.entries, name="entries"),
    path("entries/<str:token>/", entering.entry, name="entry"),
    path("entries/<str:token>/state/", entering.entry_state, name="entry_state"),
    path("transfers/", transfers.index, name="transfers"),
    path("transfers/asked/", transfers.index, {"side": "out"}, name="transfers_asked"),
    path("transfers/elsewhere/", duplicates.index, name="duplicates"),
    path("transfers/elsewhere/<str:token>/", duplicates.duplicate, name="duplicate"),
    path("transfers/elsewhere/<str:token>/decide/", duplicates.decide, name="decide_duplicate"),
    path("transfers/<str:token>/", transfers.transfer, name="transfer"),
    path("transfers/<str:token>/decide/", transfers.decide, name="decide_transfer"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((registers_patterns, "registers"))),
    path("", include((entries_patterns, "entries"))),
]
