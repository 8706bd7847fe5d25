from django.contrib.auth.backends import BaseBackend
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Grant, Message, User
from accounts.models.users import SECRETS
from trainee_mgmt.kit.prepared import Prepared


def _unread(user):
    """How many messages wait in the inbox: it stands at the top of every page and costs no query of its own."""
    waiting = Message.objects.filter(user=user, read_at=None).exclude(state=Message.State.CANCELLED)
    return Coalesce(Subquery(waiting.order_by().values("user").annotate(n=Count("pk")).values("n")), 0)


_active_user = Prepared(
    lambda user: User.objects.filter(pk=user, is_active=True).annotate(unread_messages=_unread(user)).defer(*SECRETS)
)
_grants_with_user = Prepared(
    lambda user, day: (
        Grant.objects.filter(user=user, user__is_active=True)
        .in_force(day)
        .select_related("unit", "user")
        .defer(*(f"user__{secret}" for secret in SECRETS))
        .annotate(unread_messages=_unread(user))
        .order_by("pk")
    )
)


class NameOrPhoneBackend(BaseBackend):
    """Signs in by user name or phone. A suspended account, like an unknown one, costs one hash and says nothing."""

    def authenticate(self, request, username=None, password=None, **credentials):
        if not username or password is None:
            return None
        user = User.objects.find_by_login(username)
        if user is None:
            User().set_password(password)  # the same time as for an existing account
            return None
        if user.check_password(password) and user.is_active:
            return user
        return None

    def get_user(self, user_id):
        """The account with its grants, in one query for almost everybody: each request begins with it."""
        grants = _grants_with_user(user=int(user_id), day=timezone.localdate())
        if not grants:
            return _active_user.one(user=int(user_id))
        user = grants[0].user
        user.grants_in_force = grants
        user.unread_messages = grants[0].unread_messages
        return user
