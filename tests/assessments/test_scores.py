from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry, Role
from assessments import services
from assessments.models import Rater, Scheme, Score
from assessments.rules.kinds import RULES
from assessments.selectors.outline import outline
from assessments.selectors.people import people, scored
from assessments.selectors.standings import standings
from assessments.services.scores import Overtaken, Typed, save_score, save_scores
from cohorts.models import ClassMembership
from learning.models import Attendance
from tests import make
from tests.assessments.world import Panel
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def in_force():
    return [
        (score.indicator.name, score.points)
        for score in Score.objects.filter(in_force=True).select_related("indicator").order_by("pk")
    ]


def grid_of(panel):
    return reverse("assessments:score_grid", kwargs={"cohort": panel.cohort.pk})


# The ledger -----------------------------------------------------------------------------------------------------------


def test_a_changed_score_is_a_new_row_and_the_old_one_stays():
    panel = Panel()
    first = panel.save("27")

    panel.save("28.5", seen=first.score_id)

    rows = list(Score.objects.order_by("pk").values_list("points", "in_force"))
    assert rows == [(Decimal(27), False), (Decimal("28.5"), True)]


def test_the_same_points_again_write_nothing():
    panel = Panel()
    first = panel.save("27")

    again = panel.save("27.0")

    assert (again.score_id, again.is_new) == (first.score_id, False)
    assert Score.objects.count() == 1
    assert AuditEntry.objects.filter(action="assessments.save_score").count() == 1


def test_an_emptied_cell_takes_the_score_back_by_a_row_without_points():
    panel = Panel()
    first = panel.save("27")

    panel.save("  ", seen=first.score_id)

    assert in_force() == [("Essay", None)]


def test_a_cell_that_another_device_changed_is_asked_about():
    panel = Panel()
    panel.save("27")

    with pytest.raises(Overtaken, match="Another device saved 27") as overtaken:
        panel.save("20", seen=None)

    assert (overtaken.value.points, in_force()) == (Decimal(27), [("Essay", Decimal(27))])
    panel.save("20", seen=overtaken.value.score_id)
    assert in_force() == [("Essay", Decimal(20))]


def test_a_cell_that_the_office_changed_says_so():
    panel = Panel()
    first = panel.save("27")
    panel.save("22", seen=first.score_id, by=panel.organizer())

    with pytest.raises(Overtaken, match="The office entered 22"):
        panel.save("20", seen=first.score_id)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("NaN", "is none"),
        ("Infinity", "is none"),
        ("-1", "negative"),
        ("30.1", "At most 30"),
        ("27.25", "Digits after the point"),
        ("1e1", "is not a number"),
        ("٢٧", "is not a number"),
        ("9" * 100_000, "far too long"),
        (" " * 300 + "27", "far too long"),
        ("<b>27</b>", "is not a number"),
    ],
)
def test_what_is_no_score_is_refused_in_one_sentence_and_nothing_is_kept(typed, said):
    panel = Panel()

    with pytest.raises(Refused, match=said):
        panel.save(typed)

    assert Score.objects.count() == 0


def test_full_width_digits_are_read():
    panel = Panel()
    assert panel.save("２７．５").points == Decimal("27.5")


def test_a_cell_of_somebody_else_is_refused_like_one_that_does_not_exist():
    panel = Panel()
    stranger, withdrawn = make.trainee(), make.trainee(panel.cohort, status="withdrawn", ended_on=date(2026, 9, 30))
    computed = make.indicator(panel.scheme, kind="attendance", weight=Decimal(1))
    elsewhere = Panel().essay

    for indicator, trainee in (
        (panel.essay.pk, stranger.pk),
        (panel.essay.pk, withdrawn.pk),
        (computed.pk, panel.people[0].pk),
        (elsewhere.pk, panel.people[0].pk),
        (987_654_321, 987_654_321),
    ):
        with pytest.raises(Refused, match="not yours to fill in"):
            save_score(panel.scheme, panel.rater.pk, Typed(indicator, trainee, "1", None), by=panel.rater)


def test_an_evaluator_of_one_class_rates_only_that_class():
    panel = Panel(raters=0)
    other = make.training_class(panel.cohort)
    rater = make.rater(panel.scheme, training_class=other).user

    with pytest.raises(Refused, match="not yours to fill in"):
        panel.save("27", rater=rater)
    ClassMembership.objects.filter(trainee=panel.people[0]).update(training_class=other)
    assert panel.save("27", rater=rater).points == Decimal(27)


