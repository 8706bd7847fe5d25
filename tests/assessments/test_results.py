import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry, ExportRecord, Role
from assessments import services
from assessments.models import Result, Scheme, Score
from assessments.rules.kinds import RULES
from assessments.selectors.outline import outline
from assessments.selectors.results import live, results
from learning.models import Attendance
from tests import make
from tests.assessments.world import Panel
from tests.races import race, refusals
from trainee_mgmt.kit import kept
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def totals(scheme):
    scheme.refresh_from_db()
    found = results(scheme)
    return {pk: each.total.points for pk, each in found.standings(found.ranking.trainees).items()}


def list_of(panel):
    return reverse("assessments:result_list", kwargs={"cohort": panel.cohort.pk})


def page_of(trainee):
    return reverse("assessments:trainee_score", kwargs={"pk": trainee.pk})


def a_panel_with_everything(people=2, raters=2, **scheme):
    """Manual, attendance and journal indicators that together weigh 100, with facts for all."""
    panel = Panel(people=people, raters=raters, **scheme)
    panel.essay.weight, panel.talk.weight = Decimal(30), Decimal(30)
    for each in (panel.essay, panel.talk):
        each.save()
    for kind, weight in (("attendance", 25), ("journals", 15)):
        made = make.indicator(panel.scheme, name=kind, kind=kind, weight=Decimal(weight), rule=RULES[kind]().to_json())
        setattr(panel, kind, made)
    for day in (8, 9, 10):
        session = make.session(classes=[panel.training_class], on=date(2026, 9, day))
        for at, trainee in enumerate(panel.people):
            Attendance.objects.create(
                session=session,
                trainee=trainee,
                state="absent" if at == 0 and day == 9 else "present",
                marked_by=panel.rater,
                marked_at=timezone.now(),
            )
    for trainee in panel.people:
        make.journal(trainee, state="accepted")
    panel.fill()
    return panel


# Totals ---------------------------------------------------------------------------------------------------------------


def test_the_shares_of_every_trainee_add_up_to_the_printed_total():
    panel = a_panel_with_everything(people=7)
    for at, score in enumerate(Score.objects.order_by("pk")):
        Score.objects.filter(pk=score.pk).update(in_force=False)
        Score.objects.create(
            indicator=score.indicator,
            trainee=score.trainee,
            rater=score.rater,
            points=Decimal(at * 37 % 301) / 10,
            entered_at=timezone.now(),
            entered_by=score.rater,
        )

    for standing in live(outline(panel.scheme)):
        assert sum(line.share for line in standing.total.lines) == standing.total.points


@pytest.mark.parametrize(
    ("method", "guard", "counts"),
    [("mean", 5, "17.2"), ("median", 5, "20"), ("trimmed", 5, "18.67"), ("trimmed", 6, "17.2")],
)
def test_several_raters_count_by_the_method_of_the_scheme(method, guard, counts):
    panel = Panel(people=1, raters=5, method=method, trim_guard=guard)
    for rater, points in zip(panel.raters, ("0", "10", "20", "26", "30")):
        panel.save(points, rater=rater.user)

    (standing,) = live(outline(panel.scheme))

    found = standing.found[str(panel.essay.pk)]
    assert (found.score, found.n, found.spread) == (Decimal(counts), 5, Decimal(30))


def test_a_score_that_was_taken_back_does_not_count():
    panel = Panel(people=1, raters=2)
    first = panel.save("20")
    panel.save("30", rater=panel.raters[1].user)

    panel.save("", seen=first.score_id)

    (standing,) = live(outline(panel.scheme))
    assert standing.found[str(panel.essay.pk)].score == Decimal(30)


def test_who_withdrew_has_no_result_and_who_finished_has_one():
    panel = Panel(people=1)
    make.trainee(panel.cohort, status="withdrawn", ended_on=date(2026, 10, 1))
    done = make.trainee(in_class=panel.training_class, status="completed", ended_on=date(2026, 10, 1))

    assert set(totals(panel.scheme)) == {panel.people[0].pk, done.pk}


