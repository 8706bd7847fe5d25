"""Words for translation, in pure Python (Babel): nobody needs gettext's programs."""

import ast
import os
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.reloader import translation_file_changed
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
ALSO = {
    "accounts": ("account", "mfa", "socialaccount")
}  # folders of templates that belong to an app under another name
KIT = "kit"  # stands for the kit and all templates that belong to no app
KEPT = "kept"  # a translator's comment: an entry without a place in our sources, for the words of another package
PLAIN, PLURAL, CONTEXT, BOTH = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
CALLS = {"gettext": PLAIN, "ngettext": PLURAL, "pgettext": CONTEXT, "npgettext": BOTH}
KEYWORDS = {"_": PLAIN, "gettext_noop": PLAIN} | CALLS | {f"{name}_lazy": spec for name, spec in CALLS.items()}
STRING = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({STRING}(?:\s*,\s*{STRING})*)", re.DOTALL)
NOISE = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Generated-By", "Report-Msgid", "Project-Id")


class Command(BaseCommand):
    help = (
        "Collects the words to translate into each app's locale/zh_Hans/LC_MESSAGES/django.po and keeps what is "
        "translated. --compile writes the .mo files, --check fails and names what is missing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("apps", nargs="*", help=f"only these apps ({KIT}: the kit and the shared templates)")
        parser.add_argument("--compile", action="store_true", help="write the .mo files that are older than their .po")
        parser.add_argument("--check", action="store_true", help="change nothing; fail if a translation is missing")

    def handle(self, *args, **options):
        chosen = [each for each in sections() if not options["apps"] or each.label in options["apps"]]
        unknown = set(options["apps"]) - {each.label for each in chosen}
        if unknown:
            raise CommandError(f"No such app: {', '.join(sorted(unknown))}")
        if options["check"]:
            problems = [*(f"{each.label}: {line}" for each in chosen for line in each.problems()), *quarrels(chosen)]
            if problems:
                raise CommandError("\n".join([*problems, f"{len(problems)} to mend. Collect with: make messages"]))
            return
        for each in chosen:
            if options["compile"]:
                each.compile()
            else:
                each.update()
                self.stdout.write(f"{each.label}: {each.summary()}")


class Section:
    """One catalogue and the sources that feed it."""

    def __init__(self, label: str, home: Path, sources: list[Path]):
        self.label, self.sources = label, sources
        self.po = home / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
        self.mo = self.po.with_suffix(".mo")

    def written(self) -> Catalog:
        if not self.po.exists():
            return Catalog(locale=LOCALE)
        with self.po.open("rb") as file:
            return read_po(file, locale=LOCALE, abort_invalid=True)

    def found(self) -> Catalog:
        catalog = Catalog(locale=LOCALE)
        for path in self.sources:
            place = path.relative_to(settings.BASE_DIR).as_posix()
            for line, message, comments, context in extract(path):
                catalog.add(message, locations=[(place, line)], auto_comments=comments, context=context)
        return catalog

    def merged(self) -> Catalog:
        """What the sources say today with the translations known so far; what is gone from them is dropped."""
        before, catalog = self.written(), self.found()
        for message in before:
            now = catalog.get(message.id, message.context)
            if now is not None and message.id:
                now.string, now.flags, now.user_comments = (
                    message.string,
                    message.flags | now.flags,
                    message.user_comments,
                )
            elif KEPT in message.user_comments:
                catalog[message.id] = message
        return catalog

    def update(self) -> None:
        catalog = self.merged()
        if not len(catalog) and not self.po.exists():
            return
        text = BytesIO()
        catalog.header_comment = f"# {self.label}"
        write_po(text, catalog, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
        lines = text.getvalue().decode().splitlines(keepends=True)
        self.po.parent.mkdir(parents=True, exist_ok=True)
        self.po.write_text("".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in NOISE))))

    def summary(self) -> str:
        catalog = self.written()
        missing = sum(not is_translated(message) for message in catalog if message.id)
        return f"{len(catalog)} messages, {missing} to translate"

    def problems(self) -> Iterator[str]:
        catalog = self.merged()
        for message in catalog:
            if message.id and not is_translated(message):
                places = sorted({place for place, _line in message.locations})
                yield f"not translated: {message.id!r} ({', '.join(places)})"
            elif message.id and message.fuzzy:
                yield f"fuzzy: {message.id!r}"
            elif message.id:
                yield from (f"{message.id!r}: {error}" for error in message.check(catalog))

    def compile(self) -> None:
        if not self.po.exists() or (self.mo.exists() and self.mo.stat().st_mtime > self.po.stat().st_mtime):
            return
        draft = self.mo.with_suffix(f".{os.getpid()}.mo.new")  # two processes may compile at once
        with draft.open("wb") as file:
            write_mo(file, self.written())
        draft.replace(self.mo)
        translation_file_changed(self, self.mo)  # this process may have looked before there was a catalogue


