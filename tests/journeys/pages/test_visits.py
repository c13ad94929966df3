"""A village worker at the phone: three visits due, three answers, and what they do to the records."""

from collections.abc import Callable

from anye.records.findings.models import Finding, Visit
from anye.records.firms.models import EmploymentSpell
from tests import factories
from tests.conftest import District
from tests.journeys.pages.visitor import Visitor

NAMES = ("冉明秀", "向长根", "谭小兰")


def test_a_village_worker_clears_three_visits(
    visitor: Callable[..., Visitor],
    district: District,
    work: Callable[[], None],
    make_user: Callable[..., object],
) -> None:
    with factories.as_owner():
        cases = dict(zip(NAMES, (factories.make_case(district["willow"], name) for name in NAMES), strict=True))
    make_user("village_worker", district["willow"], "willow")
    worker = visitor(width=360, height=740)
    page = worker.page
    worker.sign_in_by_link("willow")
    assert page.locator("#visits-due .visit-task").count() == 3

    # the first by touch, on the visit's own page: who works has an employer, a month and a wage
    page.locator("#visits-due h3 a", has_text=NAMES[0]).click()
    page.wait_for_url("**/visits/*/")
    worker.look()
    page.get_by_label("在就业").check()
    page.locator("#id_employer").fill("镇上服装厂")
    page.locator("#id_since_month").fill("2026-03")
    page.locator("#id_wage").fill("3200")
    worker.look()
    worker.press("保存")

    # the second in place, on Today
    worker.go("/")
    page.get_by_role("link", name=f"答复 {NAMES[1]}").click()
    page.locator(".visit-answer").wait_for()
    worker.look()
    page.get_by_label("未就业，由中介或单位代缴参保").check()
    page.get_by_role("button", name="保存").click()
    page.locator("#visits-due .done").wait_for()
    worker.look()

    # the third without touching the screen
    _focus(worker, f"答复 {NAMES[2]}")
    page.keyboard.press("Enter")
    page.locator(".visit-answer").wait_for()
    _tab_to(worker, "document.activeElement.name === 'answer'")
    for _step in range(2):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "not_insured"
    _tab_to(worker, "document.activeElement.matches('.visit-answer button.btn-primary')")
    page.keyboard.press("Enter")
    page.get_by_text("没有待入户的核查").wait_for()
    worker.look()

    work()
    with factories.as_owner():
        states = {name: Finding.objects.get(person=cases[name][0]).state for name in NAMES}
        assert states == {NAMES[0]: "confirmed", NAMES[1]: "explained", NAMES[2]: "source_error"}
        assert {Visit.objects.get(pk=visit.pk).state for _person, _finding, visit in cases.values()} == {"done"}
        assert not Visit.objects.filter(state="due").exists()
        spell = EmploymentSpell.objects.get(person=cases[NAMES[0]][0])
        assert (spell.employer_name, spell.wage_fen, str(spell.valid_from)) == ("镇上服装厂", 320_000, "2026-03-01")
    worker.go(f"/people/{cases[NAMES[0]][0].token}/")
    job = page.locator(".reason", has_text="镇上服装厂").inner_text()
    assert "3,200" in job
    assert "入户核查" in job
    worker.go("/")
    assert page.get_by_text("没有待入户的核查").is_visible()
    assert "0" in page.locator("#today-figures").inner_text()


def _focus(worker: Visitor, name: str) -> None:
    """Walk by Tab to a link."""
    _tab_to(worker, f"document.activeElement.textContent.trim().replace(/\\s+/g, ' ') === '{name}'")


def _tab_to(worker: Visitor, expression: str) -> None:
    for _step in range(60):
        if worker.page.evaluate(expression):
            return
        worker.page.keyboard.press("Tab")
    raise AssertionError(f"no key leads there: {expression}")
