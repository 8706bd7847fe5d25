"""Files that are kept as evidence: pictures and PDFs, sent in one field, checked one by one, and handed out again."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from trainee_mgmt.kit import pdfs, pictures
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.uploads import read_upload

PICTURE, PDF = "picture", "pdf"


def checked(files: Iterable[bytes], *, most: int) -> list[tuple[str, bytes]]:
    """(kind, bytes to keep): pictures encoded anew, PDFs as they are after a check."""
    files = list(files)
    if len(files) > most:
        raise Refused(_("At most %(most)s files are taken.") % {"most": most})
    kept = []
    for data in files:
        if pdfs.is_pdf(data):
            pdfs.check_pdf(data)
            kept.append((PDF, data))
        else:
            kept.append((PICTURE, pictures.encode_anew(data).full))
    return kept


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """At most so many files at once; their size is looked at before they are read. Cleaned, it is a tuple of bytes."""

    def __init__(self, *args, most: int, **kwargs):
        attrs = {"accept": "image/jpeg,image/png,image/webp,application/pdf", "multiple": True}
        super().__init__(*args, widget=FilesInput(attrs=attrs), **kwargs)
        self.most = most

    def clean(self, data, initial=None):
        given = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        if len(given) > self.most:
            raise ValidationError(_("At most %(most)s files are taken.") % {"most": self.most})
        if not given:
            super().clean(None, initial)
        return tuple(self._read(super(EvidenceField, self).clean(each, initial)) for each in given)

    @staticmethod
    def _read(upload) -> bytes:
        try:
            return read_upload(upload, limit=max(pictures.MOST_BYTES, pdfs.MOST_BYTES))
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal


def evidence_response(file: FieldFile, *, is_pdf: bool, name: str) -> FileResponse:
    """A picture is shown, a PDF is only handed out as a download."""
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        opened,
        content_type="application/pdf" if is_pdf else "image/jpeg",
        as_attachment=is_pdf,
        filename=f"{name}.{'pdf' if is_pdf else 'jpg'}",
        headers=headers,
    )
