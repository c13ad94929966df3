"""The catalogue that random policies ask."""

import pytest

from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.catalogue_file import read_catalogue
from tests.engine.entitle.policies import write_catalogue


@pytest.fixture(scope="module")
def random_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return read_catalogue(write_catalogue(tmp_path_factory.mktemp("catalogue")))
