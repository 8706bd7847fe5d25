from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit
from accounts.rules.grants import DELEGABLE


class Role(models.TextChoices):
    ADMIN = "admin", _("administrator")
    ORGANIZER = "organizer", _("organizer")
    OFFICER = "officer", _("class officer")
    TRAINEE = "trainee", _("trainee")
    EVALUATOR = "evaluator", _("evaluator")
    MENTOR = "mentor", _("host mentor")
    LEADER = "leader", _("leader")


class ScopeKind(models.TextChoices):
    ALL = "all", _("everything")
    UNIT = "unit", _("a unit and all below it")
    PROGRAM = "program", _("a program")
    COHORT = "cohort", _("a cohort")
    TRAINING_CLASS = "training_class", _("a class")


class GrantQuerySet(models.QuerySet):
    def in_force(self, day: date):
        """Begun, not ended, not taken back; a delegation lives only as long as the grant it comes from, and only
        while its owner has a working account."""
        return self.filter(
            Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day)) & Q(ended_at=None),
            Q(delegated_from=None)
            | (
                Q(delegated_from__starts_on__lte=day)
                & (Q(delegated_from__ends_on=None) | Q(delegated_from__ends_on__gte=day))
                & Q(delegated_from__ended_at=None, delegated_from__user__is_active=True)
            ),
        )

    def not_over(self, day: date):
        """In force or still to begin."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), ended_at=None)


class Grant(models.Model):
    """A role with a scope, for a time. What a person may do is the sum of the grants in force today.

    Scopes above the accounts app (program, cohort, class) are kept as kind and key, because accounts knows nothing of them.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="grants"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    scope_kind = models.CharField(_("scope"), max_length=16, choices=ScopeKind)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="grants", null=True, blank=True
    )
    scope_id = models.BigIntegerField(null=True, blank=True)
    scope_label = models.CharField(
        _("scope"), max_length=200, blank=True, help_text=_("The name of the scope when it was granted.")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    delegated_from = models.ForeignKey(
        "self",
        verbose_name=_("delegated from"),
        on_delete=models.PROTECT,
        related_name="delegations",
        null=True,
        blank=True,
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("granted by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    granted_at = models.DateTimeField(_("granted at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope_kind="all", unit=None, scope_id=None)
                | Q(scope_kind="unit", unit__isnull=False, scope_id=None)
                | (~Q(scope_kind__in=["all", "unit"]) & Q(unit=None, scope_id__isnull=False)),
                name="accounts_grant_scope_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="accounts_grant_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(role="admin") | ~Q(scope_kind="all") | Q(role="leader") | Q(role="organizer"),
                name="accounts_grant_all_is_for_few",
            ),
        ]
        indexes = [models.Index(fields=["scope_kind", "scope_id", "role"], name="accounts_grant_scope")]

    def __str__(self):
        return f"{self.get_role_display()} · {self.scope_in_words}"

    @property
    def scope_in_words(self) -> str:
        return self.scope_label or str(self.get_scope_kind_display())

    @property
    def may_be_delegated(self) -> bool:
        return self.role in DELEGABLE and self.delegated_from_id is None
