import csv
import io

import django_filters
import pytest
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from accounts.models import ExportRecord, Role
from cohorts.models import Trainee
from tests import make
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

pytestmark = pytest.mark.django_db


class Filters(TableFilters):
    q = django_filters.CharFilter(field_name="person__name", lookup_expr="icontains", label="Name")
    status = django_filters.ChoiceFilter(choices=Trainee.Status.choices, label="Status")

    class Meta:
        model = Trainee
        fields = ()


class People(Table):
    name = "people"
    filterset_class = Filters
    default_order = ("number",)
    columns = (
        Column("name", "Name", source="person__name", sort="person__name_key"),
        Column("number", "Number", sort="number"),
        Column("both", "Both", source=("number", "work_unit"), text=lambda number, at: f"{number}@{at}"),
    )
    tabs = (Tab("active", "Active", Q(status="active")), Tab("gone", "Gone", ~Q(status="active")))
    per_page = 2


def people(query: str = "") -> People:
    return People(Trainee.objects.all(), QueryDict(query), path="/people/")


@pytest.fixture
def three():
    cohort = make.cohort()
    for number, name in (("3", "Ann <b>"), ("1", "Bea"), ("2", "Cid")):
        make.trainee(cohort, number=number, of=make.person(name=name, name_key=name), work_unit="=1+1")
    return cohort


def test_cells_are_escaped_and_in_the_default_order(three):
    table = people()

    assert table.body.index("Bea") < table.body.index("Cid")
    assert "<b>" not in people("page=2").body
    assert "Ann &lt;b&gt;" in people("page=2").body


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("sort=name", "Ann"),
        ("sort=-name", "Cid"),
        ("sort=nonsense", "Bea"),
        ("sort=--name", "Cid"),
        ("sort=both", "Bea"),
    ],
)
def test_order_follows_the_columns_that_can_be_ordered(three, query, first):
    assert first in people(query).body.split("</th>")[0]


@pytest.mark.parametrize(
    ("page", "shown"), [("1", 1), ("2", 2), ("99", 2), ("0", 1), ("-3", 1), ("x", 1), ("9" * 40, 1), ("²", 1)]
)
def test_any_page_is_a_page(three, page, shown):
    assert people(f"page={page}").page == shown


def test_filters_narrow_rows_counts_and_links_alike(three):
    table = people("q=a&page=1")

    assert (table.count, table.counts) == (2, {"all": 2, "tab_active": 2, "tab_gone": 0})
    assert [chip["value"] for chip in table.chips] == ["a"]
    assert table.tab_links[1]["url"] == "/people/?q=a&view=active"


def test_a_senseless_filter_is_left_out_and_says_so_nowhere(three):
    assert people("status=flying&view=nowhere").count == 3


def test_nothing_fits_is_an_empty_page(three):
    table = people("q=zzz")
    assert (table.count, table.first, table.last, table.pages, str(table.body)) == (0, 0, 0, 1, "")


def test_the_spreadsheet_has_all_filtered_rows_in_order(three):
    table = people("sort=-number")
    assert table.header() == ["Name", "Number", "Both"]
    assert [row[1] for row in table.sheet_rows()] == ["3", "2", "1"]
    assert next(iter(table.sheet_rows()))[2] == "3@=1+1"


def test_an_export_of_personal_data_asks_for_its_purpose_and_is_recorded(client, three):
    client.force_login(make.user(Role.ORGANIZER, three))
    url = reverse("cohorts:trainee_list", kwargs={"cohort": three.pk})

    refused = client.post(url, {"export": "csv"})
    given = client.post(f"{url}?q=a", {"export": "csv", "purpose": "seating plan"})

    rows = list(csv.reader(io.StringIO(b"".join(given.streaming_content).decode("utf-8-sig"))))
    record = ExportRecord.objects.get()
    assert refused.status_code == 422
    assert (record.purpose, record.count, record.query) == ("seating plan", len(rows) - 1, "q=a")
