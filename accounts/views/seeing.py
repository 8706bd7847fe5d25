"""Why can I see this? And: what does somebody else see?"""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import services
from accounts.forms.office import ReasonForm
from accounts.models import User
from accounts.rules.permissions import permission_in_words
from accounts.selectors import why
from trainee_mgmt.kit.pages import FormPage, Page, StaticPage


class Why(StaticPage):
    """The permission behind a page, each of my roles that has it, the grant it comes from and the rows it reaches."""

    allow = "accounts.use_own_account"
    template_name = "accounts/why.html"

    def get_context_data(self, **kwargs):
        path = self.request.GET.get("path", "").partition("?")[0]
        try:
            page = getattr(resolve(path).func, "view_class", None) if path.startswith("/") else None
        except Resolver404:
            page = None
        permission = getattr(page, "allow", "")
        inside = getattr(page, "inside", None)
        asked = [name for name in (permission, inside.permission if inside else "") if name]
        return super().get_context_data(
            path=path,
            title=_("Why can I see this?"),
            known=page is not None,
            parts=[(name, permission_in_words(name), why(self.request.user, name)) for name in dict.fromkeys(asked)],
            **kwargs,
        )


class ViewAs(FormPage):
    """See it as another person does: read-only, with a reason, written down."""

    allow = "accounts.view_as"
    form_class = ReasonForm

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.person = get_object_or_404(self.reachable(User), pk=kwargs["pk"])

    def get_title(self):
        return _("See it as %(name)s does") % {"name": self.person.name}

    def get_context_data(self, **kwargs):
        note = _(
            "You will see the pages as %(name)s sees them and can change nothing. Beginning and end are written to the audit log."
        )
        return super().get_context_data(
            form_note=note % {"name": self.person.name},
            submit_label=_("Begin"),
            cancel_url=self.person.get_absolute_url(),
            **kwargs,
        )

    def save(self, form):
        services.start_view_as(self.person, by=self.request.user, reason=form.cleaned_data["reason"])
        self.request.session[services.VIEW_AS] = self.person.pk

    def get_success_url(self):
        return "/"


class ViewAsEnd(Page, View):
    """Back to one's own view. Here ``request.user`` is still the other person."""

    allow = "accounts.use_own_account"
    http_method_names = ["post", "options"]

    def post(self, request):
        if request.seen_as is None:
            return HttpResponseRedirect("/")
        services.end_view_as(request.seen_as)
        request.session.pop(services.VIEW_AS, None)
        messages.success(request, _("You see your own view again."))
        return HttpResponseRedirect(reverse("accounts:user_detail", kwargs={"pk": request.seen_as.pk}))
