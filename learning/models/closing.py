from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, TrainingClass
from learning.models.sessions import Session
from learning.rules import closing as rules


class ClosingRule(models.Model):
    """What a cohort asks for before it can be closed. A change is a new version; without one nothing is asked for."""

    class Sheets(models.TextChoices):
        MARKS = rules.Sheets.MARKS, _("the marks of everybody, or a signed sheet")
        SIGNED = rules.Sheets.SIGNED, _("a signed sheet of each")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="closing_rules")
    version = models.PositiveSmallIntegerField(_("version"))
    in_force = models.BooleanField(default=True)
    kinds = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    sheets = models.CharField(_("sign-in sheets"), max_length=5, choices=Sheets, default=Sheets.MARKS)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("rule of closing")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "version"], name="learning_closing_rule_version"),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(in_force=True), name="learning_one_closing_rule_in_force"
            ),
        ]

    def __str__(self):
        return f"{self.cohort} {self.version}"

    @property
    def asked(self) -> rules.Asked:
        return rules.Asked(frozenset(self.kinds), self.sheets)


class ClosingItem(models.Model):
    """One line of the closing checklist of a class: whose it is, until when, and whether it is done.

    Whether sign-in sheets and the final timetable are done is computed and written nowhere (``selectors.closing``).
    """

    class Kind(models.TextChoices):
        PLAN = rules.Kind.PLAN, _("plan of the class")
        AGENDA = rules.Kind.AGENDA, _("agenda")
        SHEETS = rules.Kind.SHEETS, _("sign-in sheets")
        TIMETABLE = rules.Kind.TIMETABLE, _("final timetable")
        OWN = rules.Kind.OWN, _("own item")

    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.CASCADE, related_name="closing_items"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("what has to be done"), max_length=80, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("in charge"),
        on_delete=models.PROTECT,
        related_name="closing_items",
        null=True,
        blank=True,
    )
    due_on = models.DateField(_("until"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("item of the closing checklist")
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "kind"], condition=~Q(kind="own"), name="learning_closing_kind_once"
            ),
            models.CheckConstraint(
                condition=(Q(kind="own") & ~Q(title="")) | (~Q(kind="own") & Q(title="")),
                name="learning_own_item_has_a_title",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="learning_closing_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | ~Q(kind__in=["sheets", "timetable"]),
                name="learning_computed_items_are_not_ticked",
            ),
        ]
        indexes = [models.Index(fields=["owner", "due_on"], name="learning_closing_of_owner")]

    def __str__(self):
        return f"{self.training_class} {self.name}"

    def get_absolute_url(self):
        return reverse("learning:closing_item_detail", kwargs={"pk": self.pk})

    @property
    def name(self) -> str:
        return self.title or str(rules.NAMES[self.kind])

    @property
    def is_computed(self) -> bool:
        return self.kind in rules.COMPUTED


class ClosingFile(models.Model):
    """A file of an item: a picture (encoded anew) or a PDF (handed out as a download only)."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        PDF = "pdf", "PDF"

    item = models.ForeignKey(ClosingItem, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind)
    file = models.FileField(upload_to="closing/%Y/%m/")
    size = models.PositiveIntegerField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("file of the closing checklist")

    def __str__(self):
        return self.file.name


class SheetWaiver(models.Model):
    """A class at one session is asked for no sign-in sheet: it is lost, or there never was one. Undone, it stays to be read."""

    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.CASCADE, related_name="sheet_waivers"
    )
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="sheet_waivers"
    )
    reason = models.CharField(_("reason"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("waived by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("waived at"))
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("waived sign-in sheet")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "training_class"], condition=Q(undone_at=None), name="learning_waived_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="learning_waiver_undone_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.training_class} {self.session}"
