"""The outbox at work: notices that are due become one message to each person, and messages go out by channels.

Everything is in PostgreSQL and every step may be cut off: people are locked while their notices are merged; deliveries
are claimed in small batches (``SKIP LOCKED``, so that any number of senders share the work) and one by one marked as
being sent before the provider is asked. ``sweep`` gives back what a dead sender had claimed: nothing is lost, and only
the one delivery that a killed process had in hand may arrive twice; it is marked.
"""

import hashlib
import os
import socket
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import channels
from accounts.channels import Failed, Letter, Sender
from accounts.models import INBOX, Address, Delivery, Message, Notice, NoticeSettings, User
from accounts.models.users import SECRETS
from accounts.services.audit import record
from accounts.services.notices import Planner
from trainee_mgmt.kit.crypto import Sealed
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.notices import AWAY, KINDS, Line, Urgency

PEOPLE = 100  # at once, while merging
CLAIM = 10  # deliveries at once
ATTEMPTS = 3  # on one channel; then the next has its turn
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
BROKEN = timedelta(minutes=10)  # a kind whose own code fails is tried again after this
RECENT = timedelta(days=7)  # for the page about the channels
URGENT_FIRST = {Urgency.NOW: 0, Urgency.SOON: 1, Urgency.DIGEST: 2}
log = structlog.get_logger(__name__)


def run(*, seconds: float) -> int:
    """Give back what dead senders held, merge what is due, send what is due, for so long. Answers how many were sent."""
    end = time.monotonic() + seconds
    me = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid4().hex[:8]}"
    sweep()
    while merge_due() and time.monotonic() < end:
        pass
    sent = 0
    while time.monotonic() < end:
        batch = claim(me)
        if not batch:
            break
        sent += deliver(batch, me)
    return sent


# From notices to messages ---------------------------------------------------------------------------------------------


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
        elif _is_over(notice, now) or not people[notice.user_id].is_active or not plan.wants(kind, notice.user_id):
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
    true, untrue, broken = _checked(known)
    put_off += [(notice, now + BROKEN) for notice in broken]
    for notice, moment in put_off:
        notice.due_at = moment
    Notice.objects.bulk_update([notice for notice, _moment in put_off], ["due_at"])
    _drop([*dropped, *untrue])
    return true


def _is_over(notice: Notice, now) -> bool:
    return notice.expires_at is not None and notice.expires_at <= now


def _checked(notices: Iterable[Notice]) -> tuple[list[Notice], list[Notice], list[Notice]]:
    """(still true, no longer, cannot be told): each kind is asked once for all of its notices."""
    by_kind = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    true, untrue, broken = [], [], []
    for name, batch in by_kind.items():
        try:
            with transaction.atomic():
                holding = {notice.pk for notice in KINDS[name].still_true(batch)}
        except Exception:
            log.exception("a kind of notice cannot say what still holds", kind=name)
            broken += batch
            continue
        true += [notice for notice in batch if notice.pk in holding]
        untrue += [notice for notice in batch if notice.pk not in holding]
    return true, untrue, broken


def _drop(notices: Iterable[Notice]) -> None:
    keys = [notice.pk for notice in notices]
    if keys:
        Notice.objects.filter(pk__in=keys).update(state=Notice.State.DROPPED)


def _write_messages(notices: list[Notice], people: dict[int, User], plan: Planner) -> None:
    """On a day off only what cannot wait is here: the channels do not wait either."""
    now, is_day_off = plan.now, not plan.is_working_day(plan.now.date())
    by_person = defaultdict(list)
    for notice in sorted(notices, key=lambda each: (URGENT_FIRST[KINDS[each.kind].urgency], each.pk)):
        by_person[notice.user_id].append(notice)
    ways = Ways(by_person)
    messages, told, deliveries = [], [], []
    for person, all_of_them in by_person.items():
        lines = _lines(all_of_them, people[person].language, now)
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


