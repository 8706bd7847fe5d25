"""One's own account: who I am here, what I may do and why, how it looks."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.channels import order_of_office
from accounts.models import Channel, User
from accounts.services import LANGUAGE_COOKIE, OWN_PAGES, change_appearance, take_own_data
from accounts.services.notice_settings import notice_settings
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import Page, StaticPage

CHOICES = {"language": User.Language, "theme": User.Theme, "text_size": User.TextSize}
YEAR = 365 * 24 * 3600


class Me(StaticPage):
    allow = "accounts.use_own_account"
    template_name = "accounts/me.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            grants=user.grants.in_force(timezone.localdate())
            .select_related("unit", "granted_by", "delegated_from__user")
            .order_by("pk"),
            unit=user.unit,
            offers_second_step=access.holds(user, "accounts.use_second_step"),
            has_second_step=is_mfa_enabled(user),
            own_pages=[(label, name) for label, name, permission in OWN_PAGES if access.holds(user, permission)],
            has_links=bool(settings.SIGN_IN_PROVIDERS),
            hours=(own := notice_settings(user)),
            told_by=" · ".join(told_by(own.channels)),
            labels={name: User._meta.get_field(name).verbose_name for name in CHOICES},
            **kwargs,
        )


def told_by(first: list[str]) -> list[str]:
    """The inbox and the channels that are set up, the person's own first."""
    order = sorted(order_of_office(), key=lambda name: name not in first)
    return [str(Channel(name).label) for name in (Channel.INBOX, *order)]


class Appearance(Page, View):
    """Colours and text size, from the menu of the account."""

    allow = "accounts.use_own_account"
    http_method_names = ["post"]

    def post(self, request):
        change_appearance(request.user, **chosen(request.POST, "theme", "text_size"))
        return self.redirect_back("/")


@method_decorator(login_not_required, name="dispatch")
class Language(View):
    """Open to everybody: a cookie remembers it for those who have not signed in, the session until they do."""

    http_method_names = ["post"]

    def post(self, request):
        values = chosen(request.POST, "language")
        if request.user.is_authenticated:
            change_appearance(request.user, **values)
        else:
            request.session[LANGUAGE_COOKIE] = values["language"]
        target = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
            target = "/"
        response = HttpResponseRedirect(target)
        response.set_cookie(
            LANGUAGE_COOKIE,
            values["language"],
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
        return response


class OwnData(Page, View):
    """Everything kept about me, as one file."""

    allow = "accounts.use_own_account"
    http_method_names = ["post"]

    def post(self, request):
        name = _("My data") + f"-{timezone.localdate():%Y%m%d}.json"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return JsonResponse(
            take_own_data(request.user), headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 2}
        )


def chosen(given, *names: str) -> dict[str, str]:
    """The values among ``names`` that were sent; a senseless one is a bad request."""
    values = {name: given[name] for name in names if name in given}
    if not values or any(value not in CHOICES[name].values for name, value in values.items()):
        raise BadRequest("no such choice")
    return values
