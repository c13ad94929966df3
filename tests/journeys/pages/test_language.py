"""One language a page: English pages hold no Chinese and Chinese pages no English, but for the data and the brand."""

import re
from collections.abc import Callable

import pytest

from anye.records.accounts.models import User
from tests import factories
from tests.conftest import District
from tests.journeys.pages.visitor import Visitor
from tools.messages import CATALOGUES, ROOT, faults_of, keys_in_use, read_language

PERSON = "冉明秀"
# what the registers and the offices call people, places and firms, and the registry itself
DATA = (f"{PERSON}的单位", PERSON, "青石区", "东河镇", "柳树村", "石桥村", "西岭镇", "云峰村", "大坪村", "工作人员甲")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
# the brand, the other language's own name on the switch, the user's name, and words that Chinese writes so too
MAY_BE_CHINESE = {"安业", "中文"}
MAY_BE_ENGLISH = {"Anye", "English", "officer", "ID", "CSV", "Enter", "Esc", "Tab", "Ctrl"}
PAGES = ("/", "/people/", "/visits/")


@pytest.fixture
def data(district: District, make_user: Callable[..., User]) -> None:
    with factories.as_owner():
        factories.make_case(district["willow"], PERSON)
    user = make_user("district_officer", district["district"], "officer")
    User.objects.filter(pk=user.pk).update(name=DATA[-1])


def without_data(text: str) -> str:
    for name in DATA:
        text = text.replace(name, " ")
    return text


@pytest.mark.parametrize(
    ("language", "button", "foreign", "allowed"),
    [("en", "Sign in", CHINESE, MAY_BE_CHINESE), ("zh-CN", "登录", ENGLISH, MAY_BE_ENGLISH)],
)
@pytest.mark.usefixtures("data")
def test_no_page_mixes_languages(
    visitor: Callable[..., Visitor], language: str, button: str, foreign: re.Pattern[str], allowed: set[str]
) -> None:
    officer = visitor(language=language)
    officer.sign_in_by_link("officer", button)
    for path in PAGES:
        officer.go(path)
        shown = without_data(f"{officer.page.title()} {officer.text}")
        assert set(foreign.findall(shown)) - allowed == set(), path


def test_every_message_is_translated() -> None:
    in_use = keys_in_use()
    folders = sorted(ROOT.glob(CATALOGUES))
    assert folders
    for folder in folders:
        assert faults_of(read_language(folder), in_use, folder.parent.name) == []
