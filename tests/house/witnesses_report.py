"""Which test notices that a scope call of the figures and the report is gone (see witnesses.py)."""

BY_TEST: dict[str, list[str]] = {
    "tests/doors/office/test_source_row.py::test_what_is_private_in_a_row_is_for_those_alone_whose_duty_needs_it": [
        "doors/office/source_row.py _page: may",
    ],
    "tests/doors/office/test_report.py::test_who_counts_no_day_is_not_offered_to": [
        "doors/office/report/pages.py _counting: compare",
    ],
    "tests/doors/office/test_report.py::test_who_may_is_told_how_a_map_comes": [
        "doors/office/report/indicator.py indicator: compare",
    ],
    "tests/config/test_area_map.py::test_a_map_is_read_by_the_operator_and_twice_changes_nothing": [
        "config/area_map.py keep: acting",
    ],
    "tests/config/test_figuring.py::test_its_rows_as_a_file_that_no_spreadsheet_runs": [
        "config/figuring.py indicate: acting"
    ],
    "tests/house/test_roles_of_figures.py::test_figures_are_counted_as_the_batch_role": [
        "flow/jobs.py count_figures: acting"
    ],
    "tests/house/test_roles_of_figures.py::test_the_night_asks_for_the_figures_of_the_day_that_is_over_as_the_batch_role": [
        "flow/jobs.py judge_everybody: acting",
    ],
    "tests/house/test_roles.py::test_what_was_left_behind_is_given_up_as_the_batch_role": [
        "flow/waiting.py give_up_counting: acting",
        "flow/waiting.py give_up_recount: acting",
    ],
    "tests/flow/reporting/test_snapshots.py::test_the_figures_are_kept_for_every_area_with_their_rows": [
        "flow/reporting/snapshots.py take: acting",
    ],
    "tests/house/test_roles_of_figures.py::test_a_briefing_is_counted_again_as_the_batch_role": [
        "flow/reporting/briefing.py recount: acting",
    ],
    "tests/config/test_briefing.py::test_the_template_with_its_figures_in_both_languages": [
        "config/briefing.py composed: acting",
    ],
    "tests/doors/office/test_briefings.py::test_who_writes_none_is_offered_no_pen": [
        "doors/office/briefings/pages.py briefing: may",
        "doors/office/briefings/pages.py briefings: may",
    ],
    "tests/config/test_loading.py::test_a_day_that_a_briefing_told_of_is_refused": [
        "config/loading.py load_one: acting"
    ],
    "tests/config/test_briefing.py::test_it_is_kept_as_a_draft_or_issued[False]": [
        "config/briefing.py Composed.keep: acting"
    ],
    "tests/house/test_roles_of_figures.py::test_kept_figures_are_looked_for_as_the_batch_role": [
        "flow/reporting/snapshots.py kept: acting",
    ],
}
