"""A load of many rows never compares each with each, whatever the server's statistics say of what it has brought."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from anye.flow import plans, publishing
from anye.flow.load import Report
from tests.flow.homes import two_files


@pytest.mark.usefixtures("batch")
def test_only_a_load_of_many_rows_forbids_comparing_each_with_each(
    load: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MANY", 3)
    loops = []
    drop = publishing.staging.drop

    def seen(batch_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('enable_nestloop')")
            loops.append(cursor.fetchone()[0])
        drop(batch_id)

    monkeypatch.setattr(publishing.staging, "drop", seen)
    few, many = tmp_path / "few", tmp_path / "many"
    few.mkdir()
    many.mkdir()
    for folder, rows in ((few, 30), (many, 40), (few, 20)):  # a tenth as many workers
        load(two_files(folder, rows)[0])
    assert loops == ["on", "off", "on"]
