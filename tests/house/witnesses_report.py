"""Which test notices that a scope call of the figures and the report is gone (see witnesses.py)."""

BY_TEST: dict[str, list[str]] = {
    "tests/doors/office/test_report.py::test_who_counts_no_day_is_not_offered_to": [
        "doors/office/report/pages.py index: compare",
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
    "tests/house/test_roles_of_figures.py::test_the_night_asks_for_the_figures_of_the_day_as_the_batch_role": [
        "flow/jobs.py judge_everybody: acting",
    ],
    "tests/house/test_roles.py::test_what_was_left_behind_is_given_up_as_the_batch_role": [
        "flow/waiting.py give_up_counting: acting",
    ],
    "tests/flow/reporting/test_snapshots.py::test_the_figures_are_kept_for_every_area_with_their_rows": [
        "flow/reporting/snapshots.py take: acting",
    ],
}
