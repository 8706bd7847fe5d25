"""The closing checklist as it stands: what is done, what is missing, what stands against closing."""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from cohorts.models import ClassOfficer, Cohort
from cohorts.selectors.charge import people_in_charge
from learning.models import (
    ClosingItem,
    ClosingRule,
    PersonTime,
    Session,
    SessionClass,
    SheetWaiver,
    TimetableRelease,
    TimetableRule,
)
from learning.rules.closing import Asked, Line, OpenPoint, Sheets, open_points
from learning.selectors.paper import signed_sheets_of, waivers_of

Kind = ClosingItem.Kind
SEEN = (Kind.SHEETS, Kind.TIMETABLE)  # nobody ticks them off: sessions tell whether they are done


def rule_in_force(cohort: Cohort) -> ClosingRule | None:
    return ClosingRule.objects.filter(cohort=cohort, in_force=True).select_related("made_by").first()


def asked_of(cohort: Cohort) -> Asked:
    rule = rule_in_force(cohort)
    return rule.asked if rule else Asked()


def held_by(training_class, now: datetime) -> QuerySet[SessionClass]:
    """A class at the sessions that are over and at which somebody of it was expected."""
    people = PersonTime.objects.filter(session=OuterRef("session"), training_class=OuterRef("training_class"))
    return SessionClass.objects.filter(
        Exists(people),
        training_class=training_class,
        session__ends_at__lte=now,
        session__cancelled_at=None,
        session__is_draft=False,
    )


def without_sheet(parts: QuerySet[SessionClass]) -> QuerySet[SessionClass]:
    """Those that lack their sign-in sheet (``rules.closing.is_sheet_kept``) and are asked for one."""
    of_part = (OuterRef("session"), OuterRef("training_class"))
    asks_signed = ClosingRule.objects.filter(cohort=OuterRef("session__cohort"), in_force=True, sheets=Sheets.SIGNED)
    people = PersonTime.objects.filter(session=OuterRef("session"), training_class=OuterRef("training_class"))
    return parts.filter(
        Exists(asks_signed) | Exists(people.filter(state=None)),
        ~Exists(signed_sheets_of(*of_part)),
        ~Exists(waivers_of(*of_part)),
    )


def with_state(items: QuerySet[ClosingItem], *, now: datetime) -> QuerySet[ClosingItem]:
    """Items with ``is_done``, in the same query."""
    of_cohort = {"cohort": OuterRef("training_class__cohort")}
    held = held_by(OuterRef("training_class"), now)
    coming = SessionClass.objects.filter(
        training_class=OuterRef("training_class"), session__cancelled_at=None, session__ends_at__gt=now
    )
    drafts = Session.everything.filter(is_draft=True, **of_cohort)
    released = Exists(TimetableRelease.objects.filter(**of_cohort))
    in_versions = Exists(TimetableRule.objects.filter(in_force=True, at_once=False, **of_cohort))
    sheets_kept = Exists(held) & ~Exists(without_sheet(held))
    timetable_final = Exists(held) & ~Exists(coming) & ~Exists(drafts) & (released | ~in_versions)
    return items.annotate(
        is_done=Case(
            When(Q(kind=Kind.SHEETS) & sheets_kept, then=Value(True)),
            When(Q(kind=Kind.TIMETABLE) & timetable_final, then=Value(True)),
            When(Q(kind__in=SEEN), then=Value(False)),
            When(done_at__isnull=False, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )


def sessions_without_sheet(item: ClosingItem, *, now: datetime) -> list[Session]:
    """The sessions that the item of sign-in sheets still waits for, by time."""
    parts = without_sheet(held_by(item.training_class_id, now))
    return list(Session.objects.filter(pk__in=parts.values("session")).order_by("starts_at", "pk"))


def waived_sheets(item: ClosingItem) -> list[SheetWaiver]:
    """The sessions of the class that are asked for no sheet, by time, with who said so."""
    rows = SheetWaiver.objects.filter(training_class=item.training_class_id, undone_at=None)
    return list(rows.select_related("session", "made_by").order_by("session__starts_at", "pk"))


def against_closing(cohort: Cohort, *, now: datetime) -> list[OpenPoint]:
    """What the rule of the cohort asks for and is not done; one query where it asks for nothing."""
    asked = asked_of(cohort)
    if not asked.kinds:
        return []
    classes = dict(cohort.classes.order_by("number", "pk").values_list("pk", "name"))
    items = with_state(ClosingItem.objects.filter(training_class__in=classes), now=now).order_by("pk")
    lines = [
        Line(classes[training_class], kind, title, is_done)
        for training_class, kind, title, is_done in items.values_list("training_class", "kind", "title", "is_done")
    ]
    return open_points(asked, classes.values(), lines)


def overdue_by_class(classes: Collection[int] | QuerySet, today: date) -> dict[int, int]:
    """How many items of each class are overdue. What follows from sessions is looked at only where it is due."""
    late = ClosingItem.objects.filter(
        training_class__in=classes, due_on__lt=today, training_class__cohort__is_closed=False, done_at=None
    )
    items = list(late.values_list("pk", "training_class", "kind"))
    found = [training_class for _pk, training_class, kind in items if kind not in SEEN]
    seen = [pk for pk, _training_class, kind in items if kind in SEEN]
    if seen:
        states = with_state(ClosingItem.objects.filter(pk__in=seen), now=timezone.now())
        found += states.filter(is_done=False).values_list("training_class", flat=True)
    return Counter(found)


def items_of(owner: User, cohorts: Collection[int], *, until: date, now: datetime) -> QuerySet[ClosingItem]:
    """What one person still has to do by that day in these cohorts, overdue or not."""
    mine = ClosingItem.objects.filter(
        owner=owner, due_on__lte=until, training_class__cohort__in=cohorts, training_class__cohort__is_closed=False
    )
    return with_state(mine, now=now).filter(is_done=False)


def head_teachers_by_class(cohort: Cohort, *, day: date) -> dict[int, int]:
    """The account of the head teacher of each class, where there is one."""
    terms = ClassOfficer.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        training_class__cohort=cohort,
        office=ClassOfficer.Office.HEAD_TEACHER,
        starts_on__lte=day,
        person__user__in=people_in_charge(cohort, day=day),
    )
    return dict(terms.order_by("-starts_on", "-pk").values_list("training_class", "person__user"))
