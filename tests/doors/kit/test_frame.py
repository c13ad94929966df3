"""The frame: who sees which entry, which one is current, the page's promises to the browser."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from anye.doors.kit import frame as frames
from anye.doors.kit import icons
from anye.doors.kit.frame import DutyChoice, Frame, NavItem, links_for

Ask = Callable[..., HttpRequest]
Visit = Callable[..., HttpResponse]
DOORS = Path(icons.__file__).resolve().parents[1]
ITEMS = (
    NavItem("today", "Today", "checklist", "kit:style"),
    NavItem("people", "People", "users", "kit:style_listing"),
    NavItem("users", "Users", "user-check", "kit:style_users", roles=frozenset({"administrator"})),
)


def test_an_entry_is_shown_to_its_roles_only() -> None:
    assert [link.item.name for link in links_for(ITEMS, path="/style/", role="town_officer")] == ["today", "people"]
    assert [link.item.name for link in links_for(ITEMS, path="/style/", role="administrator")][-1] == "users"


def test_the_nearest_entry_is_current() -> None:
    current = [link.item.name for link in links_for(ITEMS, path="/style/listing/abcdefgh/") if link.is_current]
    assert current == ["people"]
    assert not any(link.is_current for link in links_for(ITEMS, path="/elsewhere/"))


def test_a_door_provides_the_frame_of_its_pages(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frames._builders, "kit", lambda request: Frame(footer=request.path))
    assert frames.frame(ask("/style/"))["frame"].footer == "/style/"  # type: ignore[attr-defined]


def test_a_page_outside_any_door_has_a_plain_frame(settings: Any) -> None:
    settings.ANYE_TRIAL = False
    html = render_to_string("base.html", {"frame": Frame()})
    assert "<aside" not in html
    assert 'id="content"' in html


def test_other_duties_are_switched_by_post(visit: Visit) -> None:
    html = visit("/style/").content.decode()
    assert '<button class="menu-item" name="duty" value="2">' in html
    one = Frame(duties=[DutyChoice("1", "Town officer", "青溪镇", is_acting=True)])
    assert "menu-item" not in render_to_string("base.html", {"frame": one})


def test_the_language_switch_posts_the_other_language(visit: Visit) -> None:
    assert 'name="language" value="zh-hans"' in visit("/style/").content.decode()
    with translation.override("zh-hans"):
        html = visit("/style/").content.decode()
    assert 'name="language" value="en"' in html
    assert '<html lang="zh-Hans">' in html


@pytest.mark.parametrize("path", ["/style/", "/style/listing/", "/style/form/", "/style/empty/"])
def test_no_page_has_an_inline_script_or_style(visit: Visit, path: str) -> None:
    html = visit(path).content.decode()
    assert not re.search(r"<style\b|\sstyle=|\son\w+=|javascript:|hx-on", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize("path", ["/style/", "/style/listing/", "/style/form/", "/style/empty/"])
def test_a_chinese_page_has_no_english_words(visit: Visit, path: str) -> None:
    with translation.override("zh-hans"):
        html = visit(path).content.decode()
    text = re.sub(r"<(script|style|kbd)\b.*?</\1>|<[^>]*>|[\w-]+@[\w.]+", " ", html, flags=re.DOTALL)
    found = set(re.findall(r"[A-Za-z]{2,}", text))
    assert found <= {"English", "quot", "amp"}


@pytest.mark.parametrize("path", ["/style/", "/style/listing/", "/style/form/"])
def test_an_english_page_has_chinese_data_only(visit: Visit, path: str) -> None:
    html = visit(path).content.decode()
    labels = re.findall(r"<(?:label|h1|h2|button|summary|dt|legend)\b[^>]*>([^<]*)", html)
    chinese = [label for label in labels if re.search(r"[\u3400-\u9fff]", label)]
    assert chinese == []


def test_a_message_with_undo_posts_to_its_address(visit: Visit) -> None:
    html = visit("/style/").content.decode()
    assert '<form method="post" action="/style/undo/">' in html
    assert "message-ok" in html


def test_the_style_page_is_off_unless_asked_for(visit: Visit, settings: object) -> None:
    settings.ANYE_STYLE_PAGE = False  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        visit("/style/")


def test_every_icon_named_in_a_template_is_listed() -> None:
    for path in (DOORS / "templates").rglob("*.html"):
        names = re.findall(r'{%\s*icon "([^"]+)"', path.read_text(encoding="utf-8"))
        assert set(names) <= icons.ICONS, path


def test_scripts_and_styles_bring_nothing_from_elsewhere() -> None:
    for path in (DOORS / "static" / "anye").rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, path
        assert not re.search(r"\beval\(|new Function|innerHTML", text), path


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_a_page_of_a_fault_says_the_cure_in_either_language(name: str, ask: Ask) -> None:
    english = render_to_string(name, {}, None if name in ("400.html", "500.html") else ask("/style/"))
    with translation.override("zh-hans"):
        chinese = render_to_string(name, {}, None if name in ("400.html", "500.html") else ask("/style/"))
    assert "To the first page" in english
    assert "回到首页" in chinese