def test_equal_totals_share_a_rank_and_what_is_missing_has_none():
    panel = Panel(people=4)
    for trainee, essay in zip(panel.people, ("30", "15", "15")):
        panel.save(essay, of=trainee)
        panel.save("50", of=trainee, on=panel.talk)

    assert [results(panel.scheme).ranking.of.get(each.pk) for each in panel.people] == [1, 2, 2, None]


@pytest.mark.parametrize("size", [1, 3])
def test_all_totals_need_the_same_queries_for_any_number_of_people(client, django_assert_num_queries, size):
    panel = a_panel_with_everything(people=size)
    client.force_login(panel.organizer())
    with django_assert_num_queries(11):
        client.get(list_of(panel))


def test_the_ranking_of_many_is_kept_said_to_be_kept_and_counted_anew_when_asked(client, monkeypatch):
    monkeypatch.setattr(kept, "MANY", 1)
    panel = Panel(people=2)
    client.force_login(panel.organizer())
    first, second = panel.people
    panel.save("20", of=first)
    panel.save("50", of=first, on=panel.talk)
    client.get(list_of(panel))
    panel.save("30", of=second)
    panel.save("50", of=second, on=panel.talk)

    old = client.get(list_of(panel))
    new = client.get(list_of(panel), {"anew": "1"})

    assert ranks_on(old) == {first.pk: 1}
    assert "Count anew" in old.content.decode()
    assert ranks_on(new) == {second.pk: 1, first.pk: 2}
    assert "anew" not in new.context["table"].url(page=2)


def ranks_on(page):
    return page.context["table"].context.ranking.of


def test_the_list_names_what_is_missing_and_who_has_not_handed_in(client):
    panel = Panel(people=1)
    panel.save("20")
    client.force_login(panel.organizer())

    page = client.get(list_of(panel)).content.decode()

    assert f"Not handed in yet: {panel.rater.name}." in page
    assert "Talk</span>" in page


def test_the_spreadsheet_holds_points_share_raters_spread_and_method(client):
    panel = a_panel_with_everything(people=1)
    client.force_login(panel.organizer())

    response = client.post(list_of(panel), {"export": "csv", "purpose": "archive"})

    header, row = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    sheet = dict(zip(header, row))
    assert {key: sheet[key] for key in ("Essay (of 30)", "Essay: share of the total", "Essay: raters", "Total")} == {
        "Essay (of 30)": "27.00",
        "Essay: share of the total": "27.00",
        "Essay: raters": "2",
        "Total": str(totals(panel.scheme)[panel.people[0].pk]),
    }
    assert sheet["Essay: method"] == "mean of all raters"
    assert ExportRecord.objects.get().purpose == "archive"


@pytest.mark.parametrize("sort", ["rank", "-total", "name", "class"])
def test_the_list_is_sorted_by_what_is_computed_too(client, sort):
    panel = Panel(people=3)
    for trainee, essay in zip(panel.people, ("10", "30", "20")):
        panel.save(essay, of=trainee)
        panel.save("50", of=trainee, on=panel.talk)
    client.force_login(panel.organizer())
    first, second, third = panel.people

    body = client.get(list_of(panel), {"sort": sort}).context["table"].body
    at = {trainee: body.index(page_of(trainee)) for trainee in panel.people}

    expected = {"rank": [second, third, first], "-total": [first, third, second]}.get(sort, [first, second, third])
    assert sorted(at, key=at.get) == expected


def test_a_total_opens_down_to_every_score_mark_and_journal(client):
    panel = a_panel_with_everything(people=1)
    client.force_login(panel.organizer())

    page = client.get(page_of(panel.people[0]))

    lines = {each.line.name: each for each in page.context["lines"]}
    assert [(row.rater, row.points) for row in lines["Essay"].given] == [
        (rater.user.name, Decimal(27)) for rater in panel.raters
    ]
    assert [state for *_rest, state in lines["attendance"].sessions] == ["present", "absent", "present"]
    assert len(lines["journals"].journals) == 1
    for score in Score.objects.filter(indicator=panel.essay):
        assert reverse("assessments:score_detail", kwargs={"pk": score.pk}) in page.content.decode()


