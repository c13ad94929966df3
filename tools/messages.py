"""Translations without GNU gettext: ``python -m tools.messages check | compile | missing``.

Message ids are English, so English needs no catalogue; every other language must translate every message id that the
code and the templates use. A language's catalogue may be spread over several ``.po`` files, one a door, so that two
people can write at the same time; ``compile`` joins them into the one ``django.mo`` that Django reads (the build hook
does the same). ``missing`` prints the entries still to be written, ready to be appended to a catalogue.

Parsing and compiling use the standard library only: the build runs them before Django is installed.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = "src/anye/doors/locale/*/LC_MESSAGES"
SOURCES = ROOT / "src" / "anye"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL_FUNCTIONS = {"ngettext", "ngettext_lazy"}
CONTEXT_FUNCTIONS = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL_FUNCTIONS = {"npgettext", "npgettext_lazy"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
CHINESE_DAY = re.compile(r"\d{4}年\d{1,2}月(\d{1,2}日)?")  # an example of what may be typed
# What Django's templatize() makes of a template: calls with Python literals.
TEMPLATE_CALL = re.compile(r"\b(n?p?gettext(?:_lazy|_noop)?|_)\((?=[urb]?['\"])")


@dataclass(frozen=True, order=True)
class Key:
    """What a message is looked up by."""

    text: str
    context: str = ""
    plural: str = ""


@dataclass
class Entry:
    """One message of a catalogue: its forms (one, or one a plural case) and where it stands."""

    key: Key
    forms: list[str]
    name: str
    line: int
    is_fuzzy: bool = False


@dataclass
class Draft:
    """A message while its lines are being read."""

    name: str
    line: int = 0
    is_fuzzy: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    current: str = ""

    def entry(self) -> Entry:
        """The finished message."""
        key = Key(self.fields["msgid"], self.fields.get("msgctxt", ""), self.fields.get("msgid_plural", ""))
        forms = [text for name, text in sorted(self.fields.items()) if name.startswith("msgstr")]
        return Entry(key, forms, self.name, self.line, self.is_fuzzy)


class CatalogueFault(Exception):
    """A catalogue that cannot be read: file, line, fault."""


def read_catalogue(text: str, name: str = "catalogue") -> list[Entry]:
    """The messages of a ``.po`` file, the header (empty id) first. Raises CatalogueFault."""
    entries: list[Entry] = []
    draft = Draft(name)
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        starts_anew = line.startswith(("msgctxt", "#")) or (line.startswith("msgid ") and "msgid" in draft.fields)
        if "msgid" in draft.fields and (not line or starts_anew):
            entries.append(draft.entry())
            draft = Draft(name)
        if line.startswith("#,") and "fuzzy" in line:
            draft.is_fuzzy = True
        if line and not line.startswith("#"):
            _take_line(draft, line, number)
    if "msgid" in draft.fields:
        entries.append(draft.entry())
    seen: set[Key] = set()
    for entry in entries:
        if entry.key in seen:
            raise CatalogueFault(f"{name}:{entry.line}: {entry.key.text!r} stands twice; keep one")
        seen.add(entry.key)
    return entries


def _take_line(draft: Draft, line: str, number: int) -> None:
    found = re.fullmatch(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?(".*")', line)
    if found is None or not (found[1] or draft.current):
        raise CatalogueFault(f'{draft.name}:{number}: expected a keyword and a text in quotation marks, found "{line}"')
    if found[1]:
        draft.current = found[1]
        draft.line = draft.line or number
        if found[1] in draft.fields:
            raise CatalogueFault(f"{draft.name}:{number}: a second {found[1]} in one message")
        draft.fields[found[1]] = ""
    draft.fields[draft.current] += ast.literal_eval(found[2])


def compiled(entries: Iterable[Entry]) -> bytes:
    """The ``.mo`` file of a catalogue: magic, counts and two tables of (length, offset), then the texts."""
    pairs = []
    for entry in entries:
        if entry.is_fuzzy or not all(entry.forms):
            continue
        key = f"{entry.key.context}\x04{entry.key.text}" if entry.key.context else entry.key.text
        if entry.key.plural:
            key += f"\0{entry.key.plural}"
        pairs.append((key.encode(), "\0".join(entry.forms).encode()))
    pairs.sort()
    head = 7 * 4
    offset = head + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    texts = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += [len(pair[side]), offset + len(texts)]
            texts += pair[side] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), head, head + 8 * len(pairs), 0, offset)
    return header + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + texts


def read_language(folder: Path) -> list[Entry]:
    """The messages of all of a language's ``.po`` files, the first header kept. Raises CatalogueFault."""
    joined: dict[Key, Entry] = {}
    for path in sorted(folder.glob("*.po")):
        for entry in read_catalogue(path.read_text(encoding="utf-8"), f"{folder.parent.name}/{path.name}"):
            before = joined.setdefault(entry.key, entry)
            if entry.key.text and before.forms != entry.forms:
                raise CatalogueFault(
                    f"{entry.name}:{entry.line}: {entry.key.text!r} is translated otherwise in {before.name}; make them one"
                )
    return list(joined.values())