@pytest.mark.parametrize("state", ["draft", "published", "replaced"])
def test_only_an_open_scheme_takes_scores(state):
    panel = Panel()
    Scheme.objects.update(state=state, published_at=timezone.now())

    with pytest.raises(Refused, match="not open for scores"):
        panel.save("27")


def test_after_handing_in_nothing_changes_until_the_office_opens_it_again():
    panel = Panel()
    services.hand_in(panel.scheme, panel.rater)
    with pytest.raises(Refused, match="handed in"):
        panel.save("27")

    services.reopen_rater(panel.raters[0])

    assert panel.save("27").points == Decimal(27)


def test_of_many_cells_the_wrong_ones_are_named_and_the_others_saved_with_one_entry():
    panel = Panel()
    first, second = panel.people
    cells = [
        Typed(panel.essay.pk, first.pk, "27", None),
        Typed(panel.talk.pk, first.pk, "x", None),
        Typed(panel.talk.pk, second.pk, "80", None),
    ]

    answers = save_scores(panel.scheme, panel.rater.pk, cells, by=panel.rater)

    assert {cell: isinstance(answer, Refused) for cell, answer in answers.items()} == {
        (panel.essay.pk, first.pk): False,
        (panel.talk.pk, first.pk): True,
        (panel.talk.pk, second.pk): False,
    }
    assert in_force() == [("Essay", Decimal(27)), ("Talk", Decimal(80))]
    entry = AuditEntry.objects.get(action="assessments.save_scores")
    assert entry.after["saved"] == 2


@pytest.mark.parametrize("statement", ["UPDATE assessments_score SET points = 1", "DELETE FROM assessments_score"])
def test_the_database_refuses_to_rewrite_a_score(statement):
    panel = Panel()
    panel.save("27")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Two at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_saves_at_once_make_one_row_and_one_entry():
    panel = Panel()

    results = race(*[lambda: panel.save("27")] * 20)

    assert {result.score_id for result in results} == {Score.objects.get().pk}
    assert AuditEntry.objects.filter(action="assessments.save_score").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_different_saves_of_one_cell_at_once_the_second_is_asked():
    panel = Panel()

    results = race(lambda: panel.save("27"), lambda: panel.save("20"))

    assert refusals(results) == 1
    assert Score.objects.filter(in_force=True).count() == Score.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_while_handing_in_is_kept_or_refused_but_never_slips_in_afterwards():
    panel = Panel()

    saved, _handed_in = race(lambda: panel.save("27"), lambda: services.hand_in(panel.scheme, panel.rater))

    assert Score.objects.count() == (0 if isinstance(saved, Refused) else 1)
    assert Rater.objects.get().handed_in_at is not None


# The page -------------------------------------------------------------------------------------------------------------


def test_the_grid_saves_a_cell_in_six_queries(client):
    panel = Panel()
    client.force_login(panel.rater)
    first = panel.save("20")
    cache.clear()
    client.get(reverse("accounts:me"))  # the session lies in the cache from here on

    with CaptureQueriesContext(connection) as asked:
        response = client.post(
            grid_of(panel),
            {"do": "save", "cell": f"{panel.essay.pk}-{panel.people[0].pk}", "points": "27", "seen": first.score_id},
        )

    score = Score.objects.get(in_force=True)
    assert (response.json()["score"], response.json()["points"]) == (score.pk, "27")
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 6


def test_the_grid_answers_what_is_wrong_with_a_cell_and_what_stands_there_instead(client):
    panel = Panel()
    client.force_login(panel.rater)
    cell = f"{panel.essay.pk}-{panel.people[0].pk}"
    saved = panel.save("20")

    wrong = client.post(grid_of(panel), {"do": "save", "cell": cell, "points": "31", "seen": saved.score_id})
    old = client.post(grid_of(panel), {"do": "save", "cell": cell, "points": "25", "seen": ""})

    assert (wrong.status_code, wrong.json()) == (422, {"error": "At most 30 points can be given."})
    assert (old.status_code, old.json()["theirs"], old.json()["score"]) == (409, "20", saved.score_id)


@pytest.mark.parametrize("do", ["save", "paste"])
def test_a_grid_that_is_still_open_after_publication_hears_that_scores_are_closed(client, do):
    panel = Panel()
    client.force_login(panel.rater)
    panel.fill()
    services.publish(panel.scheme, by=panel.organizer())
    cell = f"{panel.essay.pk}-{panel.people[0].pk}"

    answer = client.post(grid_of(panel), {"do": do, "cell": cell, "points": "20", f"p-{cell}": "20"})

    assert (answer.status_code, answer.json()) == (422, {"error": "This scheme is not open for scores."})
    assert Score.objects.count() == 4


