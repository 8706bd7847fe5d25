"""The year-end workbook, taken apart: every number in it is compared with the page that its link opens."""

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from accounts.models import AuditEntry, ExportRecord, Job, Role
from accounts.services import record
from cohorts.models import Trainee
from learning.models import Attendance
from tests import make
from tests.reports.cohorts import Office

pytestmark = pytest.mark.django_db
ID_NUMBER = "110101199003074215"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(cohort):
    return reverse("reports:yearbook", kwargs={"cohort": cohort.pk})


@pytest.fixture
def ask(django_capture_on_commit_callbacks):
    """Fill in the form and let the worker work; gives the answer of the page."""

    def ask(client, cohort, **fields):
        day = min(timezone.localdate(), cohort.ends_on)
        data = {"purpose": "report to the bureau", "day": day.isoformat(), "language": "en"} | fields
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address(cohort), data)

    return ask


def content_of(client, job):
    return b"".join(client.get(reverse("accounts:job_file", kwargs={"pk": job.pk})).streaming_content)


@pytest.fixture
def take(ask):
    """The workbook as openpyxl reads it."""

    def take(client, cohort, **fields):
        ask(client, cohort, **fields)
        job = Job.objects.latest("pk")
        assert (job.state, job.error) == (Job.State.DONE, "")
        return load_workbook(io.BytesIO(content_of(client, job)))

    return take


