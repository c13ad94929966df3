"""Which test notices that a scope call about what each is owed, corrections and rules is gone (see witnesses.py)."""

BY_TEST: dict[str, list[str]] = {
    "tests/doors/office/test_corrections.py::test_who_does_not_work_at_a_desk_is_offered_no_boxes[auditor]": [
        "doors/kit/picking.py Pick.acts_of: may",
        "doors/office/differences.py may_propose: may",
    ],
    "tests/doors/office/test_corrections.py::test_another_officer_decides_nothing_and_is_not_offered_to": [
        "doors/office/corrections.py may_approve: may",
        "doors/office/correction.py correction: may",
        "doors/office/correction.py decide: may",
    ],
    "tests/doors/office/test_corrections.py::test_who_proposed_and_acts_as_an_auditor_now_is_not_offered_to_take_it_back": [
        "doors/office/correction.py correction: may (2)",
    ],
    "tests/doors/office/test_handing_over.py::test_who_settles_nothing_at_a_desk_hands_nothing_over[auditor]": [
        "doors/office/handing_over.py confirmed: may",
        "doors/office/handing_over.py may_hand_over: may",
    ],
    "tests/flow/test_handing_over.py::test_a_question_closes_when_the_rules_can_tell_and_so_does_its_visit": [
        "flow/handing_over.py close_what_is_no_more: acting",
    ],
    "tests/flow/test_handing_over.py::test_nobody_is_handed_over_beyond_the_reach_of_who_asks": [
        "flow/jobs.py hand_to_visits: reach",
    ],
    "tests/flow/test_handing_over.py::test_whose_duty_hands_over_no_more_is_refused[end]": [
        "flow/jobs.py hand_to_visits: held_duty",
    ],
    "tests/flow/test_handing_over.py::test_whose_duty_hands_over_no_more_is_refused[role]": [
        "flow/jobs.py hand_to_visits: compare",
    ],
    "tests/doors/office/test_rules.py::test_an_auditor_reads_a_draft_and_decides_nothing": [
        "doors/office/rules/drafts.py _may_decide: compare",
        "doors/office/rules/drafts.py _may_drop: compare",
        "doors/office/rules/drafts.py _foresee: compare",
        "doors/office/rules/drafts.py _second: compare",
    ],
    "tests/doors/office/test_rules.py::test_who_keeps_the_money_is_not_told_of_drafts": [
        "doors/office/rules/policies.py may_read_drafts: compare",
    ],
    "tests/doors/office/test_rules.py::test_an_author_who_acts_as_an_approver_does_not_write": [
        "doors/office/rules/policies.py may_draft: compare",
    ],
}
