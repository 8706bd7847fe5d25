"""Word documents: opened again, with every text as it was."""

from io import BytesIO

from docx import Document
from docx.oxml.ns import qn

from trainee_mgmt.kit.papers import Paper, PaperColumn

COLUMNS = [PaperColumn("姓名", 1), PaperColumn("单位", 3, is_centred=False)]


def opened(paper: Paper):
    return Document(BytesIO(paper.finish()))


def test_a_table_keeps_its_texts_and_repeats_its_head():
    paper = Paper("名单", landscape=True)
    paper.title("名单")
    rows = [["王琳", "<b>&\"'</b>"], "第一组（1人）", ["䶮𬭎", "a\x00b\x07\ud7ff"], [None, ""]]
    paper.table(COLUMNS, rows)

    document = opened(paper)

    (table,) = document.tables
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert texts == [["姓名", "单位"], ["王琳", "<b>&\"'</b>"], ["第一组（1人）"] * 2, ["䶮𬭎", "ab\ud7ff"], ["", ""]]
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, False, False, False, False]
    assert round(document.sections[0].page_width.cm, 1) == 29.7


def test_fonts_of_official_papers_are_named_for_chinese():
    paper = Paper("名单")
    paper.title("名单")
    paper.table(COLUMNS, [["王琳", "科创"]])

    xml = opened(paper).element.xml

    assert all(f'w:eastAsia="{font}"' in xml for font in ("方正小标宋简体", "黑体", "仿宋"))


def test_a_new_page_at_the_beginning_is_none():
    paper = Paper("名单")
    for name in ("一班", "二班"):
        paper.new_page()
        paper.title(name)

    paragraphs = opened(paper).paragraphs
    assert [bool(one.paragraph_format.page_break_before) for one in paragraphs] == [False, True, False]


def test_five_thousand_rows_take_no_time():
    paper = Paper("名单")

    paper.table(COLUMNS, [["王琳", "科创"]] * 5000)

    assert len(opened(paper).element.body.findall(f".//{qn('w:tr')}")) == 5001
