"""Which test notices that a scope call is gone (see scope_calls.py). Guards of views have the access matrix.

A new call is to be written down here with a test that fails without it; `pytest --without CALL …` helps to find one.
"""

from tests.house import witnesses_owed, witnesses_report

# a test, and the calls (file, function, kind) without which it fails
BY_TEST: dict[str, list[str]] = {
    "tests/config/test_loading.py::test_a_duty_over_less_or_of_another_kind_loads_nothing[auditor-district]": [
        "flow/jobs.py may_load: compare",
    ],
    "tests/config/test_loading.py::test_a_duty_over_less_or_of_another_kind_loads_nothing[poverty_office-east]": [
        "config/loading.py duty_to_load: may_load",
        "flow/jobs.py may_load: compare (2)",
    ],
    "tests/config/test_taking_back.py::test_what_is_foreseen_is_what_comes_and_the_views_are_those_of_before": [
        "config/taking_back.py foreseen: acting",
        "config/taking_back.py take_back: acting",
    ],
    "tests/config/test_giving_back.py::test_the_operator_gets_every_villages_rows_and_leaves_a_trace": [
        "config/giving_back.py give_back: acting",
    ],
    "tests/config/test_giving_back.py::test_a_user_gets_the_rows_of_their_own_range": [
        "config/giving_back.py give_back: reach",
    ],
    "tests/doors/office/test_giving_back.py::test_a_village_fetches_its_own_rows_and_each_fetching_is_logged": [
        "flow/giving_back.py give_back_to: reach",
        "flow/jobs.py make_fault_sheet: reach",
        "records/registers/queries.py rows_by_office: range",
    ],
    "tests/doors/office/test_giving_back.py::test_who_serves_no_household_is_given_no_cells[auditor]": [
        "flow/giving_back.py may_take: compare",
    ],
    "tests/doors/office/test_giving_back.py::test_rows_of_a_list_of_prisoners_go_to_those_who_must_see_them_alone": [
        "flow/giving_back.py may_take: reach",
    ],
    "tests/doors/office/test_giving_back.py::test_whose_duty_has_ended_gets_no_sheet": [
        "flow/jobs.py make_fault_sheet: held_duty",
    ],
    "tests/doors/office/test_looking.py::test_rows_of_another_district_are_not_among_them": [
        "flow/looking.py _sheet: reach",
        "flow/looking.py _sheet: reach (2)",
    ],
    "tests/doors/office/test_looking.py::test_who_hands_in_no_files_looks_at_none[poverty_office]": [
        "doors/office/looking.py _found: may_load",
    ],
    "tests/doors/office/test_looking.py::test_whose_duty_hands_in_no_files_any_more_gets_no_look[role]": [
        "flow/jobs.py look_at_upload: may_load",
    ],
    "tests/doors/office/test_looking.py::test_whose_duty_hands_in_no_files_any_more_gets_no_look[end]": [
        "flow/jobs.py look_at_upload: held_duty",
    ],
    "tests/doors/office/test_withdrawals.py::test_who_hands_in_no_files_takes_none_back[poverty_office-west]": [
        "doors/office/withdrawals.py _found: may_load",
        "doors/office/withdrawals.py withdraw: may_load",
    ],
    "tests/doors/office/test_withdrawals.py::test_who_hands_in_no_files_is_not_offered_to_take_one_back": [
        "doors/office/withdrawals.py offer: may_load",
    ],
    "tests/doors/office/test_withdrawals.py::test_whose_duty_has_ended_takes_nothing_back[agreed]": [
        "flow/jobs.py _about_withdrawal: held_duty",
    ],
    "tests/doors/office/test_withdrawals.py::test_whose_duty_hands_in_no_files_any_more_takes_nothing_back": [
        "flow/jobs.py _about_withdrawal: may_load",
    ],
    "tests/flow/test_giving_back.py::test_a_persons_lines_of_the_long_form_come_back_together": [
        "records/audit/queries.py is_act_within: range",
    ],
    "tests/flow/test_giving_back.py::test_a_village_gets_its_own_rows_alone": [
        "flow/giving_back.py _with_faults: reach",
        "records/registers/queries.py faults_to_give_back: range",
    ],
    "tests/house/test_roles.py::test_rows_are_given_back_as_the_batch_role": [
        "flow/jobs.py make_fault_sheet: acting",
        "flow/jobs.py make_fault_sheet: acting (2)",
    ],
    "tests/house/test_roles.py::test_a_file_is_looked_at_as_the_batch_role": [
        "flow/jobs.py look_at_upload: acting",
        "flow/looking.py look: acting",
        "flow/looking.py look: acting (2)",
    ],
    "tests/house/test_roles.py::test_a_load_is_taken_back_as_the_batch_role": [
        "flow/jobs.py _about_withdrawal: acting",
        "flow/jobs.py _about_withdrawal: acting (2)",
    ],
    "tests/house/test_roles.py::test_what_was_left_behind_is_looked_after_as_the_batch_role": [
        "flow/jobs.py look_after: acting",
    ],
    "tests/flow/test_restricted_registers.py::test_nobody_else_meets_them_on_any_page[justice]": [
        "records/accounts/queries.py duties_in_force: compare",
    ],
    "tests/records/people/test_restricted.py::test_nobody_is_shown_them_in_passing_and_those_who_must_see_them_say_why[finance]": [
        "doors/office/person.py overview: may (2)",
    ],
    "tests/records/people/test_restricted.py::test_words_beside_a_status_are_for_those_who_help[auditor-False]": [
        "doors/office/person.py overview: may",
    ],
    "tests/doors/kit/test_exports.py::test_who_may_not_export_has_no_button_and_no_file": [
        "doors/kit/exports.py export_response: may",
        "doors/kit/listing.py Shown.may_export: may",
    ],
    "tests/doors/office/test_administration.py::test_an_office_without_either_is_closed_and_takes_nothing_new": [
        "doors/office/administration/offices.py close: _may_close",
        "records/accounts/queries.py current_duties: range",
    ],
    "tests/doors/office/test_administration.py::test_for_an_administrator_every_page_exists": [
        "records/accounts/queries.py serves_elsewhere: range",
    ],
    "tests/doors/office/test_administration.py::test_for_every_other_role_no_page_of_administration_exists[get-village_worker]": [
        "doors/office/administration/guard.py administrators_only.guarded: compare",
    ],
    "tests/doors/office/test_administration.py::test_rows_of_the_next_town_are_not_found": [
        "doors/office/administration/guard.py reach_of: reach",
        "doors/office/administration/guard.py users_of: reach_of",
        "doors/office/administration/guard.py offices_of: reach_of",
        "records/accounts/queries.py administered_users: range",
        "records/places/queries.py offices_within: range",
    ],
    "tests/doors/office/test_administration.py::test_the_account_of_who_serves_elsewhere_too_cannot_be_taken_over": [
        "doors/office/administration/duties.py duties_held: reach_of",
        "doors/office/administration/guard.py is_theirs: reach_of",
        "doors/office/administration/guard.py is_theirs: serves_elsewhere",
        "doors/office/administration/guard.py own_user: is_theirs",
        "doors/office/administration/users.py user: is_theirs",
    ],
    "tests/doors/office/test_answers_that_mend.py::test_nobody_is_moved_to_another_town_by_an_answer": [
        "flow/entries.py _refuse_moves_elsewhere: reaches",
    ],
    "tests/doors/office/test_entries.py::test_nobody_can_be_registered_in_a_village_outside_the_own_range": [
        "doors/office/places.py offices_of: reach",
    ],
    "tests/doors/office/test_entries.py::test_who_does_not_serve_households_enters_nothing[approver]": [
        "doors/office/entrance.py open_to.guard.guarded: compare",
    ],
    "tests/doors/office/test_evidence.py::test_the_other_name_is_for_who_settles_the_doubt": [
        "doors/office/evidence.py may_open: may",
    ],
    "tests/doors/office/test_findings.py::test_doubts_are_settled_at_a_desk_only[village_worker]": [
        "doors/office/findings.py _form: may",
    ],
    "tests/doors/office/test_households.py::test_the_worker_refuses_a_household_that_the_page_would_have_refused[household]": [
        "flow/entries.py _refuse_households_elsewhere: reaches",
    ],
    "tests/doors/office/test_mappings.py::test_a_towns_poverty_office_says_nothing_of_files": [
        "doors/office/mappings/columns.py waiting_upload: may_load",
        "doors/office/mappings/columns.py found_trial: may_load",
        "doors/office/mappings/trials.py retire: may_load",
    ],
    "tests/doors/office/test_mappings.py::test_what_restricted_registers_say_stays_sealed_to_who_may_not_see_it": [
        "doors/office/mappings/columns.py _rows: reach",
    ],
    "tests/doors/office/test_mending.py::test_an_administrator_keeps_files_and_opens_no_names": [
        "doors/office/batches.py batch: may",
        "doors/office/row_names.py dress: may",
        "doors/office/row_names.py answer: may",
        "doors/office/row_names.py log_export: may",
    ],
    "tests/doors/office/test_person.py::test_others_see_that_health_is_recorded_but_not_what[-auditor]": [
        "doors/office/entrance.py may: compare",
    ],
    "tests/doors/office/test_registers.py::test_a_town_sees_what_its_own_officer_loaded_in_full": [
        "records/registers/queries.py loads_within: range",
    ],
    "tests/doors/office/test_today.py::test_an_administrator_sees_no_person": [
        "doors/office/today.py today: may",
    ],
    "tests/doors/office/test_today.py::test_an_auditor_reads_without_being_asked_to_answer": [
        "doors/office/today.py _visits_context: may",
    ],
    "tests/doors/office/test_today.py::test_transfers_asked_of_me_wait_for_me_and_not_for_the_asker": [
        "doors/office/today.py _transfers: reach",
        "records/people/queries.py transfers_asked: range",
    ],
    "tests/doors/office/test_told_by_duty.py::test_a_load_of_another_town_is_as_absent_as_none": [
        "doors/office/registers.py seen_loads: reach",
    ],
    "tests/doors/office/test_told_by_duty.py::test_a_towns_lists_narrow_to_the_village_that_was_chosen": [
        "doors/office/places.py by_place: range",
    ],
    "tests/doors/office/test_told_by_duty.py::test_a_visits_note_is_told_to_whoever_serves_the_household": [
        "doors/office/visits.py _visit_context: may (2)",
    ],
    "tests/doors/office/test_told_by_duty.py::test_an_administrator_ends_no_duty_outside_their_range": [
        "doors/office/administration/guard.py found_duty: reach_of",
    ],
    "tests/doors/office/test_told_by_duty.py::test_closing_is_offered_for_offices_below_and_neither_for_the_own_nor_for_the_outside": [
        "doors/office/administration/offices.py office: _may_close",
    ],
    "tests/doors/office/test_told_by_duty.py::test_each_end_of_a_move_is_offered_its_own_decisions": [
        "doors/office/transfers.py transfer: reach",
    ],
    "tests/doors/office/test_told_by_duty.py::test_files_that_wait_are_shown_to_whoever_deals_with_files[auditor-True-False]": [
        "doors/office/registers.py index: may_load",
    ],
    "tests/doors/office/test_told_by_duty.py::test_files_that_wait_are_shown_to_whoever_deals_with_files[finance-False-False]": [
        "doors/office/today.py today: may (3)",
    ],
    "tests/doors/office/test_told_by_duty.py::test_the_list_of_users_names_the_duties_of_the_own_range_alone": [
        "doors/office/administration/users.py index: reach_of",
    ],
    "tests/doors/office/test_told_by_duty.py::test_the_operators_loads_are_the_districts_own_and_a_towns_only_where_it_has_rows_to_mend": [
        "doors/office/registers.py seen_loads: compare",
    ],
    "tests/doors/office/test_told_by_duty.py::test_what_came_in_lately_stands_on_today_for_whoever_deals_with_files[finance-False]": [
        "doors/office/today.py today: may (4)",
    ],
    "tests/doors/office/test_told_by_duty.py::test_what_serves_the_household_is_told_to_whoever_serves_it[finding-auditor]": [
        "doors/office/evidence.py _detail_says: may",
        "doors/office/findings.py _page: may",
    ],
    "tests/doors/office/test_told_by_duty.py::test_what_serves_the_household_is_told_to_whoever_serves_it[history-auditor]": [
        "doors/office/person.py history: may",
    ],
    "tests/doors/office/test_told_by_duty.py::test_what_serves_the_household_is_told_to_whoever_serves_it[person-auditor]": [
        "doors/office/person.py _facts: may",
    ],
    "tests/doors/office/test_told_by_duty.py::test_what_serves_the_household_is_told_to_whoever_serves_it[print-auditor]": [
        "doors/office/visits.py printed: may",
    ],
    "tests/doors/office/test_told_by_duty.py::test_what_serves_the_household_is_told_to_whoever_serves_it[visit-auditor]": [
        "doors/office/visits.py _visit_context: may",
    ],
    "tests/doors/office/test_told_by_duty.py::test_who_looked_at_somebody_before_they_came_is_not_told_even_without_policies": [
        "doors/office/person.py looks: reach",
        "records/audit/queries.py looks_at: range",
    ],
    "tests/doors/office/test_told_by_duty.py::test_who_took_another_role_since_is_not_offered_to_take_an_answer_back": [
        "doors/office/visits.py _undo_context: may",
    ],
    "tests/doors/office/test_transfers.py::test_each_side_has_its_list_and_each_look_and_decision_is_kept": [
        "doors/office/transfers.py index: reach",
        "records/people/queries.py transfers_to: range",
        "records/people/queries.py transfers_from: range",
    ],
    "tests/doors/office/test_transfers.py::test_the_asking_office_cannot_decide_for_the_receiver[accept]": [
        "records/people/actions.py _decide: range",
    ],
    "tests/doors/office/test_users_from_a_sheet.py::test_a_sheet_reaches_no_office_and_no_user_outside_the_range": [
        "doors/office/administration/sheet.py _plan: reach_of",
    ],
    "tests/doors/office/test_visits.py::test_who_makes_no_visits_reads_but_does_not_answer[auditor]": [
        "doors/office/visits.py visit: may",
    ],
    "tests/flow/test_out_of_reach.py::test_a_file_is_loaded_under_a_duty_that_still_loads_files[poverty_office-district-True-refused]": [
        "flow/jobs.py load_upload: held_duty",
    ],
    "tests/flow/test_out_of_reach.py::test_a_file_is_loaded_under_a_duty_that_still_loads_files[poverty_office-east-False-refused]": [
        "flow/jobs.py load_upload: may_load",
    ],
    "tests/flow/test_out_of_reach.py::test_a_household_with_a_member_who_moved_out_of_reach_stays_as_it_is[split]": [
        "flow/entries.py lines_of: reaches",
    ],
    "tests/flow/test_out_of_reach.py::test_what_bears_another_offices_number_is_not_taken": [
        "flow/entries.py publish_entry: reaches",
    ],
    "tests/flow/test_out_of_reach.py::test_what_was_typed_under_a_duty_that_ended_is_not_taken": [
        "flow/jobs.py publish_entry: held_duty",
    ],
    "tests/flow/test_registered_elsewhere.py::test_a_registration_changes_nothing_of_whom_another_office_has_on_record[the true name]": [
        "flow/entries.py _publish: _known_elsewhere",
        "flow/entries.py _known_elsewhere: reaches",
    ],
    "tests/flow/test_transfers.py::test_the_worker_takes_nobody_from_an_office_that_was_not_asked": [
        "flow/transfers.py carry_out: is_between",
    ],
    "tests/house/test_access_matrix.py::test_a_towns_poverty_office_hands_in_no_file_about_the_district": [
        "doors/office/uploads.py new_upload: may_load",
    ],
    "tests/house/test_offers.py::test_no_page_offers_what_its_reader_may_not_do": [
        "doors/kit/frame.py links_for: compare",
        "doors/office/entering.py entries: may",
        "doors/office/mending.py mend: may",
        "doors/office/navigation.py office_frame: compare",
        "doors/office/people.py index: may",
        "doors/office/person.py _page: may",
        "doors/office/registers.py index: may",
        "doors/office/person.py _page: may (2)",
        "doors/office/today.py today: may (2)",
        "doors/office/uploads.py _state: may_load",
    ],
    "tests/house/test_roles.py::test_what_is_owed_is_handed_to_visits_as_the_batch_role": [
        "flow/jobs.py hand_to_visits: acting",
        "flow/jobs.py hand_to_visits: acting (2)",
    ],
    "tests/house/test_roles.py::test_a_double_registration_is_settled_as_the_batch_role": [
        "flow/jobs.py publish_entry: reach",
        "flow/jobs.py settle_duplicate: acting",
        "flow/jobs.py settle_duplicate: acting (2)",
    ],
    "tests/house/test_roles_of_commands.py::test_the_pass_from_the_command_line_is_made_as_the_batch_role": [
        "flow/nightly.py entitle: acting",
        "flow/handing_over.py close_what_is_no_more: acting",
    ],
    "tests/house/test_roles.py::test_a_person_is_judged_anew_as_the_batch_role": [
        "flow/nightly.py entitle_persons: acting",
        "flow/jobs.py judge_person: acting",
    ],
    "tests/house/test_roles.py::test_a_file_is_given_up_as_the_batch_role": [
        "flow/load.py _give_up: acting",
    ],
    "tests/house/test_roles.py::test_a_file_is_loaded_as_the_batch_role": [
        "flow/jobs.py load_upload: acting",
        "flow/jobs.py _close: acting",
        "flow/registry.py mappings_of: acting",
        "flow/load.py _load: acting",
        "flow/load.py _bring_in: acting",
        "flow/load.py _bring_in: acting (2)",
        "flow/load.py _bring_in: acting (3)",
        "flow/load.py _reported: acting",
    ],
    "tests/house/test_roles_of_commands.py::test_a_link_from_the_command_line_is_the_operators": [
        "config/commands.py link: acting",
    ],
    "tests/house/test_roles.py::test_a_load_that_nobody_goes_on_with_is_abandoned_as_the_batch_role": [
        "flow/load.py abandon: acting (2)",
    ],
    "tests/house/test_roles.py::test_a_pages_statements_are_the_apps_within_the_readers_range": [
        "doors/kit/acting.py RoleMiddleware.__call__: acting",
        "doors/kit/acting.py DutyMiddleware.__call__: reach",
        "doors/kit/acting.py DutyMiddleware.__call__: within",
    ],
    "tests/house/test_roles.py::test_a_transfer_is_carried_out_as_the_batch_role": [
        "flow/jobs.py carry_out_transfer: acting",
        "flow/jobs.py carry_out_transfer: acting (2)",
    ],
    "tests/house/test_roles_of_commands.py::test_a_trials_users_are_the_operators": [
        "config/serving.py main: acting",
    ],
    "tests/house/test_roles_of_commands.py::test_keys_are_rotated_by_the_operator_as_the_owner": [
        "flow/rotation.py reseal: acting",
        "flow/rotation.py _blocks: acting",
        "flow/rotation.py _reseal_block: acting",
        "flow/rotation.py _reseal_devices: acting",
    ],
    "tests/house/test_roles_of_commands.py::test_sealing_from_the_command_line_is_the_operators": [
        "config/commands.py seal: acting",
    ],
    "tests/house/test_roles.py::test_seals_are_made_as_the_batch_role": [
        "flow/jobs.py seal: acting",
    ],
    "tests/house/test_roles_of_commands.py::test_setting_up_is_the_operators": [
        "config/furnishing.py main: acting",
    ],
    "tests/house/test_roles.py::test_what_an_officer_entered_is_published_as_the_batch_role": [
        "flow/jobs.py publish_entry: acting",
        "flow/jobs.py publish_entry: acting (2)",
    ],
    "tests/house/test_roles.py::test_what_somebody_says_of_a_file_is_tried_as_the_batch_role": [
        "flow/jobs.py try_mapping: acting",
        "flow/jobs.py try_mapping: acting (2)",
        "flow/waiting.py give_up_unmapped: acting",
    ],
    "tests/flow/test_mapping.py::test_a_trial_is_made_under_a_duty_that_still_loads_files[district_officer-district-True]": [
        "flow/jobs.py try_mapping: held_duty",
    ],
    "tests/flow/test_mapping.py::test_a_trial_is_made_under_a_duty_that_still_loads_files[auditor-district-False]": [
        "flow/jobs.py try_mapping: may_load",
    ],
    "tests/house/test_roles.py::test_whom_rules_would_change_is_found_out_as_the_batch_role": [
        "flow/foreseeing.py foresee: acting",
    ],
    "tests/house/test_roles.py::test_what_was_left_behind_is_given_up_as_the_batch_role": [
        "flow/load.py abandon: acting",
        "flow/waiting.py left_behind: acting",
        "flow/waiting.py give_up_entry: acting",
        "flow/waiting.py give_up_transfer: acting",
        "flow/waiting.py give_up_duplicate: acting",
        "flow/waiting.py give_up_trial: acting",
        "flow/waiting.py give_up_upload: acting",
        "flow/waiting.py give_up_upload: acting (2)",
        "flow/waiting.py give_up_fault_sheet: acting",
        "flow/waiting.py give_up_handover: acting",
        "flow/waiting.py give_up_withdrawal: acting",
        "flow/waiting.py give_up_look: acting",
        "flow/waiting.py give_up_foreseeing: acting",
    ],
}
_ALL = (BY_TEST, witnesses_owed.BY_TEST, witnesses_report.BY_TEST)
WITNESSES = {call: test for one in _ALL for test, calls in one.items() for call in calls}

# these are tried on every run, the others in the tier `trust`
IN_EVERY_RUN = frozenset(
    {
        "doors/kit/acting.py DutyMiddleware.__call__: within",
        "doors/office/transfers.py transfer: reach",
        "flow/entries.py lines_of: reaches",
        "flow/jobs.py may_load: compare (2)",
        "records/people/actions.py _decide: range",
        "doors/office/evidence.py _detail_says: may",
    }
)
