"""What a person does with the own account."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.models import NoticeSettings, User
from accounts.services.audit import changes, record
from accounts.services.exports import record_export
from trainee_mgmt.kit.tables import ExportRequest

LANGUAGE_COOKIE = "language"  # for those who have not signed in
OWN_DATA: dict[str, Callable[[User], Any]] = {}  # what the download holds; other apps add their part
OWN_PAGES: list[tuple[Any, str, str]] = []  # pages of other apps about oneself: (label, URL name, permission)


@transaction.atomic
def change_appearance(user: User, **values: str) -> None:
    """Language, colours and text size. ``values`` names only what was chosen."""
    before, after = changes(user, values)
    if not after:
        return
    for name, value in after.items():
        setattr(user, name, value)
    user.save(update_fields=list(after))
    record("accounts.change_appearance", user, before=before, after=after)


def adopt_language(user: User, language: str) -> dict[str, str]:
    """What was chosen on the way in becomes the person's own; says what changed, for the entry of the sign-in."""
    _before, after = changes(user, {"language": language} if language in User.Language else {})
    if after:
        user.language = language
        user.save(update_fields=["language"])
    return after


def own_data(user: User) -> dict[str, Any]:
    """Everything that is kept about the person, for the person."""
    return {name: collect(user) for name, collect in OWN_DATA.items()}


@transaction.atomic
def take_own_data(user: User) -> dict[str, Any]:
    """The same, written down as an export."""
    data = own_data(user)
    record_export(ExportRequest("own data", "", len(data), "", "json", list(data)), unmasked=True)
    return data


def _account(user: User) -> dict[str, Any]:
    full = User.objects.select_related("unit").get(pk=user.pk)
    return {
        "user_name": full.username,
        "name": full.name,
        "phone": full.phone.open() if full.phone else "",
        "unit": str(full.unit or ""),
        "opened": full.created_at.isoformat(),
        "last_sign_in": full.last_login.isoformat() if full.last_login else "",
        "language": full.language,
        "colours": full.theme,
        "text_size": full.text_size,
    }


def _roles(user: User) -> list[dict[str, Any]]:
    fields = ("role", "scope_kind", "scope_label", "starts_on", "ends_on", "reason", "granted_by__name")
    return [
        {key.removesuffix("__name"): str(value or "") for key, value in zip(fields, row)}
        for row in user.grants.order_by("pk").values_list(*fields)
    ]


def _complaints(user: User) -> list[dict[str, Any]]:
    fields = ("sent_at", "page", "text", "answer", "answered_at")
    return [
        {key: str(value or "") for key, value in zip(fields, row)}
        for row in user.complaints.order_by("pk").values_list(*fields)
    ]


def _files_taken(user: User) -> list[dict[str, Any]]:
    fields = ("at", "what", "kind", "query", "count", "purpose")
    return [
        {key: str(value) for key, value in zip(fields, row)} for row in user.exports.order_by("pk").values_list(*fields)
    ]


def _messages(user: User) -> list[dict[str, Any]]:
    rows = user.messages.order_by("pk").values_list("checked_at", "lines", "read_at")
    return [
        {"at": str(at), "said": [text for text, _path in lines], "read_at": str(read_at or "")}
        for at, lines, read_at in rows
    ]


def _told_how(user: User) -> dict[str, Any]:
    rows = user.addresses.order_by("pk")
    return {"addresses": {each.channel: each.value.open() for each in rows}} | {
        name: str(value)
        for row in NoticeSettings.objects.filter(user=user).values()
        for name, value in row.items()
        if name != "user_id"
    }


OWN_DATA |= {"messages": _messages, "notice_settings": _told_how}
OWN_DATA |= {"account": _account, "roles": _roles, "complaints": _complaints, "files_taken": _files_taken}
