"""Problems carry a code and parameters, and arrive whole."""

import pickle

import pytest

from anye.engine.errors import FileFault, Problem, SealFault


@pytest.mark.parametrize("kind", [Problem, FileFault, SealFault])
def test_a_problem_survives_a_process_boundary(kind: type[Problem]) -> None:
    back = pickle.loads(pickle.dumps(kind("file_empty", {"sheet": "Sheet1", "lines": 0})))
    assert type(back) is kind
    assert (back.code, dict(back.params)) == ("file_empty", {"sheet": "Sheet1", "lines": 0})


def test_every_fault_can_be_caught_as_a_problem() -> None:
    with pytest.raises(Problem):
        raise FileFault("file_empty")


def test_a_problem_names_its_code_and_parameters() -> None:
    assert str(FileFault("file_empty")) == "file_empty"
    assert str(FileFault("header_unknown", {"sheet": "A", "line": 3})) == "header_unknown (line=3, sheet='A')"


def test_parameters_cannot_be_changed_by_who_catches_the_problem() -> None:
    given = {"line": 3}
    fault = FileFault("header_unknown", given)
    given["line"] = 4
    assert fault.params["line"] == 3
    with pytest.raises(TypeError):
        fault.params["line"] = 5  # type: ignore[index]
