"""Activities: made, signed up to, attended. The row of the activity is locked while seats are given or come free."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from accounts.services.notices import cancel_notices, notify
from cohorts.models import Cohort, Trainee
from learning.models import Activity, ActivityPlatform, Signup
from trainee_mgmt.kit.errors import Refused

OFFERED, MOVED, CANCELLED = "learning.seat_offered", "learning.activity_moved", "learning.activity_cancelled"
WHEN_AND_WHERE = ("starts_at", "ends_at", "mode", "place")  # a change of these is told
OFFER = timedelta(hours=24)
HELD = (Signup.State.SIGNED, Signup.State.OFFERED)
MOST_PLATFORMS = 20


def default_platforms() -> list[str]:
    """The five under which the first program puts its activities."""
    return [_("Learning"), _("Fellowship"), _("Innovation"), _("Suggestions"), _("Charity")]


@transaction.atomic
def set_platforms(cohort: Cohort, names: list[str]) -> None:
    """The platforms of a cohort in their order. One that has activities stays."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if not 1 <= len(names) <= MOST_PLATFORMS or len(set(names)) != len(names):
        raise Refused(_("Name 1 to %(most)s platforms, each once.") % {"most": MOST_PLATFORMS})
    before = list(cohort.platforms.order_by("order", "pk").values_list("name", flat=True))
    gone = cohort.platforms.exclude(name__in=names)
    if used := gone.filter(activities__isnull=False).first():
        raise Refused(_("“%(name)s” has activities and stays.") % {"name": used.name})
    gone.delete()
    for order, name in enumerate(names, 1):
        ActivityPlatform.objects.update_or_create(cohort=cohort, name=name, defaults={"order": order})
    record("learning.set_platforms", cohort, before={"platforms": before}, after={"platforms": names})


@transaction.atomic
def make_activity(*, cohort: Cohort, platform: str, **fields) -> Activity:
    _check(cohort, fields)
    made = Activity.objects.create(cohort=cohort, platform=_platform(cohort, platform), **fields)
    record("learning.make_activity", made, after={"platform": platform, "starts_at": made.starts_at.isoformat()})
    return made


@transaction.atomic
def change_activity(activity: Activity, *, platform: str, **fields) -> Activity:
    """More seats go to the waiting list at once; no fewer than are taken. Whoever signed up is told of another time or place."""
    activity = _locked(activity)
    _refuse_if_cancelled(activity)
    _check(activity.cohort, fields)
    taken = activity.signups.filter(state__in=HELD).count()
    if fields["capacity"] is not None and fields["capacity"] < taken:
        raise Refused(_("%(taken)s seats are taken; there cannot be fewer.") % {"taken": taken})
    fields["platform"] = _platform(activity.cohort, platform)
    before, after = changes(activity, fields)
    is_moved = any(getattr(activity, name) != fields.get(name, getattr(activity, name)) for name in WHEN_AND_WHERE)
    for name, value in fields.items():
        setattr(activity, name, value)
    activity.save(update_fields=list(fields))
    _offer_free_seats(activity, timezone.now())
    if is_moved and activity.ends_at > timezone.now():
        _tell_of_move(activity)
    record("learning.change_activity", activity, before=before, after=after)
    return activity


@transaction.atomic
def cancel_activity(activity: Activity) -> None:
    activity = _locked(activity)
    _refuse_if_cancelled(activity)
    if activity.ends_at <= timezone.now():
        raise Refused(_("This activity is over."))
    Activity.objects.filter(pk=activity.pk).update(cancelled_at=timezone.now())
    for kind in (OFFERED, MOVED):
        cancel_notices(kind=kind, about=activity)
    params = {"title": activity.title, "at": activity.starts_at.isoformat()}
    notify(CANCELLED, _accounts_of(activity), about=activity, key=f"{activity.pk}", params=params)
    record("learning.cancel_activity", activity)


@transaction.atomic
def sign_up(activity: Activity, trainee: Trainee) -> Signup:
    """A seat, or a place on the waiting list. The last seat goes to one person, however many ask at once."""
    activity = _locked(activity)
    now = timezone.now()
    _check_open(activity, now)
    if trainee.cohort_id != activity.cohort_id or trainee.status != Trainee.Status.ACTIVE:
        raise Refused(_("Only people in training in this cohort sign up."))
    mine = activity.signups.filter(trainee=trainee).first()
    if mine and mine.state != Signup.State.WITHDRAWN:
        raise Refused(_("You have signed up already."))
    others = activity.signups.filter(state=Signup.State.WAITING, trainee__status=Trainee.Status.ACTIVE)
    is_free = _free_seats(activity) > 0 and not others.exists()
    state = Signup.State.SIGNED if is_free else Signup.State.WAITING
    made, _is_new = Signup.objects.update_or_create(
        activity=activity,
        trainee=trainee,
        defaults={"state": state, "queued_at": now, "offer_until": None, "attended": None},
    )
    record("learning.sign_up", activity, after={"state": state}, label=f"{activity} {trainee.number}")
    return made


@transaction.atomic
def withdraw(activity: Activity, trainee: Trainee) -> None:
    """Give the seat, the offer or the place in the queue up; the next on the waiting list is offered the seat."""
    activity = _locked(activity)
    now = timezone.now()
    if activity.starts_at <= now:
        raise Refused(_("The activity has begun."))
    changed = (
        activity.signups.filter(trainee=trainee)
        .exclude(state=Signup.State.WITHDRAWN)
        .update(state=Signup.State.WITHDRAWN, offer_until=None)
    )
    if not changed:
        raise Refused(_("You have not signed up."))
    _offer_free_seats(activity, now)
    record("learning.withdraw_signup", activity, label=f"{activity} {trainee.number}")


