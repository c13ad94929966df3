"""The docs say what the code is: generated pages, terms, floors, commands and links."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils.translation import override

from anye.doors.office.doubts import ANSWERS as LABELS
from anye.engine.errors import FileFault
from anye.flow import sentences
from anye.flow.load import Report
from anye.records.findings.rules import ANSWERS, HANDED_RULES, VISIT_RULES
from tools import docs, house_rules

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
# made by `make screens`, which needs a browser
PICTURES = ROOT / "docs" / "img"


def text_of(path):
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", docs.PAGES, ids=lambda path: path.name)
def test_a_generated_page_is_up_to_date(path):
    assert text_of(path) == docs.PAGES[path](), "run `make docs`"


def test_every_term_stands_once():
    for side in ("zh", "en"):
        names = [term[side] for term in docs.terms()]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("term", [term for term in docs.terms() if "id" in term], ids=lambda term: term["id"])
def test_a_term_names_a_table_whose_docstring_says_no_other_word(term):
    model = apps.get_model(term["id"])
    said = re.findall(r"\(([\u3400-\u9fff]+)\)", (model.__doc__ or "").splitlines()[0])
    assert said in ([], [term["zh"]])


def test_every_table_is_in_the_glossary():
    known = {term["id"] for term in docs.terms() if "id" in term}
    tables = {
        f"{app}.{model.__name__}" for app in house_rules.floors() for model in apps.get_app_config(app).get_models()
    }
    assert tables == known, "add it to docs/glossary.yaml and run `make docs`"


def test_the_house_names_every_floor():
    house = text_of(ROOT / "docs" / "house.md")
    packages = {path.parent.name for path in (ROOT / "src" / "anye").glob("*/__init__.py")}
    for name in [*packages, *house_rules.floors(), "cli"]:
        assert f"| `{name}` |" in house


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_make_targets_that_a_page_names_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for line in re.findall(r"(?:^|`)make ((?:[a-z-]+ ?)+)", text_of(path), re.MULTILINE):
        assert set(line.split()) <= targets


def test_the_commands_that_the_readmes_name_exist():
    from anye.cli import parser

    (verbs,) = (action.choices for action in parser()._actions if isinstance(action.choices, dict))
    for path in READMES:
        named = set(re.findall(r"^\.venv/bin/anye ([a-z-]+)", text_of(path), re.MULTILINE))
        assert named
        assert named <= set(verbs)


def test_both_readmes_show_the_same_commands():
    first, second = (re.findall(r"^(make .*?|\.venv.*?)\s+#", text_of(path), re.MULTILINE) for path in READMES)
    assert first == second


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text_of(path)):
        found = (path.parent / target).resolve()
        assert found.exists() or PICTURES in found.parents, target


@pytest.mark.parametrize(("page", "language"), [("registers.md", "en"), ("registers.zh-CN.md", "zh")])
def test_the_guide_says_every_sentence_as_the_site_does(page, language):
    text = text_of(GUIDE / page)
    for table in (sentences.REASONS, sentences.RULES, sentences.FILE_FAULTS):
        for code, said in table.items():
            assert f"| `{code}` | {said.what(language)} | {said.cure(language)} |" in text


@pytest.mark.parametrize("page", ["registers.md", "registers.zh-CN.md"])
def test_the_guide_knows_every_field(page):
    text = text_of(GUIDE / page)
    for name in Report("", "", fault=FileFault("empty_file")).as_json():
        assert f"`{name}`" in text


def test_the_guide_names_the_doubts_that_become_visits():
    for page, between, last in (("registers.md", ", ", " and "), ("registers.zh-CN.md", "、", "、")):
        *first, end = sorted(VISIT_RULES)
        assert between.join(first) + last + end in text_of(GUIDE / page)


@pytest.mark.parametrize(("page", "language"), [("visits.md", "en"), ("visits.zh-CN.md", "zh-hans")])
def test_the_guide_tells_every_answer_that_a_visit_may_give(page, language):
    told = text_of(GUIDE / page)
    asked = {*VISIT_RULES, *HANDED_RULES.values()}
    codes = {answer.code for rule in asked for key in ANSWERS if key.startswith(rule) for answer in ANSWERS[key]}
    with override(language):
        missing = [code for code in {*codes, "not_found"} if f"| {LABELS[code]} |" not in told]
    assert missing == []


def test_every_guide_stands_in_both_languages():
    names = {path.name for path in GUIDE.glob("*.md")}
    english = {name for name in names if not name.endswith(".zh-CN.md")}
    assert names - english == {name.replace(".md", ".zh-CN.md") for name in english}


@pytest.mark.parametrize("path", sorted(GUIDE.glob("*.md")), ids=lambda path: path.name)
def test_the_options_that_a_guide_names_exist(path):
    from anye.cli import parser

    for words in re.findall(r"(?:^\.venv/bin/|`)anye (?:--language en )?([a-z-][^`#\n]*)", text_of(path), re.MULTILINE):
        asked, rest = parser(), words.split()
        while verbs := next((action.choices for action in asked._actions if isinstance(action.choices, dict)), None):
            asked = verbs[rest.pop(0)]
        known = {option for action in asked._actions for option in action.option_strings}
        assert {word for word in rest if word.startswith("--")} <= known, words
