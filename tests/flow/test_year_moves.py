"""Other districts, smaller and larger: their figures are those of their truth, and move by what was foretold."""

from pathlib import Path

import pytest

from anye.demo.year import write_year
from anye.flow.blocks import Context
from anye.records.accounts.scope import BATCH, acting
from tests.flow.test_year import AREAS, loaded
from tests.flow.year_figures import told, true
from tests.flow.year_moved import night, not_as_foretold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.trust_long]


@pytest.mark.parametrize(("seed", "scale"), [(21, 0.02), (22, 0.02), (23, 0.05), (24, 0.05), (25, 0.05)])
def test_each_figure_moves_by_what_was_foretold(seed: int, scale: float, tmp_path: Path, yubei: Context) -> None:
    truth = write_year(tmp_path / "registers", seed=seed, scale=scale, areas_csv=AREAS)
    reports, _then = loaded(truth, yubei)
    night(yubei)
    with acting(BATCH):
        said = told()
        assert said == {code: value for code, value in true(truth.figures).items() if code in said}
    assert not_as_foretold(truth, reports, yubei, tmp_path) == []
