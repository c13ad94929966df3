"""Forms: spellings of days and months, labels, hints, errors that link to their field."""

import datetime as dt

import pytest
from django import forms
from django.http import HttpResponse
from django.template import Context, Template

from anye.doors.kit.fields import DayField, MonthField, error_links
from anye.doors.kit.style import SampleForm

DAY = dt.date(2020, 3, 12)


@pytest.mark.parametrize(
    "text", ["2020-03-12", "2020/3/12", "2020.3.12", "2020年3月12日", "20200312", "２０２０年３月１２日", " 2020-3-12 "]
)
def test_a_day_is_read_in_the_spellings_of_offices(text: str) -> None:
    assert DayField().clean(text) == DAY


@pytest.mark.parametrize("text", ["2020-03", "202003", "2020.3", "2020/3", "2020年3月"])
def test_a_month_is_its_first_day(text: str) -> None:
    assert MonthField().clean(text) == dt.date(2020, 3, 1)


@pytest.mark.parametrize("text", ["2020-02-30", "2020-13-01", "yesterday", "2020-03", "2020"])
def test_what_is_no_day_is_answered_with_the_cure(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="such as 2020-03-12"):
        DayField().clean(text)


def test_bounds_are_named() -> None:
    field = DayField(earliest=dt.date(2020, 1, 1), latest=dt.date(2020, 12, 31))
    with pytest.raises(forms.ValidationError, match="after 2020-12-31"):
        field.clean("2021-01-01")
    with pytest.raises(forms.ValidationError, match="before 2020-01-01"):
        field.clean("2019-12-31")


def test_every_error_links_to_its_field() -> None:
    form = SampleForm({"visited_on": "2026-13-40", "help_wanted": ["nothing"]})
    links = dict(error_links(form))
    html = form.as_p() + str(form)
    assert links["id_visited_on"].startswith("Day of the visit: Enter a real day")
    for target in links:
        assert f'id="{target}"' in html


def test_a_field_in_error_is_described_by_its_hint_and_its_error() -> None:
    html = str(SampleForm({"visited_on": "x"})["visited_on"].as_field_group())
    assert 'aria-describedby="id_visited_on_helptext id_visited_on_error"' in html
    assert 'id="id_visited_on_error"' in html
    assert 'aria-invalid="true"' in html
    assert "is-invalid" in html


def test_each_widget_gets_its_class() -> None:
    html = str(SampleForm())
    assert 'class="form-control"' in html
    assert 'class="form-select"' in html
    assert '<fieldset class="field"' in html


def test_the_error_summary_is_shown_for_sent_forms_only() -> None:
    template = Template("{% load kit %}{% error_summary form %}")
    assert "correct" not in template.render(Context({"form": SampleForm()}))
    assert "correct" in template.render(Context({"form": SampleForm({})}))


def test_a_form_with_errors_answers_422(visit: object) -> None:
    answer: HttpResponse = visit("/style/form/", {"name": ""})  # type: ignore[operator]
    assert answer.status_code == 422
    assert "Please correct the following" in answer.content.decode()
