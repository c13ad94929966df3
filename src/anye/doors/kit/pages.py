"""Answers that every door gives alike: a page of one form, a message that can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.fragments import Words

UNDO = "undo"  # the tag of a message whose text is followed by the address that undoes it


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the breadcrumb; without an address it is where the reader stands."""

    label: Words
    href: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """The words around a form."""

    title: Words
    lead: Words = ""
    submit: Words = _("Save")
    cancel_href: str = ""
    crumbs: tuple[Crumb, ...] = ()
    danger: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


def form_page(request: HttpRequest, form: forms.BaseForm, page: FormPage) -> HttpResponse:
    """A page that holds one form; a form sent with errors answers 422, so that it is not taken for a success."""
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "kit/page_form.html", {"form": form, "page": page, "crumbs": page.crumbs, **page.extra}, status=status
    )


def say_undoable(request: HttpRequest, words: Words, *, undo_href: str) -> None:
    """Tell what was done, with a button that posts to `undo_href`."""
    messages.success(request, str(words), extra_tags=f"{UNDO} {undo_href}")
