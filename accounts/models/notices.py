"""The outbox: what people are told, in which message, by which channel, and when they are left alone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.rules.timing import QUIET_FROM, QUIET_UNTIL, Hours
from trainee_mgmt.kit.crypto import EncryptedTextField

INBOX = "inbox"


class Channel(models.TextChoices):
    """The ways to a person. The inbox is part of this product and always there; the others are set up by the office."""

    INBOX = INBOX, _("inbox")
    EMAIL = "email", pgettext_lazy("channel", "e-mail")
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    SMS = "sms", _("text message")


class Message(models.Model):
    """What one person is told at once: one or several notices, in the reader's words.

    It comes into being when their conditions have been checked, and stands in the inbox from then on. The channels
    outside are tried one after the other; the conditions are checked again before each of them.
    """

    class State(models.TextChoices):
        CHECKED = "checked", _("on its way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("only in the inbox")
        CANCELLED = "cancelled", _("cancelled")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("notice", "to"),
        on_delete=models.PROTECT,
        related_name="messages",
    )
    key = models.CharField(max_length=64, unique=True)  # made of its notices: the same ones never make a second message
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKED)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    subject = models.CharField(_("subject"), max_length=120)
    lines = models.JSONField(default=list)  # [[sentence, path], …] as they were told
    checked_at = models.DateTimeField(_("when"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        indexes = [
            models.Index(fields=["user", "-id"], name="accounts_message_of_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="accounts_message_unread"),
            models.Index(fields=["state"], condition=Q(state__in=["checked", "failed"]), name="accounts_message_open"),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("accounts:message_detail", kwargs={"pk": self.pk})


class Notice(models.Model):
    """One fact for one person. Told once: the key names the fact, and a second notice of the same key is not made."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "waiting")
        MERGED = "merged", _("in a message")
        SENT = "sent", _("told")
        DROPPED = "dropped", _("no longer needed")
        CANCELLED = "cancelled", _("cancelled")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("notice", "to"),
        on_delete=models.PROTECT,
        related_name="notices",
    )
    kind = models.CharField(_("what"), max_length=60)
    key = models.CharField(max_length=120)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    params = models.JSONField(default=dict)  # what the sentence needs; no ID numbers, no phones
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    not_before = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    due_at = models.DateTimeField(_("planned for"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.PROTECT, related_name="notices", null=True, blank=True
    )

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key"], name="accounts_notice_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["merged", "sent"]) | Q(message__isnull=False),
                name="accounts_notice_told_in_a_message",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="accounts_notice_due"),
            models.Index(
                fields=["about_type", "about_id"],
                condition=Q(state__in=["waiting", "merged"]),
                name="accounts_notice_about",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"


class Delivery(models.Model):
    """A message on one channel. Before the provider is asked the row says ``sending``; whoever finds it so after the
    worker died cannot know whether it arrived, sends it again under the same key and marks it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    message = models.ForeignKey(Message, verbose_name=_("message"), on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("next attempt"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(pgettext_lazy("notice", "sent at"), null=True, blank=True)
    provider_id = models.CharField(_("number of the provider"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    is_possible_double = models.BooleanField(_("perhaps twice"), default=False)

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="accounts_delivery_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="accounts_delivery_sent_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["retry_at", "id"], condition=Q(state__in=["waiting", "sending"]), name="accounts_delivery_due"
            )
        ]

    def __str__(self):
        return f"{self.get_channel_display()} {self.get_state_display()}"


class NoticeSettings(models.Model):
    """How one person wants to be told; without a row the defaults hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_settings", primary_key=True
    )
    channels = models.JSONField(default=list)  # in the person's order; empty: the order of the office
    quiet_from = models.TimeField(_("quiet from"), default=QUIET_FROM)
    quiet_until = models.TimeField(_("quiet until"), default=QUIET_UNTIL)
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    wants_reminders = models.BooleanField(_("remind me of what is coming"), default=True, db_default=True)

    class Meta:
        verbose_name = _("settings for notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(away_from=None, away_until=None) | Q(away_until__gte=F("away_from")),
                name="accounts_away_ends_after_start",
            )
        ]

    def __str__(self):
        return f"{self.user_id}"

    @property
    def hours(self) -> Hours:
        return Hours(self.quiet_from, self.quiet_until, self.away_from, self.away_until)


class Address(models.Model):
    """Where a channel finds a person: an e-mail address, or the person's id there (asked for by phone the first time)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="addresses")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    value = EncryptedTextField()
    given_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("address")
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="accounts_address_once")]

    def __str__(self):
        return f"{self.get_channel_display()}"


class CalendarDay(models.Model):
    """A day on which the rule of weekdays does not hold: a holiday, or a Saturday that is worked.

    Filled from the published calendar; what an administrator enters stands above it.
    """

    class Source(models.TextChoices):
        PUBLISHED = "published", _("published")
        OFFICE = "office", pgettext_lazy("calendar", "entered by the office")

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(pgettext_lazy("calendar", "name"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.OFFICE)

    class Meta:
        verbose_name = _("day of the calendar")

    def __str__(self):
        return f"{self.day} {self.name}"

    def get_absolute_url(self):
        return reverse("accounts:calendarday_update", kwargs={"pk": self.pk})