def test_a_score_opens_its_history(client):
    panel = Panel(people=1)
    first = panel.save("20")
    second = panel.save("22", seen=first.score_id, by=panel.organizer())
    client.force_login(panel.organizer())

    past = client.get(reverse("assessments:score_detail", kwargs={"pk": second.score_id})).context["past"]

    assert [(row.points, row.in_force) for row in past] == [(Decimal(22), True), (Decimal(20), False)]


# Publishing -----------------------------------------------------------------------------------------------------------


def test_published_numbers_survive_every_later_change():
    panel = a_panel_with_everything()
    before = totals(panel.scheme)
    services.publish(panel.scheme, by=panel.organizer())

    first = panel.people[0]
    Attendance.objects.filter(trainee=first).update(in_force=False)
    first.journals.update(state="returned")
    with pytest.raises(Refused, match="not open for scores"):
        panel.save("1", of=first)
    Score.objects.filter(trainee=first).update(in_force=False)

    assert totals(panel.scheme) == before
    assert live(outline(panel.scheme))[0].total.points is None


@pytest.mark.parametrize("statement", ["UPDATE assessments_result SET total = 100", "DELETE FROM assessments_result"])
def test_the_database_refuses_to_change_a_published_result(statement):
    panel = Panel(people=1)
    services.publish(panel.scheme, by=panel.organizer())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_published_result_explains_itself_from_its_own_lines(client):
    panel = a_panel_with_everything(people=1)
    organizer = panel.organizer()
    client.force_login(organizer)
    shown = client.get(page_of(panel.people[0])).context["lines"]

    services.publish(panel.scheme, by=organizer)
    kept = client.get(page_of(panel.people[0])).context["lines"]

    assert kept == shown


def test_the_confirmation_says_how_many_and_what_is_missing(client):
    panel = Panel()
    panel.save("20")
    panel.save("50", on=panel.talk)
    client.force_login(panel.organizer())

    page = client.get(reverse("assessments:scheme_publish", kwargs={"pk": panel.scheme.pk}))

    assert page.context["submit_label"] == "Publish 2 results"
    assert [(str(label), value) for label, value in page.context["facts"]] == [
        ("With a total", "1 / 2"),
        ("Without a total", panel.people[1].person.name),
        ("Not handed in", panel.rater.name),
    ]


def test_taking_back_keeps_the_reason_and_what_has_changed_since(client):
    panel = Panel(people=1)
    panel.fill()
    organizer = panel.organizer()
    services.publish(panel.scheme, by=organizer)
    Score.objects.filter(indicator=panel.talk).update(in_force=False)
    client.force_login(organizer)
    page = reverse("assessments:scheme_unpublish", kwargs={"pk": panel.scheme.pk})

    assert client.post(page, {"reason": " "}).status_code == 422
    client.post(page, {"reason": "One paper was counted twice."})

    entry = AuditEntry.objects.get(action="assessments.unpublish")
    assert entry.after["reason"] == "One paper was counted twice."
    assert entry.after["differences"] == {panel.people[0].number: ["86.00", None]}
    assert Scheme.objects.get().state == "open"
    assert list(Result.objects.values_list("in_force", flat=True)) == [False]


def test_publishing_again_adds_results_and_names_what_changed():
    panel = Panel(people=1)
    panel.fill()
    by = panel.organizer()
    services.publish(panel.scheme, by=by)
    services.unpublish(panel.scheme, reason="A correction")
    score = Score.objects.get(indicator=panel.essay)
    panel.save("30", seen=score.pk)

    services.publish(panel.scheme, by=by)

    assert list(Result.objects.order_by("pk").values_list("total", "in_force")) == [
        (Decimal(86), False),
        (Decimal(92), True),
    ]
    last = AuditEntry.objects.filter(action="assessments.publish").latest("pk")
    assert last.after["changed_since_last"] == {panel.people[0].number: ["86.00", "92.00"]}


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once():
    panel = Panel()
    by = panel.organizer()

    assert refusals(race(*[lambda: services.publish(panel.scheme, by=by)] * 2)) == 1
    assert Result.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_score_saved_while_publishing_is_counted_or_refused():
    panel = Panel(people=1)
    panel.save("50", on=panel.talk)
    by = panel.organizer()

    saved, _count = race(lambda: panel.save("30"), lambda: services.publish(panel.scheme, by=by))

    assert Result.objects.get().total == (None if isinstance(saved, Refused) else Decimal(80))


