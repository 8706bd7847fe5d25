"""One function a page."""

import csv
import io
import tempfile
from datetime import timedelta
from pathlib import Path

from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from rustpy_xlsxwriter import FastExcel

SQL = {path.stem: path.read_text() for path in (Path(__file__).parent / "sql").glob("*.sql")}
HEAD = (
    "姓名",
    "编号",
    "班级",
    "组",
    "工作单位",
    "职务",
    "学历",
    "留学回国",
    "管理层级",
    "民族",
    "政治面貌",
    "状态",
    "电话",
)
PAGE = 50
CHUNK = 2000


def rows(name: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], parameters)
        return cursor.fetchall()


def healthz(request):
    return HttpResponse("ok")


def sign_in(request):
    if request.method == "GET":
        return render(request, "sign_in.html")
    user = authenticate(request, username=request.POST["login"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    return HttpResponseRedirect("/")


@login_required
def trainees(request, cohort):
    first = (int(request.GET.get("page", 1)) - 1) * PAGE
    shown = rows("trainees", cohort, PAGE, first)
    ((count,),) = rows("trainee_count", cohort)
    return render(request, "rows.html", {"title": "学员", "head": HEAD, "rows": shown, "count": count})


@login_required
def trainee(request, trainee):
    ((name, *facts),) = rows("trainee", trainee)
    context = {
        "name": name,
        "facts": facts,
        "classes": rows("classes_of", trainee),
        "groups": rows("groups_of", trainee),
    }
    return render(request, "trainee.html", context | {"offices": rows("offices_of", trainee)})


@login_required
def dashboard(request, cohort):
    ((people, active, women, older, overseas),) = rows("composition", cohort)
    context = {"people": people, "active": active, "women": women, "older": older, "overseas": overseas}
    parts = {name: rows(name, cohort) for name in ("by_class", "attendance", "journals", "scores")}
    return render(request, "dashboard.html", context | parts)


@login_required
def week(request, cohort):
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    shown = rows("week", cohort, monday, monday + timedelta(days=7))
    head = ("课程", "开始", "结束", "教师", "地点", "班级")
    return render(request, "rows.html", {"title": "课表", "head": head, "rows": shown, "count": len(shown)})


@login_required
def rates(request, cohort):
    shown = rows("rates", cohort)
    head = ("姓名", "编号", "到课", "已点名", "课次")
    return render(request, "rows.html", {"title": "出勤率", "head": head, "rows": shown, "count": len(shown)})


@login_required
@transaction.atomic
def roll_call(request, session):
    """``mark-<trainee>=<state>``: one mark or a whole roll."""
    marks = {int(name[5:]): state for name, state in request.POST.items() if name.startswith("mark-")}
    user = request.user.pk
    with connection.cursor() as cursor:
        cursor.execute(SQL["end_marks"], [session, list(marks)])
        cursor.execute(SQL["new_marks"], [session, user, list(marks), list(marks.values())])
    return HttpResponseRedirect(f"/sessions/{session}/")


@login_required
@transaction.atomic
def save_score(request, indicator, trainee):
    user = request.user.pk
    with connection.cursor() as cursor:
        cursor.execute(SQL["end_score"], [indicator, trainee, user])
        cursor.execute(SQL["new_score"], [indicator, trainee, user, request.POST["points"], user])
    return HttpResponse(status=204)


@login_required
def check_in(request, session):
    with connection.cursor() as cursor:
        cursor.execute(SQL["check_in"], [session, request.user.pk])
    return HttpResponse("ok")


# Files ----------------------------------------------------------------------------------------------------------------


def stream(cohort: int):
    """All rows by a server-side cursor."""
    with transaction.atomic(), connection.cursor() as plain:
        plain.execute("SET LOCAL cursor_tuple_fraction = 1")
        with connection.create_cursor(name="export") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(SQL["trainees"], [cohort, None, 0])
            for row in cursor:
                yield row[1:]


@login_required
def export_csv(request, cohort):
    return StreamingHttpResponse(_csv(cohort), content_type="text/csv")


def _csv(cohort: int):
    buffer = io.StringIO()
    write = csv.writer(buffer).writerow
    write(HEAD)
    for number, row in enumerate(stream(cohort), 1):
        write(row)
        if number % CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


@login_required
def export_xlsx(request, cohort):
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - FileResponse closes it
    FastExcel(file.name).sheet("rows", (dict(zip(HEAD, row)) for row in stream(cohort))).save()
    return FileResponse(file)
