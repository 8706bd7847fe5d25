from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.services import record
from cohorts.models import TrainingClass
from cohorts.selectors.directory import directory_of
from cohorts.views.days import day_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import StaticPage


class DirectoryPage(StaticPage, abstract=True):
    template_name = "cohorts/class_directory.html"
    model = TrainingClass

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        classes = self.reachable(TrainingClass).select_related("cohort__program")
        self.training_class = get_object_or_404(classes, pk=kwargs["pk"])

    def get_context_data(self, *, everything=False, **kwargs):
        cohort = self.training_class.cohort
        day, _asked = day_of(self.request, cohort)
        return super().get_context_data(
            training_class=self.training_class,
            cohort=cohort,
            directory=directory_of(self.training_class, day, everything=everything),
            everything=everything,
            may_see_all=access.may(self.request.user, "cohorts.see_directory_phones", self.training_class),
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class ClassDirectory(DirectoryPage):
    """The address book: the numbers of those who agreed, and masks."""

    allow = "cohorts.view_directory"


@method_decorator(never_cache, name="dispatch")
class ClassDirectoryPhones(DirectoryPage):
    """All numbers of the class, once, for a reason that is kept."""

    allow = "cohorts.see_directory_phones"
    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        reason = request.POST.get("reason", "").strip()[:200]
        if not reason:
            messages.error(request, _("Say why you need to see it; the reason is kept."))
            return self.render_to_response(self.get_context_data(), status=422)
        context = self.get_context_data(everything=True)
        record(
            "cohorts.see_directory_phones",
            self.training_class,
            after={"reason": reason, "people": len(context["directory"].members)},
        )
        return self.render_to_response(context)
