"""Word documents to be printed: A4, fonts of official papers, tables whose head stands on each page, page numbers.

Tables are written as XML: python-docx takes seconds for a few thousand cells, and knows no repeated head.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LATIN = "Times New Roman"
TITLE_FONT, HEAD_FONT, BODY_FONT = "方正小标宋简体", "黑体", "仿宋"
WIDTH, HEIGHT, MARGIN = Cm(21), Cm(29.7), Cm(1.8)
CELL_MARGIN = 57  # twentieths of a point: one millimetre
TWIP = 635  # English metric units in a twentieth of a point
INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True)
class PaperColumn:
    """A column of a table: its head, its share of the width, and whether its cells are centred."""

    label: str
    share: float
    is_centred: bool = True


class Paper:
    """A document in the making: title, lines, tables, new pages."""

    def __init__(self, title: str, *, landscape: bool = False, size: float = 10.5):
        self.document = Document()
        self.document.core_properties.title = title
        self.size = size
        self._set_font(self.document.styles["Normal"].element, BODY_FONT, size)
        section = self.document.sections[0]
        section.page_width, section.page_height = (HEIGHT, WIDTH) if landscape else (WIDTH, HEIGHT)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
        self.width = section.page_width - 2 * MARGIN
        self._number_pages(section)
        self.is_empty, self.breaks = True, False

    def new_page(self) -> None:
        """The next title begins on a new page; at the beginning there is one already."""
        self.breaks = not self.is_empty

    def title(self, text: str) -> None:
        self.is_empty = False
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(4)
        paragraph.paragraph_format.page_break_before, self.breaks = self.breaks, False
        self._run(paragraph, text, TITLE_FONT, 20)

    def line(self, text: str, *, centred: bool = False, small: bool = False) -> None:
        self.is_empty = False
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.space_after = Pt(2)
        self._run(paragraph, text, BODY_FONT, self.size - 1.5 if small else self.size + 1.5)

    def heading(self, text: str) -> None:
        """Of a section: apart from what stands before, never alone at the foot of a page, in Word's navigation."""
        self.is_empty = False
        paragraph = self.document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.space_before, layout.space_after, layout.keep_with_next = Pt(10), Pt(4), True
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
        self._run(paragraph, text, HEAD_FONT, self.size + 1.5)

    def lines_beside_picture(self, lines: Sequence[str], picture: bytes, below: str, *, size: float = 2.3) -> None:
        """Lines on the left; on the right a picture of so many centimetres with a text below it."""
        table = self.document.add_table(rows=1, cols=2)
        table.autofit = False
        left, right = table.rows[0].cells
        right.width = Cm(4)
        left.width = self.width - right.width
        for number, line in enumerate(lines):
            self._run(left.add_paragraph() if number else left.paragraphs[0], line, BODY_FONT, self.size + 1)
        for number in range(2):
            paragraph = right.add_paragraph() if number else right.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            if number:
                self._run(paragraph, below, BODY_FONT, self.size - 1)
            else:
                paragraph.add_run().add_picture(BytesIO(picture), width=Cm(size))
        for paragraph in (*left.paragraphs, *right.paragraphs):
            paragraph.paragraph_format.space_after = Pt(2)
        self.is_empty = False

    def table(self, columns: Sequence[PaperColumn], rows: Iterable[Sequence | str], *, row_height: float = 0.8) -> None:
        """Rows of values; a row that is a text spans the table as a heading. The head is repeated on each page."""
        total = sum(column.share for column in columns)
        widths = [int(self.width / TWIP * column.share / total) for column in columns]
        height = int(Cm(row_height) / TWIP)
        parts = [_table_start(widths), _head(columns, widths, self.size)]
        for row in rows:
            parts.append(
                _span(row, widths, self.size) if isinstance(row, str) else _row(row, columns, widths, height, self.size)
            )
        parts.append("</w:tbl>")
        body = self.document.element.body
        body.insert(len(body) - 1, parse_xml("".join(parts)))  # the last element holds the section
        self.is_empty = False

    def finish(self) -> bytes:
        self._end_with_a_paragraph()
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _end_with_a_paragraph(self) -> None:
        """Word wants one after the last table; it is as low as can be, so that it needs no page of its own."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(1)
        self._run(paragraph, "", BODY_FONT, 1)

    def _run(self, paragraph, text: str, font: str, size: float):
        run = paragraph.add_run(_plain(text))
        self._set_font(run._element, font, size)
        return run

    @staticmethod
    def _set_font(element, font: str, size: float) -> None:
        properties = element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", font)):
            fonts.set(qn(f"w:{name}"), value)
        properties.append(parse_xml(f'<w:sz {nsdecls("w")} w:val="{round(size * 2)}"/>'))

    def _number_pages(self, section) -> None:
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for text in ("— ", "PAGE", " / ", "NUMPAGES", " —"):
            run = self._run(paragraph, "" if text.isupper() else text, BODY_FONT, 9)
            if text.isupper():
                for piece in (
                    f'<w:fldChar {nsdecls("w")} w:fldCharType="begin"/>',
                    f'<w:instrText {nsdecls("w")} xml:space="preserve">{text}</w:instrText>',
                    f'<w:fldChar {nsdecls("w")} w:fldCharType="end"/>',
                ):
                    run._element.append(parse_xml(piece))


def _plain(text) -> str:
    """A value as text that XML can hold."""
    if text is None:
        return ""
    if isinstance(text, date):
        return text.isoformat()
    return str(text).translate(INVISIBLE)


def _table_start(widths: Sequence[int]) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(f'<w:{side} w:w="{CELL_MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
    )


def _head(columns: Sequence[PaperColumn], widths: Sequence[int], size: float) -> str:
    cells = "".join(
        _cell(column.label, width, HEAD_FONT, size, is_centred=True) for column, width in zip(columns, widths)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _row(row: Sequence, columns: Sequence[PaperColumn], widths: Sequence[int], height: int, size: float) -> str:
    cells = "".join(
        _cell(value, width, BODY_FONT, size, is_centred=column.is_centred)
        for value, column, width in zip(row, columns, widths)
    )
    return f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/></w:trPr>{cells}</w:tr>'


def _span(text: str, widths: Sequence[int], size: float) -> str:
    cell = _cell(text, sum(widths), HEAD_FONT, size, is_centred=False, span=len(widths))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell}</w:tr>"


def _cell(value, width: int, font: str, size: float, *, is_centred: bool, span: int = 1) -> str:
    text = escape(_plain(value))
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    run = (
        f'<w:r><w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{font}"/><w:sz w:val="{round(size * 2)}"/>'
        f'</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
        if text
        else ""
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="0"/><w:jc w:val="{"center" if is_centred else "left"}"/></w:pPr>{run}</w:p></w:tc>'
    )
