"""A cohort with something of everything that figures count, and with something missing everywhere."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Role
from assessments.models import Result
from cohorts.models import ClassMembership, ProfileField, Trainee
from tests import make


class Office:
    """Two classes, eleven people (one withdrawn, one without a class), four sessions, two weeks of journals, scores."""

    def __init__(self):
        self.today = timezone.localdate()
        monday = self.today - timedelta(days=self.today.weekday() + 21)
        self.cohort = make.cohort(starts_on=monday, ends_on=self.today + timedelta(days=60), name="Ignite 1")
        self.east, self.west = (make.training_class(self.cohort, name=name) for name in ("East", "West"))
        self.organizer = make.user(Role.ORGANIZER, self.cohort.program)
        self.leader = make.user(Role.LEADER, self.cohort.program.unit)
        self._fields()
        self.people = [self._trainee(n) for n in range(10)]
        gone = make.trainee(in_class=self.west, status="withdrawn", ended_on=monday + timedelta(days=1))
        ClassMembership.objects.filter(trainee=gone).update(ends_on=gone.ended_on)
        self._sessions()
        self._journals(monday)
        self._scores()

    def _fields(self):
        for order, (key, kind, more) in enumerate(
            (
                ("expert", "yes_no", {}),
                ("degree", "choice", {"choices": ["bachelor", "master", "doctor"]}),
                ("hobby", "text", {"needs_consent": True}),
                ("health", "choice", {"choices": ["well"], "is_personal": True}),
            )
        ):
            ProfileField.objects.create(
                cohort=self.cohort, key=key, label=key.title(), kind=kind, in_composition=True, order=order, **more
            )

    def _trainee(self, n: int) -> Trainee:
        person = make.person(
            sex=("m", "f", "")[n % 3],
            born_on=date(1976 + 3 * n, 9, 1) if n % 4 else None,
            phone=f"1380000{n:04}" if n % 2 else "",
        )
        profile = {"expert": bool(n % 2), "hobby": "chess", "health": "well"} if n % 5 else {}
        if n % 3 == 0:
            profile["degree"] = "master"
        room = None if n == 9 else (self.east, self.west)[n % 2]
        return make.trainee(self.cohort, in_class=room, of=person, profile=profile)

    def _sessions(self):
        marks = ("present", "late", "absent", "excused", "early")
        for days, classes in ((14, [self.east]), (7, [self.east, self.west]), (3, [self.west]), (-3, [self.east])):
            held = make.session(classes=classes, on=self.today - timedelta(days=days))
            if days == 3 or days < 0:
                continue  # nobody called the roll, or not held yet
            for n, person in enumerate(self.people[:8]):
                if person.memberships.filter(training_class__in=classes).exists():
                    make.mark(held, person, marks[n % 5])
        make.session(classes=[self.east], on=self.today - timedelta(days=5), cancelled_at=timezone.now())

    def _journals(self, monday):
        for n, person in enumerate(self.people[:7]):
            state = ("accepted", "submitted", "returned", "draft")[n % 4]
            late = make.at(monday + timedelta(days=9 if n == 1 else 5))
            make.journal(person, week=monday, state=state, submitted_at=None if state == "draft" else late)

    def _scores(self):
        scheme = make.scheme(self.cohort, state="published", published_at=timezone.now())
        for n, person in enumerate(self.people[:9]):
            total = None if n == 4 else Decimal("55.55") + n * 5
            Result.objects.create(scheme=scheme, trainee=person, total=total)
