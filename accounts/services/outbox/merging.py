"""From notices to messages: what is due for one person becomes one message."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import INBOX, Delivery, Message, Notice, User
from accounts.models.users import SECRETS
from accounts.services.notices import Planner
from accounts.services.outbox.checking import BROKEN, checked, drop, is_over, lines_of
from accounts.services.outbox.ways import Ways
from trainee_mgmt.kit.notices import AWAY, KINDS, Urgency

PEOPLE = 100  # at once, while merging
URGENT_FIRST = {Urgency.NOW: 0, Urgency.SOON: 1, Urgency.DIGEST: 2}
log = structlog.get_logger(__name__)


def merge_due() -> int:
    """Make one message for each of up to ``PEOPLE`` people who have notices due. Answers how many notices were looked at:
    none, where others are at work on all of them."""
    with transaction.atomic():
        now = timezone.now()
        due = Notice.objects.filter(state=Notice.State.WAITING, due_at__lte=now)
        waiting = dict.fromkeys(due.order_by("due_at", "pk").values_list("user_id", flat=True)[: PEOPLE * 10])
        locked = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=list(waiting)[:PEOPLE])
        people = {user.pk: user for user in locked.order_by("pk").defer(*SECRETS)}
        if not people:
            return 0
        found = _due_with_the_rest_of_the_day(people, now)
        plan = Planner(people, now)
        _write_messages(_ready(found, people, plan), people, plan)
    return len(found)


def _due_with_the_rest_of_the_day(people: Iterable[int], now: datetime) -> list[Notice]:
    """What is due; and for whoever gets a digest now, what would make another one later today."""
    mine = Notice.objects.filter(state=Notice.State.WAITING, user__in=people).select_for_update(skip_locked=True)
    digests = [kind.name for kind in KINDS.values() if kind.urgency == Urgency.DIGEST]
    due = list(mine.filter(due_at__lte=now).order_by("pk"))
    getting = {notice.user_id for notice in due if notice.kind in digests}
    if not getting:
        return due
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rest = mine.filter(user__in=getting, kind__in=digests, due_at__gt=now, due_at__lt=midnight)
    return due + list(rest.exclude(not_before__gt=now).order_by("pk"))


def _had_digest(people: Iterable[int], now: datetime) -> set[int]:
    """Who of these people got the digest of this day already."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    digests = [kind.name for kind in KINDS.values() if kind.urgency == Urgency.DIGEST]
    told = Notice.objects.filter(user__in=people, kind__in=digests, message__checked_at__gte=midnight)
    return set(told.exclude(message__state=Message.State.CANCELLED).values_list("user", flat=True))


def _ready(notices: list[Notice], people: dict[int, User], plan: Planner) -> list[Notice]:
    """Those to be told now; the others are put off or dropped."""
    now, today = plan.now, plan.now.date()
    away = set().union(*(ask(set(people), today) for ask in AWAY))
    had_digest = _had_digest(people, now)
    known, put_off, dropped = [], [], []
    for notice in notices:
        kind = KINDS.get(notice.kind)
        if kind is None:
            log.error("unknown kind of notice", kind=notice.kind, notice=notice.pk)
            put_off.append((notice, now + BROKEN))
        elif is_over(notice, now) or not people[notice.user_id].is_active or not plan.wants(kind, notice.user_id):
            dropped.append(notice)
        elif later := plan.later(
            kind,
            notice.user_id,
            expires_at=notice.expires_at,
            is_away=notice.user_id in away,
            had_digest=notice.user_id in had_digest,
        ):
            put_off.append((notice, later))
        else:
            known.append(notice)
    true, untrue, broken = checked(known)
    put_off += [(notice, now + BROKEN) for notice in broken]
    for notice, moment in put_off:
        notice.due_at = moment
    Notice.objects.bulk_update([notice for notice, _moment in put_off], ["due_at"])
    drop([*dropped, *untrue])
    return true


def _write_messages(notices: list[Notice], people: dict[int, User], plan: Planner) -> None:
    """On a day off only what cannot wait is here: the channels do not wait either."""
    now, is_day_off = plan.now, not plan.is_working_day(plan.now.date())
    by_person = defaultdict(list)
    for notice in sorted(notices, key=lambda each: (URGENT_FIRST[KINDS[each.kind].urgency], each.pk)):
        by_person[notice.user_id].append(notice)
    ways = Ways(by_person)
    messages, told, deliveries = [], [], []
    for person, all_of_them in by_person.items():
        lines = lines_of(all_of_them, people[person].language, now)
        mine = [notice for notice in all_of_them if notice.pk in lines]
        if not mine:
            continue
        first = ways.next(person)
        message = Message(
            user_id=person,
            key=_key(mine),
            state=Message.State.CHECKED if first else Message.State.SENT,
            is_urgent=is_day_off or any(KINDS[notice.kind].urgency == Urgency.NOW for notice in mine),
            subject=_subject(mine, people[person].language),
            lines=[list(lines[notice.pk]) for notice in mine],
            checked_at=now,
            finished_at=None if first else now,
        )
        messages.append(message)
        for notice in mine:
            notice.message = message
            notice.state = Notice.State.MERGED if first else Notice.State.SENT
        told += mine
        deliveries.append(Delivery(message=message, channel=INBOX, state="sent", retry_at=now, sent_at=now))
        if first:
            deliveries.append(Delivery(message=message, channel=first, retry_at=now))
    Message.objects.bulk_create(messages)
    Notice.objects.bulk_update(told, ["message", "state"], batch_size=500)
    Delivery.objects.bulk_create(deliveries)


def _subject(notices: list[Notice], language: str) -> str:
    kinds = dict.fromkeys(notice.kind for notice in notices)
    with translation.override(language):
        label = str(KINDS[next(iter(kinds))].label)
        if len(notices) == 1:
            return label[:120]
        return ngettext("%(count)s notice", "%(count)s notices", len(notices)) % {"count": len(notices)}


def _key(notices: list[Notice]) -> str:
    return hashlib.sha256(",".join(str(notice.pk) for notice in notices).encode()).hexdigest()[:40]
