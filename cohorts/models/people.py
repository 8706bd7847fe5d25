from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.crypto import EncryptedTextField


class Person(models.Model):
    """A human being, one row over all cohorts and offices. ID number and phone: ciphertext, blind index, mask.

    ``hand_set`` names the fields that somebody typed by hand; no import overwrites them.
    """

    class Sex(models.TextChoices):
        MALE = "m", _("male")
        FEMALE = "f", _("female")

    name = models.CharField(_("name"), max_length=60)
    name_key = models.CharField(
        _("order by"),
        max_length=200,
        db_collation="C",  # the reading, then the name: 李 before 李安
        help_text=_(
            "Reading of the name in pinyin; lists are ordered by it. Mend it where a surname is read otherwise."
        ),
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    born_on = models.DateField(_("born"), null=True, blank=True)
    born_month_only = models.BooleanField(default=False)  # the source told only year and month; the day is the first
    id_number = EncryptedTextField(index="id_index", null=True, blank=True)
    id_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    id_mask = models.CharField(_("ID number"), max_length=20, blank=True, editable=False)
    phone = EncryptedTextField(index="phone_index", null=True, blank=True)
    phone_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    phone_mask = models.CharField(_("phone"), max_length=20, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        related_name="person",
        null=True,
        blank=True,
    )
    hand_set = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"], condition=Q(id_index__isnull=False), name="cohorts_person_id_once"
            ),
            models.CheckConstraint(
                condition=Q(id_number__isnull=True, id_index=None) | Q(id_number__isnull=False, id_index__isnull=False),
                name="cohorts_person_id_has_its_index",
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index=None) | Q(phone__isnull=False, phone_index__isnull=False),
                name="cohorts_person_phone_has_its_index",
            ),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="cohorts_person_phone"),
            models.Index(fields=["name_key", "id"], name="cohorts_person_by_name"),
            models.Index(fields=["name"], name="cohorts_person_name"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohorts:person_detail", kwargs={"pk": self.pk})


class Consent(models.Model):
    """A person's yes to one use of the data, in the version of the text that was read; taking it back keeps the row."""

    class Purpose(models.TextChoices):
        DIRECTORY = "directory", _("my phone may stand in the class's address book")
        PROFILE = "profile", _("my answers may be used in the figures of the cohort")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    text_version = models.PositiveSmallIntegerField(default=1)
    given_at = models.DateTimeField(_("given at"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="cohorts_consent_once"
            )
        ]

    def __str__(self):
        return self.get_purpose_display()
