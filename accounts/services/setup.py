"""The first administrator of an empty installation."""

from accounts.models import Grant, Role, ScopeKind


def system_is_empty() -> bool:
    """Whether there has never been an administrator of everything."""
    return not Grant.objects.filter(role=Role.ADMIN, scope_kind=ScopeKind.ALL).exists()