@pytest.mark.parametrize(
    "junk",
    [
        {"do": "save", "cell": "x-1", "points": "1", "seen": ""},
        {"do": "save", "cell": "1", "points": "1", "seen": ""},
        {"do": "save", "cell": "1-2", "points": "1", "seen": "x"},
        {"do": "save", "cell": f"{'9' * 30}-1", "points": "1", "seen": ""},
        {"do": "paste", "p-1-x": "5"},
        {"p-1-1": "5", "seen-x": ""},
        {"p-1-1": "5", "columns": "a,b"},
    ],
)
def test_junk_is_refused_as_a_bad_request(client, junk):
    panel = Panel()
    client.force_login(panel.rater)

    assert client.post(grid_of(panel), junk).status_code == 400


def test_the_grid_works_as_one_form_and_keeps_what_was_typed_wrongly(client):
    panel = Panel()
    client.force_login(panel.rater)
    first, second = panel.people
    data = {
        "columns": f"{panel.essay.pk},{panel.talk.pk}",
        f"p-{panel.essay.pk}-{first.pk}": "27",
        f"p-{panel.talk.pk}-{first.pk}": "250",
        f"p-{panel.essay.pk}-{second.pk}": "",
        f"p-{panel.talk.pk}-{second.pk}": "",
        f"seen-{first.pk}": ",",
        f"seen-{second.pk}": ",",
    }

    response = client.post(grid_of(panel), data)

    page = response.content.decode()
    assert response.status_code == 422
    assert f'value="250" aria-labelledby="r{first.pk} c{panel.talk.pk}" id="bad-' in page
    assert "At most 100 points can be given." in page
    assert in_force() == [("Essay", Decimal(27))]


def test_a_pasted_block_is_answered_cell_by_cell(client):
    panel = Panel()
    client.force_login(panel.rater)
    first = panel.people[0]

    response = client.post(
        grid_of(panel),
        {
            "do": "paste",
            "columns": f"{panel.essay.pk},{panel.talk.pk}",
            f"p-{panel.essay.pk}-{first.pk}": "27",
            f"p-{panel.talk.pk}-{first.pk}": "x",
            f"seen-{first.pk}": ",",
        },
    )

    cells = response.json()["cells"]
    assert cells[f"{panel.essay.pk}-{first.pk}"]["points"] == "27"
    assert cells[f"{panel.talk.pk}-{first.pk}"]["error"] == "“x” is not a number."


def test_nobody_elses_points_are_in_the_page_its_counts_or_its_answers(client):
    panel = Panel(raters=2, decimals=2)
    own, other = (rater.user for rater in panel.raters)
    panel.save("13.79", rater=other)
    panel.save("61.37", rater=other, on=panel.talk)
    client.force_login(own)
    person = panel.people[0].pk

    page = client.get(grid_of(panel)).content.decode()
    total = client.get(grid_of(panel), {"total": person}).json()
    saved = client.post(
        grid_of(panel), {"do": "save", "cell": f"{panel.essay.pk}-{person}", "points": "20", "seen": ""}
    ).json()

    assert [text for text in ("13.79", "61.37", other.username) if text in page] == []
    assert 'data-done="0"' in page
    assert total == {"total": None}
    assert set(saved) == {"score", "points", "saved"}


def test_the_total_of_a_row_counts_the_own_points_and_the_computed_ones(client):
    panel = Panel(raters=2)
    panel.save("30", rater=panel.raters[1].user)
    panel.save("15")
    panel.save("50", on=panel.talk)
    client.force_login(panel.rater)

    assert client.get(grid_of(panel), {"total": panel.people[0].pk}).json() == {"total": "50"}


def test_an_evaluator_without_an_open_scheme_reads_that_nothing_waits(client):
    panel = Panel()
    Scheme.objects.update(state="replaced")
    client.force_login(panel.rater)

    response = client.get(grid_of(panel))

    assert "No scheme waits for your points" in response.content.decode()


def test_a_cohort_that_is_not_ones_own_does_not_exist(client):
    panel, other = Panel(), Panel()
    client.force_login(panel.rater)

    assert client.get(grid_of(other)).status_code == 404
    assert client.post(grid_of(other), {"do": "save"}).status_code == 404


def test_the_office_enters_points_for_an_evaluator_and_its_name_stays_with_them(client):
    panel = Panel()
    organizer = panel.organizer()
    client.force_login(organizer)

    client.post(
        reverse("assessments:rater_scores", kwargs={"pk": panel.raters[0].pk}),
        {"do": "save", "cell": f"{panel.essay.pk}-{panel.people[0].pk}", "points": "27", "seen": ""},
    )

    score = Score.objects.get()
    assert (score.rater, score.entered_by) == (panel.rater, organizer)


