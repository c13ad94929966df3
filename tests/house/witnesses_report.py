"""Which test notices that a scope call of the figures and the report is gone (see witnesses.py)."""

BY_TEST: dict[str, list[str]] = {
    "tests/doors/office/test_report.py::test_who_counts_no_day_is_not_offered_to": [
        "doors/office/report/pages.py index: compare",
    ],
    "tests/config/test_figuring.py::test_its_rows_as_a_file_that_no_spreadsheet_runs": [
        "config/figuring.py indicate: acting"
    ],
    "tests/flow/reporting/test_snapshots.py::test_the_figures_are_kept_for_every_area_with_their_rows": [
        "flow/reporting/snapshots.py take: acting",
    ],
}
