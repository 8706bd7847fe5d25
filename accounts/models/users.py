from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.grants import Grant, Role
from accounts.models.units import Unit
from accounts.rules.logins import clean_phone
from trainee_mgmt.kit.crypto import EncryptedTextField, blind_index
from trainee_mgmt.kit.prepared import Prepared

_grants_in_force = Prepared(
    lambda user, day: Grant.objects.filter(user=user).in_force(day).select_related("unit").order_by("pk")
)
SECRETS = ("phone", "first_password")  # left out of every query that does not need them


class UserManager(BaseUserManager.from_queryset(models.QuerySet)):
    def find_by_login(self, typed: str):
        """The account behind a user name or a phone number as people type it; None when there is none."""
        condition = Q(Exact(Lower("username"), Lower(Value(typed.strip()))))
        if phone := clean_phone(typed):
            condition |= Q(phone_index=blind_index("phone", phone))
        return self.filter(condition).defer(*SECRETS).order_by("pk").first()

    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """An account: someone who signs in with a user name or a phone number. A trainee's person row points here."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("like the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class TextSize(models.TextChoices):
        NORMAL = "normal", _("normal")
        LARGE = "large", _("large")

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_key = models.CharField(max_length=200, editable=False, default="", db_collation="C")
    phone = EncryptedTextField(index="phone_index", null=True, blank=True)
    phone_index = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    phone_mask = models.CharField(_("phone"), max_length=20, blank=True, editable=False)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="users", null=True, blank=True
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    first_password = EncryptedTextField(
        null=True, blank=True
    )  # until the first sign-in, so that its slip can be printed again
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    theme = models.CharField(_("colours"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    text_size = models.CharField(_("text size"), max_length=10, choices=TextSize, default=TextSize.NORMAL)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_username_once"),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index=None) | Q(phone__isnull=False, phone_index__isnull=False),
                name="accounts_user_phone_has_its_index",
            ),
        ]
        indexes = [models.Index(fields=["name_key", "id"], name="accounts_user_by_name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("accounts:user_detail", kwargs={"pk": self.pk})

    def _get_session_auth_hash(self, secret=None):
        """Sessions also end with a suspension: they stay ended when the account works again."""
        ended = f"{self.password}{self.suspended_at.isoformat()}" if self.suspended_at else self.password
        return salted_hmac("accounts.User.session", ended, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def grants_in_force(self) -> list[Grant]:
        """The grants that count today, with their units; one query a request."""
        return _grants_in_force(user=self.pk, day=timezone.localdate())

    @cached_property
    def role_set(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants_in_force)

    @cached_property
    def query_key(self) -> tuple:
        """All that decides which rows this person reaches: who it is, and the grants in force (see kit/prepared.py)."""
        grants = self.grants_in_force
        return (self.pk, *((g.role, g.scope_kind, g.scope_id, g.unit.path if g.unit else "") for g in grants))

    def grants_of(self, role: str) -> list[Grant]:
        return [grant for grant in self.grants_in_force if grant.role == role]

    @property
    def roles_in_words(self) -> str:
        return " · ".join(str(Role(role).label) for role in Role.values if role in self.role_set)
