"""The pages of weekly duties: the board, recording on a phone, turns, lists, kinds and free weeks."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import DutyKind, DutyPause, DutyRecord, DutyTurn
from learning.services.duties import Meeting, make_usual_duties, record_duty
from tests import make

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def this_monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


@pytest.fixture
def cohort():
    """Began a week ago; study, sharing and seminar each week."""
    monday = this_monday()
    made = make.cohort(starts_on=monday - WEEK, ends_on=monday + 3 * WEEK + timedelta(days=6))
    make_usual_duties(made)
    return made


@pytest.fixture
def of(cohort):
    made = make.training_class(cohort, name="East")
    for number in ("01", "02"):
        make.trainee(in_class=made, number=number, of=make.person(name=f"Person {number}"))
    return made


def sharing(cohort) -> DutyKind:
    return cohort.duty_kinds.get(name="Sharing")


def slot(name, of, kind, monday) -> str:
    return f"{reverse(f'learning:{name}', kwargs={'pk': of.pk})}?kind={kind.pk}&week={monday}"


def board(cohort) -> str:
    return reverse("learning:duty_board", kwargs={"cohort": cohort.pk})


def held(of, kind, *speakers, on=None):
    meeting = Meeting(on or this_monday() - WEEK, "Supply chains", [each.pk for each in speakers])
    return record_duty(kind, training_class=of, group=None, meeting=meeting, by=make.user())


def test_the_board_counts_what_is_missing_and_who_never_spoke_and_opens_both(client, cohort, of):
    first = of.memberships.order_by("trainee__number").first().trainee
    held(of, sharing(cohort), first)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    shown = client.get(board(cohort), {"week": (this_monday() - WEEK).isoformat()})
    missing = client.get(reverse("learning:duty_list", kwargs={"cohort": cohort.pk}), {"view": "missing"})
    never = client.get(reverse("learning:duty_speaker_list", kwargs={"cohort": cohort.pk}), {"view": "never"})

    assert shown.context["counted"] == {"due": 3, "missing": 2, "people": 2, "never": 1}
    assert (missing.context["table"].count, never.context["table"].count) == (2, 1)
    assert ("Supply chains" in shown.content.decode(), "Person 01" in shown.content.decode()) == (True, True)


def test_the_figures_of_the_registry_say_the_same(client, cohort, of):
    held(of, sharing(cohort), of.memberships.order_by("trainee__number").first().trainee)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    def figure(name):
        kwargs = {"cohort": cohort.pk, "name": name}
        told = client.get(reverse("reports:figure_rows", kwargs=kwargs), {"format": "json"}).json()
        rows = client.get(reverse("reports:figure_rows", kwargs=kwargs), {"part": "rest"}).context["table"].count
        return told["n"], told["N"], rows

    assert (figure("learning.duties_held"), figure("learning.have_spoken")) == ((1, 3, 2), (1, 2, 1))


def test_an_officer_sees_and_records_the_own_class_and_no_other(client, cohort, of):
    other = make.training_class(cohort, name="West")
    make.trainee(in_class=other)
    client.force_login(make.user(Role.OFFICER, of))
    kind, monday = sharing(cohort), this_monday() - WEEK
    said = {"held_on": monday.isoformat(), "topic": "Risks"}

    page = client.get(board(cohort)).content.decode()
    mine = client.post(slot("duty_record", of, kind, monday), said)
    theirs = client.post(slot("duty_record", other, kind, monday), said)

    assert ("East" in page, "West" in page) == (True, False)
    assert (mine.status_code, theirs.status_code) == (302, 404)
    assert list(DutyRecord.objects.values_list("training_class", "topic")) == [(of.pk, "Risks")]


def test_a_trainee_without_an_office_records_nothing(client, cohort, of):
    trainee = of.memberships.first().trainee
    client.force_login(make.trainee_account(trainee))

    assert client.get(slot("duty_record", of, sharing(cohort), this_monday())).status_code == 403


def test_the_form_begins_with_whose_turn_it_is(client, cohort, of):
    first, second = (each.trainee for each in of.memberships.order_by("trainee__number"))
    held(of, sharing(cohort), first)
    client.force_login(make.user(Role.OFFICER, of))

    form = client.get(slot("duty_record", of, sharing(cohort), this_monday())).context["form"]

    assert form.initial["speakers"] == [second.pk]
    assert [key for key, _words in form.fields["speakers"].choices] == [second.pk, first.pk]


def test_a_day_in_another_week_or_to_come_is_told_at_the_form(client, cohort, of):
    client.force_login(make.user(Role.OFFICER, of))
    tomorrow = timezone.localdate() + timedelta(days=1)

    answer = client.post(
        slot("duty_record", of, sharing(cohort), this_monday()), {"held_on": tomorrow.isoformat(), "topic": "Risks"}
    )

    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, ["This day has not come yet."])


@pytest.mark.parametrize("query", ["kind=999999", "kind=x", "kind=²", "group=7", "kind=" + "9" * 30])
def test_a_duty_or_group_that_the_class_does_not_have_is_not_found(client, of, query):
    client.force_login(make.user(Role.OFFICER, of))

    assert client.get(f"{reverse('learning:duty_record', kwargs={'pk': of.pk})}?{query}").status_code == 404


def test_a_proposal_is_settled_by_one_button_and_taken_back_by_another(client, cohort, of):
    first = of.memberships.order_by("trainee__number").first().trainee
    client.force_login(make.user(Role.OFFICER, of))
    before = AuditEntry.objects.count()

    client.post(slot("duty_turn", of, sharing(cohort), this_monday()), {"trainee": first.pk, "act": "speaks"})
    turn = DutyTurn.objects.get()
    client.post(reverse("learning:duty_turn_back", kwargs={"pk": turn.pk}))

    assert (turn.trainee, turn.monday, AuditEntry.objects.count() - before) == (first, this_monday(), 2)
    assert not DutyTurn.objects.filter(in_force=True).exists()


def test_passing_over_without_a_reason_is_told_at_the_form(client, cohort, of):
    first = of.memberships.order_by("trainee__number").first().trainee
    client.force_login(make.user(Role.OFFICER, of))

    answer = client.post(
        slot("duty_turn", of, sharing(cohort), this_monday()), {"trainee": first.pk, "act": "passed", "reason": " "}
    )

    assert (answer.status_code, DutyTurn.objects.count()) == (422, 0)


def test_a_record_is_corrected_and_struck_out_with_a_reason(client, cohort, of):
    record = held(of, sharing(cohort))
    client.force_login(make.user(Role.OFFICER, of))
    kwargs = {"pk": record.pk}

    client.post(
        reverse("learning:duty_correct", kwargs=kwargs), {"held_on": record.held_on.isoformat(), "topic": "Risks"}
    )
    newest = DutyRecord.objects.latest("pk")
    client.post(reverse("learning:duty_strike", kwargs={"pk": newest.pk}), {"text": "It was another class."})

    assert (newest.topic, list(DutyRecord.objects.filter(in_force=True))) == ("Risks", [])


def test_trainees_see_the_board_of_their_class_and_when_their_turn_is(client, cohort, of):
    first, second = (each.trainee for each in of.memberships.order_by("trainee__number"))
    held(of, sharing(cohort), first)
    client.force_login(make.trainee_account(second))

    answer = client.get(reverse("learning:my_duties"))

    (place,) = answer.context["places"]
    assert [(line.kind.name, week.monday) for week, line, _turn in place["mine"]] == [
        ("Sharing", this_monday()),
        ("Seminar", this_monday() + WEEK),
    ]
    assert "Supply chains" in answer.content.decode()
    assert "/record/" not in answer.content.decode()


def test_an_organizer_makes_duties_and_sets_weeks_free(client, cohort):
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    kinds = reverse("learning:dutykind_list", kwargs={"cohort": cohort.pk})

    client.post(
        reverse("learning:dutykind_create", kwargs={"cohort": cohort.pk}),
        {"name": "Reading", "held_by": "group", "per_week": "2", "speakers": "0"},
    )
    client.post(
        reverse("learning:duty_pause_create", kwargs={"cohort": cohort.pk}),
        {"monday": (this_monday() + timedelta(days=3)).isoformat(), "reason": "National Day"},
    )
    page = client.get(kinds).content.decode()

    assert ("Reading" in page, "National Day" in page) == (True, True)
    assert DutyPause.objects.get().monday == this_monday()
    client.post(reverse("learning:duty_pause_remove", kwargs={"pk": DutyPause.objects.get().pk}))
    assert DutyPause.objects.count() == 0


def test_the_export_holds_who_spoke_and_asks_for_its_purpose(client, cohort, of):
    held(of, sharing(cohort), *(each.trainee for each in of.memberships.order_by("trainee__number")))
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    page = reverse("learning:duty_list", kwargs={"cohort": cohort.pk})

    asked = client.post(f"{page}?view=held", {"export": "csv"})
    given = client.post(f"{page}?view=held", {"export": "csv", "purpose": "report"})

    rows = b"".join(given.streaming_content).decode("utf-8-sig").splitlines()
    assert (asked.status_code, len(rows)) == (422, 2)
    assert "Person 01、Person 02" in rows[1]


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("page", [("duty_board", 11), ("duty_list", 6), ("duty_speaker_list", 6)])
def test_the_pages_need_the_same_queries_for_any_number_of_classes(
    client, django_assert_num_queries, cohort, items, page
):
    name, queries = page
    for _n in range(items):
        each = make.training_class(cohort)
        held(each, sharing(cohort), make.trainee(in_class=each))
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    with django_assert_num_queries(queries):
        client.get(reverse(f"learning:{name}", kwargs={"cohort": cohort.pk}))
