"""Every number of the registry equals the list that it opens, on every path."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from reports.selectors.board import board
from reports.selectors.figures import find, scope_of
from tests import make
from tests.reports.cohorts import Office
from trainee_mgmt.kit.figures import Distribution, all_figures, count

pytestmark = pytest.mark.django_db
PARTS = ("n", "known", "rest", "missing", "N")


@pytest.fixture
def office():
    return Office()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def scope(cohort, **within):
    return scope_of(cohort, now=timezone.now(), within=within.items())


def address(cohort, name, **params):
    return f"{reverse('reports:figure_rows', kwargs={'cohort': cohort.pk, 'name': name})}?{urlencode(params)}"


def rows_and_json(client, cohort, name, **params):
    """(length of the list, the count on its page, the number in the JSON) of one part."""
    page = client.get(address(cohort, name, **params))
    data = client.get(address(cohort, name, format="json", **params)).json()
    part = params["part"]
    number = {"rest": data["known"] - data["n"]}.get(part, data.get(part))
    return len(list(page.context["table"].sheet_rows())), page.context["count"], number


def test_every_figure_equals_its_list_its_page_and_its_json(office):
    client = signed_in(office.organizer)
    here = scope(office.cohort)
    figures = all_figures(here)
    counted = count(figures.values(), here)
    differ = {}
    for name, figure in figures.items():
        if isinstance(figure, Distribution):
            if figure.closed:
                continue
            value = counted.answers[name]
            expected = {("missing", ""): value.missing, ("N", ""): value.of, ("n", ""): value.known}
            expected |= {("n", answer): n for answer, n in value.counts.items()}
        else:
            expected = {(part, ""): counted.values[name].part(part) for part in PARTS}
        for (part, answer), number in expected.items():
            params = {"part": part} | ({"answer": answer} if answer else {})
            seen = rows_and_json(client, office.cohort, name, **params)
            if seen != (number, number, number):
                differ[name, part, answer] = (number, seen)
    assert differ == {}
    assert len(figures) > 15


def test_parts_readd_in_every_figure_and_every_split(office):
    here = scope(office.cohort)
    figures = all_figures(here)
    counted = count(figures.values(), here, by=("class", "session", "week", "trainee"))
    for name, value in counted.values.items():
        assert value.n + value.rest + value.missing == value.of, name
    for (name, split), parts in counted.parts.items():
        whole = counted.values[name]
        assert sum(part.n for part in parts.values()) == whole.n, (name, split)
        assert sum(part.of for part in parts.values()) == whole.of, (name, split)
    for name, answers in counted.answers.items():
        assert answers.known + answers.missing == counted.values["cohorts.with_class"].of or "cohorts" not in name


def test_every_number_of_the_board_opens_as_many_rows(office):
    client = signed_in(office.organizer)
    made = board(office.cohort, scope(office.cohort), by_session=True)
    wrong = []
    for section in made.sections:
        for row in (*section.rows, *filter(None, (section.last, section.total))):
            for cell in row.cells:
                if cell.url and client.get(cell.url).context["table"].count != cell.value:
                    wrong.append((section.key, row.label, cell))
    assert wrong == []
    assert {section.key for section in made.sections} >= {
        "cohorts.age", "cohorts.sex", "cohorts.profile.degree", "classes", "attendance.class", "attendance.session",
        "journals.class", "journals.week", "scores.class", "assessments.bands",
    }  # fmt: skip


def test_the_numbers_of_the_example_are_right(office):
    counted = count(all_figures(scope(office.cohort)).values(), scope(office.cohort))

    def of(name):
        value = counted.values[name]
        return value.n, value.known, value.of

    assert of("cohorts.trainees") == (10, 11, 11)
    assert of("cohorts.with_class") == (9, 9, 10)
    assert of("learning.held") == (3, 4, 4)
    # east has 5 people, west 4: 5 at the first session, 9 at the second, 4 at the third, where nobody was marked
    assert of("learning.attendance") == (8, 12, 18)
    assert of("assessments.total") == (8, 8, 9)
    assert str(counted.values["assessments.total"].mean) == "75.55"
    assert counted.answers["cohorts.sex"].counts == {"m": 4, "f": 3}
    assert counted.answers["cohorts.profile.hobby"].counts == {}  # nobody consented
    assert counted.answers["cohorts.profile.hobby"].missing == 10
    assert counted.answers["cohorts.profile.degree"].counts == {"bachelor": 0, "master": 4, "doctor": 0}


def test_a_field_that_an_office_adds_has_its_figures_at_once(office):
    made = board(office.cohort, scope(office.cohort), by_session=True)
    titles = [section.title for section in made.sections]

    assert "Expert" in titles
    assert "Expert: yes" in [str(each.figure.label) for each in made.headlines]


def test_a_masked_field_shows_its_numbers_and_says_why_its_rows_stay_shut(office):
    page = signed_in(office.organizer).get(address(office.cohort, "cohorts.profile.health", part="n", answer="well"))

    assert page.context["count"] == 8
    assert page.context["table"].count == 0
    assert "masked field" in page.content.decode()


def test_a_figure_can_be_narrowed_to_a_class_and_to_a_session(office):
    client = signed_in(office.organizer)
    session = office.cohort.sessions.order_by("starts_at")[1]

    east = {"class": office.east.pk, "part": "N"}
    assert rows_and_json(client, office.cohort, "cohorts.sex", **east) == (5, 5, 5)
    both = {"class": office.east.pk, "session": session.pk, "part": "N"}
    assert rows_and_json(client, office.cohort, "learning.attendance", **both) == (5, 5, 5)
    foreign = {"class": make.training_class().pk, "part": "N"}
    assert client.get(address(office.cohort, "cohorts.sex", **foreign)).status_code == 404


@pytest.mark.parametrize("params", [{"part": "x"}, {"answer": "z"}, {"class": "1'"}, {"session": "9" * 30}])
def test_senseless_addresses_are_not_found(office, params):
    name = "learning.marks"
    assert signed_in(office.organizer).get(address(office.cohort, name, **params)).status_code == 404
    assert signed_in(office.organizer).get(address(office.cohort, "no.figure")).status_code == 404


def test_who_reaches_fewer_rows_than_were_counted_is_told(office):
    organizer = make.user(Role.ORGANIZER, office.east)

    page = signed_in(organizer).get(address(office.cohort, "cohorts.trainees", part="N"))

    assert (page.context["count"], page.context["table"].count) == (11, 5)
    assert "5 of 11 rows lie within what you may open." in page.content.decode()


def test_rows_are_taken_as_a_file_with_a_purpose_and_a_record(office):
    client = signed_in(office.organizer)
    url = address(office.cohort, "cohorts.trainees", part="n")

    assert client.post(url, {"export": "csv"}).status_code == 422
    answer = client.post(url, {"export": "csv", "purpose": "year-end"})

    assert b"".join(answer.streaming_content).decode().count("\n") == 11
    assert office.organizer.exports.get().count == 10


@pytest.mark.parametrize("name", ["cohorts.sex", "learning.attendance", "learning.journals_late", "assessments.total"])
def test_figures_of_nobody_have_no_share(name):
    cohort = make.cohort()
    here = scope(cohort)
    figure = find(name, here)
    counted = count([figure], here)
    value = counted.answers[name] if isinstance(figure, Distribution) else counted.values[name]

    assert (value.of, value.known) == (0, 0)
    page = signed_in(make.user(Role.ORGANIZER, cohort)).get(address(cohort, name, part="n"))
    assert page.status_code == 200
