"""What is wrong with a drawn.yaml that cannot be used, and how a pack's own stands over that of its base."""

from pathlib import Path

import pytest

from anye.flow.drawing.file import DrawnFault, read_drawn
from anye.packs.rules import pack_folder


def pack_with(folder: Path, text: str) -> Path:
    """A pack on top of the state's, with a drawn.yaml of its own."""
    (folder / "pack.yaml").write_text("name: mine\nversion: 1\ntitle: {zh: 我, en: mine}\nbase: cn\n", encoding="utf-8")
    path = folder / "drawn.yaml"
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# 说明\n登记失业者: {from: status, take: held}", "unknown_fact", 2),
        ("年龄: {from: detail, take: value, of: value}", "unknown_fact", 1),
        ("低保:\n  from: membership\n  where: {kind: poor}\n  take: held", "column", 3),
        ("票据金额:\n  from: ticket\n  take: sum\n  of: [amount]", "column", 4),
        ("低保: {from: firm, take: held}", "keys", 1),
        ("票据金额:\n  from: ticket\n  take: held", "fits", 3),
        ("低保:\n  from: membership\n  take: value", "fits", 3),
        ("性别: {from: detail, take: value, of: value}", "fits", 1),
        ("性别: {from: detail, take: value, of: value, codes: {a: woman, b: none}}", "fits", 1),
        ("合同月数: {from: insurance, take: run}", "fits", 1),
        ("低保: {from: membership, take: held, of: group}", "fits", 1),
        ("低保: {from: member, take: held}", "unknown_value", 1),
        ("低保:\n  from: membership\n  take: hold", "unknown_value", 3),
        ("在岗参保:\n  from: insurance\n  take: held\n  no: {months_of: payroll}", "unknown_value", 4),
        ("低保:\n  from: membership\n  take: held\n  wheres: {}", "unknown_key", 4),
        ("低保: {from: membership, take: held, no: {registers: a}}", "unknown_key", 1),
        ("# 说明\n低保:\n  from: membership", "missing_key", 3),
        ("低保:\n  from: membership\n  take: held\n  any_day: 1", "shape", 4),
        ("低保:\n  from: membership\n  take: held\n  where: {group: 1}", "shape", 4),
        ("低保:\n  from: membership\n  take: held\n  where: {group: [1]}", "shape", 4),
        ("票据金额: {from: ticket, take: sum, of: 3}", "shape", 1),
        ("低保: held", "shape", 1),
        ("# 说明\n低保: []", "shape", 2),
        ("低保: [held]", "shape", 1),
        ("- 低保", "shape", 1),
        ("低保: {from: membership, take: held}\n低保: {from: membership, take: held}", "duplicate_key", 2),
        ("低保: {from: membership", "unreadable", 2),
    ],
)
def test_a_fault_names_file_and_line(text: str, code: str, line: int, tmp_path: Path) -> None:
    path = pack_with(tmp_path, text)
    with pytest.raises(DrawnFault) as raised:
        read_drawn(tmp_path)
    fault = raised.value
    assert (fault.code, fault.params["file"], fault.params["line"]) == (f"drawn_{code}", str(path), line)
    assert f"{path}, line {line}: " in fault.text("en")
    assert f"{path} 第 {line} 行" in fault.text("zh-hans")


def test_a_pack_says_anew_where_a_fact_is_drawn_from_and_keeps_what_its_base_says_of_others(tmp_path: Path) -> None:
    pack_with(tmp_path, "低保:\n- {from: status, where: {kind: low}, take: held}\n- {from: membership, take: held}")
    found, base = read_drawn(tmp_path), read_drawn(pack_folder("cn"))
    assert [draw.spec.name for draw in found["低保"]] == ["status", "membership"]
    assert {name: draws for name, draws in found.items() if name != "低保"} == {
        name: draws for name, draws in base.items() if name != "低保"
    }
