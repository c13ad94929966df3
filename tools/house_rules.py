"""The house's rules that ruff cannot see: ``python -m tools.house_rules``, part of ``make check``.

Each rule is a function from a file (its path inside the repository and its text) to faults; `RULES` says which files it
reads. A rule's good and bad samples stand in ``tests/house/test_house_rules.py``: a rule that catches nothing there
is no rule. Where a line must break one, it says so and why: ``# house: writes-in-actions: Django calls it itself``.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
NAMELESS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "service",
    "services",
    "misc",
    "tools",
}
# Floors whose writes must stand in actions.py. Flow is made of actions; the engine has nothing to write to.
WRITERS_ARE_ACTIONS = ("src/anye/records/", "src/anye/doors/", "src/anye/config/", "src/anye/demo/", "src/anye/cli.py")
ALWAYS_WRITE = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "aget_or_create", "asave", "acreate"}
QUERYSET_MARKS = {
    "objects",
    "filter",
    "exclude",
    "known",
    "all",
    "select_for_update",
    "_base_manager",
    "_default_manager",
}
SQL_WRITE = re.compile(
    r"^\s*(INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+[\w.\"]+\s+SET|TRUNCATE|COPY\s+[\w.\"]+.*\bFROM\b)", re.IGNORECASE
)
# A stop-watch (time.monotonic) is no clock: it limits how long a hostile file may take.
CLOCK = re.compile(
    r"(^|\.)(datetime|date|timezone|dt)\.(now|today|utcnow)$|(^|\.)time\.(time|time_ns|localtime|gmtime)$"
)
# What is due, late or in force goes by the registry's day, which a demonstration has of its own (decision 0044).
DAY_MODULE = "src/anye/records/audit/day.py"
CALENDAR = re.compile(r"(^|\.)localdate$|(^|\.)date\.today$|\b(now|localtime)\(.*\)\.date$")
SQL_CALENDAR = re.compile(r"\bCURRENT_DATE\b|\bnow\(\)::date\b", re.IGNORECASE)
REGISTRY = re.compile(
    r"(?:https?|git|ssh|file)://(?:[\w.-]*@)?(?:[\w-]+\.)*"
    r"(?:registry|pypi|pythonhosted|npmjs|npmmirror|mirrors?|crates|artifactory|nexus|devpi)\b|file:///[\w./-]*(?:pypi|wheels|simple)\b",
    re.IGNORECASE,
)
# Printed as examples in GB 11643 itself.
PUBLISHED_IDS = {"11010519491231002X", "440524188001010014"}
ID_NUMBER = re.compile(r"(?<![\w.])\d{17}[\dXx](?![\w.])")
CHINESE = re.compile(r"[\u3400-\u9fff]")
DJANGO_COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?%}.*?{%\s*endcomment\s*%}", re.DOTALL)
DJANGO_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
TRANSLATED_BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
MARKED_CHINESE = re.compile(r"<(\w+)[^>]*\blang=\"zh[^>]*>.*?</\1>", re.DOTALL)


@dataclass(frozen=True)
class Source:
    """A file: its path inside the repository and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text, of Python files."""
        return ast.parse(self.text)


@dataclass(frozen=True)
class Fault:
    """A place that breaks a rule, and the cure."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


Found = Iterator[tuple[int, str]]


@dataclass(frozen=True)
class Rule:
    """A rule: its name, the files it reads and how it looks for faults."""

    name: str
    reads: Callable[[str], bool]
    look: Callable[[Source], Found]


def is_python(path: str) -> bool:
    """Our own Python: the package, the tools and the benches."""
    return path.endswith(".py") and "/migrations/" not in path


def is_package(path: str) -> bool:
    """Python that is shipped."""
    return is_python(path) and path.startswith("src/anye/")


def is_template(path: str) -> bool:
    """A page or a fragment of one."""
    return path.startswith("src/anye/") and "/templates/" in path and path.endswith(".html")


def long_files(source: Source) -> Found:
    """A module is read in one sitting."""
    length = source.text.count("\n") + 1
    if length > LONGEST_FILE:
        yield LONGEST_FILE, f"{length} lines; split it at its seam (at most {LONGEST_FILE})"


