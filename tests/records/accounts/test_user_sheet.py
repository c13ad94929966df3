"""What a sheet of users would do: every row a plan or a fault with its cure, and no row holds up another."""

import pytest

from anye.records.accounts.user_sheet import (
    COLUMNS,
    MOST_ROWS,
    HeadingMissing,
    KnownOffice,
    KnownUser,
    SheetRow,
    TooManyRows,
    plan,
    rows_of,
)

DISTRICT = KnownOffice(1000, "district", "青石区", "青石区", "990100000000")
EAST = KnownOffice(1100, "town", "东河镇", "青石区 东河镇", "990100101000")
WILLOW = KnownOffice(1101, "village", "柳树村村民委员会", "东河镇 柳树村村民委员会", "990100101201")
BRIDGE_EAST = KnownOffice(1102, "village", "石桥村村民委员会", "东河镇 石桥村村民委员会", "990100101202")
BRIDGE_WEST = KnownOffice(1202, "village", "石桥村村民委员会", "西岭镇 石桥村村民委员会", "990100102202")
OFFICES = [DISTRICT, EAST, WILLOW, BRIDGE_EAST, BRIDGE_WEST]
GOOD = ("zhang", "张三", "村居工作人员", "柳树村", "", "")


def row(*cells, line=2):
    return SheetRow(line, dict(zip(COLUMNS, (*cells, *[""] * (6 - len(cells))), strict=True)))


def planned(*rows, users=None):
    return plan(rows, offices=OFFICES, users=users or {})


def codes(found):
    return [(fault.line, fault.column, fault.code) for fault in found.faults]


def test_a_good_row_makes_a_user_and_a_duty():
    found = planned(row(*GOOD))
    assert not found.faults
    (one,) = found.rows
    assert (one.username, one.role, one.office, one.is_new_user, one.is_new_duty) == (
        "zhang", "village_worker", WILLOW, True, True,
    )  # fmt: skip


def test_a_row_that_says_what_is_so_changes_nothing():
    known = KnownUser("张三", "", "", duties=frozenset({("village_worker", 1101)}))
    assert planned(row(*GOOD), users={"zhang": known}).rows[0].changes_nothing


@pytest.mark.parametrize(
    ("column", "text"),
    [("name", "张三丰"), ("telephone", "023-1234567"), ("email", "a@example.org")],
)
def test_a_row_that_says_otherwise_changes_that_alone(column, text):
    known = KnownUser("张三", "110", "b@example.org", duties=frozenset({("village_worker", 1101)}))
    cells = dict(zip(COLUMNS, GOOD, strict=True)) | {column: text}
    (one,) = planned(row(*cells.values()), users={"zhang": known}).rows
    assert (one.changes, one.is_new_user, one.is_new_duty) == ((column,), False, False)


def test_an_empty_telephone_leaves_the_known_one():
    known = KnownUser("张三", "110", "", duties=frozenset({("village_worker", 1101)}))
    assert planned(row(*GOOD), users={"zhang": known}).rows[0].changes == ()


@pytest.mark.parametrize(
    "spelling", ["village_worker", "村居工作人员", "Village Worker", "VILLAGE WORKER", "社区工作人员"]
)
def test_roles_are_read_in_both_languages_and_as_codes(spelling):
    assert planned(row("zhang", "张三", spelling, "柳树村")).rows[0].role == "village_worker"


@pytest.mark.parametrize(
    "spelling", ["柳树村", "柳树村村民委员会", "990100101201", "东河镇柳树村", "东河镇 柳树村村民委员会", "柳树村委会"]
)
def test_an_office_is_found_by_name_path_and_area_code(spelling):
    assert planned(row("zhang", "张三", "village_worker", spelling)).rows[0].office == WILLOW


def test_an_area_code_may_stand_short():
    assert planned(row("li", "李四", "town_officer", "990100101")).rows[0].office == EAST


def test_an_ambiguous_name_is_refused_with_the_candidates():
    found = planned(row("zhang", "张三", "village_worker", "石桥村"))
    assert codes(found) == [(2, "office", "office_ambiguous")]
    assert found.faults[0].candidates == (
        "东河镇 石桥村村民委员会 990100101202",
        "西岭镇 石桥村村民委员会 990100102202",
    )
    assert planned(row("zhang", "张三", "village_worker", "西岭镇石桥村")).rows[0].office == BRIDGE_WEST


