from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from cohorts.selectors.search import search
from cohorts.views.links import link
from trainee_mgmt.frame import cohort_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import StaticPage

LONGEST = 100


class Search(StaticPage):
    """People and classes within reach; what other apps hold is one link away."""

    allow = "cohorts.view_trainee"
    title = gettext_lazy("Search")
    template_name = "cohorts/search.html"

    def get_context_data(self, **kwargs):
        typed = self.request.GET.get("q", "").strip()[:LONGEST]
        user = self.request.user
        found = None
        if typed:
            found = search(
                typed,
                trainees=access.rows(user, "cohorts.view_trainee"),
                classes=access.rows(user, "cohorts.view_class"),
                day=timezone.localdate(),
                by_number=access.holds(user, "cohorts.see_secrets"),
            )
        return super().get_context_data(typed=typed, found=found, elsewhere=self.elsewhere(typed), **kwargs)

    def elsewhere(self, typed: str) -> list[tuple]:
        """Sessions of the cohort one works in, people over all cohorts."""
        query = "?" + urlencode({"q": typed})
        here = cohort_of(self.request, {})
        links = [(gettext_lazy("People over all cohorts"), link(self.request, "cohorts:person_list", query))]
        if here:
            sessions = link(self.request, "learning:session_list", query, cohort=here[0])
            links.append((gettext_lazy("Sessions of %(cohort)s") % {"cohort": here[1]}, sessions))
        return [(label, url) for label, url in links if url]