def long_functions(source: Source) -> Found:
    """A function fits on a screen."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {length} lines; name its parts (at most {LONGEST_FUNCTION})"


def nameless_modules(source: Source) -> Found:
    """A module is named after the thing in it."""
    for part in PurePosixPath(source.path).with_suffix("").parts[2:]:
        if part in NAMELESS:
            yield 1, f"{part!r} names nothing; name the thing"


def stray_writes(source: Source) -> Found:
    """One unit per verb carries permission, lock, change and audit: writes stand in actions."""
    name = PurePosixPath(source.path)
    if not source.path.startswith(WRITERS_ARE_ACTIONS) or name.name == "actions.py" or "actions" in name.parts:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node, node.func):
            yield node.lineno, f".{node.func.attr}() outside actions.py; write an action and call it"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WRITE.match(node.value):
            yield node.lineno, "SQL that writes outside actions.py; write an action and call it"


def _is_write(call: ast.Call, function: ast.Attribute) -> bool:
    """True for what a queryset, a manager or a record does; dictionaries, digests and files have such verbs too."""
    if function.attr in ALWAYS_WRITE:
        return True
    if function.attr in {"save", "delete"}:
        return not call.args and not _is_storage(function.value)
    return function.attr in {"update", "create"} and bool(_chain(function.value) & QUERYSET_MARKS)


def _is_storage(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"storage", "session", "cache"}


def _chain(node: ast.expr) -> set[str]:
    """The names along a chain of attributes and calls: ``a.objects.filter(x)`` -> {a, objects, filter}."""
    names: set[str] = set()
    while True:
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return names | ({node.id} if isinstance(node, ast.Name) else set())


def clocks_in_engine(source: Source) -> Found:
    """Time is an argument."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and CLOCK.search(name := ast.unparse(node.func)):
            yield node.lineno, f"{name}() in the engine; take `on` as an argument"