def _lines(notices: list[Notice], language: str, now) -> dict[int, Line]:
    """The sentence of each notice; a kind whose code fails is put off, the others go."""
    lines = {}
    with translation.override(language):
        for notice in notices:
            try:
                text, path = KINDS[notice.kind].line(notice)
                lines[notice.pk] = Line(str(text), str(path))
            except Exception:
                log.exception("a kind of notice cannot be put into words", kind=notice.kind, notice=notice.pk)
                Notice.objects.filter(pk=notice.pk, state=Notice.State.WAITING).update(due_at=now + BROKEN)
    return lines


def _subject(notices: list[Notice], language: str) -> str:
    kinds = dict.fromkeys(notice.kind for notice in notices)
    with translation.override(language):
        label = str(KINDS[next(iter(kinds))].label)
        if len(notices) == 1:
            return label[:120]
        return ngettext("%(count)s notice", "%(count)s notices", len(notices)) % {"count": len(notices)}


def _key(notices: list[Notice]) -> str:
    return hashlib.sha256(",".join(str(notice.pk) for notice in notices).encode()).hexdigest()[:40]


# Ways to a person -----------------------------------------------------------------------------------------------------


class Ways:
    """The channels of each of these people, in the person's order; three queries for any number of them."""

    def __init__(self, people: Iterable[int]):
        keys = list(people)
        self.order = dict(NoticeSettings.objects.filter(user__in=keys).values_list("user_id", "channels"))
        self.known = set(Address.objects.filter(user__in=keys).values_list("user_id", "channel"))
        with_phone = User.objects.filter(pk__in=keys, phone_index__isnull=False)
        self.with_phone = set(with_phone.values_list("pk", flat=True))

    def of(self, person: int) -> list[str]:
        """Every channel that is set up and knows, or may find out, where the person is."""
        mine = [name for name in self.order.get(person) or () if channels.is_set_up(name)]
        order = [*mine, *(name for name in channels.order_of_office() if name not in mine)]
        return [name for name in order if self._is_reachable(person, name)]

    def next(self, person: int, *, tried: Iterable[str] = ()) -> str:
        """The first one that has not been tried; empty if there is none."""
        tried = set(tried)
        return next((name for name in self.of(person) if name not in tried), "")

    def _is_reachable(self, person: int, name: str) -> bool:
        if name == "sms" or channels.SENDERS[name].finds_by_phone:
            return person in self.with_phone or (person, name) in self.known
        return (person, name) in self.known


def address_of(user_id: int, name: str, sender: Sender) -> str:
    """Where the channel finds this person: what is known, the phone itself, or what the provider says of the phone."""
    known = Address.objects.filter(user=user_id, channel=name).first()
    if known is not None:
        return known.value.open()
    phone = User.objects.filter(pk=user_id).values_list("phone", flat=True).first()
    if phone is None:
        raise Failed("no address is known")
    if name == "sms":
        return phone.open()
    if not sender.finds_by_phone:
        raise Failed("no address is known")
    found = sender.find(phone.open())
    if not found:
        raise Failed("nobody there has this phone number")
    Address.objects.bulk_create([Address(user_id=user_id, channel=name, value=Sealed.of(found))], ignore_conflicts=True)
    return found


# From messages to channels --------------------------------------------------------------------------------------------


def claim(me: str) -> list[Delivery]:
    """Take a few deliveries that are due and that nobody has; committed at once, so that others see it."""
    with transaction.atomic():
        now = timezone.now()
        free = Delivery.objects.filter(state=Delivery.State.WAITING, claimed_at=None, retry_at__lte=now)
        keys = free.select_for_update(skip_locked=True).order_by("retry_at", "pk").values_list("pk", flat=True)[:CLAIM]
        taken = list(keys)
        Delivery.objects.filter(pk__in=taken).update(claimed_at=now, claimed_by=me)
    mine = Delivery.objects.filter(pk__in=taken).select_related("message__user").order_by("retry_at", "pk")
    return list(mine.defer(*(f"message__user__{name}" for name in SECRETS)))