def test_an_organizer_who_still_rates_sees_no_other_evaluators_grid(client):
    panel = Panel()
    organizer = panel.organizer()
    mine = make.rater(panel.scheme, organizer)
    client.force_login(organizer)
    page = reverse("assessments:rater_scores", kwargs={"pk": panel.raters[0].pk})

    assert client.get(page).status_code == 404
    services.hand_in(panel.scheme, organizer)
    assert client.get(page).status_code == 200
    assert mine.scheme_id == panel.scheme.pk


@pytest.mark.parametrize("size", [1, 3])
def test_the_grid_needs_the_same_queries_for_any_number_of_people(client, django_assert_num_queries, size):
    panel = Panel(people=size)
    make.indicator(panel.scheme, kind="attendance", weight=Decimal(1))
    make.indicator(panel.scheme, kind="journals", weight=Decimal(1))
    client.force_login(panel.rater)
    with django_assert_num_queries(9):
        client.get(grid_of(panel))


def test_the_grid_is_paged_by_class_and_opens_at_the_first_with_gaps(client):
    panel = Panel(people=1)
    second = make.training_class(panel.cohort)
    late = make.trainee(in_class=second)
    panel.save("20")
    panel.save("50", on=panel.talk)
    client.force_login(panel.rater)

    grid = client.get(grid_of(panel)).context["grid"]

    assert [(each.pk, each.done, each.people) for each in grid.classes] == [
        (panel.training_class.pk, 1, 1),
        (second.pk, 0, 1),
    ]
    assert [row.person.pk for row in grid.rows] == [late.pk]


# Computed columns -----------------------------------------------------------------------------------------------------


def a_computed(panel, kind, **fields):
    return make.indicator(panel.scheme, kind=kind, weight=Decimal(1), rule=RULES[kind]().to_json(), **fields)


def test_a_computed_column_opens_the_sessions_that_it_counts(client):
    panel = Panel(people=1)
    attendance = a_computed(panel, "attendance", name="Attendance")
    held = make.session(classes=[panel.training_class], on=date(2026, 9, 8), title="First session")
    make.session(classes=[panel.training_class], on=date(2026, 9, 9), title="Second session")
    mark = {"trainee": panel.people[0], "marked_by": panel.rater, "marked_at": timezone.now()}
    Attendance.objects.create(session=held, state="present", **mark)
    client.force_login(panel.rater)

    grid = client.get(grid_of(panel)).context["grid"]
    page = client.get(
        reverse(
            "assessments:computed_rows",
            kwargs={"pk": panel.people[0].pk, "indicator": attendance.pk},
        )
    ).content.decode()

    assert grid.rows[0].computed == [Decimal(100)]
    assert "Attended 1 of 1 sessions × 100 = 100.00 points." in page
    assert [title for title in ("First session", "Second session", "not recorded") if title not in page] == []


def test_computing_twice_gives_the_same_and_a_correction_another_result():
    panel = Panel(people=1)
    indicator = a_computed(panel, "journals", name="Journals")
    make.journal(panel.people[0], week=date(2026, 9, 7), state="accepted")
    now = make.at(date(2026, 9, 21))

    def compute():
        tree = outline(panel.scheme)
        return standings(tree, people(scored(panel.cohort, today=now.date())), now=now)

    first = compute()
    assert compute() == first
    assert first[0].found[str(indicator.pk)].points == Decimal("33.33")
    make.journal(panel.people[0], week=date(2026, 9, 14), state="accepted")
    assert compute()[0].found[str(indicator.pk)].points == Decimal("66.67")


def test_an_evaluator_of_a_class_opens_no_rows_of_another(client):
    panel = Panel(raters=0)
    attendance = a_computed(panel, "attendance")
    elsewhere = make.training_class(panel.cohort)
    client.force_login(make.rater(panel.scheme, training_class=elsewhere).user)

    response = client.get(
        reverse(
            "assessments:computed_rows",
            kwargs={"pk": panel.people[0].pk, "indicator": attendance.pk},
        )
    )

    assert response.status_code == 404


def test_a_class_officer_reaches_no_page_of_scores(client):
    panel = Panel()
    client.force_login(make.user(Role.OFFICER, panel.training_class))

    for url in (
        grid_of(panel),
        panel.scheme.get_absolute_url(),
        reverse("assessments:scheme_list", kwargs={"cohort": panel.cohort.pk}),
        reverse("assessments:rater_scores", kwargs={"pk": panel.raters[0].pk}),
    ):
        assert client.get(url).status_code == 403
