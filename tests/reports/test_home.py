"""The home page of each role: what needs the person now."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.services import record
from learning.models import DutyDue, ProgressCase, Signup
from learning.services.duties import make_duty_kind, pause_week
from placements.models import Placement, Wish
from placements.rules.opinions import ASPECTS
from placements.services.opinions import give_opinion
from placements.services.seats import claim_seat
from placements.services.wishes import set_window
from tests import make

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def home_of(user):
    return signed_in(user).get(reverse("reports:home")).context["home"]


@pytest.fixture
def office():
    """A cohort that runs now, with two classes of two people."""
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=21), ends_on=today + timedelta(days=60), name="Ignite 1")
    classes = [make.training_class(cohort, name=name) for name in ("East", "West")]
    people = [make.trainee(in_class=each) for each in classes for _n in range(2)]
    return cohort, classes, people


def test_somebody_without_a_role_is_told_what_comes_next():
    response = signed_in(make.user()).get("/")

    assert response.status_code == 200
    assert "You have no role yet" in response.content.decode()


def test_an_empty_installation_leads_through_its_first_steps():
    admin = make.user(Role.ADMIN)

    shown = home_of(admin)

    assert [step.is_done for step in shown.steps] == [False] * 6
    cohort = make.cohort()
    assert [step.is_done for step in home_of(admin).steps] == [False, False, True, True, False, False]
    make.user(Role.ORGANIZER, make.unit(parent=cohort.program.unit))
    assert [step.is_done for step in home_of(admin).steps] == [True, True, True, True, False, False]
    make.application_round(cohort)
    assert [step.is_done for step in home_of(admin).steps] == [True, True, True, True, False, True]
    make.trainee()
    assert home_of(admin).steps == []


def test_a_held_session_without_roll_stands_first_and_leads_to_its_roll_call(office):
    cohort, (east, _west), _people = office
    yesterday = timezone.localdate() - timedelta(days=1)
    late = make.session(classes=[east], on=yesterday, title="Leading")
    make.session(classes=[make.training_class(cohort)], on=yesterday)  # nobody is expected there

    need = home_of(make.user(Role.ORGANIZER, cohort.program)).needs[0]

    assert (need.when, need.what) == ("overdue", "1 session without a roll call")
    assert need.url == reverse("learning:roll_call", kwargs={"pk": late.pk})
    assert "Leading" in need.why


def test_journals_wait_three_days_before_they_are_overdue(office):
    cohort, _classes, people = office
    week = timezone.localdate() - timedelta(days=10)
    now = timezone.now()
    for days, person in zip((4, 1), people):
        make.journal(person, week=week, state="submitted", submitted_at=now - timedelta(days=days))
    organizer = make.user(Role.ORGANIZER, cohort.program)

    needs = [need for need in home_of(organizer).needs if need.icon == "journal"]

    assert [(need.when, need.what) for need in needs] == [
        ("overdue", "1 journal is overdue for an answer"),
        ("week", "1 journal waits to be read"),
    ]
    page = reverse("learning:journal_waiting", kwargs={"cohort": cohort.pk})
    assert [need.list_url for need in needs] == [f"{page}?view=overdue", page]


def test_a_class_officer_sees_the_class_and_no_other(office):
    _cohort, (east, west), people = office
    day = timezone.localdate()
    here = make.session(classes=[east], on=day, title="Here")
    make.session(classes=[west], on=day, title="There")
    for person in people:
        make.journal(person, week=day - timedelta(days=10), state="submitted", submitted_at=timezone.now())

    shown = home_of(make.user(Role.OFFICER, east))

    assert [each.line.pk for each in shown.today] == [here.pk]
    assert [need.what for need in shown.needs if need.icon == "journal"] == ["2 journals wait to be read"]
    assert {need.icon for need in shown.needs} <= {"journal", "check"}


def test_a_monitor_who_owes_journals_is_not_told_that_nothing_waits(office):
    _cohort, (east, _west), people = office
    monitor = make.trainee_account(people[0])
    make.give(monitor, Role.OFFICER, east)

    page = signed_in(monitor).get("/").content.decode()

    assert ('id="write"' in page, "Nothing waits for you" in page) == (True, False)


def test_a_plan_that_would_write_nothing_does_not_wait_to_be_applied(office):
    cohort, _classes, _people = office
    admin = make.user(Role.ADMIN)
    for title, counts in (
        ("The same file", {"new": 0, "changed": 0, "same": 4}),
        ("A mended file", {"new": 0, "changed": 1}),
    ):
        make.plan(cohort, by=admin, title=title, summary=counts)

    shown = home_of(admin)

    assert [need.what for need in shown.needs if need.icon == "plan"] == ["A plan waits to be applied: A mended file"]


def test_whoever_has_one_cohort_need_not_choose_it(office):
    cohort, _classes, _people = office
    sessions = f'<li><a href="{reverse("learning:session_list", kwargs={"cohort": cohort.pk})}"'
    organizer = make.user(Role.ORGANIZER)

    page = signed_in(organizer).get("/").content.decode()

    assert sessions in page
    make.cohort()
    assert sessions not in signed_in(organizer).get("/").content.decode()


def test_a_trainee_sees_the_next_session_the_owed_journals_and_the_own_numbers(office):
    cohort, (east, west), people = office
    me = people[0]
    today = timezone.localdate()
    make.session(classes=[west], on=today + timedelta(days=1), title="Not mine")
    make.session(classes=[east], on=today + timedelta(days=2), title="Mine")
    held = make.session(classes=[east], on=today - timedelta(days=2))
    make.session(classes=[east], on=today - timedelta(days=3))
    make.mark(held, me, "late")
    make.journal(me, week=cohort.starts_on - timedelta(days=cohort.starts_on.weekday()), state="returned")

    shown = home_of(make.trainee_account(me))

    assert shown.training.coming.title == "Mine"
    assert shown.training.to_do[0].verb == "Mend"
    attendance = shown.training.places[0].attendance
    assert (attendance.came, attendance.marked, attendance.held) == (1, 1, 2)
    assert shown.needs == []


def test_help_is_one_tap_from_home_where_a_cohort_has_hosts(office):
    cohort, _classes, people = office
    phone = signed_in(make.trainee_account(people[0]))
    asking = f'{reverse("placements:ticket_open", kwargs={"pk": people[0].pk})}?category=meals"'

    before = phone.get("/").content.decode()
    make.offer(cohort)

    assert (asking in before, asking in phone.get("/").content.decode()) == (False, True)


def test_open_wishes_and_the_end_of_a_stay_are_things_to_do_until_they_are_done(office):
    cohort, _classes, people = office
    me, now = people[0], timezone.now()
    offer, user = make.offer(cohort), make.trainee_account(me)
    stay = claim_seat(offer, me)
    Placement.objects.filter(pk=stay.pk).update(starts_on=cohort.starts_on, ends_on=timezone.localdate())
    first, last = now - timedelta(days=1), now + timedelta(days=1)
    moments = {"trainees_from": first, "trainees_until": last, "hosts_from": first, "hosts_until": last}
    set_window(cohort, **moments, most_ranks=3, most_refusals=2)
    urls = [
        reverse("placements:own_wishes", kwargs={"pk": me.pk}),
        reverse("placements:opinion_create", kwargs={"pk": stay.pk}),
    ]

    before = [each.url for each in home_of(user).training.to_do]
    Wish.objects.create(side="trainee", trainee=me, offer=offer, rank=1, written_by=user, written_at=now)
    give_opinion(stay, given=dict.fromkeys(ASPECTS, "4"), today=timezone.localdate())
    after = [each.url for each in home_of(user).training.to_do]

    assert [each for each in before if each not in after] == urls


def test_a_trainee_whose_sessions_are_over_is_not_told_that_none_was_planned(office):
    _cohort, (east, _west), people = office
    make.session(classes=[east], on=timezone.localdate() - timedelta(days=1))

    over, before = signed_in(make.trainee_account(people[0])), signed_in(make.trainee_account(people[2]))

    assert "No further session is planned" in over.get("/").content.decode()
    assert "No session is planned" in before.get("/").content.decode()


def test_an_evaluator_sees_how_many_cells_are_still_empty(office):
    cohort, _classes, people = office
    scheme = make.scheme(cohort, state="open", opened_at=timezone.now())
    indicators = [make.indicator(scheme, weight=50), make.indicator(scheme, weight=50)]
    evaluator = make.user(Role.EVALUATOR, cohort)
    make.rater(scheme, evaluator)
    make.score(indicators[0], people[0], evaluator, points=80)

    (need,) = home_of(evaluator).needs

    assert need.what == "7 scores to enter"
    assert "1 of 8 entered" in need.why


def test_an_organizer_is_told_of_rows_for_nobody_and_of_activities_with_a_waiting_list(office):
    cohort, _rooms, people = office
    for n, kind in enumerate(("unmatched", "unmatched", "clock")):
        ProgressCase.objects.create(
            cohort=cohort, kind=kind, key=str(n), who="somebody", source="x.csv", line=n, found_at=timezone.now()
        )
    full, over = make.activity(cohort), make.activity(cohort, days=-7)
    for activity in (full, over):
        for trainee in people[:2]:
            Signup.objects.create(activity=activity, trainee=trainee, state="waiting", queued_at=timezone.now())

    organizer = make.user(Role.ORGANIZER, cohort.program.unit)
    told = {need.what: (need.why, need.url) for need in home_of(organizer).needs}

    queue = reverse("learning:progress_queue", kwargs={"cohort": cohort.pk})
    activities = reverse("learning:activity_list", kwargs={"cohort": cohort.pk}) + "?view=waiting"
    assert told["3 rows of online progress wait for you"] == ("2 fit nobody", queue)
    assert told["1 activity has a waiting list"] == ("2 people wait for a seat", activities)
    client = signed_in(organizer)
    assert [row.pk for row in client.get(activities).context["table"].ordered] == [full.pk]


@pytest.mark.parametrize("cohorts", [1, 3])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.ORGANIZER, Role.OFFICER, Role.LEADER])
def test_home_needs_the_same_queries_for_any_scope(role, cohorts, django_assert_max_num_queries):
    unit = make.unit()
    today = timezone.localdate()
    user = make.user()
    for _n in range(cohorts):
        program = make.program(unit=unit)
        cohort = make.cohort(program=program, starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=9))
        room = make.training_class(cohort)
        make.trainee(in_class=room)
        make.session(classes=[room], on=today)
        make.session(classes=[room], on=today - timedelta(days=3))
        if role == Role.OFFICER:
            make.give(user, role, room)
    if role != Role.OFFICER:
        make.give(user, role, unit)
    client = signed_in(user)
    client.get("/")
    record("test.write")  # what was counted is out of date

    with django_assert_max_num_queries(19):
        client.get("/")


def test_a_leader_reads_the_figures_of_every_cohort_in_scope(office):
    cohort, (east, _west), people = office
    make.mark(make.session(classes=[east], on=timezone.localdate() - timedelta(days=1)), people[0], "present")
    other = make.cohort(program=make.program(unit=cohort.program.unit))
    make.cohort()  # somebody else's

    shown = home_of(make.user(Role.LEADER, cohort.program.unit))

    assert {each.cohort.pk for each in shown.progress} == {cohort.pk, other.pk}
    here = {each.cohort.pk: each.figures for each in shown.progress}[cohort.pk]
    assert [(fig.label, fig.shown, fig.of) for fig in here[:3]] == [
        ("Trainees", "4", "4 of 4 people"),
        ("Sessions held", "1", "1 of 1 sessions"),
        ("Attendance rate", "100.0%", "1 of 1 person-times"),
    ]
    assert (shown.needs, shown.today, shown.only_reads) == ([], [], True)


def test_weekly_duties_that_nobody_held_are_a_need_until_the_weeks_are_set_free(office):
    cohort, _rooms, _people = office
    make_duty_kind(cohort, name="Sharing", held_by="class", per_week=1, speakers=0)
    organizer = make.user(Role.ORGANIZER, cohort.program.unit)
    missing = DutyDue.objects.filter(cohort=cohort, record=None, last_on__lt=timezone.localdate())
    weeks = sorted(set(missing.values_list("monday", flat=True)))

    def told() -> list[tuple[str, str]]:
        return [(need.what, need.url) for need in home_of(organizer).needs if "weekly" in need.what]

    before = told()
    for monday in weeks:
        pause_week(cohort, monday=monday, reason="a fair", by=organizer)

    url = reverse("learning:duty_list", kwargs={"cohort": cohort.pk}) + "?view=missing"
    assert len(weeks) >= 2
    assert before == [(f"{2 * len(weeks)} weekly duties were not held", url)]
    assert told() == []
