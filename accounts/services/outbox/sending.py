"""From messages to channels: deliveries are claimed, checked again and sent one by one."""

from collections import defaultdict
from contextlib import ExitStack
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import channels
from accounts.channels import Failed, Letter, Sender
from accounts.models import Delivery, Message, Notice
from accounts.models.users import SECRETS
from accounts.services.notices import Planner
from accounts.services.outbox.checking import BROKEN, checked, drop, is_over, lines_of
from accounts.services.outbox.ways import Ways, address_of
from trainee_mgmt.kit.notices import KINDS

CLAIM = 10  # deliveries at once
ATTEMPTS = 3  # on one channel; then the next has its turn
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
log = structlog.get_logger(__name__)


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
    over = [notice for notice in everything if is_over(notice, now)]
    true, untrue, broken = checked([notice for notice in everything if not is_over(notice, now)])
    drop([*over, *untrue])
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
    lines = list(lines_of(notices, language, timezone.now()).values())
    target = (len(lines) == 1 and lines[0].path) or reverse("accounts:inbox")
    with translation.override(language):
        url = f"{settings.SITE_URL}{target}"
        more = [url] + [_("And %(count)s more: %(url)s") % {"count": n, "url": url} for n in range(1, len(lines) + 1)]
        site = settings.SITE_NAME or _("Training")
    return Letter(message.key, f"{site} · {message.subject}", tuple(line.text for line in lines), tuple(more))


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
