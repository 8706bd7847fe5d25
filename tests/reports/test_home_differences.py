"""Home tells those who settle them how many differences of roll and own check-in wait."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from learning.models import DisputedMark, RollSheet
from tests import make
from tests.reports.test_home import home_of

pytestmark = pytest.mark.django_db


def cohort_with_differences(unit=None):
    """Two differences (absent by the roll, late by the roll), one flagged scan, one dispute; and what agrees."""
    today = timezone.localdate()
    cohort = make.cohort(
        program=make.program(unit=unit or make.unit()),
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=9),
    )
    room = make.training_class(cohort)
    session = make.session(classes=[room], on=today - timedelta(days=2))
    absent, late, flagged, disputed, agreed, by_scan = (make.trainee(in_class=room) for _n in range(6))
    for trainee, state in ((absent, "absent"), (late, "late"), (disputed, "present"), (agreed, "present")):
        make.mark(session, trainee, state)
    make.mark(session, by_scan, "present", source="scan")
    for trainee in (absent, late, agreed, by_scan):
        make.scan(session, trainee)
    make.scan(session, flagged, verdict="flagged", reasons=["other_device"])
    sheet = RollSheet.objects.create(
        key=UUID(int=session.pk), session=session, called_by=make.user(),
        received_at=timezone.now(), was_kept=True, new=0,
    )  # fmt: skip
    DisputedMark.objects.create(
        sheet=sheet, session=session, trainee=disputed, state="absent", received_at=timezone.now()
    )
    return cohort


def told(user) -> list[tuple[str, str]]:
    return [(need.what, need.url) for need in home_of(user).needs if "difference" in need.what]


def test_home_counts_what_the_bench_shows_and_leads_there(client):
    cohort = cohort_with_differences()
    cohort_with_differences()  # somebody else's
    organizer = make.user(Role.ORGANIZER, cohort.program)
    bench = reverse("learning:attendance_differences", kwargs={"cohort": cohort.pk})
    client.force_login(organizer)

    shown = client.get(bench).context

    assert told(organizer) == [("4 differences wait", bench)]
    assert len(shown["differences"]) + len(shown["flagged"]) == 4


def test_what_was_settled_waits_no_more(client):
    cohort = cohort_with_differences()
    organizer = make.user(Role.ORGANIZER, cohort.program)
    client.force_login(organizer)
    session = cohort.sessions.get()
    for mark in session.attendances.filter(in_force=True, state__in=["absent", "late"]).exclude(source="scan"):
        url = reverse("learning:difference_settle", kwargs={"pk": session.pk, "trainee": mark.trainee_id})
        client.post(url, {"state": "present"})

    assert [what for what, _url in told(organizer)] == ["2 differences wait"]


def test_a_leader_and_a_trainee_settle_nothing():
    cohort = cohort_with_differences()

    assert told(make.user(Role.LEADER, cohort.program)) == []


def test_the_queries_do_not_grow_with_cohorts_and_differences():
    counted = []
    for cohorts in (1, 3):
        unit = make.unit()
        for _n in range(cohorts):
            cohort_with_differences(unit)
        organizer = make.user(Role.ORGANIZER, unit)
        home_of(organizer)
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert len(told(organizer)) == cohorts
        counted.append(
            sum("learning_scan" in q["sql"] or "disputed" in q["sql"] or "attendancerules" in q["sql"] for q in context)
        )

    assert counted == [2, 2]
