"""The exact headings of one district-level system's exports (domain.md 5.1.2) are known as they stand."""

from pathlib import Path

import pytest

from tests.engine.intake.test_registers import recognised

LINES = (Path(__file__).parent / "exported_headings.txt").read_text(encoding="utf-8").splitlines()
LEDGERS = [line.split(" | ") for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("ledger", "register", "labels"), LEDGERS, ids=[each[0] for each in LEDGERS])
def test_an_export_is_known_by_its_headings(ledger: str, register: str, labels: str) -> None:
    assert recognised([label.strip() for label in labels.split(",")]) == register, ledger
