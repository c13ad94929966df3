"""The catalogue tool: it reads what translators write, compiles what Django reads, and finds what is missing."""

import gettext
import io

import pytest

from tools.messages import (
    CatalogueFault,
    Key,
    compiled,
    faults_of,
    faults_of_keys,
    keys_in_python,
    keys_in_template,
    read_catalogue,
    read_language,
    skeleton,
)

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'


def catalogue(text):
    return read_catalogue(HEADER + text)


def faults(text, *keys):
    return faults_of(catalogue(text), dict.fromkeys(keys, "page.html"), "zh_Hans")


def test_a_compiled_catalogue_is_read_by_the_standard_library():
    text = (
        'msgid "Name"\nmsgstr ""\n"姓"\n"名"\nmsgctxt "month"\nmsgid "May"\nmsgstr "五月"\n\n'
        'msgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "%(n)s 行"\n'
    )
    read = gettext.GNUTranslations(io.BytesIO(compiled(catalogue(text))))
    assert read.gettext("Name") == "姓名"
    assert read.pgettext("month", "May") == "五月"
    assert read.ngettext("%(n)s row", "%(n)s rows", 5) == "%(n)s 行"
    assert read.gettext("Unknown") == "Unknown"


def test_fuzzy_and_empty_entries_are_not_compiled():
    text = '#, fuzzy\nmsgid "Name"\nmsgstr "名称"\n\nmsgid "Day"\nmsgstr ""\n'
    read = gettext.GNUTranslations(io.BytesIO(compiled(catalogue(text))))
    assert read.gettext("Name") == "Name"
    assert read.gettext("Day") == "Day"


@pytest.mark.parametrize("text", ['msgid "a"\nmsgid: "b"\n', "msgid unquoted\n", 'msgid "a"\nmsgstr "b"\nmsgstr "c"\n'])
def test_a_catalogue_that_cannot_be_read_names_the_line(text):
    with pytest.raises(CatalogueFault, match=r"catalogue:\d+: "):
        read_catalogue(text)


def test_an_entry_that_stands_twice_is_refused():
    with pytest.raises(CatalogueFault, match="twice"):
        catalogue('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "b"\n')


def test_several_files_make_one_catalogue(tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kit.po").write_text(HEADER + 'msgid "Name"\nmsgstr "姓名"\n', encoding="utf-8")
    (folder / "office.po").write_text(HEADER + 'msgid "Day"\nmsgstr "日期"\n', encoding="utf-8")
    assert {entry.key.text for entry in read_language(folder)} == {"", "Name", "Day"}


def test_two_translations_of_one_message_are_refused(tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kit.po").write_text(HEADER + 'msgid "Name"\nmsgstr "姓名"\n', encoding="utf-8")
    (folder / "office.po").write_text(HEADER + 'msgid "Name"\nmsgstr "名称"\n', encoding="utf-8")
    with pytest.raises(
        CatalogueFault, match=r"zh_Hans/office\.po:4: 'Name' is translated otherwise in zh_Hans/kit\.po"
    ):
        read_language(folder)


def test_messages_are_found_in_python():
    text = "_('a'); gettext_lazy('b'); ngettext('c', 'cs', n); pgettext('x', 'd'); _(name); other('e')"
    assert set(keys_in_python(text)) == {Key("a"), Key("b"), Key("c", plural="cs"), Key("d", context="x")}


def test_messages_are_found_in_templates():
    text = (
        "{% load i18n %}{% translate \"It's\" %}{% translate 'May' context 'month' %}{{ _('b') }}"
        "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
    )
    assert set(keys_in_template(text)) == {
        Key("It's"),
        Key("May", context="month"),
        Key("b"),
        Key("%(n)s row", plural="%(n)s rows"),
    }


def test_a_complete_catalogue_has_no_faults():
    assert faults('msgid "Name %(a)s"\nmsgstr "%(a)s 姓名"\n', Key("Name %(a)s")) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "not translated into zh_Hans"),
        ('msgid "Name %(a)s"\nmsgstr ""\n', "has no translation"),
        ('#, fuzzy\nmsgid "Name %(a)s"\nmsgstr "%(a)s 姓名"\n', "fuzzy"),
        ('msgid "Name %(a)s"\nmsgstr "姓名"\n', "takes the values"),
        ('msgid "Name %(a)s"\nmsgstr "%(a)s 姓名"\n\nmsgid "Gone"\nmsgstr "无"\n', "used nowhere"),
    ],
)
def test_a_fault_of_a_catalogue_is_found(text, fault):
    assert any(fault in one for one in faults(text, Key("Name %(a)s")))


def test_message_ids_are_english():
    assert faults_of_keys({Key("Name"): "a.py", Key("such as 2020年3月12日"): "a.py"}) == []
    assert faults_of_keys({Key("姓名"): "a.py"})


def test_a_missing_message_is_offered_as_an_entry():
    (entry,) = read_catalogue(skeleton(Key('say "a"\n', context="x"), "page.html"))
    assert entry.key == Key('say "a"\n', context="x")
    assert entry.forms == [""]
