"""The first administrator of an empty installation: by a link that works once and for a short time."""

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Grant, Role, ScopeKind, Unit, User
from accounts.services.audit import record
from accounts.services.locks import lock_setup, lock_unit_tree
from accounts.services.units import add_unit
from accounts.services.users import NewAccount, add_accounts
from trainee_mgmt.kit.errors import Refused

SALT = "accounts.setup"
LIFETIME = 24 * 3600


def system_is_empty() -> bool:
    """Whether there has never been an administrator of everything."""
    return not Grant.objects.filter(role=Role.ADMIN, scope_kind=ScopeKind.ALL).exists()


def new_setup_token() -> str:
    return signing.dumps("first administrator", salt=SALT)


def is_setup_token(token: str) -> bool:
    """Signed by this installation within a day, and nobody has been faster."""
    try:
        signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return False
    return system_is_empty()


@transaction.atomic
def set_up(*, name: str, username: str, password: str, unit: str) -> User:
    """The top unit, the first account and its grant over everything, or nothing. Of two at once, one wins."""
    lock_setup()
    lock_unit_tree()
    if not system_is_empty():
        raise Refused(_("There is an administrator already; please sign in."))
    top = Unit.objects.filter(parent=None, name=unit).first() or add_unit(
        parent_id=None, name=unit, level=Unit.Level.DISTRICT
    )
    (user,) = add_accounts([NewAccount(name, username=username, unit_id=top.pk)])
    user.set_password(password)
    user.first_password, user.must_change_password = None, False
    user.save(update_fields=["password", "first_password", "must_change_password"])
    grant = Grant.objects.create(
        user=user, role=Role.ADMIN, scope_kind=ScopeKind.ALL, starts_on=timezone.localdate(), granted_by=None
    )
    record("accounts.set_up", grant, label=f"{user.name}: {grant}", after={"unit": top.name})
    return user
