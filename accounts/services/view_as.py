"""Looking through another person's eyes: read-only, with a reason, written down at both ends."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.audit import record
from accounts.services.grants import refuse_beyond
from trainee_mgmt.kit.errors import Refused

VIEW_AS = "view_as"  # the key in the session


def start_view_as(other: User, *, by: User, reason: str) -> None:
    if other.pk == by.pk or not other.is_active:
        raise Refused(_("Choose another person with a working account."))
    if not reason.strip():
        raise Refused(_("Say why you need to see it; the reason is kept."))
    refuse_beyond(by, other)
    record("accounts.start_view_as", other, after={"reason": reason.strip()[:200]})


def end_view_as(other: User) -> None:
    record("accounts.end_view_as", other)