def sections() -> list[Section]:
    """Each of our apps with its templates; what is left feeds the catalogue of the kit."""
    root, templates = Path(settings.BASE_DIR), Path(settings.BASE_DIR) / "templates"
    ours = sorted(config.label for config in apps.get_app_configs() if Path(config.path).parent == root)
    folders = {label: [templates / name for name in (label, *ALSO.get(label, ()))] for label in ours}
    app_sections = [
        Section(
            label, root / label, [*code(root / label), *(page for folder in folders[label] for page in pages(folder))]
        )
        for label in ours
    ]
    taken = {path for section in app_sections for path in section.sources}
    shared = [path for path in pages(templates) if path not in taken]
    return [Section(KIT, root / "trainee_mgmt", [*code(root / "trainee_mgmt"), *shared]), *app_sections]


def code(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def pages(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".txt", ".xml", ".svg"})


def is_access(path: Path) -> bool:
    """Whether the file says who may do what: ``access.py`` of an app, or a module of its package ``access``."""
    return path.name == "access.py" or path.parent.name == "access"


def extract(path: Path) -> Iterable[tuple]:
    """(line, message or (singular, plural), comments, context) of each word to translate in the file."""
    if is_access(path):
        return [*extract_from_file("python", str(path), keywords=KEYWORDS), *_row_functions(path)]
    if path.suffix == ".py":
        plain = extract_from_file("python", str(path), keywords=KEYWORDS, comment_tags=["Translators:"])
        return [*plain, *_from_f_strings(path)]
    return list(_from_template(path))


def _row_functions(path: Path) -> Iterator[tuple]:
    """The line that says which rows a row function reaches: people read it where they ask why they see a page."""
    for node in ast.walk(ast.parse(path.read_text())):
        is_one = isinstance(node, ast.FunctionDef) and ast.unparse(node.args) == "user, role"
        if (
            is_one
            and ast.unparse(node.returns or node.args) == "Q"
            and (words := " ".join((ast.get_docstring(node) or "").split()))
        ):
            yield node.lineno, words, [], None


def _from_f_strings(path: Path) -> Iterator[tuple]:
    """``f"{_('Roster')}.xlsx"``: Babel does not look inside before Python 3.12."""
    for text in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)):
        for call in (node for node in ast.walk(text) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", "")
            strings = [
                each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if name in KEYWORDS and strings:
                yield call.lineno, *_message(name.removesuffix("_lazy"), strings)


def _message(name: str, strings: list[str]) -> tuple:
    """(message or (singular, plural), comments, context)"""
    context = strings.pop(0) if name in ("pgettext", "npgettext") else None
    return tuple(strings[:2]) if name in ("ngettext", "npgettext") else strings[0], [], context


def _from_template(path: Path) -> Iterator[tuple]:
    text = templatize(path.read_text(), origin=str(path))
    for call in TEMPLATE_CALL.finditer(text):
        name, strings = call[1], [ast.literal_eval(string) for string in re.findall(STRING, call[2], re.DOTALL)]
        yield text.count("\n", 0, call.start()) + 1, *_message(name, strings)


def is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def quarrels(chosen: list[Section]) -> Iterator[str]:
    """Django joins all catalogues into one, so the same words must not be translated in two ways."""
    seen: dict[tuple, tuple[str, object]] = {}
    for section in chosen:
        for message in section.written():
            if message.id and is_translated(message):
                label, string = seen.setdefault((message.context, message.id), (section.label, message.string))
                if string != message.string:
                    yield f"{label} and {section.label} differ on {message.id!r}: {string!r}, {message.string!r}"
