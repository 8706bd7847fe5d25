"""The tree of units."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts import services
from accounts.forms.office import UnitForm, UnitImportForm, UnitMoveForm
from accounts.models import Role, ScopeKind, Unit, User
from accounts.plans import UnitPlan, template_book
from accounts.selectors import units_like
from accounts.tables import UnitTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, Page, StaticPage
from trainee_mgmt.kit.pieces import offers
from trainee_mgmt.kit.uploads import download


class UnitList(TablePage):
    allow = "accounts.view_unit"
    model = Unit
    table_class = UnitTable
    template_name = "accounts/unit_list.html"
    title = gettext_lazy("Units")

    def get_context_data(self, **kwargs):
        may_change = access.holds(self.request.user, "accounts.change_unit")
        mine = (
            self.reachable(Unit, "accounts.change_unit").active().order_by("path")
            if may_change
            else Unit.objects.none()
        )
        return super().get_context_data(top=mine.first(), is_everywhere=is_everywhere(self.request.user), **kwargs)


class UnitDetail(StaticPage):
    allow = "accounts.view_unit"
    template_name = "accounts/unit_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.unit = get_object_or_404(self.reachable(Unit), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        below = Unit.objects.within(self.unit.path)
        return super().get_context_data(
            unit=self.unit,
            way=self._way(),
            children=self.unit.children.order_by("closed_on", "path"),
            below=below.count() - 1,
            people=self.unit.users.count(),
            people_below=User.objects.filter(unit__in=below).count(),
            grants=self.unit.grants.in_force(timezone.localdate())
            .select_related("user", "granted_by", "delegated_from__user")
            .order_by("role", "pk"),
            **kwargs,
        )

    def _way(self) -> list[tuple[Unit, bool]]:
        """The units above, from the top, each with whether the person reaches it; else it is a word, not a link."""
        keys = [int(key) for key in self.unit.path.rstrip(".").split(".")][:-1]
        above = {unit.pk: unit for unit in Unit.objects.filter(pk__in=keys)}
        reach = set(self.reachable(Unit).filter(pk__in=keys).values_list("pk", flat=True))
        return [(above[key], key in reach) for key in keys]


class UnitCreateTop(FormPage):
    """A unit at the top: only for administrators of everything, others could not see it."""

    allow = "accounts.change_unit"
    form_class = UnitForm
    title = gettext_lazy("New unit at the top")
    success_message = gettext_lazy("The unit was created.")

    def get(self, request, *args, **kwargs):
        if not is_everywhere(request.user):
            messages.error(request, _("Only administrators of everything make units at the top."))
            return redirect("accounts:unit_list")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=reverse("accounts:unit_list"), **kwargs)

    def save(self, form):
        if not is_everywhere(self.request.user):
            raise Refused(_("Only administrators of everything make units at the top."))
        return services.create_unit(parent=None, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class UnitCreate(FormPage):
    """A new unit under the one of the URL."""

    allow = "accounts.change_unit"
    form_class = UnitForm
    success_message = gettext_lazy("The unit was created.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.parent = get_object_or_404(self.reachable(Unit), pk=kwargs["pk"])

    def get_title(self):
        return _("New unit under %(unit)s") % {"unit": self.parent.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.parent.get_absolute_url(), **kwargs)

    def save(self, form):
        return services.create_unit(parent=self.parent, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class UnitUpdate(EditPage):
    allow = "accounts.change_unit"
    model = Unit
    form_class = UnitForm
    success_message = gettext_lazy("The unit was saved.")

    def get_title(self):
        return _("Edit %(unit)s") % {"unit": self.name}

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.name = self.object.name  # the form writes into the object what was typed

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.object.get_absolute_url(), **kwargs)

    def save(self, form):
        return services.change_unit(Unit.objects.get(pk=self.object.pk), **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class UnitMove(EditPage):
    """To another place in the tree, both within reach."""

    allow = "accounts.change_unit"
    model = Unit
    form_class = UnitMoveForm

    def get_title(self):
        return _("Move %(unit)s") % {"unit": self.object.name}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"reachable": self.reachable(Unit)}

    def get_context_data(self, **kwargs):
        below = Unit.objects.within(self.object.path).count() - 1
        note = _(
            "Everything below it moves along: %(count)s units. Who has a role over the new place sees them from then on."
        )
        return super().get_context_data(
            form_note=note % {"count": below}, cancel_url=self.object.get_absolute_url(), **kwargs
        )

    def save(self, form):
        return services.move_unit(self.object, to=form.cleaned_data["to"])

    def get_success_message(self):
        return _("%(unit)s and all below it were moved.") % {"unit": self.object.name}

    def get_success_url(self):
        return self.object.get_absolute_url()


class UnitClose(ActionPage):
    allow = "accounts.change_unit"
    model = Unit

    def act(self, unit):
        services.close_unit(unit, on=timezone.localdate())
        return _("The unit is out of use.")


class UnitReopen(ActionPage):
    allow = "accounts.change_unit"
    model = Unit

    def act(self, unit):
        services.reopen_unit(unit)
        return _("The unit is in use again.")


class UnitDelete(DeletePage):
    allow = "accounts.change_unit"
    model = Unit
    success_message = gettext_lazy("The unit was deleted.")

    def delete(self, unit):
        services.delete_unit(unit)

    def get_list_url(self, unit):
        return reverse("accounts:unit_list")


class UnitOptions(Page, View):
    """What a box that takes a unit offers while one types."""

    allow = "accounts.view_unit"

    def get(self, request):
        typed = (request.GET.get("unit") or request.GET.get("to") or "")[:100]
        return options(units_like(typed, self.reachable(Unit)).values())


class UnitImport(FormPage):
    """Units of a sheet below one unit: first a plan, then exactly that plan."""

    allow = "accounts.change_unit"
    form_class = UnitImportForm
    template_name = "accounts/unit_import.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.unit = get_object_or_404(self.reachable(Unit), pk=kwargs["pk"])

    def get_title(self):
        return _("Import units below %(unit)s") % {"unit": self.unit.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(unit=self.unit, cancel_url=self.unit.get_absolute_url(), **kwargs)

    def save(self, form):
        name = form.cleaned_data["file"].name
        return services.make_plan(
            UnitPlan.name,
            self.unit,
            given={"name": name},
            source=form.source(),
            source_name=name,
            title=str(self.get_title()),
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class UnitTemplate(Page, View):
    """An empty sheet with the four columns, and two lines that show how."""

    allow = "accounts.change_unit"

    def get(self, request):
        return download(template_book(), _("Units") + ".xlsx")


def is_everywhere(user) -> bool:
    return any(grant.scope_kind == ScopeKind.ALL for grant in user.grants_of(Role.ADMIN))


def options(labels) -> HttpResponse:
    return HttpResponse(offers(labels))
