"""Roles given, taken back and lent."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts import services
from accounts.access import SCOPES
from accounts.forms.office import DelegateForm, GrantForm
from accounts.models import Grant, User
from accounts.selectors import scopes_like
from accounts.tables import GrantTable
from accounts.views.units import options
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, Page


class GrantList(TablePage):
    allow = "accounts.view_grant"
    model = Grant
    table_class = GrantTable
    title = gettext_lazy("Roles granted")


class GrantGive(FormPage):
    """A role for the person of the URL."""

    allow = "accounts.change_user"
    form_class = GrantForm

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.person = get_object_or_404(self.reachable(User), pk=kwargs["pk"])

    def get_title(self):
        return _("Give %(name)s a role") % {"name": self.person.name}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        data = form.cleaned_data
        names = ("role", "scope_kind", "scope_id", "starts_on", "ends_on", "reason")
        return services.give_grant(self.person, by=self.request.user, **{name: data[name] for name in names})

    def get_success_message(self):
        return _("%(name)s has the role now.") % {"name": self.person.name}

    def get_success_url(self):
        return self.person.get_absolute_url()


class GrantEnd(ActionPage):
    allow = "accounts.end_grant"
    model = Grant

    def act(self, grant):
        services.end_grant(grant, by=self.request.user)
        return _("The role was taken back. What was lent from it ended too.")

    def get_success_url(self, grant):
        return reverse("accounts:me")


class GrantDelegate(EditPage):
    """Somebody stands in for me."""

    allow = "accounts.delegate_grant"
    model = Grant
    form_class = DelegateForm
    success_message = gettext_lazy("It is arranged. You can end it on this page at any time.")

    def get_title(self):
        return _("Let somebody stand in: %(grant)s") % {"grant": self.object}

    def get_context_data(self, **kwargs):
        note = _(
            "This person can then do what you can with this role, and no more; the audit log names the person. You keep the role."
        )
        return super().get_context_data(form_note=note, cancel_url=reverse("accounts:me"), **kwargs)

    def save(self, form):
        return services.delegate_grant(self.object, **form.cleaned_data)

    def get_success_url(self):
        return reverse("accounts:me")


class ScopeOptions(Page, View):
    """What the box that takes a scope offers while one types."""

    allow = "accounts.change_user"

    def get(self, request):
        kind = request.GET.get("scope_kind", "")
        if kind not in SCOPES:  # everything needs no name
            return options(())
        return options(scopes_like(kind, request.GET.get("scope", "")[:100], request.user).values())
