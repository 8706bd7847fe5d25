"""Evaluators: named for the whole cohort or for a class, handing in, opened again."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import SCOPES
from accounts.models import Role, ScopeKind, User
from accounts.services import record
from accounts.services.following import FollowingGrant, end_following, give_following
from assessments.models import Rater, Scheme, Score
from cohorts.models import TrainingClass
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def name_rater(scheme: Scheme, user: User, *, training_class: TrainingClass | None = None) -> Rater:
    """Let somebody rate the whole cohort or one class; the role of evaluator over the cohort comes with it."""
    scheme = Scheme.objects.select_for_update().select_related("cohort").get(pk=scheme.pk)
    if scheme.state not in (Scheme.State.DRAFT, Scheme.State.OPEN):
        raise Refused(_("This version takes no more scores; evaluators are named for a draft or an open one."))
    if not user.is_active:
        raise Refused(_("%(name)s cannot sign in.") % {"name": user.name})
    if training_class is not None and training_class.cohort_id != scheme.cohort_id:
        raise Refused(_("This class belongs to another cohort."))
    if _attends(user, scheme):
        raise Refused(_("%(name)s is a trainee of this cohort and cannot rate in it.") % {"name": user.name})
    places = list(scheme.raters.filter(user=user).values_list("training_class_id", flat=True))
    if None in places or (places and training_class is None):
        raise Refused(_("%(name)s rates here already.") % {"name": user.name})
    try:
        with transaction.atomic():
            rater = Rater.objects.create(scheme=scheme, user=user, training_class=training_class)
    except IntegrityError:
        raise Refused(_("%(name)s rates here already.") % {"name": user.name}) from None
    if places:
        scheme.raters.filter(user=user).update(handed_in_at=None)
    _give_role(rater, scheme)
    record(
        "assessments.name_rater",
        rater,
        after={"scheme": str(scheme), "person": user.name, "class": str(training_class or "")},
    )
    return rater


@transaction.atomic
def remove_rater(rater: Rater) -> None:
    """Take somebody off the list, as long as no score was given; the role that came with it ends, unless they rate on."""
    scheme = Scheme.objects.select_for_update().get(pk=rater.scheme_id)
    rater = Rater.objects.select_for_update(of=("self",)).select_related("user").get(pk=rater.pk)
    if scheme.state not in (Scheme.State.DRAFT, Scheme.State.OPEN):
        raise Refused(_("This version is closed; its evaluators stay."))
    if Score.objects.filter(indicator__scheme=scheme, rater=rater.user_id).exists():
        raise Refused(_("%(name)s has given scores, which stay with the name.") % {"name": rater.user.name})
    record("assessments.remove_rater", rater, before={"scheme": str(scheme), "person": rater.user.name})
    _take_role(rater, scheme)
    rater.delete()


@transaction.atomic
def hand_in(scheme: Scheme, user: User) -> int:
    """Done: the scores no longer change, and those of others may be seen. Answers for how many lists."""
    lists = list(Rater.objects.select_for_update().filter(scheme=scheme, user=user).order_by("pk"))
    if not Scheme.objects.filter(pk=scheme.pk, state=Scheme.State.OPEN).exists():
        raise Refused(_("This scheme is not open for scores."))
    waiting = [rater.pk for rater in lists if rater.handed_in_at is None]
    if not waiting:
        raise Refused(_("Your scores were handed in already."))
    now = timezone.now()
    Rater.objects.filter(pk__in=waiting).update(handed_in_at=now)
    record("assessments.hand_in", lists[0], after={"scheme": str(scheme), "at": now})
    return len(waiting)


@transaction.atomic
def reopen_rater(rater: Rater) -> None:
    """The office lets an evaluator change what was handed in."""
    raters = list(
        Rater.objects.select_for_update(of=("self",))
        .select_related("scheme", "user")
        .filter(scheme=rater.scheme_id, user=rater.user_id)
        .order_by("pk")
    )
    if not raters[0].scheme.is_open:
        raise Refused(_("This scheme is not open for scores."))
    if all(each.handed_in_at is None for each in raters):
        raise Refused(_("%(name)s has not handed in.") % {"name": raters[0].user.name})
    before = max(each.handed_in_at for each in raters if each.handed_in_at)
    Rater.objects.filter(pk__in=[each.pk for each in raters]).update(handed_in_at=None)
    record("assessments.reopen_rater", raters[0], before={"handed_in_at": before}, after={"handed_in_at": None})


def _attends(user: User, scheme: Scheme) -> bool:
    return scheme.cohort.trainees.filter(person__user=user).exclude(status="withdrawn").exists()


def _give_role(rater: Rater, scheme: Scheme) -> None:
    """The role that follows from the place on the list, unless the person has it; part of naming, which records it."""
    today, user = timezone.localdate(), rater.user
    covered = user.grants.in_force(today).filter(
        role=Role.EVALUATOR, scope_kind=ScopeKind.COHORT, scope_id=scheme.cohort_id
    )
    if not covered.exists():
        label = SCOPES[ScopeKind.COHORT].label(scheme.cohort)
        (rater.grant,) = give_following(
            [FollowingGrant(user.pk, Role.EVALUATOR, ScopeKind.COHORT, scheme.cohort_id, label, starts_on=today)]
        )
        rater.save(update_fields=["grant"])


def _take_role(rater: Rater, scheme: Scheme) -> None:
    """The role goes over to another place of the person on a list of this cohort, or ends; part of removing."""
    others = Rater.objects.filter(user=rater.user_id, scheme__cohort=scheme.cohort_id).exclude(pk=rater.pk)
    if other := others.order_by("pk").first():
        Rater.objects.filter(pk=other.pk, grant=None).update(grant=rater.grant_id)
    else:
        end_following([rater.grant_id], last_day=timezone.localdate() - timedelta(days=1))