def days_of_the_calendar(source: Source) -> Found:
    """Today is the registry's day."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and CALENDAR.search(name := ast.unparse(node.func)):
            yield node.lineno, f"{name}() is the calendar's day; ask registry_day ({DAY_MODULE})"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_CALENDAR.search(node.value):
            yield node.lineno, f"SQL that asks for the calendar's day; hand it registry_day() ({DAY_MODULE})"


def addresses_and_machine_paths(source: Source) -> Found:
    """Where packages come from and where a work tree lies is the machine's business."""
    machine = [str(folder) for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    for number, line in enumerate(source.text.splitlines(), 1):
        if REGISTRY.search(line):
            yield number, "the address of a package registry; configuration of the machine, not of the project"
        if any(re.search(rf"(?<![\w.]){re.escape(folder)}(?:/|\b)", line) for folder in machine):
            yield number, "a path of this machine; derive it from __file__ or platformdirs"


def real_id_numbers(source: Source) -> Found:
    """Invented numbers start with 99, which is no area: a valid number with a real area may be somebody's."""
    for number, line in enumerate(source.text.splitlines(), 1):
        for found in ID_NUMBER.finditer(line):
            if not found[0].startswith("99") and found[0] not in PUBLISHED_IDS and _is_valid_id(found[0]):
                yield number, "a resident ID number that may be somebody's; samples start with 99"


def _is_valid_id(text: str) -> bool:
    """Check digit of GB 11643 and a date that existed."""
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return "10X98765432"[total % 11] == text[17].upper()


def inline_code_in_templates(source: Source) -> Found:
    """The content security policy allows neither inline scripts nor inline styles nor other sites."""
    # Django's own code is taken out first: `{% if style == "x" %}` is no style
    plain = DJANGO_CODE.sub(_blank, DJANGO_COMMENT.sub(_blank, source.text))
    for pattern, fault in (
        (r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type=\"application/json\")", "an inline script; move it to static/"),
        (r"<style\b", "an inline style sheet; move it to static/"),
        (r"<[a-zA-Z][^>]*\sstyle\s*=", "an inline style; use a class"),
        (r"<[a-zA-Z][^>]*\son[a-z]+\s*=", "an inline event handler; use data attributes and a script"),
        (r"<[a-zA-Z][^>]*\shx-on\b", "hx-on runs inline code; use data attributes and a script"),
        (r"[\"']\s*javascript:", "a javascript: address"),
        (
            r"<(?:script|link|img|iframe|use|source|video)\b[^>]*\s(?:src|href)\s*=\s*[\"'](?:https?:)?//",
            "another site",
        ),
    ):
        for found in re.finditer(pattern, plain, re.IGNORECASE):
            yield plain.count("\n", 0, found.start()) + 1, fault


def untranslated_text(source: Source) -> Found:
    """No page mixes languages: Chinese stands in the catalogue, or in an element that says lang="zh…"."""
    plain = DJANGO_COMMENT.sub(_blank, source.text)
    plain = MARKED_CHINESE.sub(_blank, DJANGO_CODE.sub(_blank, TRANSLATED_BLOCK.sub(_blank, plain)))
    for number, line in enumerate(plain.splitlines(), 1):
        if CHINESE.search(line):
            yield number, 'Chinese outside the catalogue; use {% translate %}, or lang="zh-Hans" where it is meant'


def _blank(found: re.Match[str]) -> str:
    """The same number of lines and nothing on them, so that line numbers stay true."""
    return " " + "\n" * found[0].count("\n")


@cache
def floors() -> tuple[str, ...]:
    """The records' apps from the top down, as the import contracts list them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(one["layers"] for one in contracts if one["containers"] == ["anye.records"])
    return tuple(name.strip() for layer in layers for name in layer.split("|"))


def upward_keys(source: Source) -> Found:
    """A foreign key in a string passes the import linter; it must point downwards all the same."""
    parts = PurePosixPath(source.path).parts
    if parts[:3] != ("src", "anye", "records") or len(parts) < 5 or parts[3] not in floors():
        return
    own = floors().index(parts[3])
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and _chain(node.func) & {"ForeignKey", "OneToOneField", "ManyToManyField"}):
            continue
        named = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg in {"to", "through"})]
        for target in named:
            app = target.value.partition(".")[0] if isinstance(target, ast.Constant) else ""
            if app in floors() and floors().index(app) < own:
                yield node.lineno, f"a key from {parts[3]} up to {app}; keep (table, id) instead, or a link table above"


RULES = (
    Rule("file-length", is_python, long_files),
    Rule("function-length", lambda path: is_package(path) or path.startswith("tools/"), long_functions),
    Rule("module-name", is_package, nameless_modules),
    Rule("writes-in-actions", is_package, stray_writes),
    Rule("no-clock", lambda path: is_python(path) and path.startswith("src/anye/engine/"), clocks_in_engine),
    Rule("registry-day", lambda path: is_package(path) and path != DAY_MODULE, days_of_the_calendar),
    Rule("no-address", lambda path: True, addresses_and_machine_paths),
    Rule("no-real-id", lambda path: not path.endswith((".lock", "package-lock.json")), real_id_numbers),
    Rule("no-inline-code", is_template, inline_code_in_templates),
    Rule("no-mixed-language", is_template, untranslated_text),
    Rule("keys-point-down", is_package, upward_keys),
)


def check(path: str, text: str) -> list[Fault]:
    """The faults of one file."""
    source = Source(path, text)
    lines = text.splitlines()
    return [
        Fault(path, line, rule.name, fault)
        for rule in RULES
        if rule.reads(path)
        for line, fault in sorted(rule.look(source))
        if not re.search(rf"# house: {rule.name}: \w", lines[line - 1] if line <= len(lines) else "")
    ]


def project_files(root: Path = ROOT) -> list[str]:
    """Files that are committed or about to be, without pictures and other bytes."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return sorted(name for name in listed.split("\0") if name and (root / name).is_file())


def main() -> int:
    """Print every fault; 1 when there is one."""
    faults: list[Fault] = []
    for name in project_files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content[:8000]:
            faults += check(name, content.decode("utf-8", errors="replace"))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
