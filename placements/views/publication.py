"""The moment of publication, and what is seen after it: the list of placements, and one's own place."""

from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from cohorts.access import COHORT
from cohorts.models import TrainingClass
from placements.forms.plans import PublishForm
from placements.models import MatchPlan, Placement
from placements.rules.opinions import is_asked
from placements.selectors.opinions import with_opinion
from placements.services.publication import publish
from placements.tables.placements import PlacementTable
from placements.views.plans import OfPlan
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage


class MatchPlanPublish(OfPlan, FormPage):
    """Once and for all: placements are made, and people are told."""

    allow = "placements.publish_plan"
    model = MatchPlan
    form_class = PublishForm
    template_name = "kit/confirm.html"

    def get_title(self):
        return _("Publish plan %(number)s of %(cohort)s") % {"number": self.plan.number, "cohort": self.cohort.name}

    def get_initial(self):
        return {"revision": self.plan.revision}

    def get_context_data(self, **kwargs):
        placed, without = self.plan.placed, self.plan.people - self.plan.placed
        effects = [
            ngettext("%(n)s place is made", "%(n)s places are made", placed) % {"n": placed},
            _("each of these trainees is told of the own place, and their class officers of the list"),
            _("the plan is frozen; a place is changed by itself from then on"),
        ]
        left = ngettext("%(n)s person stays without a place", "%(n)s people stay without a place", without)
        return super().get_context_data(
            effects=effects,
            spared=[left % {"n": without}] if without else [],
            submit_label=ngettext("Publish %(n)s place", "Publish %(n)s places", placed) % {"n": placed},
            cancel_url=self.plan.get_absolute_url(),
            **kwargs,
        )

    def save(self, form):
        return publish(self.plan, revision=form.cleaned_data["revision"], by=self.request.user)

    def get_success_message(self):
        return _("Published. Everybody concerned is told.")

    def get_success_url(self):
        return reverse("placements:placement_list", kwargs={"cohort": self.cohort.pk})


class PlacementList(TablePage):
    """The places of a cohort; officers see those of their class."""

    allow = "placements.view_placement"
    inside = COHORT
    model = Placement
    table_class = PlacementTable
    template_name = "placements/placement_list.html"
    title = gettext_lazy("Placements")

    def get_rows(self):
        return super().get_rows().filter(trainee__cohort=self.cohort)

    def get_table_options(self):
        reach = access.rows(self.request.user, "cohorts.view_class")
        classes = TrainingClass.objects.filter(reach, cohort=self.cohort).order_by("number", "pk")
        return {"context": classes.values_list("pk", "name")}


@method_decorator(never_cache, name="dispatch")
class MyPlacement(StaticPage):
    """Where I am, and whom to call there; the newest first."""

    allow = "placements.see_own_placement"
    model = Placement
    template_name = "placements/my_placement.html"

    def get_context_data(self, **kwargs):
        mine = (
            self.reachable(Placement).standing().select_related("seat__offer__post__host", "mentor", "trainee__cohort")
        )
        places, today = list(with_opinion(mine).order_by("-starts_on", "-pk")), timezone.localdate()
        for place in places:  # one's own mentor is called from this page
            place.phone = place.mentor.phone.open() if place.mentor and place.mentor.phone else ""
            place.asks_opinion = not place.has_opinion and is_asked(place.ends_on, today)
        return super().get_context_data(places=places, today=today, **kwargs)
