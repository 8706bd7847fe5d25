"""Page bases: each concrete page states ``allow`` once; rows outside it do not exist.

``Page``       permission, reachable rows, the parent row named in the URL (``inside``)
``TablePage``  a list declared by a ``Table``: screen, filters, order, pages and export share its columns
``FormPage``   a form that calls one service; ``Refused`` becomes an error above the form
``ActionPage`` a POST button: find one reachable row, call one service, say what happened
"""

from dataclasses import dataclass

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import FormView, TemplateView, View
from django.views.generic.detail import SingleObjectMixin

from trainee_mgmt.kit import access, actor
from trainee_mgmt.kit.errors import Refused, with_remedy
from trainee_mgmt.kit.prepared import Prepared

LARGEST_KEY = 2**63 - 1


def is_key(text: str) -> bool:
    """Whether a text from outside can be a primary key."""
    return text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_KEY))


@dataclass(frozen=True)
class Inside:
    """The row a page lies under, named in its URL: ``inside = Inside("cohorts.Cohort", "cohorts.view_cohort", "cohort")``.

    The page gets it as an attribute and its templates as a variable, both called ``name``; out of reach is 404.
    """

    model: str
    permission: str
    name: str
    related: tuple[str, ...] = ()

    def find(self, user, pk) -> Model:
        return find(user, self.permission, apps.get_model(self.model), pk, related=self.related)


def _reachable(user, permission, model, columns, *, pk):
    related, without = columns
    rows = model._default_manager.filter(access.rows(user, permission), pk=pk).defer(*without)
    return rows.select_related(*related) if related else rows


_find = Prepared(_reachable)


def find(user, permission: str, model, pk: int, *, related: tuple[str, ...] = (), without: tuple[str, ...] = ()):
    """The row, if the permission reaches it; else 404. ``related`` comes along, ``without`` is not loaded."""
    if pk > LARGEST_KEY:
        raise Http404
    return _find.one_or_404(user, permission, model, (related, without), pk=pk)


class Page:
    allow = ""
    inside: Inside | None = None

    def __init_subclass__(cls, *, abstract=False, **kwargs):
        super().__init_subclass__(**kwargs)
        if abstract:
            return
        if not cls.allow:
            raise TypeError(f"{cls.__qualname__} must say who may open it: allow = 'app.permission'")
        if cls.__mro__.index(Page) > cls.__mro__.index(View):
            raise TypeError(f"{cls.__qualname__} must name Page before the generic view")

    def dispatch(self, request, *args, **kwargs):
        request.attempted = (self.allow, kwargs)  # for the audit of denied attempts
        roles = access.roles_that_allow(request.user, self.allow)
        if not roles:
            raise PermissionDenied
        actor.use_role(roles[0])
        self.enter(request, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def enter(self, request, **kwargs):
        """Load what the whole page stands on, after the permission is known and before anything is answered."""
        if self.inside:
            setattr(self, self.inside.name, self.inside.find(request.user, kwargs[self.inside.name]))

    def http_method_not_allowed(self, request, *args, **kwargs):
        """Who comes to the address of a button, by a reload or after signing in again, is told so and has a way on."""
        refused = super().http_method_not_allowed(request, *args, **kwargs)
        if request.method != "GET":
            return refused
        answer = render(request, "405.html", status=405)
        answer.headers["Allow"] = refused.headers["Allow"]
        return answer

    def reachable(self, model, permission=""):
        return model._default_manager.filter(access.rows(self.request.user, permission or self.allow))

    def find(self, model, pk: int, *, related: tuple[str, ...] = (), without: tuple[str, ...] = ()):
        """One reachable row, or 404."""
        return find(self.request.user, self.allow, model, pk, related=related, without=without)

    def get_queryset(self):
        return super().get_queryset().filter(access.rows(self.request.user, self.allow))

    def get_context_data(self, **kwargs):
        if self.inside:
            kwargs[self.inside.name] = getattr(self, self.inside.name)  # in place of the key from the URL
        return super().get_context_data(**kwargs)

    def redirect_back(self, fallback: str):
        """To the page the button stood on (``next`` in the form), else to ``fallback``."""
        target = self.request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={self.request.get_host()}):
            target = fallback
        return HttpResponseRedirect(target)


class StaticPage(Page, TemplateView, abstract=True):
    """A page that only shows: override ``get_context_data``. Parts of its URL are no template variables."""

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())


class FormPage(Page, FormView, abstract=True):
    """A form that calls one service in ``save(form)``; what the service refuses stands above the form, nothing typed is lost."""

    template_name = "kit/form.html"
    title = ""
    success_message = ""

    def form_valid(self, form):
        try:
            self.object = self.save(form)
        except Refused as refusal:
            return self.refused(form, refusal)
        if message := self.get_success_message():
            messages.success(self.request, message, extra_tags=self.get_message_tags())
        return super().form_valid(form)

    def refused(self, form, refusal: Refused):
        form.add_error(None, with_remedy(refusal, self.request.user))
        return self.form_invalid(form)

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def get_success_message(self):
        return self.success_message

    def get_message_tags(self) -> str:
        """``undo:/url/`` gives the message a button that takes the act back."""
        return ""

    def save(self, form):
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=self.get_title(), **kwargs)

    def get_title(self):
        return self.title


class EditPage(SingleObjectMixin, FormPage, abstract=True):
    """A form over one reachable row, found by ``pk`` and given to the form as ``instance``."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.object = self.get_object()

    def get_queryset(self):
        return self.model._default_manager.filter(access.rows(self.request.user, self.allow))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.object}


class ButtonPage(Page, View, abstract=True):
    """A POST button about what ``enter`` has found: call one service, say what happened, go on."""

    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        try:
            if message := self.act():
                messages.success(request, message)
        except Refused as refusal:
            messages.error(request, with_remedy(refusal, request.user))
        return HttpResponseRedirect(self.get_success_url())

    def act(self) -> str | None:
        raise NotImplementedError

    def get_success_url(self) -> str:
        raise NotImplementedError


class ActionPage(Page, View, abstract=True):
    """A POST button: find one reachable row, call one service, say what happened."""

    http_method_names = ["post", "options"]
    model = None

    def get_rows(self):
        return self.reachable(self.model)

    def post(self, request, pk, **kwargs):
        obj = get_object_or_404(self.get_rows(), pk=pk)
        try:
            if message := self.act(obj):
                messages.success(request, message)
        except Refused as refusal:
            messages.error(request, with_remedy(refusal, request.user))
        return self.redirect_back(self.get_success_url(obj))

    def act(self, obj) -> str:
        raise NotImplementedError

    def get_success_url(self, obj) -> str:
        return obj.get_absolute_url()


class DeletePage(ActionPage, abstract=True):
    """A button that takes the row away; one goes on where ``get_list_url`` says, or stays if that is refused."""

    success_message = ""
    is_gone = False

    def act(self, obj) -> str:
        self.delete(obj)
        self.is_gone = True
        return str(self.success_message)

    def delete(self, obj) -> None:
        raise NotImplementedError

    def get_list_url(self, obj) -> str:
        raise NotImplementedError

    def get_success_url(self, obj) -> str:
        return self.get_list_url(obj) if self.is_gone else super().get_success_url(obj)
