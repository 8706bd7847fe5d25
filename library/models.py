from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit

LONGEST_WAY = 600  # minutes


class VenueQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(closed_on=None)

    def around(self, unit: Unit):
        """The venues a unit may book: its own, those of the units above it and of those below."""
        return self.filter(Q(unit__path__startswith=unit.path) | Q(unit__in=Unit.objects.above(unit.path)))


class Venue(models.Model):
    """A room or hall of a unit (场地), shared with the units below it. From ``closed_on`` on it takes nobody."""

    unit = models.ForeignKey(Unit, verbose_name=_("kept by"), on_delete=models.PROTECT, related_name="venues")
    name = models.CharField(_("name"), max_length=80)
    place = models.CharField(_("where it is"), max_length=120, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), validators=[MinValueValidator(1)])
    closed_on = models.DateField(_("closed from"), null=True, blank=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("venue")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="library_venue_once_per_unit"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="library_venue_takes_somebody"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("library:venue_detail", kwargs={"pk": self.pk})


class Way(models.Model):
    """How long it takes from one venue to another (路程), in either direction. It holds for all venues of the same units
    at the same places; ``one`` is the venue that was made first."""

    one = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="ways_out")
    other = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="ways_in")
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAY)]
    )

    class Meta:
        verbose_name = _("way")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="library_way_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="library_way_in_one_order"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_WAY), name="library_way_takes_minutes"
            ),
        ]

    def __str__(self):
        return f"{self.one} {self.other}"
