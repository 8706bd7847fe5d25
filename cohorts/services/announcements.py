"""Office notices: drafted, checked, sent to exactly those who were shown, and stopped as far as they have not gone out."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.notices import cancel_notices, notify
from accounts.services.outbox.ways import Ways
from cohorts.models import Announcement, Cohort, Person, Trainee, TrainingClass
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office
from trainee_mgmt.kit.errors import Refused

SOON, URGENT = "cohorts.announcement", "cohorts.urgent_announcement"


@dataclass(frozen=True)
class Audience:
    """Who would get it at this moment. ``digest`` names them: sending to others than were shown is refused."""

    users: list[int]
    unreachable: list[str]  # names of people without a working account
    by_way: dict[str, int]  # first channel (empty: the inbox alone) -> people

    @property
    def digest(self) -> str:
        return hashlib.sha256(",".join(map(str, self.users)).encode()).hexdigest()


def audience(announcement: Announcement, *, today: date) -> Audience:
    """Whom an announcement reaches on that day: accounts, names of those without one, and how many by which channel."""
    people = _people(announcement, today).order_by("name_key", "pk")
    rows = list(people.values_list("user_id", "user__is_active", "name"))
    users = sorted({user for user, is_active, _name in rows if user and is_active})
    ways = Ways(users)
    return Audience(
        users=users,
        unreachable=[name for user, is_active, name in rows if not (user and is_active)],
        by_way=dict(Counter(ways.next(user) for user in users).most_common()),
    )


def _people(announcement: Announcement, today: date) -> QuerySet[Person]:
    trainees = announcement.cohort.trainees.filter(status=Trainee.Status.ACTIVE)
    officers = in_office(today).filter(training_class__cohort=announcement.cohort_id)
    if not announcement.is_for_all:
        classes = announcement.classes.values("pk")
        trainees = trainees.filter(pk__in=members_on(today).filter(training_class__in=classes).values("trainee"))
        officers = officers.filter(training_class__in=classes)
    condition = Q(pk__in=trainees.values("person"))
    if announcement.with_officers:
        condition |= Q(pk__in=officers.values("person"))
    return Person.objects.filter(condition)


@transaction.atomic
def draft(cohort: Cohort, *, by: User, classes: Iterable[TrainingClass] = (), **fields) -> Announcement:
    """Write one; nobody is told yet. Without classes it is for the whole cohort."""
    classes = _checked(cohort, classes)
    made = Announcement.objects.create(cohort=cohort, made_by=by, is_for_all=not classes, **fields)
    made.classes.set(classes)
    record("cohorts.draft_announcement", made, after={"cohort": cohort.name, "classes": _names(classes)})
    return made


@transaction.atomic
def redraft(announcement: Announcement, *, classes: Iterable[TrainingClass] = (), **fields) -> Announcement:
    """Change a draft."""
    announcement = _draft(announcement)
    classes = _checked(announcement.cohort, classes)
    before, after = changes(announcement, fields | {"is_for_all": not classes})
    old = set(announcement.classes.values_list("pk", flat=True))
    if old != {each.pk for each in classes}:
        announcement.classes.set(classes)
        after["classes"] = _names(classes)
    if after:
        for name in after.keys() - {"classes"}:
            setattr(announcement, name, after[name])
        announcement.save(update_fields=[*(after.keys() - {"classes"})] or None)
        record("cohorts.change_announcement", announcement, before=before, after=after)
    return announcement


@transaction.atomic
def send(announcement: Announcement, *, digest: str) -> int:
    """To exactly those who were shown on the page of the check; once."""
    announcement = _draft(announcement)
    found = audience(announcement, today=timezone.localdate())
    if not found.users:
        raise Refused(_("Nobody would get it: nobody here has a working account."))
    if found.digest != digest:
        raise Refused(_("Who would get it has changed since you looked. Please check it again."))
    announcement.state, announcement.sent_at = Announcement.State.SENT, timezone.now()
    announcement.told = len(found.users)
    announcement.save(update_fields=["state", "sent_at", "told"])
    kind = URGENT if announcement.is_urgent else SOON
    given = {"title": announcement.title, "text": announcement.text}
    notify(kind, found.users, about=announcement, key=str(announcement.pk), params=given)
    record("cohorts.send_announcement", announcement, after={"people": len(found.users)})
    return len(found.users)


@transaction.atomic
def stop(announcement: Announcement) -> int:
    """Whom it has not reached by now, it does not reach. Answers how many that are."""
    changed = Announcement.objects.filter(pk=announcement.pk, state=Announcement.State.SENT).update(
        state=Announcement.State.CANCELLED
    )
    if not changed:
        raise Refused(_("Only a notice that was sent can be stopped."))
    stopped = cancel_notices(about=announcement)
    record("cohorts.stop_announcement", announcement, after={"people": stopped})
    return stopped


@transaction.atomic
def discard(announcement: Announcement) -> None:
    """A draft is thrown away."""
    announcement = _draft(announcement)
    record("cohorts.discard_announcement", announcement)
    announcement.delete()


def _draft(announcement: Announcement) -> Announcement:
    found = Announcement.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=announcement.pk)
    if found.state != Announcement.State.DRAFT:
        raise Refused(_("This notice was sent already."))
    return found


def _checked(cohort: Cohort, classes: Iterable[TrainingClass]) -> list[TrainingClass]:
    classes = list(classes)
    if any(each.cohort_id != cohort.pk for each in classes):
        raise Refused(_("A class of another cohort cannot be told from here."))
    return classes


def _names(classes: Iterable[TrainingClass]) -> str:
    return ", ".join(each.name for each in classes)
