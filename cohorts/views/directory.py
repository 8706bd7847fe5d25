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


@method_decorator(never_cache, name="dispatch")
class ClassDirectory(StaticPage):
    """The address book. A POST with a reason shows all numbers once, to those who may see them."""

    allow = "cohorts.view_directory"
    template_name = "cohorts/class_directory.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        classes = self.reachable(TrainingClass).select_related("cohort__program")
        self.training_class = get_object_or_404(classes, pk=kwargs["pk"])
        self.may_see_all = access.may(request.user, "cohorts.see_directory_phones", self.training_class)

    def get_context_data(self, *, everything=False, **kwargs):
        cohort = self.training_class.cohort
        day, _asked = day_of(self.request, cohort)
        return super().get_context_data(
            training_class=self.training_class,
            cohort=cohort,
            directory=directory_of(self.training_class, day, everything=everything),
            everything=everything,
            may_see_all=self.may_see_all,
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        get_object_or_404(self.reachable(TrainingClass, "cohorts.see_directory_phones"), pk=self.training_class.pk)
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