# Who sees what --------------------------------------------------------------------------------------------------------


def test_a_trainee_sees_the_own_result_only_after_publication(client):
    panel = a_panel_with_everything()
    own, other = panel.people
    client.force_login(make.trainee_account(own))
    page = reverse("assessments:my_score")
    assert "No result is published yet" in client.get(page).content.decode()

    services.publish(panel.scheme, by=panel.organizer())
    shown = client.get(page)
    services.unpublish(panel.scheme, reason="A mistake")

    assert [each["result"].trainee_id for each in shown.context["shown"]] == [own.pk]
    text = shown.content.decode()
    assert "Attended 2 of 3 sessions × 100 = 66.67 points." in text
    assert [name for name in (panel.rater.name, other.person.name) if f">{name}<" in text] == []
    assert "No result is published yet" in client.get(page).content.decode()


def test_a_leader_sees_results_once_they_are_published(client):
    panel = Panel()
    client.force_login(make.user(Role.LEADER, panel.cohort.program.unit))
    assert "No scheme is in use" in client.get(list_of(panel)).content.decode()
    assert client.get(page_of(panel.people[0])).status_code == 404

    services.publish(panel.scheme, by=panel.organizer())

    assert client.get(list_of(panel)).context["people"] == 2
    assert client.get(page_of(panel.people[0])).status_code == 200


def test_whoever_still_rates_sees_no_results_even_as_organizer(client):
    panel = Panel()
    panel.fill()
    organizer = panel.organizer()
    make.rater(panel.scheme, organizer)
    client.force_login(organizer)
    score = Score.objects.filter(rater=panel.rater).first()

    assert "First hand in your own scores" in client.get(list_of(panel)).content.decode()
    assert client.post(list_of(panel), {"export": "csv", "purpose": "x"}).status_code == 404
    assert client.get(page_of(panel.people[0])).status_code == 404
    assert client.get(reverse("assessments:score_detail", kwargs={"pk": score.pk})).status_code == 404
    assert client.get(reverse("assessments:scheme_publish", kwargs={"pk": panel.scheme.pk})).status_code == 404
    services.hand_in(panel.scheme, organizer)
    assert client.get(page_of(panel.people[0])).status_code == 200


def test_an_evaluator_opens_only_the_own_scores(client):
    panel = Panel(raters=2)
    own = panel.save("20")
    other = panel.save("25", rater=panel.raters[1].user)
    client.force_login(panel.rater)

    assert client.get(reverse("assessments:score_detail", kwargs={"pk": own.score_id})).status_code == 200
    assert client.get(reverse("assessments:score_detail", kwargs={"pk": other.score_id})).status_code == 404
    assert client.get(list_of(panel)).status_code == 403


def test_a_class_officer_and_a_trainee_reach_no_page_of_results(client):
    panel = Panel()
    services.publish(panel.scheme, by=panel.organizer())
    result = Result.objects.first()
    for user in (make.user(Role.OFFICER, panel.training_class), make.trainee_account(panel.people[0])):
        client.force_login(user)
        for url in (
            list_of(panel),
            page_of(panel.people[0]),
            reverse("assessments:result_detail", kwargs={"pk": result.pk}),
        ):
            assert client.get(url).status_code == 403


def test_a_result_whose_publication_was_taken_back_is_still_explained_to_the_office(client):
    panel = a_panel_with_everything(people=1)
    organizer = panel.organizer()
    (total,) = totals(panel.scheme).values()
    services.publish(panel.scheme, by=organizer)
    services.unpublish(panel.scheme, reason="A mistake")
    client.force_login(organizer)

    result = reverse("assessments:result_detail", kwargs={"pk": Result.objects.get().pk})
    way = client.get(page_of(panel.people[0])).content.decode()
    page = client.get(result)

    assert f'href="{result}"' in way
    assert "This publication was taken back." in page.content.decode()
    assert page.context["standing"].total.points == total
