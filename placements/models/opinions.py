from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from placements.models.hosts import Host
from placements.models.placements import Placement


class OpinionGiven(models.Model):
    """This trainee has said what he thinks of the host: that it was said, and nothing of what. Nobody is asked twice."""

    placement = models.OneToOneField(Placement, on_delete=models.PROTECT, related_name="opinion_given")

    class Meta:
        verbose_name = _("opinion given")

    def __str__(self):
        return str(self.placement)


class HostOpinionQuerySet(models.QuerySet):
    def shown(self):
        """Those that came out together with enough others. Whatever is read anywhere begins here."""
        return self.filter(is_shown=True)


class HostOpinion(models.Model):
    """What one trainee said about a host. No row knows who, of which cohort or when: the key is drawn by lot."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="opinions")
    points = models.JSONField()
    text = models.CharField(max_length=500, blank=True)
    is_shown = models.BooleanField(default=False)

    objects = HostOpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion about a host")
        indexes = [models.Index(fields=["host", "is_shown"], name="placements_opinions_of_host")]

    def __str__(self):
        return str(self.host_id)
