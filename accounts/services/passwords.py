"""Passwords: the first one is made here and known to whoever hands it over; the person's own is known to nobody."""

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record


@transaction.atomic
def set_own_password(user: User, password: str) -> None:
    """The person's own password. The first one is erased; sessions on other devices end, because their hash no longer fits."""
    user.set_password(password)
    user.must_change_password = False
    user.first_password = None
    user.save(update_fields=["password", "must_change_password", "first_password"])
    record("accounts.set_own_password", user)
