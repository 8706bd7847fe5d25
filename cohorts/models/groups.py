from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Grant
from cohorts.models.cohorts import Cohort, TrainingClass
from cohorts.models.people import Person
from cohorts.models.trainees import Trainee


class StudyGroup(models.Model):
    """A study or function group (组), of one class or across the cohort."""

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="groups")
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.CASCADE, related_name="groups", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=60)
    number = models.PositiveSmallIntegerField(_("order"), default=0)
    plan = models.TextField(_("plan"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("group")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "training_class", "name"], nulls_distinct=False, name="cohorts_group_name_once"
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohorts:group_detail", kwargs={"pk": self.pk})


class GroupMembership(models.Model):
    """A trainee is in a group from ``starts_on`` up to, not including, ``ends_on``; in as many groups as one likes."""

    group = models.ForeignKey(StudyGroup, on_delete=models.CASCADE, related_name="memberships")
    trainee = models.ForeignKey(Trainee, on_delete=models.CASCADE, related_name="group_memberships")
    is_leader = models.BooleanField(_("leads it"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("group membership")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "trainee"], condition=Q(ends_on=None), name="cohorts_in_a_group_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="cohorts_group_membership_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.group} {self.trainee}"


class ClassOfficer(models.Model):
    """A head teacher or class officer (班主任 / 班干部) with a term. While the person has an account and the term runs,
    ``grant`` gives the rights over this class; it ends with the term."""

    class Office(models.TextChoices):
        HEAD_TEACHER = "head_teacher", _("head teacher")
        MONITOR = "monitor", _("monitor")
        DEPUTY_MONITOR = "deputy_monitor", _("deputy monitor")
        BRANCH_SECRETARY = "branch_secretary", _("branch secretary")
        STUDY = "study", _("officer for study")
        LIFE = "life", _("officer for daily life")
        DISCIPLINE = "discipline", _("officer for discipline")
        SPORTS = "sports", _("officer for culture and sports")
        PUBLICITY = "publicity", _("officer for publicity")
        ORGANIZATION = "organization", _("officer for organization")
        COMMITTEE = "committee", _("class committee")
        GROUP_LEADER = "group_leader", _("group leader")
        DEPUTY_GROUP_LEADER = "deputy_group_leader", _("deputy group leader")
        OTHER = "other", _("other office")

    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.CASCADE, related_name="officers"
    )
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="offices")
    office = models.CharField(_("office"), max_length=20, choices=Office)
    title = models.CharField(
        _("title"), max_length=60, blank=True, help_text=_("As the class says it, if it is none of the list.")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    grant = models.OneToOneField(Grant, on_delete=models.SET_NULL, related_name="office", null=True, blank=True)

    class Meta:
        verbose_name = _("class officer")
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "person", "office"], condition=Q(ends_on=None), name="cohorts_office_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="cohorts_office_ends_after_start"
            ),
        ]

    def __str__(self):
        return f"{self.get_office_display()} {self.person}"
