"""Every call of ours that says who may do what or whose rows are meant, found in the sources; and each taken out.

A call is taken out of the running process: its function gets the code that it would have without it. A condition
without its call lets everybody pass, a range reaches everything, a `with acting()` does nothing, a guarded view is bare.
"""

import ast
import gc
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from anye.records.accounts.models import Duty
from anye.records.accounts.queries import HeldDuty
from anye.records.accounts.scope import Scope
from anye.records.places.models import Office

SOURCES = Path(__file__).resolve().parents[2] / "src" / "anye"
FLOORS = ("config", "doors", "flow", "records")
DEFINED_IN = "records/accounts/scope.py"  # what `acting` and a scoped manager are, has tests of its own
GUARDS = frozenset({"open_to", "administrators_only"})
EVERYWHERE = Scope(-1, 2**62)
Place = tuple[int, int]  # line and column

_HERE = "__import__('tests.house.scope_calls', fromlist=['here'])"
_NOTHING = "__import__('contextlib').nullcontext(({0}, None)[1])"
# a call by its name → what stands in its place; {0} is the call itself, which is evaluated and does not count
INSTEAD = {
    "acting": _NOTHING,
    "within": _NOTHING,
    "held_duty": _HERE + ".any_duty({0}, {1})",
    "may": "({0}, True)[1]",
    "may_load": "({0}, True)[1]",
    "_may_close": "({0}, True)[1]",
    "is_theirs": "({0}, True)[1]",
    "serves_elsewhere": "({0}, False)[1]",
    "reaches": "({0}, True)[1]",
    "is_between": "({0}, True)[1]",
    "_known_elsewhere": "({0}, None)[1]",
    "reach_of": f"({{0}}, {_HERE}.EVERYWHERE)[1]",
}
COMPARED = {ast.In: True, ast.NotIn: False, ast.Eq: True, ast.NotEq: False, ast.Is: True, ast.IsNot: False}


def any_duty(_found: object, pk: int) -> HeldDuty | None:
    """The duty of a key, in force or not."""
    duty = Duty.objects.filter(pk=pk).first()
    office = Office.objects.filter(scope_no=duty.scope_no).first() if duty else None
    if duty is None or office is None:
        return None
    return HeldDuty(duty.pk, duty.role, office, Scope(duty.scope_no, office.scope_hi))


@dataclass(frozen=True)
class Call:
    """One scope call: its file, the function it stands in, what it is, and the nodes that go with it."""

    file: str
    function: str
    kind: str
    places: tuple[Place, ...]

    @property
    def is_guard(self) -> bool:
        """A view's decorator."""
        return self.kind.startswith("@")

    @property
    def module(self) -> str:
        return "anye." + self.file.removesuffix(".py").replace("/", ".")


