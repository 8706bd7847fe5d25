"""How people come into a cohort before it begins: the round of applications, its rules and quotas, the applications."""

import secrets
from datetime import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from cohorts.models.cohorts import Cohort
from cohorts.models.people import Person
from cohorts.models.trainees import Trainee
from cohorts.rules.applications import Operator, Stage, stage
from trainee_mgmt.kit.crypto import EncryptedTextField


def public_token() -> str:
    return secrets.token_urlsafe(12)


class ApplicationRound(models.Model):
    """When and how one may apply for a cohort, and for how many seats; there is one round to a cohort.

    ``rules_version`` grows with every change of its eligibility rules. ``decided_at`` is set by the outcomes of the
    screening; whoever drops out after that is followed by the next of the waiting list, if a person says so.
    """

    cohort = models.OneToOneField(
        Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="application_round"
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    seats = models.PositiveSmallIntegerField(pgettext_lazy("application", "seats"), validators=[MinValueValidator(1)])
    self_application = models.BooleanField(_("people apply themselves"), default=True)
    nomination = models.BooleanField(_("units nominate"), default=True)
    guide = models.TextField(
        _("words for applicants"),
        max_length=2000,
        blank=True,
        help_text=_("They stand above the form: what the program is, whom it is for, whom to ask."),
    )
    token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    rules_version = models.PositiveIntegerField(default=0, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(pgettext_lazy("application", "decided at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("round of applications")
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="cohorts_round_closes_after_opening"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="cohorts_round_has_seats"),
        ]

    def __str__(self):
        return str(self.cohort)

    def get_absolute_url(self):
        return reverse("cohorts:application_list", kwargs={"cohort": self.cohort_id})

    def stage(self, now: datetime) -> Stage:
        return stage(self.opens_at, self.closes_at, closed_at=self.closed_at, decided_at=self.decided_at, now=now)


class EligibilityRule(models.Model):
    """One condition that every applicant must meet, from version ``since`` of the round's rules up to, not including,
    ``until``. It is never changed: a change ends the row and begins another."""

    Operator = Operator

    round = models.ForeignKey(ApplicationRound, on_delete=models.CASCADE, related_name="eligibility_rules")
    field = models.CharField(_("about"), max_length=40)  # "age", "sex" or the key of a profile field
    operator = models.CharField(_("condition"), max_length=10, choices=Operator)
    value = models.JSONField(_("value"))  # a number as text, or a list of texts; [true] for yes
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("eligibility rule")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="cohorts_eligibility_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["round", "field", "operator"], condition=Q(until=None), name="cohorts_eligibility_rule_once"
            ),
        ]

    def __str__(self):
        return f"{self.field} {self.operator} {self.value}"


class UnitQuota(models.Model):
    """How many people a unit may nominate in a round. Its row is locked by whoever fills or frees a slot."""

    round = models.ForeignKey(ApplicationRound, on_delete=models.CASCADE, related_name="quotas")
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="nomination_quotas")
    seats = models.PositiveSmallIntegerField(_("slots"))

    class Meta:
        verbose_name = _("quota of a unit")
        constraints = [models.UniqueConstraint(fields=["round", "unit"], name="cohorts_quota_once")]

    def __str__(self):
        return f"{self.unit}: {self.seats}"

    def get_absolute_url(self):
        return reverse("cohorts:nomination_detail", kwargs={"pk": self.pk})


class ApplicationQuerySet(models.QuerySet):
    def open(self):
        """Handed in and neither sent back, turned down nor withdrawn."""
        return self.filter(state__in=Application.OPEN)

    def for_screening(self):
        """Accepted for screening or already ranked by one; the screening answers with ``set_outcomes``."""
        return self.filter(state__in=Application.SCREENED)

    def taking_a_slot(self):
        """Nominations that use up one slot of their unit's quota."""
        return self.open().filter(origin=Application.Origin.NOMINATED)


