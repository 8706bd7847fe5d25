"""Passwords: the first one is made here and known to whoever hands it over; the person's own is known to nobody."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import User
from accounts.services.audit import record
from trainee_mgmt.kit.crypto import fernet


@transaction.atomic
def set_own_password(user: User, password: str) -> None:
    """The person's own password. The first one is erased; sessions on other devices end, because their hash no longer fits."""
    user.set_password(password)
    user.must_change_password = False
    user.first_password = None
    user.save(update_fields=["password", "must_change_password", "first_password"])
    record("accounts.set_own_password", user)


def rotate_second_steps() -> tuple[str, int]:
    """Encrypt the secrets of the second steps with the newest key; they lie in JSON of django-allauth."""
    done = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            each = Authenticator.objects.select_for_update().get(pk=pk)
            for name in ("secret", "seed"):
                if token := each.data.get(name):
                    each.data[name] = fernet().rotate(token.encode()).decode()
            each.save(update_fields=["data"])
            done += 1
    return "second steps of signing in", done