@transaction.atomic
def accept_seat(activity: Activity, trainee: Trainee) -> None:
    """Take the seat that is offered, while the offer stands."""
    activity = _locked(activity)
    _refuse_if_cancelled(activity)
    changed = activity.signups.filter(
        trainee=trainee, state=Signup.State.OFFERED, offer_until__gt=timezone.now()
    ).update(state=Signup.State.SIGNED, offer_until=None)
    if not changed:
        raise Refused(_("No seat is offered to you any more."))
    record("learning.accept_seat", activity, label=f"{activity} {trainee.number}")


def lapse_offers(now: datetime) -> int:
    """Offers that nobody took go to the next. Answers how many activities were looked at; safe to run at any time."""
    late = Signup.objects.filter(state=Signup.State.OFFERED, offer_until__lte=now)
    keys = sorted(set(late.values_list("activity", flat=True)))
    for key in keys:
        with transaction.atomic():
            activity = _locked(Activity(pk=key))
            lapsed = activity.signups.filter(state=Signup.State.OFFERED, offer_until__lte=now).update(
                state=Signup.State.WITHDRAWN, offer_until=None
            )
            if lapsed:
                _offer_free_seats(activity, now)
                record("learning.lapse_offers", activity, after={"lapsed": lapsed})
    return len(keys)


@transaction.atomic
def mark_activity(activity: Activity, *, came: Collection[int]) -> int:
    """Who of those signed up came; the others did not. Sending the same again changes nothing. Answers how many came."""
    activity = _locked(activity)
    if activity.cancelled_at or activity.starts_at > timezone.now():
        raise Refused(_("Attendance is entered once the activity has begun."))
    signed = activity.signups.filter(state=Signup.State.SIGNED)
    known = set(signed.values_list("trainee", flat=True))
    if not known.issuperset(came):
        raise Refused(_("Somebody chosen is not signed up any more. Look again."))
    changed = signed.filter(trainee__in=came).exclude(attended=True).update(attended=True)
    changed += signed.exclude(trainee__in=came).exclude(attended=False).update(attended=False)
    record("learning.mark_activity", activity, after={"came": len(set(came)), "changed": changed})
    return len(set(came))


def _locked(activity: Activity) -> Activity:
    return Activity.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=activity.pk)


def _refuse_if_cancelled(activity: Activity) -> None:
    if activity.cancelled_at:
        raise Refused(_("This activity is cancelled."))


def _check_open(activity: Activity, now: datetime) -> None:
    _refuse_if_cancelled(activity)
    if now < activity.opens_at:
        raise Refused(_("Sign-up has not begun."))
    if now >= activity.closes_at:
        raise Refused(_("Sign-up is over."))


def _free_seats(activity: Activity) -> int:
    if activity.capacity is None:
        return 1
    return activity.capacity - activity.signups.filter(state__in=HELD).count()


def _offer_free_seats(activity: Activity, now: datetime) -> None:
    """To those who wait and are still in training, in their order."""
    until = min(now + OFFER, activity.starts_at)
    if activity.cancelled_at or until <= now:
        return
    in_training = Q(trainee__status=Trainee.Status.ACTIVE)
    waiting = activity.signups.filter(in_training, state=Signup.State.WAITING).order_by("queued_at", "pk")
    free = waiting.count() if activity.capacity is None else max(0, _free_seats(activity))
    for signup in waiting.select_related("trainee__person")[:free]:
        Signup.objects.filter(pk=signup.pk).update(state=Signup.State.OFFERED, offer_until=until)
        user = signup.trainee.person.user_id
        params = {"title": activity.title, "until": until.isoformat(), "signup": signup.pk}
        notify(OFFERED, [user] if user else [], about=activity, key=f"{signup.pk}:{until.isoformat()}", params=params)


def _accounts_of(activity: Activity) -> list[int]:
    """Of whoever has a seat or waits for one."""
    concerned = activity.signups.exclude(state=Signup.State.WITHDRAWN).values_list("trainee__person__user", flat=True)
    return [pk for pk in concerned if pk]


def _tell_of_move(activity: Activity) -> None:
    """Only the last change is told, if several are made before the first was sent."""
    cancel_notices(kind=MOVED, about=activity)
    params = {"title": activity.title, "at": activity.starts_at.isoformat(), "place": activity.place}
    key = f"{activity.pk}:{timezone.now().isoformat()}"
    notify(MOVED, _accounts_of(activity), about=activity, key=key, params=params)


def _platform(cohort: Cohort, name: str) -> ActivityPlatform:
    """The one of this name. The first activity makes all the usual ones, so that the next still has its choice."""
    usual = default_platforms()
    if name in usual and not cohort.platforms.exists():
        rows = [ActivityPlatform(cohort=cohort, name=each, order=order) for order, each in enumerate(usual, 1)]
        ActivityPlatform.objects.bulk_create(rows, ignore_conflicts=True)
    found, _is_new = ActivityPlatform.objects.get_or_create(cohort=cohort, name=name)
    return found


def _check(cohort: Cohort, fields: dict) -> None:
    if fields["ends_at"] <= fields["starts_at"]:
        raise Refused(_("An activity ends after it starts."))
    if fields["capacity"] == 0:
        raise Refused(_("Name at least one seat, or leave the seats empty."))
    if not fields["opens_at"] < fields["closes_at"] <= fields["ends_at"]:
        raise Refused(_("Sign-up ends after it begins, and before the activity is over."))
    first, last = timezone.localdate(fields["starts_at"]), timezone.localdate(fields["ends_at"])
    if first < cohort.starts_on or last > cohort.ends_on:
        raise Refused(
            _("The cohort runs from %(start)s to %(end)s; this activity lies outside.")
            % {"start": cohort.starts_on.isoformat(), "end": cohort.ends_on.isoformat()}
        )