class Application(models.Model):
    """One human's wish, or a unit's, for a place in a cohort.

    ``answers`` holds what profile fields ask of applicants, by their keys, so that it flows into ``Trainee.profile``.
    ``person`` is set as soon as the ID number is that of somebody known, ``trainee`` when the application has become a
    place. ``reason`` is why it was sent back, turned down or withdrawn.
    """

    class Origin(models.TextChoices):
        SELF = "self", pgettext_lazy("application", "applied")
        NOMINATED = "nominated", _("nominated")
        IMPORTED = "imported", _("from a file")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("application", "not handed in")
        SUBMITTED = "submitted", pgettext_lazy("application", "handed in")
        ACCEPTED = "accepted", pgettext_lazy("application", "in the screening")
        RETURNED = "returned", pgettext_lazy("application", "sent back")
        CHOSEN = "chosen", pgettext_lazy("application", "chosen")
        WAITING = "waiting", pgettext_lazy("application", "on the waiting list")
        DECLINED = "declined", pgettext_lazy("application", "not chosen")
        WITHDRAWN = "withdrawn", pgettext_lazy("application", "withdrawn")

    SCREENED = (State.ACCEPTED, State.CHOSEN, State.WAITING)
    OPEN = (State.SUBMITTED, *SCREENED)

    round = models.ForeignKey(ApplicationRound, on_delete=models.PROTECT, related_name="applications")
    name = models.CharField(_("name"), max_length=60, blank=True)
    name_key = models.CharField(max_length=200, blank=True, db_collation="C", editable=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Person.Sex, blank=True)
    born_on = models.DateField(_("born"), null=True, blank=True)
    id_number = EncryptedTextField(index="id_index", null=True, blank=True)
    id_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    id_mask = models.CharField(_("ID number"), max_length=20, blank=True, editable=False)
    phone = EncryptedTextField(index="phone_index", null=True, blank=True)
    phone_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    phone_mask = models.CharField(_("phone"), max_length=20, blank=True, editable=False)
    work_unit = models.CharField(_("works at"), max_length=120, blank=True)
    position = models.CharField(_("position"), max_length=80, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    origin = models.CharField(_("how it came"), max_length=10, choices=Origin)
    nominating_unit = models.ForeignKey(
        Unit,
        verbose_name=_("nominating unit"),
        on_delete=models.PROTECT,
        related_name="nominations",
        null=True,
        blank=True,
    )
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="applications", null=True, blank=True
    )
    account = models.ForeignKey(  # of the applicant, where one applied signed in
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="applications", null=True, blank=True
    )
    trainee = models.OneToOneField(
        Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="application", null=True, blank=True
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    state_at = models.DateTimeField(pgettext_lazy("application", "since"))
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    waiting_rank = models.PositiveSmallIntegerField(_("place on the waiting list"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    rules_version = models.PositiveIntegerField(default=0, editable=False)  # of the eligibility rules it met

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "id_index"],
                condition=Q(state__in=["submitted", "accepted", "chosen", "waiting"]),
                name="cohorts_application_once",
            ),
            models.CheckConstraint(
                condition=Q(id_number__isnull=True, id_index=None) | Q(id_number__isnull=False, id_index__isnull=False),
                name="cohorts_application_id_has_its_index",
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index=None) | Q(phone__isnull=False, phone_index__isnull=False),
                name="cohorts_application_phone_has_its_index",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(id_index__isnull=False, submitted_at__isnull=False) & ~Q(name="")),
                name="cohorts_application_handed_in_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(origin="nominated") | Q(nominating_unit__isnull=False),
                name="cohorts_nomination_has_its_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="cohorts_application_sent_back_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", waiting_rank__isnull=False) | (~Q(state="waiting") & Q(waiting_rank=None)),
                name="cohorts_waiting_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(trainee=None) | Q(state__in=["chosen", "withdrawn"]), name="cohorts_enrolled_was_chosen"
            ),
        ]
        indexes = [
            models.Index(fields=["round", "state", "name_key"], name="cohorts_application_list"),
            models.Index(fields=["nominating_unit", "round"], name="cohorts_application_of_unit"),
            models.Index(fields=["id_index"], name="cohorts_application_human"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohorts:application_detail", kwargs={"pk": self.pk})
