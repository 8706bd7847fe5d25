from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cohorts.models import Cohort
from trainee_mgmt.kit.crypto import EncryptedTextField

MOST_SEATS = 500  # of one post in one cohort


class HostQuerySet(models.QuerySet):
    def in_use(self):
        """Checked and not closed: trainees may be placed there."""
        return self.filter(state=Host.State.CHECKED)


class Host(models.Model):
    """An enterprise that takes trainees in (驻点企业), kept by a unit and shared with the units below it."""

    class State(models.TextChoices):
        NEW = "new", _("to be checked")
        CHECKED = "checked", _("checked")
        CLOSED = "closed", _("out of use")

    unit = models.ForeignKey(Unit, verbose_name=_("kept by"), on_delete=models.PROTECT, related_name="hosts")
    name = models.CharField(_("name"), max_length=120)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    size = models.CharField(_("size"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    has_lodging = models.BooleanField(_("lodging"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW, editable=False)
    checked_on = models.DateField(_("checked on"), null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked by"), on_delete=models.PROTECT, related_name="+", null=True,
        editable=False,
    )  # fmt: skip
    check_note = models.CharField(_("what was found"), max_length=300, blank=True, editable=False)

    objects = HostQuerySet.as_manager()

    class Meta:
        verbose_name = _("host enterprise")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="placements_host_once_per_unit"),
            models.UniqueConstraint(
                fields=["unit", "credit_code"],
                condition=~Q(credit_code=""),
                name="placements_credit_code_once_per_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state="checked") | Q(checked_on__isnull=False), name="placements_checked_has_a_day"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("placements:host_detail", kwargs={"pk": self.pk})


class HostContact(models.Model):
    """Somebody to call at a host; mentors (企业导师) look after trainees. The phone: ciphertext, blind index, mask."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=60)
    position = models.CharField(_("position"), max_length=80, blank=True)
    is_mentor = models.BooleanField(_("mentor"), default=False)
    phone = EncryptedTextField(index="phone_index", null=True, blank=True)
    phone_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    phone_mask = models.CharField(_("phone"), max_length=20, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    left_on = models.DateField(_("left on"), null=True, editable=False)

    class Meta:
        verbose_name = _("contact")
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index=None) | Q(phone__isnull=False, phone_index__isnull=False),
                name="placements_contact_phone_has_its_index",
            )
        ]

    def __str__(self):
        return self.name


class Post(models.Model):
    """A kind of work at a host (岗位), the same over all cohorts. ``closed_on``: offered no more."""

    host = models.ForeignKey(Host, verbose_name=_("host enterprise"), on_delete=models.PROTECT, related_name="posts")
    name = models.CharField(_("post"), max_length=80)
    requirements = models.TextField(_("requirements"), max_length=1000, blank=True)
    mentor = models.ForeignKey(
        HostContact, verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="posts", null=True, blank=True
    )
    has_lodging = models.BooleanField(_("lodging with this post"), null=True)  # null: as the host says
    closed_on = models.DateField(_("closed from"), null=True, editable=False)

    class Meta:
        verbose_name = _("post")
        constraints = [models.UniqueConstraint(fields=["host", "name"], name="placements_post_once_per_host")]

    def __str__(self):
        return f"{self.host} · {self.name}"

    @property
    def lodges(self) -> bool:
        """Whether whoever takes this post can live at the host."""
        return self.host.has_lodging if self.has_lodging is None else self.has_lodging


class Offer(models.Model):
    """What a post offers to one cohort: seats from ``starts_on`` to ``ends_on``, both included. ``is_required``: to be filled first."""

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="offers")
    post = models.ForeignKey(Post, verbose_name=_("post"), on_delete=models.PROTECT, related_name="offers")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    is_required = models.BooleanField(_("must be filled"), default=False)

    class Meta:
        verbose_name = _("offered post")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "post", "starts_on"], name="placements_offer_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="placements_offer_ends_after_start"),
        ]

    def __str__(self):
        return str(self.post)


class Seat(models.Model):
    """One seat of an offer. Placements hold seats, and no two hold one on the same day: so capacity cannot be exceeded."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)])

    class Meta:
        verbose_name = _("seat")
        constraints = [
            models.UniqueConstraint(fields=["offer", "number"], name="placements_seat_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_SEATS), name="placements_seat_has_its_number"
            ),
        ]

    def __str__(self):
        return f"{self.offer} {self.number}"
