"""`{% load kit %}`: the fragments of every page. Small ones are functions, larger ones included templates."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from anye.doors.kit import fields, formats, fragments, icons
from anye.doors.kit.frame import NavLink
from anye.doors.kit.pages import UNDO

register = template.Library()

register.simple_tag(icons.icon, name="icon")
register.simple_tag(fragments.status_badge, name="status")
register.simple_tag(fragments.person_link, name="person_link")
register.simple_tag(fragments.deadline, name="deadline")
register.filter("day", fragments.day)
register.filter("month", fragments.month)
register.filter("moment", fragments.moment)
register.filter("money", fragments.money)
register.filter("yuan", formats.yuan_text)
register.filter("number", formats.number_text)
register.filter("masked_id", fragments.masked_id)
register.filter("file_size", formats.size_text)
register.filter("error_links", fields.error_links)


@register.simple_tag
def keys(*names: str) -> SafeString:
    """Keys of the keyboard, pressed one after another."""
    return mark_safe(" ".join(f"<kbd>{escape(name)}</kbd>" for name in names))  # noqa: S308


@register.simple_tag
def nav_links(links: Iterable[NavLink]) -> SafeString:
    """Entries of the navigation, written here and not included: they stand on every page."""
    parts = []
    for link in links:
        current = ' aria-current="page"' if link.is_current else ""
        go = f' data-go="{escape(link.item.key)}"' if link.item.key else ""
        count = f'<span class="count">{formats.number_text(link.count)}</span>' if link.count else ""
        words = f"{icons.icon(link.item.icon)}<span>{escape(str(link.item.label))}</span>{count}"
        parts.append(f'<li><a href="{escape(link.href)}"{current}{go}>{words}</a></li>')
    return mark_safe("".join(parts))  # noqa: S308


@register.filter
def when(value: dt.date | dt.datetime | None) -> SafeString:
    """A day, or an instant with its hour."""
    return fragments.moment(value) if isinstance(value, dt.datetime) else fragments.day(value)


@register.filter
def undo_href(message: Message) -> str:
    """The address that undoes what a message tells, or nothing."""
    tag, _, href = (message.extra_tags or "").partition(" ")
    return href if tag == UNDO else ""


@register.filter
def message_tone(message: Message) -> str:
    """The tone of a message."""
    return {"success": "ok", "warning": "warn", "error": "bad"}.get(message.level_tag, "info")


@register.filter
def tone_icon(tone: str) -> SafeString:
    """The icon that goes with a tone."""
    names = {"ok": "circle-check", "warn": "alert-triangle", "bad": "alert-circle", "idle": "circle-dashed"}
    return icons.icon(names.get(tone, "info-circle"))


@register.inclusion_tag("kit/progress.html")
def progress(done: int, total: int, label: object, poll_href: str = "", detail: object = "") -> dict[str, Any]:
    """A progress bar; with `poll_href` htmx fetches its successor every two seconds until a bar without one comes."""
    percent = min(100, done * 100 // total) if total else 0
    return {"done": done, "total": total, "label": label, "poll_href": poll_href, "detail": detail, "percent": percent}


@register.inclusion_tag("kit/timeline.html")
def timeline(items: Iterable[Any], empty: object = "") -> dict[str, Any]:
    """What happened, newest first: items with `at` (day or instant), `title`, `text`, `icon`, `tone`, `by`, `href`."""
    return {"items": list(items), "empty": empty}


@register.inclusion_tag("kit/facts.html")
def facts(items: Iterable[tuple[Any, ...]], columns: int = 2) -> dict[str, Any]:
    """A definition list of (label, value) or (label, value, note)."""
    rows = [(item[0], item[1], item[2] if len(item) > 2 else "") for item in items]
    return {"rows": rows, "columns": columns}


@register.inclusion_tag("kit/task.html")
def task(item: Any, on: dt.date) -> dict[str, Any]:
    """A piece of work that waits: `title`, `href`, `text`, `icon`, `tone`, `due_on`, `place`, `count`."""
    return {"task": item, "on": on}


@register.inclusion_tag("kit/empty.html")
def empty(title: object, text: object = "", href: str = "", action: object = "", icon: str = "inbox") -> dict[str, Any]:
    """Nothing here, and what to do about it."""
    return {"title": title, "text": text, "href": href, "action": action, "icon_name": icon}


@register.inclusion_tag("kit/figure.html")
def figure(label: object, value: object, href: str = "", note: object = "", tone: str = "") -> dict[str, Any]:
    """One number with its name, opening to the records behind it."""
    return {"label": label, "value": value, "href": href, "note": note, "tone": tone}


@register.inclusion_tag("kit/tabs.html")
def tabs(items: Sequence[tuple[Any, ...]], label: object) -> dict[str, Any]:
    """Pages beside each other: (label, href, is current) or (label, href, is current, count)."""
    rows = [(item[0], item[1], item[2], item[3] if len(item) > 3 else None) for item in items]
    return {"rows": rows, "label": label}


@register.inclusion_tag("kit/confirm.html", takes_context=True)
def confirm(
    context: template.Context, dom_id: str, href: str, title: object, text: object, action: object, danger: bool = True
) -> dict[str, Any]:
    """A dialog that asks once, saying what will happen; opened by a button with data-opens="<its id>"."""
    token = context.get("csrf_token", "")
    return {
        "id": dom_id,
        "href": href,
        "title": title,
        "text": text,
        "action": action,
        "danger": danger,
        "csrf_token": token,
    }


@register.inclusion_tag("kit/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with a sent form, at its top, each error linking to its field."""
    return {"errors": fields.error_links(form) if form.is_bound else []}
