"""What a person does with the outbox: stop, try again, test a channel."""

from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import channels
from accounts.channels import Failed, Letter
from accounts.models import Delivery, Message, Notice, User
from accounts.services.audit import record
from accounts.services.outbox.ways import Ways, address_of
from trainee_mgmt.kit.errors import Refused


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
