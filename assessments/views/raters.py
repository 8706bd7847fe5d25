from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import services
from assessments.forms import RaterForm
from assessments.models import Rater
from assessments.selectors.raters import find_accounts
from assessments.views.schemes import _OneScheme
from trainee_mgmt.kit.pages import ActionPage


class RaterCreate(_OneScheme):
    """Search for an account, choose, say for which class. The role of evaluator comes with it."""

    form_class = RaterForm
    template_name = "assessments/rater_create.html"
    title = gettext_lazy("Name an evaluator")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.query = request.GET.get("q", "").strip()[:60]
        self.found = list(find_accounts(self.scheme, self.query))

    def get_form_kwargs(self):
        classes = self.scheme.cohort.classes.order_by("number", "pk")
        return super().get_form_kwargs() | {"found": self.found, "classes": classes}

    def get_initial(self):
        return {"user": str(self.found[0].pk)} if len(self.found) == 1 else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(q=self.query, found=self.found, **kwargs)

    def save(self, form):
        return services.name_rater(self.scheme, **form.values())

    def get_success_message(self):
        return _("%(name)s is named as evaluator.") % {"name": self.object.user.name}


class _RaterAction(ActionPage, abstract=True):
    allow = "assessments.change_rater"
    model = Rater

    def get_rows(self):
        return super().get_rows().select_related("scheme", "user")

    def get_success_url(self, rater):
        return rater.scheme.get_absolute_url()


class RaterRemove(_RaterAction):
    def act(self, rater):
        services.remove_rater(rater)
        return _("%(name)s no longer rates here.") % {"name": rater.user.name}


class RaterReopen(_RaterAction):
    def act(self, rater):
        services.reopen_rater(rater)
        return _("%(name)s can change the scores again.") % {"name": rater.user.name}