def compile_all(root: Path = ROOT) -> None:
    """Write each language's ``django.mo``, where it is out of date."""
    for folder in sorted(root.glob(CATALOGUES)):
        target = folder / "django.mo"
        wanted = compiled(read_language(folder))
        if not target.exists() or target.read_bytes() != wanted:
            target.write_bytes(wanted)


def keys_in_python(text: str) -> Iterator[Key]:
    """Messages that Python code asks for with a constant text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            key = _key_of_call(name, [_constant(argument) for argument in node.args])
            if key:
                yield key


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _key_of_call(name: str, given: list[str | None]) -> Key | None:
    """The key that a call with these constant arguments asks for (None: an argument that is no constant)."""
    first, second, third = [*given, None, None, None][:3]
    if name in FUNCTIONS and first:
        return Key(first)
    if name in PLURAL_FUNCTIONS and first and second:
        return Key(first, plural=second)
    if name in CONTEXT_FUNCTIONS and first and second:
        return Key(second, context=first)
    if name in CONTEXT_PLURAL_FUNCTIONS and first and second and third:
        return Key(second, context=first, plural=third)
    return None


def keys_in_template(text: str) -> Iterator[Key]:
    """Messages that a Django template asks for."""
    from django.utils.translation.template import templatize

    source = templatize(text)
    for found in TEMPLATE_CALL.finditer(source):
        arguments = _literals_after(source, found.end())
        key = _key_of_call(found[1], list(arguments))
        if key:
            # `%` is doubled in templates' messages, exactly as in their catalogue entries
            yield key


def _literals_after(source: str, start: int) -> list[str]:
    """The string literals at the front of an argument list."""
    found = []
    literal = re.compile(r"\s*([urb]?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))\s*,?")
    while match := literal.match(source, start):
        found.append(ast.literal_eval(match[1]))
        start = match.end()
    return found


def keys_in_use(sources: Path = SOURCES) -> dict[Key, str]:
    """Every message in use -> the first file that uses it."""
    found: dict[Key, str] = {}
    for path in sorted(
        [*sources.rglob("*.py"), *sources.rglob("templates/**/*.html"), *sources.rglob("templates/**/*.txt")]
    ):
        keys = keys_in_python if path.suffix == ".py" else keys_in_template
        for key in keys(path.read_text(encoding="utf-8")):
            found.setdefault(key, str(path.relative_to(sources)))
    return found


def placeholders(text: str) -> list[str]:
    """Names of the values that a text takes, sorted."""
    return sorted(found[0] for found in PLACEHOLDER.finditer(text))


def faults_of(entries: list[Entry], in_use: dict[Key, str], language: str) -> list[str]:
    """What is wrong with a catalogue: missing, untranslated, fuzzy, unused entries, and lost values."""
    known = {entry.key: entry for entry in entries if entry.key.text}
    faults = [
        f"{place}: {key.text!r} is not translated into {language}" for key, place in in_use.items() if key not in known
    ]
    for key, entry in known.items():
        where = f"{entry.name}:{entry.line}: {key.text!r}"
        if key not in in_use:
            faults.append(f"{where} is used nowhere; take it out")
        if entry.is_fuzzy:
            faults.append(f"{where} is marked fuzzy; check it and take the mark away")
        if not all(form.strip() for form in entry.forms):
            faults.append(f"{where} has no translation")
        wanted = placeholders(key.plural or key.text)
        if any(placeholders(form) != wanted for form in entry.forms if form):
            faults.append(f"{where} takes the values {wanted}, its translation takes others")
    return faults


def faults_of_keys(in_use: dict[Key, str]) -> list[str]:
    """Message ids that are not English."""
    return [
        f"{place}: message ids are English, this one is not: {key.text!r}"
        for key, place in in_use.items()
        if CHINESE.search(CHINESE_DAY.sub("", key.text))
    ]


def quoted(text: str) -> str:
    """A text as a catalogue writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def skeleton(key: Key, place: str) -> str:
    """An empty entry for a message."""
    lines = [f"#: {place}"]
    lines += [f"msgctxt {quoted(key.context)}"] if key.context else []
    lines += [f"msgid {quoted(key.text)}"]
    lines += [f"msgid_plural {quoted(key.plural)}", 'msgstr[0] ""'] if key.plural else ['msgstr ""']
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run one of the three commands; 1 when ``check`` found faults."""
    command = arguments[0] if arguments else "check"
    if command == "compile":
        compile_all()
        return 0
    in_use = keys_in_use()
    faults = faults_of_keys(in_use)
    for folder in sorted(ROOT.glob(CATALOGUES)):
        entries = read_language(folder)
        if command == "missing":
            known = {entry.key for entry in entries}
            print(*(skeleton(key, place) for key, place in in_use.items() if key not in known), sep="\n")
        else:
            faults += faults_of(entries, in_use, folder.parent.name)
    if command == "check":
        print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
