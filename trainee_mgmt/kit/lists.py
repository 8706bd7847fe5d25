"""``TablePage``: the list page of a ``Table``, its export, and which of its rows were chosen."""

import tempfile
from io import BytesIO

from django.core.exceptions import BadRequest
from django.db import connection, transaction
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import StaticPage, is_key
from trainee_mgmt.kit.papers import DOCX
from trainee_mgmt.kit.sheets import XLSX, csv_rows, xlsx_rows
from trainee_mgmt.kit.tables import RECORDERS, ExportRequest
from trainee_mgmt.kit.uploads import content_disposition


class TablePage(StaticPage, abstract=True):
    """A list declared by a Table. GET shows a page of it; POST with ``export`` (xlsx or csv) hands out all its rows.

    The export is a POST because it is recorded: a table of personal data asks for the purpose first. A page with ``has_paper``
    writes its rows as a Word document too, in ``get_paper``.
    """

    template_name = "kit/table_page.html"
    table_class = None
    model = None
    title = ""
    has_paper = False

    def get_rows(self):
        """The reachable rows, before filters. Narrow it by the parent row."""
        return self.model._default_manager.filter(access.rows(self.request.user, self.allow))

    def get_table(self, params):
        return self.table_class(self.get_rows, params, path=self.request.path, **self.get_table_options())

    def get_table_options(self) -> dict:
        return {}

    def get_context_data(self, **kwargs):
        kwargs.setdefault("title", self.title)
        table = self.get_table(self.request.GET)
        table.reader = self.request.user.query_key
        return super().get_context_data(table=table, **kwargs)

    def get_paper(self, table) -> bytes:
        """All rows of the table as a Word document; refuses more than it can hold."""
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        kind = request.POST.get("export", "")
        if kind not in ("xlsx", "csv", *(["docx"] if self.has_paper else [])):
            raise BadRequest("export must be xlsx or csv")
        table = self.get_table(request.GET)
        purpose = request.POST.get("purpose", "").strip()[:200]
        if table.personal and not purpose:
            return self._refuse_export(_("Say what the file is for; it is kept with the record of this export."))
        try:
            paper = self.get_paper(table) if kind == "docx" else b""
        except Refused as refusal:
            return self._refuse_export(str(refusal))
        asked = ExportRequest(table.name, table.query_told, table.count, purpose, kind, table.header())
        for record in RECORDERS:
            record(asked)
        name = f"{self.title or table.name}-{timezone.localdate():%Y%m%d}.{kind}"
        if paper:
            headers = {"Content-Disposition": content_disposition(name)}
            return FileResponse(BytesIO(paper), content_type=DOCX, headers=headers)
        return export_response(table, kind=kind, name=name)

    def _refuse_export(self, sentence: str):
        return self.render_to_response(self.get_context_data(export_error=sentence), status=422)


def chosen_rows(request, rows, table_class, options=dict):
    """Of ``rows`` those whose boxes were ticked in their list, or with ``all`` whatever it lists under its filters.

    ``options()``: what the table of the list is made with. A form that asks more about the rows carries their keys in
    ``chosen``, joined by commas.
    """
    post = request.POST
    if post.get("all"):
        listed = table_class(rows, request.GET, path="", **options()).queryset
        return rows.filter(pk__in=listed.order_by().values("pk"))
    keys = post["chosen"].split(",") if post.get("chosen") else post.getlist("pk")
    if not all(map(is_key, keys)):
        raise BadRequest("the keys of chosen rows are numbers")
    return rows.filter(pk__in=keys)


def export_response(table, *, kind: str, name: str):
    headers = {"Content-Disposition": content_disposition(name)}
    if kind == "csv":
        return StreamingHttpResponse(
            csv_rows(table.header(), _streamed(table)), content_type="text/csv; charset=utf-8", headers=headers
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    xlsx_rows(file, table.header(), _streamed(table), sheet_name=str(table.name))
    file.seek(0)
    return FileResponse(file, content_type=XLSX, headers=headers)


def _streamed(table):
    """Rows by a server-side cursor; the planner is told that all of them will be read."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
        yield from table.sheet_rows()
