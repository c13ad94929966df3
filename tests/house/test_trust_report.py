"""The trust report names every bar, and says of each test how it went."""

from tests.trust_report import BARS, Line, page


def line(bar: int | None, node: str, result: str = "passed", figures: str = "") -> Line:
    return Line(bar, "a sentence", "a guard", result, figures, node)


def test_every_bar_stands_in_the_report_with_or_without_a_test() -> None:
    text = page([line(16, "t.py::a")], tier="commit", seed=7)
    for bar, sentence in BARS.items():
        assert f"| {bar} | {sentence} |" in text
    assert "Seed of order and chance: 7." in text
    assert f"| 16 | {BARS[16]} | a sentence | passed | – | a guard |" in text
    assert f"| 9 | {BARS[9]} | no test in this run |" in text


def test_cases_of_one_test_stand_together_and_one_failure_fails_them() -> None:
    cases = [line(16, "t.py::a[1]", figures="rows 1"), line(16, "t.py::a[2]", "failed", "rows 2")]
    text = page(cases, tier="commit", seed=7)
    assert "| a sentence (2 cases) | failed | rows 1; rows 2 | a guard |" in text


def test_a_test_without_a_number_is_not_lost() -> None:
    assert "| – | not numbered | a sentence | passed |" in page([line(None, "t.py::a")], tier="commit", seed=7)


def test_each_scope_call_stands_with_who_noticed_that_it_was_gone() -> None:
    gone = [("b: acting", "t.py::two", "failed"), ("a: may", "t.py::one", "passed")]
    text = page([], tier="commit", seed=7, gone=gone)
    assert "Taken out: 2. Noticed: 1." in text
    assert text.index("| a: may | t.py::one | passed |") < text.index("| b: acting | t.py::two | failed |")