def deliver(batch: list[Delivery], me: str) -> int:
    """Check again and send what was claimed. Answers how many the providers took."""
    speaking = _check_again(batch, me)
    sent = 0
    with ExitStack() as stack:
        senders = Senders(stack)
        for delivery in batch:
            if delivery.pk in speaking:
                sent += _send_one(delivery, speaking[delivery.pk], senders, me)
    return sent


def _check_again(batch: list[Delivery], me: str) -> dict[int, list[Notice]]:
    """What each delivery still has to say. Those with nothing are cancelled, those at a wrong hour are put off."""
    now = timezone.now()
    by_message = defaultdict(list)
    notices = Notice.objects.filter(message__in=[each.message_id for each in batch], state=Notice.State.MERGED)
    for notice in notices.order_by("pk"):
        by_message[notice.message_id].append(notice)
    everything = [notice for mine in by_message.values() for notice in mine if notice.kind in KINDS]
    over = [notice for notice in everything if _is_over(notice, now)]
    true, untrue, broken = _checked([notice for notice in everything if not _is_over(notice, now)])
    _drop([*over, *untrue])
    holding = {notice.pk for notice in true}
    waiting = {notice.message_id for notice in broken}
    plan = Planner([each.message.user_id for each in batch], now)
    speaking = {}
    for delivery in batch:
        allowed = now if delivery.message.is_urgent else plan.allowed(delivery.message.user_id)
        if delivery.message_id in waiting:
            _put_back(delivery, me, now + BROKEN)
        elif allowed > now:
            _put_back(delivery, me, allowed)
        elif mine := [notice for notice in by_message[delivery.message_id] if notice.pk in holding]:
            speaking[delivery.pk] = mine
        else:
            _end_silently(delivery, me)
    return speaking


class Senders:
    """One sender for each channel of a batch; a channel that is down is not asked again in it."""

    def __init__(self, stack: ExitStack):
        self.stack = stack
        self.made: dict[str, Sender] = {}
        self.down: dict[str, Failed] = {}

    def get(self, name: str) -> Sender:
        if name in self.down:
            raise self.down[name]
        if not channels.is_set_up(name):
            raise Failed("this channel is no longer set up")
        if name not in self.made:
            self.made[name] = channels.sender(name)
            self.stack.callback(self.made[name].close)
        return self.made[name]


def _send_one(delivery: Delivery, notices: list[Notice], senders: Senders, me: str) -> bool:
    name, message = delivery.channel, delivery.message
    notices = _begin(delivery, notices, me)
    if not notices:
        return False
    try:
        if delivery.attempts > ATTEMPTS:
            raise Failed("the sender ended each time")
        sender = senders.get(name)
        address = address_of(message.user_id, name, sender)
        number = sender.send(address, letter_of(message, notices))
    except Failed as failure:
        if failure.is_down:
            senders.down[name] = failure
        _failed(delivery, failure, me)
        return False
    except Exception as error:
        log.exception("a channel broke", channel=name, delivery=delivery.pk)
        _failed(delivery, Failed(type(error).__name__), me)
        return False
    _sent(delivery, number, me)
    return True


@transaction.atomic
def _begin(delivery: Delivery, notices: list[Notice], me: str) -> list[Notice]:
    """Mark it as being sent, and the rest of the batch as alive. Empty if it was taken away or cancelled meanwhile."""
    now = timezone.now()
    Delivery.objects.filter(claimed_by=me, state=Delivery.State.WAITING).update(claimed_at=now)
    open_ones = Message.objects.filter(pk=delivery.message_id, state=Message.State.CHECKED)
    if not open_ones.select_for_update(no_key=True).exists():
        return []
    merged = Notice.objects.filter(pk__in=[notice.pk for notice in notices], state=Notice.State.MERGED)
    alive = set(merged.values_list("pk", flat=True))
    if not alive:
        _end_silently(delivery, me)
        return []
    begun = Delivery.objects.filter(pk=delivery.pk, claimed_by=me, state=Delivery.State.WAITING).update(
        state=Delivery.State.SENDING, attempts=F("attempts") + 1, claimed_at=now
    )
    delivery.attempts += 1
    return [notice for notice in notices if notice.pk in alive] if begun else []


