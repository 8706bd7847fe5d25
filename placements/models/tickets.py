from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort, Trainee
from placements.models.hosts import Host
from placements.rules import clock

MOST_HOURS = 24 * 60


class Category(models.TextChoices):
    HOUSING = "housing", _("housing")
    MEALS = "meals", _("meals")
    SAFETY = "safety", _("safety")
    OTHER = "other", _("something else")


class Counts(models.TextChoices):
    """Which hours count towards an answer."""

    ALL = clock.Counts.ALL, _("every hour, day and night")
    DAYS = clock.Counts.DAYS, _("the hours of working days")
    OFFICE = clock.Counts.OFFICE, _("office hours of working days")


class TicketRule(models.Model):
    """Who answers tickets of one category in a cohort, and within how many hours of which kind."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="ticket_rules")
    category = models.CharField(_("category"), max_length=8, choices=Category)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("task", "owner"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    hours = models.PositiveSmallIntegerField(
        _("hours to answer"), validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)]
    )
    counts = models.CharField(_("hours that count"), max_length=6, choices=Counts, default=Counts.ALL, db_default="all")

    class Meta:
        verbose_name = _("rule of tickets")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "category"], name="placements_ticket_rule_once"),
            models.CheckConstraint(
                condition=Q(hours__gte=1, hours__lte=MOST_HOURS), name="placements_ticket_rule_hours"
            ),
        ]

    def __str__(self):
        return f"{self.cohort} {self.get_category_display()}"


class OfficeHours(models.Model):
    """From when until when the office of a cohort answers tickets on a working day; without a row the usual hours."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="office_hours")
    opens = models.TimeField(_("office opens"))
    closes = models.TimeField(_("office closes"))

    class Meta:
        verbose_name = _("office hours")
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="placements_office_opens_before_it_closes")
        ]

    def __str__(self):
        return f"{self.cohort} {clock.Office(self.opens, self.closes)}"


def overdue_at(now) -> Q:
    """Without an answer, with a running clock, and over its time at that moment."""
    return Q(closed_at=None, stopped_at=None, due_at__lt=now)


class TicketQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def overdue(self, now=None):
        return self.filter(overdue_at(now or timezone.now()))

    def annotate_late(self, now):
        """``is_late``: overdue at that moment."""
        return self.annotate(is_late=ExpressionWrapper(overdue_at(now), output_field=models.BooleanField()))


class Ticket(models.Model):
    """A trainee asks the service team for something (服务事项). What was done with it stands in ``TicketStep``, in order.

    ``due_at`` is when it has to be answered; while ``stopped_at`` is set the clock stands, and starting it again moves
    ``due_at`` by the time that it stood, as far as that counts (``counts`` and the hours of the
    office, as they were set when it was opened).
    """

    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="tickets")
    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="tickets")
    host = models.ForeignKey(
        Host, verbose_name=_("host enterprise"), on_delete=models.PROTECT, related_name="tickets", null=True
    )  # where the trainee was placed when asking
    category = models.CharField(_("category"), max_length=8, choices=Category)
    text = models.CharField(_("in your words"), max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("task", "owner"),
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
    )
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("answer due"))
    counts = models.CharField(_("hours that count"), max_length=6, choices=Counts, default=Counts.ALL, db_default="all")
    office_opens = models.TimeField(_("office opens"), default=clock.USUAL.opens, db_default=clock.USUAL.opens)
    office_closes = models.TimeField(_("office closes"), default=clock.USUAL.closes, db_default=clock.USUAL.closes)
    stopped_at = models.DateTimeField(_("clock stopped at"), null=True)
    closed_at = models.DateTimeField(_("answered at"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    times_reopened = models.PositiveSmallIntegerField(_("reopened"), default=0)
    key = models.UUIDField(editable=False)  # of the form it was sent with: the same form twice opens one ticket

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        constraints = [
            models.UniqueConstraint(fields=["trainee", "key"], name="placements_ticket_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | (Q(stopped_at=None) & ~Q(answer="")),
                name="placements_closed_ticket_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__gte=1, satisfaction__lte=5, closed_at__isnull=False),
                name="placements_only_closed_is_rated",
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "-opened_at", "id"], name="placements_ticket_of_cohort"),
            models.Index(fields=["cohort", "due_at"], condition=Q(closed_at=None), name="placements_open_tickets"),
        ]

    def __str__(self):
        return f"{self.get_category_display()} {self.trainee.number}"

    def get_absolute_url(self):
        return reverse("placements:ticket_detail", kwargs={"pk": self.pk})

    def is_overdue(self, now) -> bool:
        """The same as ``overdue_at`` of one ticket."""
        return self.closed_at is None and self.stopped_at is None and self.due_at < now

    @property
    def office(self) -> clock.Office:
        return clock.Office(self.office_opens, self.office_closes)


class TicketStep(models.Model):
    """What was said and done about a ticket, in order; never changed. The clock does not stop without a reason."""

    class Act(models.TextChoices):
        OPEN = "open", _("opened")
        ASSIGN = "assign", _("given to another owner")
        STOP = "stop", _("clock stopped")
        RESUME = "resume", _("clock started again")
        CLOSE = "close", _("answered")
        REOPEN = "reopen", _("opened again")
        RATE = "rate", _("rated")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="history")
    act = models.CharField(_("step"), max_length=8, choices=Act)
    text = models.CharField(_("reason"), max_length=500, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a ticket")
        constraints = [
            models.CheckConstraint(
                condition=~Q(act__in=["stop", "close", "reopen"]) | ~Q(text=""), name="placements_step_has_its_reason"
            )
        ]

    def __str__(self):
        return f"{self.get_act_display()} {self.text[:30]}"
