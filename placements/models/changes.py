from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from placements.models.placements import Placement


class PlacementChange(models.Model):
    """A stay was extended, moved to another seat or ended early (驻点变更), with what it was before. Rows are only added.

    ``made``: the placement that a transfer began. A change is taken back by another one, which names it in ``undoes``.
    """

    class Kind(models.TextChoices):
        EXTEND = "extend", _("extension")
        TRANSFER = "transfer", _("transfer")
        END = "end", _("early end")
        UNDO = "undo", _("taken back")

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    from_on = models.DateField(_("from"))
    made = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="made_by_changes", null=True)
    before = models.JSONField()
    after = models.JSONField()
    moved = models.PositiveSmallIntegerField(_("duties moved"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField(_("at"))
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, related_name="undone_by", null=True)

    class Meta:
        verbose_name = _("change of a placement")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="undo", undoes__isnull=False) | (~Q(kind="undo") & Q(undoes=None)),
                name="placements_undo_names_its_change",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="placements_change_has_a_reason"),
        ]
        indexes = [models.Index(fields=["placement", "-id"], name="placements_changes_of")]

    def __str__(self):
        return f"{self.placement} {self.get_kind_display()}"
