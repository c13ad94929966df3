"""The policies of a pack: `facts.yaml` and `policies/*.yaml`, with those of its base; its own of the same code win."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from anye.engine.entitle.catalogue import KEYS, Catalogue
from anye.engine.entitle.catalogue_file import read_catalogue
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.entitle.policy_file import read_policy
from anye.engine.entitle.runs import RuleBook
from anye.packs import HERE, PackFault, _load, pack_names


def pack_folder(name: str) -> Path:
    """The folder of an installed pack, or a folder that is given. Raises PackFault."""
    for folder in (HERE / name, Path(name)):
        if (folder / "pack.yaml").is_file():
            return folder
    raise PackFault("pack_unknown", {"file": name, "line": 1, "found": name, "expected": ", ".join(pack_names())})


@cache
def read_rules(folder: Path) -> RuleBook:
    """The policies of a pack, checked. Raises PolicyFault, PackFault."""
    chain = pack_chain(folder)
    catalogue: Catalogue | None = None
    files: dict[str, Path] = {}
    for each in reversed(chain):
        if (each / "facts.yaml").is_file():
            catalogue = read_catalogue(each / "facts.yaml", catalogue)
        files |= {path.stem: path for path in sorted(each.glob("policies/*.yaml"))}
    if catalogue is None:
        raise PackFault("pack_no_facts", {"file": str(folder), "line": 1})
    policies = {}
    for stem, path in files.items():
        policy = read_policy(path, catalogue)
        if policy.code != stem:
            raise PolicyFault("policy_shape", {"file": str(path), "line": 1, "key": "policy", "expected": stem})
        policies[stem] = policy
    book = RuleBook(catalogue, policies)
    check_circles(book)
    return book


def with_policy(book: RuleBook, path: Path, text: str | None = None) -> tuple[RuleBook, str]:
    """The rules with the policy of a file in the place of the one of its code. Raises PolicyFault.

    `text`: what would stand in the file, where it is not one yet.
    """
    policy = read_policy(path, book.catalogue, text)
    found = replace(book, policies={**book.policies, policy.code: policy})
    check_circles(found)
    return found, policy.code


def check_circles(book: RuleBook) -> None:
    """Policies that exclude each other are known, and none goes before itself. Raises PolicyFault."""
    for start in book.policies:
        _follow(book, start, ())


def _follow(book: RuleBook, code: str, path: tuple[str, ...]) -> None:
    policy: Policy = book.policies[code]
    if code in path:
        circle = " → ".join((*path[path.index(code) :], code))
        raise PolicyFault("policy_circle", {"file": policy.path, "line": policy.blocks[0].line, "found": circle})
    for block in policy.blocks:
        for each in block.exclusions:
            if each.policy not in book.policies:
                params = {"file": policy.path, "line": block.line, "key": "exclusive_with", "found": each.policy}
                raise PolicyFault("policy_unknown_value", {**params, "expected": ", ".join(sorted(book.policies))})
            if not set(each.keys) <= set(KEYS[book.policies[each.policy].subject]):
                expected = ", ".join(KEYS[book.policies[each.policy].subject])
                params = {"file": policy.path, "line": block.line, "key": "same", "found": ", ".join(each.keys)}
                raise PolicyFault("policy_unknown_value", {**params, "expected": expected})
            _follow(book, each.policy, (*path, code))


def pack_chain(folder: Path) -> list[Path]:
    """The pack and the packs that it stands on."""
    found = [folder]
    while base := _load(found[-1] / "pack.yaml").get("base"):
        beside = found[-1].parent / base
        following = beside if (beside / "pack.yaml").is_file() else HERE / base
        if following in found or not (following / "pack.yaml").is_file():
            params = {
                "file": str(found[-1] / "pack.yaml"),
                "line": 1,
                "found": base,
                "expected": ", ".join(pack_names()),
            }
            raise PackFault("pack_unknown", params)
        found.append(following)
    return found
