import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.uploads import content_disposition, file_name, read_upload


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