def linked(book):
    """(sheet, cell, path with query) of each number that is a link to a page."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink and cell.hyperlink.target and isinstance(cell.value, int | float):
                    url = urlsplit(cell.hyperlink.target)
                    yield sheet.title, cell, f"{url.path}?{url.query}" if url.query else url.path


def texts(sheet):
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_every_figure_equals_its_page_and_the_number_of_rows_there(take):
    office = Office()
    client = signed_in(office.organizer)

    book = take(client, office.cohort)

    compared, pages = {}, {}
    for sheet, cell, url in linked(book):
        if "/figures/" not in url:
            continue
        page = pages.setdefault(url, None) or client.get(url)
        pages[url] = page
        value, counted = page.context["value"], page.context["count"]
        shares_and_means = {"0.0%": (value.share or 0) / 100, "#,##0.00": value.mean}
        expected = shares_and_means.get(cell.number_format, counted)
        place = f"{sheet}!{cell.coordinate} {url}"
        assert (place, Decimal(str(cell.value))) == (place, Decimal(expected))
        assert (place, page.context["table"].count) == (place, counted)
        compared[sheet] = compared.get(sheet, 0) + 1
    assert set(compared) == {
        "Cover",
        "Composition",
        "Classes",
        "Attendance",
        "Journals",
        "Results",
        "Roster",
        "Definitions",
    }
    assert min(compared.values()) > 10


def test_the_dashboard_shows_the_same_numbers(take):
    office = Office()
    client = signed_in(office.organizer)

    book = take(client, office.cohort)

    page = client.get(reverse("reports:cohort_dashboard", kwargs={"cohort": office.cohort.pk}))
    shown = re.findall(r'<a href="([^"]+/figures/[^"]+)">([\d,]+)</a>', page.context["body"])
    in_book = {}
    for _sheet, cell, url in linked(book):
        if isinstance(cell.value, int) and "%" not in cell.number_format:
            in_book[re.sub(r"at=[^&]+&?", "", url).rstrip("?&")] = cell.value
    assert len(shown) > 60
    for url, number in shown:
        assert (url, in_book[url.replace("&amp;", "&")]) == (url, int(number.replace(",", "")))


def test_each_distribution_has_n_and_what_is_missing_and_adds_up(take):
    office = Office()

    sheet = take(signed_in(office.organizer), office.cohort)["Composition"]

    rows = [[cell.value for cell in row][:3] for row in sheet.iter_rows(min_row=4)]
    heads = [at for at, row in enumerate(rows) if row[1] == "People"]
    assert len(heads) == 6  # age, sex and four fields of the profile
    for at in heads:
        end = next(n for n in range(at, len(rows)) if rows[n][0] == "All together")
        assert sum(row[1] for row in rows[at + 1 : end]) == rows[end][1] == 10
        assert "Shares are of the" in rows[at - 1][0]


def test_charts_draw_cells_with_numbers(take):
    office = Office()

    book = take(signed_in(office.organizer), office.cohort)

    drawn = {}
    for sheet in book:
        for chart in sheet._charts:
            for series in chart.series:
                for reference, kind in ((series.val.numRef.f, int | float), (series.cat.strRef.f, str)):
                    name, _mark, cells = reference.rpartition("!")
                    left, top, right, bottom = range_boundaries(cells.replace("$", ""))
                    values = [
                        cell.value for row in book[name.strip("'")].iter_rows(top, bottom, left, right) for cell in row
                    ]
                    assert any(isinstance(value, kind) for value in values), (sheet.title, reference)
                drawn[sheet.title] = drawn.get(sheet.title, 0) + 1
                kept = [point.v for point in series.val.numRef.numCache.pt]
                assert kept, "a viewer that does not count has nothing to draw"
    assert {"Composition", "Classes", "Attendance", "Journals", "Results"} <= set(drawn)


def test_the_roster_has_everybody_once_with_masked_id_numbers(take):
    office = Office()
    person = make.person(name="=1+1", id_number=ID_NUMBER)
    make.trainee(office.cohort, of=person, number="00000")

    book = take(signed_in(office.organizer), office.cohort)

    rows = list(book["Roster"].iter_rows(min_row=5))
    assert len(rows) == Trainee.objects.filter(cohort=office.cohort).count() == 12
    assert (rows[0][1].value, rows[0][1].data_type, rows[0][7].value) == ("=1+1", "s", person.id_mask)
    assert ID_NUMBER not in texts(book["Roster"])


def test_id_numbers_in_full_are_asked_for_and_recorded(take):
    office = Office()
    make.trainee(office.cohort, of=make.person(id_number=ID_NUMBER))

    book = take(signed_in(office.organizer), office.cohort, with_id_numbers="on")

    assert ID_NUMBER in texts(book["Roster"])
    assert ExportRecord.objects.values_list("what", "count", "purpose", "unmasked", "user").get() == (
        "Year-end workbook of Ignite 1", 12, "report to the bureau", True, office.organizer.pk,
    )  # fmt: skip
    actions = AuditEntry.objects.filter(actor=office.organizer).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["reports.ask_for_yearbook", "accounts.export"]
    assert not AuditEntry.objects.filter(after__icontains=ID_NUMBER).exists()


def test_the_day_of_the_figures_can_be_an_earlier_one(take):
    office = Office()
    client = signed_in(office.organizer)
    day = office.today - timedelta(days=10)

    book = take(client, office.cohort, day=day.isoformat())

    held = next(row for row in book["Cover"].iter_rows() if row[0].value == "Sessions held")
    url = urlsplit(held[1].hyperlink.target)
    page = client.get(f"{url.path}?{url.query}")
    assert (held[1].value, page.context["count"], page.context["table"].count) == (1, 1, 1)
    assert f"at={day.isoformat()}T23%3A59" in url.query
    board = client.get(reverse("reports:cohort_dashboard", kwargs={"cohort": office.cohort.pk}), {"at": f"{day}T23:59"})
    assert url.query.replace("&", "&amp;") in board.context["body"]


@pytest.mark.parametrize("at", ["yesterday", "2999-01-01T00:00", "1200-01-01T00:00", "2026-09-01", "2026-13-01T00:00"])
def test_a_moment_that_is_none_has_no_figures(at):
    office = Office()
    client = signed_in(office.organizer)

    for page in ("reports:cohort_dashboard", "reports:figure_rows"):
        name = {"name": "cohorts.trainees"} if page.endswith("rows") else {}
        assert client.get(reverse(page, kwargs={"cohort": office.cohort.pk, **name}), {"at": at}).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_cohort_has_a_workbook_that_says_so(take, language):
    cohort = make.cohort(starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
    client = signed_in(make.user(Role.ORGANIZER, cohort))

    book = take(client, cohort, language=language)

    assert len(book.sheetnames) == 8
    for name in book.sheetnames[1:7]:
        assert len([text for text in texts(book[name]) if text.endswith((".", "。"))]) == 1, name
    assert [sheet._charts for sheet in book] == [[]] * 8
    assert (book.sheetnames[0], book.sheetnames[6]) == {"en": ("Cover", "Roster"), "zh-hans": ("封面", "名单")}[
        language
    ]


def test_a_cohort_without_journals_says_so(take):
    cohort = make.cohort(journal_every="none")
    make.trainee(cohort)

    book = take(signed_in(make.user(Role.ORGANIZER, cohort)), cohort, day=timezone.localdate().isoformat())

    assert "This cohort keeps no journals." in texts(book["Journals"])


def test_whatever_people_type_stays_text(take):
    cohort = make.cohort(name='=HYPERLINK("http://evil")', starts_on=date(2026, 9, 1), ends_on=timezone.localdate())
    room = make.training_class(cohort, name="a/b?c*[d]:'e'\\ =cmd|'/c calc'!A1")
    person = make.person(name="一" * 60)
    trainee = make.trainee(in_class=room, of=person, work_unit="@SUM(A1)")
    session = make.session(classes=[room], title="+1", on=cohort.starts_on)
    make.mark(session, trainee, Attendance.State.PRESENT)
    client = signed_in(make.user(Role.ORGANIZER, cohort))

    book = take(client, cohort, purpose="-2+3")

    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
        "inlineStr",
    }
    assert {'=HYPERLINK("http://evil")', "-2+3"} <= set(texts(book["Cover"]))
    assert {person.name, "@SUM(A1)", room.name} <= set(texts(book["Roster"]))
    parts = zipfile.ZipFile(io.BytesIO(content_of(client, Job.objects.latest("pk"))))
    assert not [name for name in parts.namelist() if b"<f>" in parts.read(name) and "charts" not in name]


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": ""}, {"purpose": "  "}, {"purpose": "x" * 201}, {"day": ""}, {"day": "31.12."}, {"day": "1999-01-01"}, {"day": "2999-01-01"},
        {"language": "fr"}, {"language": ""},
    ],
)  # fmt: skip
def test_wrong_wishes_are_refused_beside_their_field(ask, wrong):
    office = Office()

    answer = ask(signed_in(office.organizer), office.cohort, **wrong)

    assert (answer.status_code, set(answer.context["form"].errors), Job.objects.count()) == (422, set(wrong), 0)


def test_one_workbook_at_a_time_for_each_person(ask):
    office = Office()
    client = signed_in(office.organizer)
    ask(client, office.cohort)
    Job.objects.update(state=Job.State.RUNNING)

    answer = ask(client, office.cohort)

    assert (answer.status_code, Job.objects.count()) == (422, 1)
    assert "is being made for you already" in answer.content.decode()
    assert "data-poll" in client.get(address(office.cohort)).content.decode()


def test_earlier_workbooks_are_ones_own_and_nobody_elses(ask):
    office = Office()
    client, other = signed_in(office.organizer), signed_in(make.user(Role.ORGANIZER, office.cohort))
    for purpose in ("first", "second"):
        ask(client, office.cohort, purpose=purpose)
    newest, first = Job.objects.order_by("-pk")

    page = client.get(address(office.cohort))
    theirs = other.get(address(office.cohort))

    assert (page.context["job"], page.context["earlier"]) == (newest, [first])
    assert (theirs.context["job"], theirs.context["earlier"]) == (None, [])
    assert other.get(reverse("accounts:job_file", kwargs={"pk": first.pk})).status_code == 404


def test_whoever_lost_the_right_meanwhile_gets_no_workbook(client, django_capture_on_commit_callbacks):
    office = Office()
    client.force_login(office.organizer)
    with django_capture_on_commit_callbacks() as callbacks:
        client.post(address(office.cohort), {"purpose": "x", "day": str(office.today), "language": "en"})
    office.organizer.grants.all().delete()

    for callback in callbacks:
        callback()

    job = Job.objects.get()
    assert (job.state, bool(job.result_file), ExportRecord.objects.count()) == (Job.State.REFUSED, False, 0)


@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICER, Role.TRAINEE, Role.EVALUATOR])
def test_only_those_who_run_the_cohort_take_its_workbook(role):
    cohort = make.cohort()

    assert signed_in(make.user(role, cohort)).get(address(cohort)).status_code == 403
    assert signed_in(make.user(Role.ORGANIZER, make.cohort())).get(address(cohort)).status_code == 404


def queries_of_a_workbook(client, cohort, ask, django_assert_max_num_queries):
    cache.clear()
    with django_assert_max_num_queries(200) as counted:
        ask(client, cohort)
    assert Job.objects.latest("pk").state == Job.State.DONE
    return len(counted)


def test_the_queries_do_not_grow_with_classes_sessions_and_people(ask, django_assert_max_num_queries):
    office = Office()
    client = signed_in(office.organizer)
    client.get(address(office.cohort))
    few = queries_of_a_workbook(client, office.cohort, ask, django_assert_max_num_queries)
    for _n in range(3):
        room = make.training_class(office.cohort)
        for _k in range(3):
            make.trainee(in_class=room, of=make.person(id_number=ID_NUMBER[:-4] + f"{Trainee.objects.count():04}"))
        make.session(classes=[room], on=office.today - timedelta(days=2))
    record("test.act", office.cohort)

    many = queries_of_a_workbook(client, office.cohort, ask, django_assert_max_num_queries)

    assert many == few


def test_the_dashboard_leads_to_the_workbook():
    office = Office()
    page = signed_in(office.organizer).get(reverse("reports:cohort_dashboard", kwargs={"cohort": office.cohort.pk}))

    assert page.content.decode().count(f'href="{address(office.cohort)}"') >= 2  # button and navigation
