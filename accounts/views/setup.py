"""The first administrator of an empty installation."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts.forms.sign_in import SetupForm
from accounts.services import is_setup_token, set_up
from trainee_mgmt.kit.errors import Refused


@method_decorator(sensitive_post_parameters("password1", "password2"), name="dispatch")
@method_decorator(login_not_required, name="dispatch")
class Setup(FormView):
    """Open to whoever holds the link that the server printed, while there is no administrator."""

    form_class = SetupForm
    template_name = "accounts/setup.html"
    extra_context = {"title": gettext_lazy("Set up")}

    def dispatch(self, request, *args, **kwargs):
        if not is_setup_token(kwargs["token"]):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            user = set_up(name=data["name"], username=data["username"], password=data["password1"], unit=data["unit"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        login(self.request, user, backend="accounts.backends.NameOrPhoneBackend")
        return HttpResponseRedirect("/")

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 422
        return response