def test_an_unknown_office_is_refused_with_those_spelled_alike():
    found = planned(row("zhang", "张三", "village_worker", "柳树林村"))
    assert codes(found) == [(2, "office", "office_unknown")]
    assert "东河镇 柳树村村民委员会" in found.faults[0].candidates


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("", "张三", "village_worker", "柳树村"), ("username", "missing")),
        (("zhang", "", "village_worker", "柳树村"), ("name", "missing")),
        (("zhang", "张三", "", "柳树村"), ("role", "missing")),
        (("zhang", "张三", "village_worker", ""), ("office", "missing")),
        (("zhang san", "张三", "village_worker", "柳树村"), ("username", "username_unfit")),
        (("z", "张三", "village_worker", "柳树村"), ("username", "username_unfit")),
        (("=cmd", "张三", "village_worker", "柳树村"), ("username", "username_unfit")),
        (("zhang", "张" * 41, "village_worker", "柳树村"), ("name", "too_long")),
        (("zhang", "张三", "镇长", "柳树村"), ("role", "role_unknown")),
        (("zhang", "张三", "village_worker", "东河镇"), ("office", "role_misplaced")),
        (("zhang", "张三", "town_officer", "柳树村"), ("office", "role_misplaced")),
        (("zhang", "张三", "village_worker", "柳树村", "", "no address"), ("email", "email_unfit")),
    ],
)
def test_a_bad_cell_is_named_and_the_rows_around_it_survive(cells, fault):
    found = planned(row(*GOOD[:2], *GOOD[2:], line=2), row(*cells, line=3), row("li", *GOOD[1:], line=4))
    assert codes(found) == [(3, *fault)]
    assert [one.line for one in found.rows] == [2, 4]


def test_all_faults_of_a_row_are_told_at_once():
    found = planned(row("", "", "", "nowhere", "", "x"))
    assert {(fault.column, fault.code) for fault in found.faults} == {
        ("username", "missing"), ("name", "missing"), ("role", "missing"), ("office", "office_unknown"),
        ("email", "email_unfit"),
    }  # fmt: skip


def test_a_taken_name_tells_nothing_of_whose_it_is():
    known = KnownUser("王五", "110", "", is_seen=False, is_active=False, may_change=False)
    assert codes(planned(row(*GOOD), users={"zhang": known})) == [(2, "username", "username_taken")]


def test_a_user_who_serves_elsewhere_may_get_a_duty_but_no_other_name():
    known = KnownUser("张三", "", "", may_change=False)
    assert planned(row(*GOOD), users={"zhang": known}).rows[0].is_new_duty
    found = planned(row("zhang", "李四", *GOOD[2:]), users={"zhang": known})
    assert codes(found) == [(2, "name", "serves_elsewhere")]


def test_a_deactivated_user_is_not_brought_back_by_a_sheet():
    known = KnownUser("张三", "", "", is_active=False)
    assert codes(planned(row(*GOOD), users={"zhang": known})) == [(2, "username", "user_inactive")]


def test_one_user_in_two_rows_gets_two_duties():
    found = planned(row(*GOOD), row("zhang", "张三", "village_worker", "东河镇石桥村", line=3))
    assert found.new_users == ("zhang",)
    assert [(one.is_new_user, one.is_new_duty) for one in found.rows] == [(True, True), (False, True)]


def test_the_same_row_twice_does_something_once():
    first, second = planned(row(*GOOD), row(*GOOD, line=3)).rows
    assert not first.changes_nothing
    assert second.changes_nothing


def test_two_rows_that_contradict_each_other_are_told():
    found = planned(row(*GOOD), row("ZHANG", "张四", *GOOD[2:], line=3))
    assert codes(found) == [(3, "name", "differs_above")]


def test_two_rows_of_a_known_user_that_contradict_each_other_are_told():
    known = KnownUser("张三", "", "")
    found = planned(
        row("zhang", "张三", "village_worker", "柳树村", "110"),
        row("zhang", "张三", "village_worker", "柳树村", "120", line=3),
        users={"zhang": known},
    )
    assert codes(found) == [(3, "telephone", "differs_above")]


# Lines to rows

ZH = ["用户名", "姓名", "角色", "机构", "电话", "邮箱"]


def test_the_heading_is_found_below_a_title_in_any_order_of_columns():
    lines = [
        (1, ["青石区用户表", None, None, None]),
        (3, ["机构", "角色*", "姓名", "用户名"]),
        (4, ["柳树村", "审计", "张三", "z"]),
    ]
    (one,) = rows_of(lines)
    assert (one.line, one.cells["username"], one.cells["office"], one.cells["telephone"]) == (4, "z", "柳树村", "")


def test_english_headings_will_do():
    (one,) = rows_of([(1, ["Username", "Name", "Role", "Office"]), (2, ["a", "b", "c", "d"])])
    assert one.cells["office"] == "d"


def test_blank_lines_are_no_rows():
    assert [one.line for one in rows_of([(1, ZH), (2, [None] * 6), (3, ["a", *[None] * 5]), (4, ["", " "])])] == [3]


def test_missing_headings_are_named():
    with pytest.raises(HeadingMissing) as fault:
        rows_of([(1, ["用户名", "姓名", "电话"]), (2, ["a", "b", "c"])])
    assert fault.value.missing == ("role", "office")


def test_a_sheet_has_an_end():
    lines = [(1, ZH), *((n, ["a", "b", "c", "d"]) for n in range(2, MOST_ROWS + 4))]
    with pytest.raises(TooManyRows):
        rows_of(lines)
