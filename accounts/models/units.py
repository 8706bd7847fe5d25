from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class UnitQuerySet(models.QuerySet):
    def within(self, path: str):
        """The unit with this path and all below it."""
        return self.filter(path__startswith=path)

    def above(self, path: str):
        """The unit with this path and all above it."""
        keys = path.split(".")[:-1]
        return self.filter(path__in=[".".join(keys[: depth + 1]) + "." for depth in range(len(keys))])

    def active(self):
        return self.filter(closed_on=None)


class Unit(models.Model):
    """A node of the tree of offices: city, district, street / town / park, community.

    ``path`` holds the keys from the root to this row (``"1.12.30."``), so that "and all below" is one prefix search.
    """

    class Level(models.TextChoices):
        CITY = "city", _("city")
        DISTRICT = "district", _("district")
        STREET = "street", _("street, town or park")
        COMMUNITY = "community", _("community")
        OFFICE = "office", _("office or company")

    parent = models.ForeignKey(
        "self", verbose_name=_("belongs to"), on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=80)
    level = models.CharField(_("level"), max_length=12, choices=Level, default=Level.OFFICE)
    code = models.CharField(
        _("code"), max_length=40, blank=True, help_text=_("The office's own number, if it has one.")
    )
    path = models.CharField(max_length=200, editable=False, default="")
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], nulls_distinct=False, name="accounts_unit_name_once"),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="accounts_unit_code_once"),
        ]
        indexes = [models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="accounts_unit_path")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("accounts:unit_detail", kwargs={"pk": self.pk})

    @property
    def depth(self) -> int:
        return self.path.count(".") - 1
