"""`anye briefing`: a template or a text of one's own, printed or written; what is wrong is said with its line."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from anye.config.briefing import Composed, composed
from anye.config.faults import SetupFault
from anye.packs import read_pack
from anye.records.audit.models import Event
from anye.records.briefings.models import Briefing, Snapshot
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year

pytestmark = pytest.mark.usefixtures("year")


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


def told(kind: str = "month", **more: Any) -> Composed:
    asked: dict[str, Any] = {
        "on": ON, "known": KNOWN, "area": "", "lang": "zh", "texts": [], "is_recount": False, "by": "operator", **more,
    }  # fmt: skip
    return composed(read_pack("cn_yubei"), kind, **asked)


def made(kind: str = "month", *, to: Path | None = None, **more: Any) -> bytes:
    return told(kind, **more).written(to)


def test_the_template_with_its_figures_in_both_languages() -> None:
    assert "2020年12月就业帮扶简报" in made().decode() and "6,850.5元" in made().decode()
    assert "6,850.5 yuan" in made(lang="en", kind="year").decode()
    with as_owner():
        assert Snapshot.objects.count() == 1  # counted once, then kept
        assert set(Event.objects.filter(table_name="briefings_snapshotfigure").values_list("actor", flat=True)) == {
            "operator"
        }


def test_counted_anew_it_is_the_same_and_tells_what_is_kept_no_more() -> None:
    first = made()
    with as_owner():
        Snapshot.objects.get().figures.filter(indicator="I30").update(value=1)
    assert made() != first and made(is_recount=True) == first


@pytest.mark.parametrize("form", ["docx", "pdf", "html", "txt", "PDF"])
def test_a_file_is_written_as_its_name_says(tmp_path: Path, form: str) -> None:
    out = tmp_path / f"briefing.{form}"
    begins = {"docx": b"PK", "pdf": b"%PDF", "html": b"<!DOCTYPE", "txt": b"# "}[form.lower()]
    assert made(to=out).startswith(begins)


def test_a_text_of_ones_own(tmp_path: Path) -> None:
    text = tmp_path / "own.md"
    text.write_text("\ufeff# {{area}}\n\n返还{{I03}}", encoding="utf-8")
    assert made(texts=[text]).decode().startswith("# 青石区\n\n返还51.7万元\n\n截至2020年12月31日")


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ({"to": Path("x.doc")}, "briefing_format", "x.doc"),
        ({"texts": [Path(__file__).with_name("x.en.md")]}, "briefing_text", "x.en.md"),
        ({"area": "500112999999"}, "briefing_area", "500112999999"),
        ({"texts": [Path("no such file.md")]}, "briefing_text", "no such file.md"),
    ],
)
def test_what_cannot_be_done_is_said(more: dict[str, Any], code: str, told: str) -> None:
    with pytest.raises(SetupFault) as refused:
        made(**more)
    assert refused.value.code == code and told in refused.value.text("zh") and told in refused.value.text("en")


def test_tokens_that_name_nothing_are_told_with_their_lines(tmp_path: Path) -> None:
    text = tmp_path / "own.md"
    text.write_text("一\n{{I3}}\n{{perid}}", encoding="utf-8")
    with pytest.raises(SetupFault) as refused:
        made(texts=[text])
    assert (
        "第2行" in refused.value.text("zh")
        and "第3行" in refused.value.text("zh")
        and "period" in refused.value.text("zh")
    )


def test_a_language_that_nobody_wrote_is_not_made_up(tmp_path: Path) -> None:
    text = tmp_path / "own.en.md"
    text.write_text("# {{area}}", encoding="utf-8")
    assert made(texts=[text], lang="en").decode().startswith("# ")
    with pytest.raises(SetupFault) as refused:
        told(texts=[text])
    assert refused.value.code == "briefing_language" and "own.en.md" in refused.value.text("zh")


@pytest.mark.parametrize("is_issued", [False, True])
def test_it_is_kept_as_a_draft_or_issued(is_issued: bool) -> None:
    told().keep(is_issued=is_issued, by="operator", at=timezone.now())
    with as_owner():
        kept = Briefing.objects.get()
        assert kept.text_zh and kept.text_en and kept.kind == "month" and kept.author == "operator"
        assert list(kept.issues.values_list("number", flat=True)) == ([1] if is_issued else [])


def test_a_text_without_end_is_refused_as_on_the_site(tmp_path: Path) -> None:
    text = tmp_path / "own.md"
    text.write_text("字" * 60_001, encoding="utf-8")
    with pytest.raises(SetupFault) as refused:
        told(texts=[text])
    assert refused.value.code == "briefing_text" and "60,000" in refused.value.text("zh")
