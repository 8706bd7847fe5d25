"""How files of evidence are handed out."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404


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
