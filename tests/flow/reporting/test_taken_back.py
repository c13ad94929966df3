"""What was known on a day stays what it was when a register is taken back later, and when it comes in once more."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.drawing.months import Window
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.load import Report
from anye.flow.reporting.figures import Figures
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.people.models import Person
from tests.flow.test_registers import sheet
from tests.flow.written import number

PACK = read_pack("cn_yubei")
ON = dt.date(2020, 12, 31)
CAME, BACK, AGAIN = dt.date(2020, 12, 5), dt.date(2020, 12, 8), dt.date(2020, 12, 11)
PEOPLE = "镇街 村居 户编号 与户主关系 姓名 身份证号 户类型 劳动能力 就业状态 就业起始日期 就业单位"
POSTS = "姓名 身份证号 用人单位 岗位名称 岗位类别 每周工时 上岗时间"


def told(known: dt.date) -> dict[str, object]:
    """Every figure and its rows, and who is asked and placed, as known on a day."""
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=known)
        found = {code: (figures.figure(code).value, figures.behind(code).rows()) for code in figures.indicators}
        subjects = RecordSubjects(PACK, Window(600, 12), on=known)
        return {**found, "persons": list(subjects.persons), "posts": subjects.posts.rows()}


def test_a_register_taken_back_changes_nothing_that_was_known_before(
    load: Callable[..., Report], context: Context, tmp_path: Path
) -> None:
    path = sheet(tmp_path / "ledger.csv", PEOPLE, [
        ("东河镇", "柳树村", f"H{at}", "户主", f"冉明{at}", number(at), "脱贫户", "普通劳动力", "已就业", "2020-01-06", "某厂")
        for at in (1, 2, 3)
    ])  # fmt: skip
    whole = load(path, known_on=CAME)
    load(sheet(tmp_path / "posts.csv", POSTS, [
        (f"冉明{at}", number(at), "柳树村", "护路员", "公益性岗位", "10", "2020-03-02") for at in (1, 2, 3)
    ]), known_on=CAME)  # fmt: skip
    first = told(CAME)
    assert (first["I27"][0], len(first["persons"]), len(first["posts"])) == (3, 3, 3)  # type: ignore[index, arg-type]
    with acting(BATCH):
        withdrawing.withdraw(whole.batch or 0, context, on=BACK)
        assert Person.objects.filter(is_hidden=True).count() == 3
    gone = told(BACK)
    assert (gone["I27"][0], gone["persons"], gone["posts"]) == (None, [], [])  # type: ignore[index]
    assert told(CAME) == first
    path.write_bytes(path.read_bytes() + b"\r\n")
    load(path, known_on=AGAIN)
    with acting(BATCH):
        assert Person.objects.filter(is_hidden=True).count() == 0
    assert told(AGAIN)["I27"][0] == 3  # type: ignore[index]
    assert told(BACK) == gone
    assert told(CAME) == first
