"""Old notices go: what was delivered or given up long ago is deleted, counted in the log."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Delivery, Message, Notice
from accounts.services.audit import record

OVER = (Message.State.SENT, Message.State.FAILED, Message.State.CANCELLED)
DROPPED = (Notice.State.DROPPED, Notice.State.CANCELLED)
MOST = 5_000  # messages, and notices that never became one, in one go: the rest is for the next


@transaction.atomic
def delete_old_notices() -> int:
    """Messages that came to their end more than ``NOTICE_KEEP_DAYS`` days ago, with their notices and deliveries; and
    notices that were dropped or cancelled before that. Whatever still waits stays. Answers how many messages and notices
    went."""
    before = timezone.now() - timedelta(days=settings.NOTICE_KEEP_DAYS)
    over = Message.objects.filter(state__in=OVER, finished_at__lt=before).select_for_update(skip_locked=True)
    messages = list(over.order_by("pk").values_list("pk", flat=True)[:MOST])
    dropped = Notice.objects.filter(state__in=DROPPED, message=None, made_at__lt=before, due_at__lt=before)
    alone = list(dropped.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)[:MOST])
    if not messages and not alone:
        return 0
    told, _by_model = Notice.objects.filter(message__in=messages).delete()
    Delivery.objects.filter(message__in=messages).delete()
    Message.objects.filter(pk__in=messages).delete()
    Notice.objects.filter(pk__in=alone).delete()
    counts = {"messages": len(messages), "notices": told + len(alone), "before": timezone.localdate(before)}
    record("accounts.delete_old_notices", after=counts)
    return len(messages) + len(alone)