class _Finder(ast.NodeVisitor):
    """Gathers (function, kind, place) in the order of the text."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, tuple[Place, ...]]] = []
        self._inside: list[str] = []

    def _add(self, kind: str, *nodes: ast.expr) -> None:
        self.found.append((".".join(self._inside), kind, tuple((n.lineno, n.col_offset) for n in nodes)))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._inside.append(node.name)
        for decorator in node.decorator_list:
            name = _name(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if name in GUARDS:
                self._add(f"@{name}", decorator)
            else:
                self.visit(decorator)
        for part in (*node.args.defaults, *node.body):
            self.visit(part)
        self._inside.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 the name that ast asks for

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            reaches = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and one.attr == "reach"]
            # the lower end alone says where a trace is shown: it limits nothing
            if reaches and not (".reach.lo" in ast.unparse(node) and ".reach.hi" not in ast.unparse(node)):
                self._add("reach", *reaches)
        super().visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        # as with `.reach.lo` above
        if not (node.attr == "lo" and isinstance(node.value, ast.Call) and _name(node.value.func) == "reach_of"):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in INSTEAD and not (name == "is_between" and isinstance(node.func, ast.Attribute)):
            self._add(name, node)
        for keyword in node.keywords:
            if _is_range(keyword):
                self._add("range", node)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        text = ast.unparse(node)
        if text.endswith("office.parent_id is None") or ".role" in text:
            self._add("compare", node)
        self.generic_visit(node)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_range(keyword: ast.keyword) -> bool:
    """`scope_no__range=…`, or `**{f"{column}__range": …}`."""
    if keyword.arg is not None:
        return keyword.arg.endswith("scope_no__range")
    return isinstance(keyword.value, ast.Dict) and any(
        "__range" in ast.unparse(key) for key in keyword.value.keys if key
    )


def calls_in(text: str, file: str) -> dict[str, Call]:
    """The scope calls of a module by name; several of a kind in one function are counted."""
    finder = _Finder()
    finder.visit(ast.parse(text))
    found: dict[str, Call] = {}
    counts: dict[str, int] = {}
    for function, kind, places in finder.found:
        plain = f"{file} {function}: {kind}"
        counts[plain] = counts.get(plain, 0) + 1
        found[plain if counts[plain] == 1 else f"{plain} ({counts[plain]})"] = Call(file, function, kind, places)
    return found


@cache
def calls() -> dict[str, Call]:
    """Every scope call of the package by name."""
    files = [file for floor in FLOORS for file in sorted((SOURCES / floor).rglob("*.py"))]
    named = {str(file.relative_to(SOURCES)): file for file in files if "migrations" not in file.parts}
    return {
        name: call
        for file, path in named.items()
        if file != DEFINED_IN
        for name, call in calls_in(path.read_text("utf-8"), file).items()
    }


# ── taking out ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Without(ast.NodeTransformer):
    """A module without one scope call."""

    def __init__(self, call: Call) -> None:
        self.call, self.times = call, 0

    def visit(self, node: ast.AST) -> Any:
        node = self.generic_visit(node)
        if not isinstance(node, ast.expr) or (node.lineno, node.col_offset) not in self.call.places:
            return node
        instead = self._instead(node)
        if instead is None:
            return node
        self.times += 1
        for inner in ast.walk(instead):
            if inner is not node and not hasattr(inner, "lineno"):
                ast.copy_location(inner, node)
        return ast.fix_missing_locations(ast.copy_location(instead, node))

    def _instead(self, node: ast.expr) -> ast.expr | None:
        kind = self.call.kind
        if kind == "reach" and isinstance(node, ast.Attribute) and node.attr == "reach":
            return _around(node, f"({{0}}, {_HERE}.EVERYWHERE)[1]")
        if kind == "compare" and isinstance(node, ast.Compare):
            return _around(node, f"({{0}}, {COMPARED[type(node.ops[0])]})[1]")
        if kind == "range" and isinstance(node, ast.Call) and any(map(_is_range, node.keywords)):
            node.keywords = [keyword for keyword in node.keywords if not _is_range(keyword)]
            return node
        if kind in INSTEAD and isinstance(node, ast.Call) and _name(node.func) == kind:
            return _around(node, INSTEAD[kind])
        return None


class _Filled(ast.NodeTransformer):
    def __init__(self, parts: list[ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts[int(node.id[1:])] if node.id in {"_0", "_1"} else node


def _around(node: ast.expr, template: str) -> ast.expr:
    """The template as an expression, with the node, and a call's first argument, in their places."""
    parts = [node, node.args[0] if isinstance(node, ast.Call) and node.args else node]
    tree = ast.parse(template.format("_0", "_1"), mode="eval").body
    filled: ast.expr = _Filled(parts).visit(tree)
    return filled


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


Key = tuple[str, str, int]


def _key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def without(call: Call) -> dict[Key, CodeType]:
    """The codes of a module's functions as they were without the call: those that differ."""
    module = importlib.import_module(call.module)
    text = Path(str(module.__file__)).read_text("utf-8")
    transformer = _Without(call)
    tree = transformer.visit(ast.parse(text))
    assert transformer.times == len(call.places), call
    old, new = (
        {_key(code): code for code in _codes(compile(source, str(module.__file__), "exec", dont_inherit=True))}
        for source in (text, tree)
    )
    assert set(old) == set(new), call
    return {key: code for key, code in new.items() if code != old[key]}


def _bare(guarded: FunctionType) -> CodeType:
    """A guard's code that calls the view at once."""
    names = ", ".join(guarded.__code__.co_freevars)
    text = f"def outer({names}):\n def guarded(request, *args, **kwargs):\n  ({names},)\n  return view(request, *args, **kwargs)"
    (outer,) = (one for one in compile(text, "<bare>", "exec").co_consts if isinstance(one, CodeType))
    (inner,) = (one for one in outer.co_consts if isinstance(one, CodeType))
    return inner


def guard_of(call: Call) -> FunctionType:
    """The function that a guard put around a view."""
    found: Any = getattr(importlib.import_module(call.module), call.function)
    while found.__code__.co_qualname.split(".")[0] != call.kind.removeprefix("@"):
        found = found.__wrapped__
    assert isinstance(found, FunctionType)
    return found


@contextmanager
def taken_out(name: str) -> Iterator[None]:
    """The process without one scope call."""
    call = calls()[name]
    if call.is_guard:
        guard = guard_of(call)
        changed: list[tuple[FunctionType, CodeType]] = [(guard, _bare(guard))]
    else:
        codes = without(call)
        changed = [(one, codes[_key(one.__code__)]) for one in _functions(lambda f: _key(f.__code__) in codes)]
        assert changed, f"{name}: no function has this code"
    kept = [(one, one.__code__) for one, _ in changed]
    try:
        for one, code in changed:
            one.__code__ = code
        yield
    finally:
        for one, code in kept:
            one.__code__ = code


def _functions(wanted: Callable[[FunctionType], bool]) -> list[FunctionType]:
    return [one for one in gc.get_objects() if type(one) is FunctionType and wanted(one)]
