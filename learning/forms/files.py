"""Several files in one field: pictures and PDFs that are kept as evidence."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from learning.rules.documents import MOST_BYTES as MOST_OF_A_PDF
from learning.rules.pictures import MOST_BYTES
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.uploads import read_upload


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
            return read_upload(upload, limit=max(MOST_BYTES, MOST_OF_A_PDF))
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
