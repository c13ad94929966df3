"""Users from a sheet: previewed, applied, the same twice nothing, passwords once, nothing outside the range."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anye.records.accounts.models import Duty, User
from anye.records.audit.models import Event
from anye.records.places.models import Office


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def boss(district, client_as):
    return client_as("administrator", district["district"], "boss")


@pytest.fixture
def east_boss(district, client_as):
    return client_as("administrator", district["east"], "eastboss")


def text_of(answer):
    return answer.content.decode()


HEADINGS = ["用户名", "姓名", "角色", "机构", "电话", "邮箱"]


def sheet_of(*rows, name="users.xlsx", headings=HEADINGS):
    if name.endswith(".csv"):
        body = "\n".join(",".join(row) for row in (headings, *rows)).encode("gb18030")
        return SimpleUploadedFile(name, body)
    book = openpyxl.Workbook()
    book.active.append(headings)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


ROWS = [
    ["zhang", "张三", "村居工作人员", "柳树村", "023-1", ""],
    ["li", "李四", "Town officer", "990100102000", "", "li@example.org"],
    ["li", "李四", "approver", "东河镇", "", ""],
]


def upload(client, *rows, **more):
    return client.post("/administration/users/sheet/", {"file": sheet_of(*rows, **more)})


def apply(client, preview):
    return client.post("/administration/users/sheet/apply/", {"rows": preview.context["token"]})


@pytest.mark.parametrize("name", ["users.xlsx", "users.csv"])
def test_a_sheet_is_previewed_and_applied(district, boss, name):
    preview = upload(boss, *ROWS, name=name)
    assert preview.context["working"] == 3
    assert User.objects.count() == 1  # a preview writes nothing
    done = apply(boss, preview)
    assert (done.context["new_users"], done.context["new_duties"]) == (2, 3)
    held = {(duty.user.username, duty.role, duty.scope_no) for duty in Duty.objects.exclude(user__username="boss")}
    assert held == {
        ("zhang", "village_worker", district["willow"].scope_no),
        ("li", "town_officer", district["west"].scope_no),
        ("li", "approver", district["east"].scope_no),
    }
    assert User.objects.get(username="zhang").telephone == "023-1"


def test_the_same_sheet_twice_changes_nothing(district, boss):
    apply(boss, upload(boss, *ROWS))
    before = (
        Event.objects.count(),
        list(User.objects.values().order_by("id")),
        list(Duty.objects.values().order_by("id")),
    )
    again = upload(boss, *ROWS)
    assert (again.context["working"], again.context["same"]) == (0, 3)
    done = apply(boss, again)
    assert done.context["given"] == []
    assert before[1:] == (list(User.objects.values().order_by("id")), list(Duty.objects.values().order_by("id")))
    assert Event.objects.count() == before[0]


def test_bad_rows_are_named_and_the_good_ones_are_applied(district, boss):
    bad = [["wang", "王五", "村居工作人员", "不存在村", "", ""], ["", "赵六", "村居工作人员", "柳树村", "", ""]]
    preview = upload(boss, ROWS[0], *bad)
    page = text_of(preview)
    assert "不存在村" in page
    assert "No open office of your area is called so" in page
    assert [fault["line"] for fault in preview.context["faults"]] == [3, 4]
    apply(boss, preview)
    assert set(User.objects.values_list("username", flat=True)) == {"boss", "zhang"}


def test_the_one_time_passwords_are_told_once_as_a_sheet_that_opens(district, boss):
    done = apply(boss, upload(boss, *ROWS))
    given = {row[0]: row[3] for row in done.context["given"]}
    answer = boss.post("/administration/users/sheet/passwords/", {"passwords": done.context["token"]})
    lines = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert {line[0]: line[3] for line in lines[1:]} == given
    for username, password in given.items():
        assert User.objects.get(username=username).check_password(password)
        assert User.objects.get(username=username).must_change_password
    assert boss.post("/administration/users/sheet/passwords/", {"passwords": "x"}).status_code == 404


def test_what_was_previewed_by_one_is_not_applied_by_another(district, boss, east_boss):
    preview = upload(boss, *ROWS)
    answer = apply(east_boss, preview)
    assert "out of date" in text_of(answer)
    assert User.objects.count() == 2


def test_a_preview_is_checked_again_when_it_is_applied(district, boss):
    preview = upload(boss, ROWS[0])
    Office.objects.filter(pk=district["willow"].pk).update(closed_on=timezone.localdate())
    done = apply(boss, preview)
    assert (done.context["new_users"], done.context["refused"]) == (0, 1)


def test_a_sheet_reaches_no_office_and_no_user_outside_the_range(district, east_boss, make_user):
    make_user("village_worker", district["cloud"], "zhang")
    preview = upload(east_boss, ["zhang", "张三", "village_worker", "柳树村"], ["x1", "某", "village_worker", "云峰村"])
    assert [(str(fault["column"]), fault["line"]) for fault in preview.context["faults"]] == [
        ("User name", 2),
        ("Office", 3),
    ]
    assert "云峰村村民委员会" not in text_of(preview)
    assert apply(east_boss, preview).context["new_users"] == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.xlsx", b"PK\x03\x04 not a workbook"), ""),
        (SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), "headings"),
        (SimpleUploadedFile("a.csv", (",".join(HEADINGS) + "\n").encode()), "no row"),
        (SimpleUploadedFile("../../x.csv", b"\x00\x01\x02\x03" * 50), ""),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_the_reason(district, boss, file, words):
    answer = boss.post("/administration/users/sheet/", {"file": file})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert words in text_of(answer)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_blank_sheet_is_read_back_in_either_language(district, boss, language):
    boss.cookies["django_language"] = language
    answer = boss.get("/administration/users/sheet/blank/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.active["A2"].number_format == "@" or book.active.column_dimensions["A"].width > 20
    book.active.append(["zhang", "张三", "village_worker", "柳树村"])
    out = io.BytesIO()
    book.save(out)
    preview = boss.post("/administration/users/sheet/", {"file": SimpleUploadedFile("b.xlsx", out.getvalue())})
    assert preview.context["working"] == 1


def test_cells_never_become_formulas(district, boss):
    done = apply(boss, upload(boss, ["zhang", "=1+1", "village_worker", "柳树村", "", ""], name="users.csv"))
    answer = boss.post("/administration/users/sheet/passwords/", {"passwords": done.context["token"]})
    cell = openpyxl.load_workbook(io.BytesIO(answer.content)).active["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_role_that_the_blank_sheet_offers_is_read_back(district, boss, language):
    boss.cookies["django_language"] = language
    book = openpyxl.load_workbook(io.BytesIO(boss.get("/administration/users/sheet/blank/").content))
    (offered,) = book.active.data_validations.dataValidation
    words = offered.formula1.strip('"').split(",")
    assert len(words) == 8
    rows = [[f"user{number}", "某", word, "青石区", "", ""] for number, word in enumerate(words)]
    preview = boss.post("/administration/users/sheet/", {"file": sheet_of(*rows)})
    assert not [fault for fault in preview.context["faults"] if str(fault["column"]) in {"Role", "角色"}]
