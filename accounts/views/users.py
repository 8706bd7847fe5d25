"""Accounts of the people within reach."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services
from accounts.forms.office import UserChangeForm, UserForm
from accounts.models import AuditEntry, Unit, User
from accounts.selectors import unit_labels
from accounts.tables import UserTable
from accounts.views.units import is_everywhere
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, StaticPage

HISTORY = 12


class UserList(TablePage):
    allow = "accounts.view_user"
    model = User
    table_class = UserTable
    template_name = "accounts/user_list.html"
    title = gettext_lazy("Accounts")


class UserDetail(StaticPage):
    allow = "accounts.view_user"
    template_name = "accounts/user_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        people = self.reachable(User).select_related("unit").defer("phone")
        self.person = get_object_or_404(people, pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        viewer, today = self.request.user, timezone.localdate()
        endable = self.reachable(self.person.grants.model, "accounts.end_grant").values("pk")
        grants = self.person.grants.not_over(today).select_related("unit", "granted_by", "delegated_from__user")
        history = AuditEntry.objects.filter(object_type="accounts.User", object_id=self.person.pk)
        return super().get_context_data(
            person=self.person,
            grants=grants.order_by("role", "pk"),
            endable=set(endable.filter(user=self.person).values_list("pk", flat=True)),
            has_second_step=is_mfa_enabled(self.person),
            has_slip=self.person.must_change_password and bool(self.person.first_password),
            history=history.order_by("-pk")[:HISTORY] if access.holds(viewer, "accounts.view_audit") else (),
            is_me=viewer.pk == self.person.pk,
            **kwargs,
        )


class UserCreate(FormPage):
    allow = "accounts.change_user"
    form_class = UserForm
    title = gettext_lazy("New account")
    success_message = gettext_lazy("The account is open. Hand over the slip with the first password, and give a role.")

    def get_form_kwargs(self):
        units = self.reachable(Unit, "accounts.change_unit")
        kwargs = super().get_form_kwargs()
        if asked := self.request.GET.get("unit", ""):
            unit = (
                units.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 12 else None
            )
            kwargs["initial"] = {"unit": unit_labels([unit])[unit.pk] if unit else ""}
        return kwargs | {"reachable": units, "is_everywhere": is_everywhere(self.request.user)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=reverse("accounts:user_list"), **kwargs)

    def save(self, form):
        return services.open_account(**form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class UserUpdate(EditPage):
    allow = "accounts.change_user"
    model = User
    form_class = UserChangeForm
    success_message = gettext_lazy("The account was saved.")

    def get_title(self):
        return _("Edit the account of %(name)s") % {"name": self.object.name}

    def get_form_kwargs(self):
        unit = self.object.unit
        return super().get_form_kwargs() | {
            "reachable": self.reachable(Unit, "accounts.change_unit"),
            "is_everywhere": is_everywhere(self.request.user),
            "way": unit_labels([unit])[unit.pk] if unit else "",
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.object.get_absolute_url(), **kwargs)

    def save(self, form):
        services.change_account(self.object, by=self.request.user, **form.values())

    def get_success_url(self):
        return reverse("accounts:user_detail", kwargs={"pk": self.kwargs["pk"]})


class UserAction(ActionPage, abstract=True):
    model = User


class UserResetPassword(UserAction):
    allow = "accounts.change_user"

    def act(self, user):
        services.reset_password(user, by=self.request.user)
        return _("There is a new first password; all devices are signed out. Print the slip and hand it over.")


class UserSuspend(UserAction):
    allow = "accounts.change_user"

    def act(self, user):
        services.suspend(user, by=self.request.user)
        return _("The account is suspended; all devices are signed out.")


class UserReactivate(UserAction):
    allow = "accounts.change_user"

    def act(self, user):
        services.reactivate(user, by=self.request.user)
        return _("The account works again.")


class UserSecondStepOff(UserAction):
    allow = "accounts.change_user"

    def act(self, user):
        services.switch_off_second_step(user, by=self.request.user)
        return _("The second step is switched off.")


class UserSlip(StaticPage):
    """The slip with the first password: a POST, because looking is written down."""

    allow = "accounts.change_user"
    template_name = "accounts/user_slip.html"
    http_method_names = ["post", "options"]

    def post(self, request, pk):
        person = get_object_or_404(self.reachable(User), pk=pk)
        services.refuse_beyond(request.user, person)
        slips = services.first_passwords([person])
        if not slips:
            messages.warning(request, _("The first password has been replaced by an own one."))
            return self.redirect_back(person.get_absolute_url())
        return self.render_to_response(self.get_context_data(slips=slips, person=person))
