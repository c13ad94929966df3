"""YAML read by libyaml is what ruamel's round trip reads: values, order, lines; and what is wrong is told at its line."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from anye.engine.yaml_tree import read_yaml
from anye.packs import HERE

FILES = sorted(HERE.glob("**/*.yaml"))
TEXTS = (
    "a: {b: [1, 0o17, 1.5, yes, no, on, ~, null, true, 2020-02-01, '2020-02-01', 0x1F, 1_000]}\n",
    "x: &one {p: 1}\ny: *one\nz: [*one, *one]\n",
    "- a\n-\n  - b\n  - c: |\n      d\n      e\n    f: >-\n      g\n      h\n",
    "键: 值\n'1': 一\n2: 二\n",
)


def same(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert list(one) == list(other) and one.lc.line == other.lc.line
        for key in one:
            assert one.lc.data[key][0] == other.lc.data[key][0]
            same(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        assert {at: place[0] for at, place in (one.lc.data or {}).items()}.items() <= {
            at: place[0] for at, place in (other.lc.data or {}).items()
        }.items()
        for pair in zip(one, other, strict=True):
            same(*pair)
    else:
        assert one == other and isinstance(one, type(other))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_the_packs_is_read_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    same(YAML(typ="rt", pure=True).load(text), read_yaml(text))


@pytest.mark.parametrize("text", TEXTS)
def test_other_spellings_are_read_alike(text: str) -> None:
    same(YAML(typ="rt", pure=True).load(text), read_yaml(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", 2),
        ("a: [1\nb: 2\n", 1),
        ("a: *none\n", 0),
        ("a: 1\n---\nb: 2\n", 1),
        ("a:\n  ? [1]\n  : 2\n", 1),
    ],
)
def test_what_is_wrong_is_told_at_its_line(text: str, line: int) -> None:
    with pytest.raises(MarkedYAMLError) as caught:
        read_yaml(text)
    mark = caught.value.problem_mark or caught.value.context_mark
    assert mark.line == line


def test_a_list_within_itself_and_an_empty_text_are_read() -> None:
    tree = read_yaml("a: &a [*a]\n")
    assert tree["a"][0] is tree["a"] and read_yaml("") is None
