import contextlib
import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import translation

from learning.models import SheetPage, SignedSheet
from tests import make
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.uploads import content_disposition, drop_files, file_name, keep_file, read_upload


def test_upload_is_refused_by_its_size_before_it_is_read():
    upload = SimpleUploadedFile("a.xlsx", b"x" * 10)
    upload.size = 30 * 1024 * 1024
    upload.file = io.BytesIO()  # reading would give nothing

    with translation.override("en"), pytest.raises(Refused, match=r"^The file is larger than 20 MB\."):
        read_upload(upload, limit=20 * 1024 * 1024)


def test_upload_within_the_limit_is_read_whole():
    assert read_upload(SimpleUploadedFile("a.xlsx", b"x" * 10), limit=10) == b"x" * 10


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("县干1班 名册.xlsx", "县干1班 名册.xlsx"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\a\\b.xls", "C a b.xls"),
        ("a\u202excod\r\n.exe", "a xcod .exe"),
        ("...", "download"),
    ],
)
def test_names_of_files_hold_no_paths_and_no_hidden_signs(name, stored):
    assert file_name(name) == stored


def test_names_of_files_are_cut_but_keep_their_extension():
    assert file_name("长" * 300, ".xlsx") == "长" * 115 + ".xlsx"


def test_download_header_carries_a_chinese_name():
    assert content_disposition("第三期 名册.xlsx") == (
        "attachment; filename*=utf-8''%E7%AC%AC%E4%B8%89%E6%9C%9F%20%E5%90%8D%E5%86%8C.xlsx"
    )
    assert content_disposition("a\r\nX: y.csv", as_attachment=False) == 'inline; filename="a X y.csv"'


# Files of rows ----------------------------------------------------------------------------------------------------------


def page_of(sheet) -> SheetPage:
    """A page whose file is written and whose row is saved."""
    page = SheetPage(sheet=sheet, kind="picture", size=1, digest=uuid4().hex)
    keep_file(page.file, "sheet.jpg", b"x")
    page.save()
    return page


@pytest.fixture
def sheet(transactional_db):
    return make.signed_sheet(make.training_class(), [make.session()])


def is_there(page) -> bool:
    return page.file.storage.exists(page.file.name)


def test_a_file_goes_with_the_row_that_is_rolled_back(sheet):
    with contextlib.suppress(Refused), transaction.atomic():
        page = page_of(sheet)
        raise Refused("no")

    assert not is_there(page)


def test_a_file_goes_with_a_transaction_that_fails_at_its_end(sheet):
    with contextlib.suppress(IntegrityError), transaction.atomic():
        page = page_of(sheet)
        SignedSheet.objects.filter(pk=sheet.pk).update(training_class=0)  # found at the commit

    assert not is_there(page)


def test_a_file_goes_with_the_savepoint_and_those_before_and_after_stay(sheet):
    with transaction.atomic():
        before = page_of(sheet)
        with contextlib.suppress(Refused), transaction.atomic():
            inner = page_of(sheet)
            raise Refused("no")
        after = page_of(sheet)

    assert [is_there(each) for each in (before, inner, after)] == [True, False, True]


def test_a_file_stays_whatever_is_rolled_back_later(sheet):
    with transaction.atomic():
        page = page_of(sheet)
    with contextlib.suppress(Refused), transaction.atomic():
        raise Refused("no")

    assert is_there(page)


def test_files_of_deleted_rows_go_only_when_that_is_certain(sheet):
    with transaction.atomic():
        page = page_of(sheet)
    with contextlib.suppress(Refused), transaction.atomic():
        drop_files([page.file])
        raise Refused("no")
    kept = is_there(page)

    with transaction.atomic():
        drop_files([page.file])

    assert (kept, is_there(page)) == (True, False)
