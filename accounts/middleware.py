"""Who is acting, in which language; and the record of denied attempts."""

from urllib.parse import urlencode

from django.apps import apps
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from accounts.models import AuditEntry, User
from accounts.services import LANGUAGE_COOKIE, VIEW_AS, record, record_denied, refuse_beyond
from trainee_mgmt.kit import access, actor
from trainee_mgmt.kit.errors import Refused

SAFE = {"GET", "HEAD", "OPTIONS"}
WHILE_VIEWING = {"accounts:view_as_end", "account_logout"}
NOT_WHILE_VIEWING = ("account_", "mfa_")  # passwords, codes and sessions are nobody else's business


class ActorMiddleware:
    """Sets the actor and the language for the request, borrows another person's view where that was asked for
    (read-only), and writes down attempts that were denied."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        user = request.user = _itself(request.user)
        request.real_user, request.seen_as = user, None
        if user.is_authenticated and (seen := request.session.get(VIEW_AS)):
            self._borrow(request, seen)
        language = request.user.language if user.is_authenticated else request.COOKIES.get(LANGUAGE_COOKIE, "")
        who = actor.Actor(
            user.pk if user.is_authenticated else None,
            user.name if user.is_authenticated else "",
            seen_as_id=request.seen_as.pk if request.seen_as else None,
            request_id=getattr(request, "request_id", "") or request.headers.get("X-Request-ID", "")[:40],
        )
        with actor.acting(who), translation.override(language if language in ("zh-hans", "en") else "zh-hans"):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            if response.status_code in (403, 404):
                self._write_down(request, response.status_code)
        return response

    def process_view(self, request, view, args, kwargs):
        """Whoever looks through another's eyes changes nothing and sees nothing of the other's passwords."""
        if getattr(request, "seen_as", None) is None:
            return None
        name = request.resolver_match.view_name or ""
        if name in WHILE_VIEWING or (request.method in SAFE and not name.startswith(NOT_WHILE_VIEWING)):
            return None
        record("accounts.write_while_viewing", label=request.path, outcome=AuditEntry.Outcome.DENIED)
        return render(request, "accounts/view_as_refused.html", status=403)

    def _borrow(self, request, user_id) -> None:
        """Asked anew with each request: the right to look may have ended, or the other's rights may have grown."""
        own = request.user
        other = None
        if access.holds(own, "accounts.view_as"):
            reachable = User.objects.filter(access.rows(own, "accounts.view_as"), is_active=True)
            other = reachable.filter(pk=user_id).defer("phone", "first_password").first()
        try:
            if other is not None:
                refuse_beyond(own, other)
        except Refused:
            other = None
        if other is None:
            request.session.pop(VIEW_AS, None)
            return
        request.seen_as = request.user = other

    def _write_down(self, request, status: int) -> None:
        permission, kwargs = getattr(request, "attempted", ("", {}))
        if not permission or not request.real_user.is_authenticated:
            return
        model = access.GRANTS[permission].model
        pk = kwargs.get("pk")
        if status == 404 and not _exists(request, model, pk):
            return
        record_denied(permission, model, pk)


def _itself(user):
    """The account that stands behind a name of it: whoever asks it for something need not go through that name."""
    return user._wrapped if isinstance(user, SimpleLazyObject) and user.is_authenticated else user


def _exists(request, model, pk) -> bool:
    """Whether a 404 hid a row that is there: then it was an attempt, else a typing error."""
    inside = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
    parent = getattr(inside, "inside", None)
    if parent:
        key = request.resolver_match.kwargs.get(parent.name)
        if key is not None and not apps.get_model(parent.model)._base_manager.filter(pk=key).exists():
            return False
        if pk is None:
            return key is not None
    return bool(model and pk is not None and model._base_manager.filter(pk=pk).exists())


class FirstPasswordMiddleware:
    """A password that somebody else knows is changed before anything else."""

    OPEN = ("accounts:first_password", "account_logout", "accounts:language")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = getattr(request, "real_user", None)
        if user is None or not user.is_authenticated or not user.must_change_password:
            return None
        if request.resolver_match.view_name in self.OPEN:
            return None
        target = reverse("accounts:first_password")
        if request.method == "GET" and request.path != "/":
            target = f"{target}?{urlencode({'next': request.get_full_path()})}"
        return redirect(target)
