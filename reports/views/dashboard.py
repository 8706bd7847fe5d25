from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from reports.access import BOARD
from reports.selectors.board import as_of_words, board
from reports.selectors.figures import as_minute, remembered, scope_of
from reports.views.moments import asked_at
from trainee_mgmt.kit.pages import StaticPage, is_key
from trainee_mgmt.navigation import link


class CohortDashboard(StaticPage):
    """All figures of one cohort, or of one class of it: the number first, each opens its rows."""

    allow = "reports.view_dashboard"
    inside = BOARD
    template_name = "reports/cohort_dashboard.html"
    title = gettext_lazy("Dashboard")

    def get_context_data(self, **kwargs):
        now = timezone.now()
        at = asked_at(self.request, now)
        scope = scope_of(self.cohort, now=now, within=self.asked_class(), at=at)
        return super().get_context_data(
            title=self.title,
            as_of=as_of_words(scope.at),
            body=SafeString(remembered(scope, f"dashboard|{at}", lambda: self.draw(scope, at))),
            yearbook=link(self.request.user.role_set, "reports:yearbook", cohort=self.cohort.pk),
            **kwargs,
        )

    def asked_class(self):
        key = self.request.GET.get("class", "")
        if not key:
            return []
        if not is_key(key):
            raise Http404
        return [("class", key)]

    def draw(self, scope, at):
        """The whole body as HTML: it is the same for everybody who may see it, so it is kept as long as its figures."""
        made = board(self.cohort, scope, at=as_minute(at) if at else "")
        chosen = dict(scope.within).get("class", "")
        if chosen and chosen not in {part.key for part in made.outline.classes}:
            raise Http404
        return render_to_string("reports/_board.html", {"board": made, "cohort": self.cohort, "chosen": chosen})
