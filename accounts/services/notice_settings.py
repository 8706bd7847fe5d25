"""How a person wants to be told: the person's own choice."""

from datetime import date, time

from django.db import transaction

from accounts.models import Address, NoticeSettings, User
from accounts.services.audit import changes, record
from trainee_mgmt.kit.crypto import Sealed


def notice_settings(user: User) -> NoticeSettings:
    """The row of this person, or the defaults."""
    return NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)


def own_email(user: User) -> str:
    address = Address.objects.filter(user=user, channel="email").first()
    return address.value.open() if address else ""


@transaction.atomic
def change_notice_settings(
    user: User,
    *,
    channels: list[str],
    quiet_from: time,
    quiet_until: time,
    away_from: date | None = None,
    away_until: date | None = None,
    wants_reminders: bool = True,
    email: str | None = None,
) -> None:
    """``email``: None leaves it, empty takes it away. The address itself is not written to the log."""
    row = NoticeSettings.objects.select_for_update().filter(user=user).first()
    values = {
        "channels": channels,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "away_from": away_from,
        "away_until": away_until,
        "wants_reminders": wants_reminders,
    }
    before, after = changes(row or NoticeSettings(user=user), values)
    if after:
        NoticeSettings.objects.update_or_create(user=user, defaults=values)
    if email is not None and email != own_email(user):
        if email:
            Address.objects.update_or_create(user=user, channel="email", defaults={"value": Sealed.of(email)})
        else:
            Address.objects.filter(user=user, channel="email").delete()
        after = after | {"email": bool(email)}
    if after:
        record("accounts.change_notice_settings", user, before=before, after=after)
