"""What happens between the first day and the last: rules, own check-ins, a timetable with conflicts and drafts; leave, hours and
activities in modules of their own. Few rows go through the services that the pages use; many are written in bulk."""

from datetime import timedelta

from django.utils import timezone

from learning.models import Attendance, AttendanceRules, Scan, Session
from learning.rules.states import DEFAULT, NUMBERS
from learning.services import make_session
from learning.services.conflicts import count_conflicts
from learning.services.releases import release
from learning.services.rules import make_version
from learning.services.rules_of_timetable import change_rule
from learning.services.sessions import cancel_session, change_session
from library.models import Venue
from library.services import close_venue, set_way
from reports.management.demo.activities import plan_activities
from reports.management.demo.hours import count_hours, follow_courses
from reports.management.demo.leave import write_leave, write_objections
from reports.management.demo.programs import DRAFTED
from reports.management.demo.stage import Stage


def between(stage: Stage) -> None:
    """Everything in the first program, something in each of the others."""
    if stage.plan.key in ("S0", "S2"):
        _rules(stage)
        write_leave(stage)
        write_objections(stage)
    if stage.plan.key in ("S0", "S4"):
        count_hours(stage)
    if stage.plan.key == "S0":
        follow_courses(stage)
        _scans(stage)
        _conflicts(stage)
    if stage.plan.key in ("S0", "S1"):
        plan_activities(stage)
    if stage.plan.key == "S3":
        _drafts(stage)


def _rules(stage: Stage) -> None:
    """A version under which people were marked, and one that begins next week."""
    numbers = {name: getattr(DEFAULT, name) for name in NUMBERS} | {"lates_per_absence": 3, "earlies_per_absence": 3}
    AttendanceRules.objects.create(
        cohort=stage.cohort,
        version=1,
        from_on=stage.cohort.starts_on,
        used_at=stage.held[0][0].ends_at,
        made_by=stage.by,
        **numbers,
    )
    make_version(
        stage.cohort,
        from_on=stage.today + timedelta(days=7 - stage.today.weekday()),
        numbers=numbers | {"late_from": 10, "lates_per_absence": 2},
        by=stage.by,
    )


def _scans(stage: Stage) -> None:
    """Own check-ins at the last session of the first class: most agree with the roll, some do not, one phone had two."""
    session = max((s for s, of in stage.held if of == stage.classes[0] and s.rolled_at), key=lambda s: s.starts_at)
    marks = Attendance.objects.filter(session=session, in_force=True).order_by("state", "pk")
    states = [Attendance.State.ABSENT, Attendance.State.LATE, Attendance.State.PRESENT]
    chosen = sorted(marks, key=lambda mark: [*states, mark.state].index(mark.state))[:24]
    scans = []
    for number, mark in enumerate(chosen):
        at = session.starts_at - timedelta(minutes=8) + timedelta(seconds=20 * number)
        is_second = number == len(chosen) - 1
        scans.append(
            Scan(
                session=session,
                trainee_id=mark.trainee_id,
                at=at,
                received_at=at,
                window=int(at.timestamp()) // 10,
                device=f"demo phone {0 if is_second else number}",
                source=Scan.Source.CODE,
                verdict=Scan.Verdict.FLAGGED if is_second else Scan.Verdict.ACCEPTED,
                reasons=[Scan.Reason.SHARED_DEVICE] if is_second else [],
            )
        )
    Scan.objects.bulk_create(scans)


def _conflicts(stage: Stage) -> None:
    """A venue that closes next week, a way that is too long, and a hall that is too small."""
    school, centre = stage.cohort.program.unit.venues.order_by("pk")[:2]
    set_way(school, centre, minutes=35)
    small = Venue.objects.create(unit=school.unit, name="党校小会议室", place=school.place, capacity=30)
    third = stage.classes[2]
    day = 11 - stage.today.weekday()  # the Friday of next week
    evening = {"cohort": stage.cohort, "classes": [third], "accept": True}
    make_session(**evening, title="晚间分享会", venue=school, starts_at=stage.at(day, 18), ends_at=stage.at(day, 19))
    session = make_session(
        **evening, title="夜访创新中心", venue=centre, starts_at=stage.at(day, 19, 15), ends_at=stage.at(day, 20, 45)
    )
    make_session(
        **evening | {"classes": [stage.classes[3]]},
        title="案例研讨",
        venue=small,
        starts_at=stage.at(day, 18),
        ends_at=stage.at(day, 20),
    )
    session.cohort.accepted_conflicts.all().delete()  # nobody has looked at them yet
    close_venue(centre, on=stage.today + timedelta(days=day))
    count_conflicts(stage.cohort)


def _drafts(stage: Stage) -> None:
    """Two released versions, and changes that wait for the third."""
    cohort = stage.cohort
    change_rule(cohort, at_once=False)
    coming = list(Session.objects.filter(cohort=cohort, starts_at__gte=stage.at(1, 0)).order_by("starts_at", "pk")[:4])
    _move(coming[0], timedelta(minutes=30))
    release(cohort, note="因场地检修，第一次课顺延半小时。")
    _move(coming[1], timedelta(minutes=-30))
    cancel_session(coming[2], reason="讲师临时有任务，另行安排。")
    start = timezone.localtime(coming[3].starts_at).replace(hour=18, minute=30)
    make_session(
        cohort=cohort,
        classes=stage.classes,
        accept=True,
        title=DRAFTED,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
    )


def _move(session: Session, by: timedelta) -> None:
    kept = {name: getattr(session, name) for name in ("title", "teacher_name", "place", "venue", "mode")}
    times = {"starts_at": session.starts_at + by, "ends_at": session.ends_at + by}
    change_session(session, classes=session.classes.all(), accept=True, **kept, **times)
