"""Calendar links: made, revoked, read."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import TrainingClass
from learning.models import CalendarFeed
from learning.rules.calendars import hash_of, new_token
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused

MOST = 20  # links of one person


@transaction.atomic
def make_feed(
    user: User, *, kind: str, training_class: TrainingClass | None = None, teacher_name: str = ""
) -> tuple[CalendarFeed, str]:
    """A new link; its secret part is answered here and never again."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if CalendarFeed.objects.filter(user=user, revoked_at=None).count() >= MOST:
        raise Refused(_("You have %(most)s links already. Revoke one that is not used first.") % {"most": MOST})
    needed = "learning.attend" if kind == CalendarFeed.Kind.OWN else "learning.view_session"
    if not access.holds(user, needed):
        raise Refused(_("None of your roles sees these sessions."))
    token = new_token()
    feed = CalendarFeed.objects.create(
        user=user,
        kind=kind,
        training_class=training_class,
        teacher_name=teacher_name,
        token_hash=hash_of(token),
        made_at=timezone.now(),
    )
    record("learning.make_calendar", feed, after={"kind": kind})
    return feed, token


@transaction.atomic
def revoke_feed(feed: CalendarFeed) -> None:
    """From now on the link opens nothing."""
    if not CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise Refused(_("This link is revoked already."))
    record("learning.revoke_calendar", feed)


def feed_behind(token: str) -> CalendarFeed | None:
    """The link with this secret, while it stands and its owner may sign in. That it was read is noted once an hour."""
    now = timezone.now()
    feed = (
        CalendarFeed.objects.filter(token_hash=hash_of(token), revoked_at=None, user__is_active=True)
        .select_related("user", "training_class")
        .first()
    )
    if feed:
        stale = Q(read_at=None) | Q(read_at__lt=now - timedelta(hours=1))
        CalendarFeed.objects.filter(stale, pk=feed.pk).update(read_at=now)
    return feed