@transaction.atomic
def _sent(delivery: Delivery, number: str, me: str) -> None:
    now = timezone.now()
    held = Delivery.objects.filter(pk=delivery.pk, claimed_by=me, state=Delivery.State.SENDING).update(
        state=Delivery.State.SENT, sent_at=now, provider_id=number[:120], error="", claimed_at=None, claimed_by=""
    )
    if held:
        _finish(delivery.message_id, Message.State.SENT)


@transaction.atomic
def _failed(delivery: Delivery, failure: Failed, me: str) -> None:
    """Once more later, or the next channel's turn; without one it stays in the inbox."""
    held = Delivery.objects.filter(pk=delivery.pk, claimed_by=me, state=Delivery.State.SENDING)
    error = str(failure)[:300]
    if failure.retry and delivery.attempts < ATTEMPTS:
        held.update(
            state=Delivery.State.WAITING,
            retry_at=timezone.now() + PAUSES[delivery.attempts - 1],
            error=error,
            claimed_at=None,
            claimed_by="",
        )
    elif held.update(state=Delivery.State.FAILED, error=error, claimed_at=None, claimed_by=""):
        hand_over(delivery.message)


def hand_over(message: Message) -> None:
    """To the next channel that has not been tried."""
    tried = message.deliveries.values_list("channel", flat=True)
    following = Ways([message.user_id]).next(message.user_id, tried=tried)
    if following:
        Delivery.objects.create(message=message, channel=following, retry_at=timezone.now())
    else:
        _finish(message.pk, Message.State.FAILED)


def _finish(message_id: int, state: str) -> None:
    Message.objects.filter(pk=message_id).update(state=state, finished_at=timezone.now())
    Notice.objects.filter(message=message_id, state=Notice.State.MERGED).update(state=Notice.State.SENT)


def _put_back(delivery: Delivery, me: str, moment) -> None:
    mine = Delivery.objects.filter(pk=delivery.pk, claimed_by=me, state=Delivery.State.WAITING)
    mine.update(retry_at=moment, claimed_at=None, claimed_by="")


@transaction.atomic
def _end_silently(delivery: Delivery, me: str) -> None:
    """Nothing of the message holds any more: it goes nowhere else."""
    mine = Delivery.objects.filter(pk=delivery.pk, claimed_by=me, state=Delivery.State.WAITING)
    if mine.update(state=Delivery.State.CANCELLED, claimed_at=None, claimed_by=""):
        Message.objects.filter(pk=delivery.message_id, state=Message.State.CHECKED).update(
            state=Message.State.CANCELLED, finished_at=timezone.now()
        )


def letter_of(message: Message, notices: list[Notice]) -> Letter:
    """The message in the reader's words, with the address of the page to read on."""
    language = message.user.language
    lines = list(_lines(notices, language, timezone.now()).values())
    target = (len(lines) == 1 and lines[0].path) or reverse("accounts:inbox")
    with translation.override(language):
        url = f"{settings.SITE_URL}{target}"
        more = [url] + [_("And %(count)s more: %(url)s") % {"count": n, "url": url} for n in range(1, len(lines) + 1)]
        site = settings.SITE_NAME or _("Training")
    return Letter(message.key, f"{site} · {message.subject}", tuple(line.text for line in lines), tuple(more))


# After an accident ----------------------------------------------------------------------------------------------------


def sweep() -> int:
    """Give back what senders claimed that have shown no sign of life. What was just being sent may arrive twice."""
    silent = timezone.now() - timedelta(seconds=settings.NOTICE_STALE_SECONDS)
    stale = Delivery.objects.filter(claimed_at__lt=silent)
    doubtful = stale.filter(state=Delivery.State.SENDING).update(
        state=Delivery.State.WAITING, is_possible_double=True, claimed_at=None, claimed_by=""
    )
    untouched = stale.filter(state=Delivery.State.WAITING).update(claimed_at=None, claimed_by="")
    if doubtful or untouched:
        log.warning("a sender ended in the middle", possible_doubles=doubtful, given_back=untouched)
    return doubtful + untouched


