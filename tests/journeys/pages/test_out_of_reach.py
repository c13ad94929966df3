"""A village worker looks for somebody of the next village, by every way that the pages offer and some that they do not."""

import io
from collections.abc import Callable

import openpyxl
import pytest

from anye.records.firms.models import Firm
from anye.records.people.models import Person
from tests import factories
from tests.conftest import District
from tests.journeys.pages.visitor import Visitor

OWN, NEXT = "柳明秀", "桥长根"
NUMBER = factories.id_number(77, area="990103")
PHONE = "13999000077"
NOBODY = {"name": "无此人", "number": factories.id_number(78, area="990104"), "phone": "13999000078"}


@pytest.fixture
def people(district: District) -> dict[str, object]:
    """One's own person with a visit, and the next village's, who has one too."""
    with factories.as_owner():
        own, _finding, own_visit = factories.make_case(district["willow"], OWN)
        other, finding, visit = factories.make_case(district["bridge"], NEXT, number=NUMBER, phone=PHONE)
        # firms are public: their list may name them to everybody, but not who works there
        Firm.objects.filter(pk=finding.firm_id).update(name="桥头纸业有限公司")
    return {"own": own, "own_visit": own_visit, "other": other, "finding": finding, "visit": visit}


@pytest.fixture
def worker(
    visitor: Callable[..., Visitor],
    people: dict[str, object],
    district: District,
    make_user: Callable[..., object],
) -> Visitor:
    make_user("village_worker", district["willow"], "willow")
    come = visitor(width=360, height=740)
    come.sign_in_by_link("willow")
    return come


def test_no_search_finds_them_and_the_answer_is_that_for_nobody(worker: Visitor) -> None:
    assert OWN in _searched(worker, OWN[1:])
    worker.look()
    asked = (
        (NEXT, NOBODY["name"]),
        (NEXT[1:], NOBODY["name"][1:]),
        (NUMBER, NOBODY["number"]),
        (NUMBER[-6:], NOBODY["number"][-6:]),
        (PHONE, NOBODY["phone"]),
    )
    for theirs, nobodys in asked:
        found, nobody = _searched(worker, theirs), _searched(worker, nobodys)
        assert "没有符合条件的内容" in found, theirs
        # what was typed is shown again: all else is the same for somebody out of reach and for nobody at all
        assert found.replace(theirs, "") == nobody.replace(nobodys, ""), theirs


def test_no_link_opens_them(worker: Visitor, people: dict[str, Person]) -> None:
    other, visit, finding = people["other"].token, people["visit"].token, people["finding"].token
    guess = visit[:-1] + ("a" if visit[-1] != "a" else "b")
    made_up = _told_apart(worker, f"/people/{guess}/")
    worker.look()
    paths = [f"/people/{other}/", f"/people/{other}/history/", f"/people/{other}/looks/", f"/people/{other}/correct/"]
    paths += [f"/people/{other}/correct/work/", f"/people/{other}/transfer/", f"/visits/{visit}/", f"/visits/{guess}/"]
    paths += [f"/findings/{finding}/", f"/people/{visit}/", f"/visits/{people['own'].token}/"]
    for path in paths:
        assert _told_apart(worker, path) == made_up, path
    assert worker.go(f"/people/{people['own'].token}/") == 200
    assert worker.go(f"/visits/{people['own_visit'].token}/") == 200


def test_no_list_counts_them(worker: Visitor) -> None:
    for path in ("/", "/people/", "/visits/", "/findings/", "/firms/", "/entries/", "/transfers/"):
        assert worker.go(path) == 200, path
        assert NEXT not in worker.text, path
    for path in ("/people/", "/visits/", "/findings/"):
        worker.go(path, looks=False)
        assert worker.page.locator("tbody tr").count() == 1, path
        assert "共 1 条" in worker.page.locator(".pager-count").inner_text(), path
    worker.go("/", looks=False)
    assert worker.page.locator("#visits-due .visit-task").count() == 1


def test_no_export_holds_them(worker: Visitor) -> None:
    for path in ("/people/", "/visits/", "/findings/"):
        worker.go(path)
        page = worker.page
        page.get_by_role("button", name="筛选与列").click()
        page.get_by_role("button", name="导出").first.click()
        dialog = page.locator("dialog[open]")
        dialog.wait_for()
        worker.look()
        dialog.locator("select[name=purpose]").select_option("visits")
        with page.expect_download() as download:
            dialog.get_by_role("button", name="导出").click()
        book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
        cells = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)
        assert OWN in cells, path
        for secret in (NEXT, NUMBER, NUMBER[-6:], PHONE):
            assert secret not in cells, (path, secret)


def _searched(worker: Visitor, text: str) -> str:
    """What the list of people shows after a search."""
    worker.go("/people/", looks=False)
    worker.page.locator("#people-search, .listing-search input[type=search]").first.fill(text)
    worker.page.keyboard.press("Enter")
    worker.page.wait_for_url("**found=*")
    worker.page.locator(".chip").wait_for()
    assert text not in worker.page.url
    return worker.page.locator(".listing").inner_text()


def _told_apart(worker: Visitor, path: str) -> str:
    """What a page that is not there says, without the address that was asked for."""
    assert worker.go(path, looks=False) == 404, path
    assert NEXT not in worker.page.content()
    return worker.text
