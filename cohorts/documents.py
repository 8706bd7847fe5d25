"""What every class needs on its first day: check-in form, sign-in sheet, address book, name list; as xlsx and docx."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort
from cohorts.selectors.documents import ClassPaper, Member
from trainee_mgmt.kit.papers import DOCX, Paper, PaperColumn
from trainee_mgmt.kit.sheets import XLSX, ReportBook, report_book

CHECK_IN, SIGN_IN, ADDRESSES, NAMES = "check_in", "sign_in", "addresses", "names"
FORMATS = {"xlsx": XLSX, "docx": DOCX}


@dataclass(frozen=True)
class DocColumn:
    """A column: its head, what stands in it, its share of the width in a Word table."""

    label: str
    text: Callable[[Member], str] | None  # None: left blank to be written in by hand
    share: float = 1
    is_centred: bool = True


@dataclass(frozen=True)
class Wish:
    """What was asked for beyond the kind of paper."""

    day: date
    title: str = ""
    columns: Sequence[str] = ()  # heads of the columns to sign in
    with_id_numbers: bool = False
    profile: Sequence[tuple[str, str]] = ()  # (key, label) of profile fields


@dataclass(frozen=True)
class Document:
    key: str
    title: str | Promise
    hint: str | Promise
    columns: Callable[[Wish], list[DocColumn]]
    landscape: bool = False
    row_height: float = 0.8
    by_group: bool = False
    has_phones: bool = False
    shows_consented: bool = False  # the phone numbers of those who agreed to stand in the address book
    asks_fields: bool = False  # only the profile fields that were chosen
    may_have_id_numbers: bool = False


def _check_in(wish: Wish) -> list[DocColumn]:
    known = dict(wish.profile)
    columns = [
        DocColumn(_("Number"), lambda m: m.number, 1.3),
        DocColumn(_("Name"), lambda m: m.name, 1.2),
        DocColumn(_("Sex"), lambda m: m.sex, 0.7),
    ]
    columns += [
        DocColumn(known[key], lambda m, key=key: m.profile.get(key, ""), share)
        for key, share in (("ethnicity", 0.9), ("party", 1.2), ("education", 1.3))
        if key in known
    ]
    columns += [
        DocColumn(_("Unit and position"), lambda m: f"{m.work_unit} {m.position}".strip(), 3.4, is_centred=False),
        DocColumn(_("Phone"), lambda m: m.phone, 1.6),
    ]
    if wish.with_id_numbers:
        columns.append(DocColumn(_("ID number"), lambda m: m.id_number, 2.4))
    columns += [
        DocColumn(_("Office"), lambda m: "、".join(m.offices), 1.3),
        DocColumn(_("Signature"), None, 1.6),
    ]
    return columns


def _sign_in(wish: Wish) -> list[DocColumn]:
    return [
        DocColumn(_("Number"), lambda m: m.number, 1.3),
        DocColumn(_("Name"), lambda m: m.name, 1.3),
        DocColumn(_("Group"), lambda m: m.group, 1.1),
        *(DocColumn(label, None, 1.6) for label in wish.columns),
        DocColumn(_("Remarks"), None, 1.2),
    ]


def _addresses(wish: Wish) -> list[DocColumn]:
    return [
        DocColumn(_("Name"), lambda m: m.name, 1.2),
        DocColumn(_("Sex"), lambda m: m.sex, 0.6),
        DocColumn(_("Works at"), lambda m: m.work_unit, 2.8, is_centred=False),
        DocColumn(_("Position"), lambda m: m.position, 1.6, is_centred=False),
        DocColumn(_("Phone"), lambda m: m.phone, 1.6),
        DocColumn(_("Office"), lambda m: "、".join(m.offices), 1.3),
    ]


def _names(wish: Wish) -> list[DocColumn]:
    columns = [
        DocColumn(_("Number"), lambda m: m.number, 1.3),
        DocColumn(_("Name"), lambda m: m.name, 1.2),
        DocColumn(_("Sex"), lambda m: m.sex, 0.6),
        DocColumn(_("Born"), lambda m: f"{m.born_on:%Y-%m}" if m.born_on else "", 1.1),
        DocColumn(_("Works at"), lambda m: m.work_unit, 2.6, is_centred=False),
        DocColumn(_("Position"), lambda m: m.position, 1.6, is_centred=False),
        DocColumn(_("Group"), lambda m: m.group, 1),
        DocColumn(_("Office"), lambda m: "、".join(m.offices), 1.2),
    ]
    columns += [DocColumn(label, lambda m, key=key: m.profile.get(key, ""), 1.2) for key, label in wish.profile]
    if wish.with_id_numbers:
        columns.append(DocColumn(_("ID number"), lambda m: m.id_number, 2.4))
    return columns


DOCUMENTS = {
    one.key: one
    for one in (
        Document(
            CHECK_IN,
            gettext_lazy("Check-in form"),
            gettext_lazy("For the first day: everybody by group, with a place to sign."),
            _check_in,
            landscape=True,
            row_height=0.9,
            by_group=True,
            has_phones=True,
            may_have_id_numbers=True,
        ),
        Document(
            SIGN_IN,
            gettext_lazy("Sign-in sheet"),
            gettext_lazy("Names with blank columns for the sessions of a day or of several."),
            _sign_in,
            row_height=1,
        ),
        Document(
            ADDRESSES,
            gettext_lazy("Address book"),
            gettext_lazy("Phone numbers of those who agreed; the others are masked."),
            _addresses,
            by_group=True,
            has_phones=True,
            shows_consented=True,
        ),
        Document(
            NAMES,
            gettext_lazy("Name list"),
            gettext_lazy("Everybody with unit, position, group and the fields you choose."),
            _names,
            landscape=True,
            asks_fields=True,
            may_have_id_numbers=True,
        ),
    )
}


@dataclass
class Made:
    """A file and what is recorded of it."""

    name: str
    content_type: str
    content: bytes
    columns: list[str] = field(default_factory=list)
    people: int = 0


def make_document(cohort: Cohort, papers: Sequence[ClassPaper], document: Document, wish: Wish, kind: str) -> Made:
    """The paper of one or more classes as one file: a sheet, or a page of its own, for each class."""
    columns = document.columns(wish)
    content = (_workbook if kind == "xlsx" else _word)(cohort, papers, document, wish, columns)
    of_class = papers[0].name if len(papers) == 1 else ""
    name = " ".join(filter(None, [cohort.name, of_class, str(document.title)]))
    people = sum(len(paper.members) for paper in papers)
    return Made(f"{name}.{kind}", FORMATS[kind], content, [column.label for column in columns], people)


def _heading(cohort: Cohort, paper: ClassPaper, document: Document, wish: Wish) -> tuple[str, str]:
    """Title and the line below it."""
    title = " ".join(filter(None, [cohort.name, paper.name, str(document.title)]))
    facts = [_("%(count)s people") % {"count": len(paper.members)}]
    if paper.heads:
        facts.insert(0, _("Head teacher: %(names)s") % {"names": _(", ").join(paper.heads)})
    if wish.title:
        facts.insert(0, wish.title)
    facts.append(_("as of %(day)s") % {"day": date_format(wish.day, "SHORT_DATE_FORMAT")})
    return title, "    ".join(facts)


def _rows(paper: ClassPaper, document: Document, columns: Sequence[DocColumn]) -> list[list[str] | str]:
    """The lines of a table; a text is the heading of a group."""
    rows: list[list[str] | str] = []
    groups = paper.groups if document.by_group else [("", paper.members)]
    number = 0
    for name, members in groups:
        if name:
            rows.append(_("%(group)s (%(count)s people)") % {"group": name, "count": len(members)})
        for member in members:
            number += 1
            rows.append([str(number), *(column.text(member) if column.text else "" for column in columns)])
    return rows


def _code(cohort: Cohort, paper: ClassPaper, wish: Wish) -> str:
    """What names a signed sheet when it is filed."""
    made = timezone.localdate()
    return _("Sheet %(code)s") % {"code": f"{cohort.pk}-{paper.pk or 0}-{wish.day:%Y%m%d}-{made:%m%d}"}


def _workbook(
    cohort: Cohort, papers: Sequence[ClassPaper], document: Document, wish: Wish, columns: Sequence[DocColumn]
) -> bytes:
    book = report_book(str(document.title))
    for paper in papers:
        title, below = _heading(cohort, paper, document, wish)
        sheet = book.add_sheet(paper.name or str(document.title), landscape=document.landscape)
        top = book.write_title(sheet, title, below)
        header = [_("No."), *(column.label for column in columns)]
        end = _write_rows(book, sheet, top, header, _rows(paper, document, columns), height=document.row_height)
        if document.key == SIGN_IN:
            book.write(sheet, end + 1, 0, _code(cohort, paper, wish), "note")
    return book.finish()


def _write_rows(book: ReportBook, sheet, top: int, header: list[str], rows: list, *, height: float) -> int:
    """The table with headings of groups between; the plain rows decide the widths."""
    plain = [row for row in rows if not isinstance(row, str)]
    book.write_table(sheet, top, header, [])
    book.set_widths(sheet, header, plain, blank=14)
    for at, row in enumerate(rows, start=top + 1):
        sheet.set_row(at, height * 28.35)  # points in a centimetre
        if isinstance(row, str):
            sheet.merge_range(at, 0, at, len(header) - 1, row, book.formats["group"])
        else:
            for column, value in enumerate(row):
                book.write(sheet, at, column, value, "text")
    return top + 1 + len(rows)


def _word(
    cohort: Cohort, papers: Sequence[ClassPaper], document: Document, wish: Wish, columns: Sequence[DocColumn]
) -> bytes:
    paper_columns = [
        PaperColumn(_("No."), 0.6),
        *(PaperColumn(column.label, column.share, column.is_centred) for column in columns),
    ]
    word = Paper(str(document.title), landscape=document.landscape)
    for paper in papers:
        title, below = _heading(cohort, paper, document, wish)
        word.new_page()
        word.title(title)
        word.line(below, centred=True)
        word.table(paper_columns, _rows(paper, document, columns), row_height=document.row_height)
        if document.key == SIGN_IN:
            word.line(_code(cohort, paper, wish), small=True)
    return word.finish()