# By hand --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def cancel_message(message: Message) -> None:
    """Stop a message that is on its way. What a channel has in hand at this moment goes out."""
    stopped = Message.objects.filter(pk=message.pk, state=Message.State.CHECKED).update(
        state=Message.State.CANCELLED, finished_at=timezone.now()
    )
    if not stopped:
        raise Refused(_("This message is no longer on its way."))
    waiting = Delivery.objects.filter(message=message, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.CANCELLED, claimed_at=None, claimed_by="")
    Notice.objects.filter(message=message, state=Notice.State.MERGED).update(state=Notice.State.CANCELLED)
    record("accounts.cancel_message", message, label=_("to %(name)s") % {"name": message.user.name})


@transaction.atomic
def send_again(message: Message) -> None:
    """Try the channels once more for a message that reached the inbox only. What was sent is never sent again."""
    again = Message.objects.filter(pk=message.pk, state=Message.State.FAILED).update(
        state=Message.State.CHECKED, finished_at=None
    )
    if not again:
        raise Refused(_("Only a message that no channel took can be sent again."))
    Notice.objects.filter(message=message, state=Notice.State.SENT).update(state=Notice.State.MERGED)
    failed = Delivery.objects.filter(message=message, state=Delivery.State.FAILED)
    order = Ways([message.user_id]).of(message.user_id)
    first = min(
        failed, key=lambda each: order.index(each.channel) if each.channel in order else len(order), default=None
    )
    following = next((name for name in order if not message.deliveries.filter(channel=name).exists()), "")
    if first is not None and (first.channel in order or not following):
        failed.exclude(pk=first.pk).delete()  # the others have their turn again after it
        failed.filter(pk=first.pk).update(state=Delivery.State.WAITING, attempts=0, retry_at=timezone.now())
    elif following:
        Delivery.objects.create(message=message, channel=following, retry_at=timezone.now())
    else:
        raise Refused(_("No channel is set up that could reach this person."))
    record("accounts.send_again", message, label=_("to %(name)s") % {"name": message.user.name})


@transaction.atomic
def cancel_chosen(notices) -> int:
    """Cancel notices that wait. Answers how many still did."""
    keys = list(notices.values_list("pk", flat=True))
    cancelled = Notice.objects.filter(pk__in=keys, state=Notice.State.WAITING).update(state=Notice.State.CANCELLED)
    if cancelled:
        record("accounts.cancel_notices", after={"rows": cancelled})
    return cancelled


def send_test(user: User, name: str) -> str:
    """Send oneself one line by one channel, now. Answers the provider's number of it."""
    if not channels.is_set_up(name):
        raise Refused(_("This channel is not set up."))
    letter = Letter(
        uuid4().hex,
        _("A test"),
        (_("A test from %(site)s: this channel works.") % {"site": settings.SITE_NAME or _("Training")},),
        (f"{settings.SITE_URL}{reverse('accounts:inbox')}",),
    )
    sender = channels.sender(name)
    try:
        number = sender.send(address_of(user.pk, name, sender), letter)
    except Failed as failure:
        record("accounts.send_test", user, after={"channel": name, "error": str(failure)})
        raise Refused(_("It was not sent: %(reason)s") % {"reason": failure}) from failure
    finally:
        sender.close()
    record("accounts.send_test", user, after={"channel": name})
    return number


def counts_by_channel(*, since: datetime) -> dict[str, dict[str, int]]:
    """How many deliveries of the last days stand where, and the newest error of each channel."""
    recent = Delivery.objects.filter(retry_at__gte=since).exclude(channel=INBOX)
    counts: dict[str, dict] = defaultdict(dict)
    for name, state, count in (
        recent.order_by().values("channel", "state").annotate(n=Count("pk")).values_list("channel", "state", "n")
    ):
        counts[name][state] = count
    for name, error in (
        recent.exclude(error="").order_by("channel", "-pk").distinct("channel").values_list("channel", "error")
    ):
        counts[name]["error"] = error
    return counts
