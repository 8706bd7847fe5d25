"""What is asked of trainees and what they have done of it, counted in the database for one person or thousands."""

from datetime import date

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from cohorts.models import Cohort, Trainee
from learning.models import CAME, CompletionRule, OnlineProgress, PersonTime, Signup
from learning.rules.completion import DONE, Facts, Part, Rule, parts
from trainee_mgmt.kit.days import bounds


def rule_of(cohort: Cohort) -> CompletionRule | None:
    return cohort.completion_rules.order_by("-version").first()


def asked_parts(rule: Rule) -> list[Part]:
    return parts(rule, Facts({}))


def with_parts(trainees: QuerySet[Trainee], rule: Rule) -> QuerySet[Trainee]:
    """Adds ``part0``, ``part1`` … (what is done of each demand by the end of its day) and ``is_complete``."""
    asked = asked_parts(rule)
    counted = {f"part{at}": _count(part, rule.due_on) for at, part in enumerate(asked)}
    missing = [When(**{f"part{at}__lt": part.asked}, then=Value(False)) for at, part in enumerate(asked)]
    return trainees.annotate(**counted).annotate(is_complete=Case(*missing, default=Value(True)))


def done_parts(trainee: Trainee, rule: Rule) -> list[Part]:
    """The demands with what one trainee has done of each; one query."""
    asked = asked_parts(rule)
    names = [f"part{at}" for at in range(len(asked))]
    if not names:
        return []
    done = with_parts(Trainee.objects.filter(pk=trainee.pk), rule).values_list(*names).get()
    return [Part(part.kind, part.theme, part.asked, count) for part, count in zip(asked, done)]


def _count(part: Part, due_on: date) -> Coalesce:
    _start, end = bounds(due_on)
    if part.kind == "course":
        rows = OnlineProgress.objects.filter(in_force=True, percent__gte=DONE).annotate(
            at=Coalesce("completed_at", "as_of")
        )
        rows = rows.filter(at__lt=end, course__cohort=OuterRef("cohort"))
        if part.theme:
            rows = rows.filter(course__theme=part.theme)
    elif part.kind == "session":
        rows = PersonTime.objects.filter(state__in=CAME, held_on__lte=due_on)
    else:
        rows = Signup.objects.filter(attended=True, activity__cancelled_at=None, activity__starts_at__lt=end)
    grouped = rows.filter(trainee=OuterRef("pk")).order_by().values("trainee").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)


def courses_of(trainee: Trainee) -> QuerySet:
    """Each course of the cohort with how far this trainee is."""
    mine = OnlineProgress.objects.filter(course=OuterRef("pk"), trainee=trainee, in_force=True)
    rows = trainee.cohort.online_courses.annotate(
        percent=Subquery(mine.values("percent")[:1]), as_of=Subquery(mine.values("as_of")[:1])
    )
    return rows.order_by("theme", F("percent").desc(nulls_last=True), "name", "pk")


def open_cases(cohort: Cohort) -> QuerySet:
    return cohort.progress_cases.filter(Q(decided_at=None)).order_by("kind", "pk")
