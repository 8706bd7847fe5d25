"""One stay with everything that hangs on it."""

from django.shortcuts import get_object_or_404
from django.utils import timezone

from placements.models import Placement
from placements.rules.feedback import STATE_NAMES, STATE_TAGS
from placements.selectors.feedback import arrival_of, with_state
from placements.services.changes import last_change
from placements.services.feedback_links import live_feedback_links
from placements.tables.placements import stage_tag
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import StaticPage

RELATED = ("trainee__person", "trainee__cohort__program", "seat__offer__post__host", "mentor")


class PlacementDetail(StaticPage):
    allow = "placements.view_placement"
    model = Placement
    template_name = "placements/placement_detail.html"

    def get_context_data(self, **kwargs):
        rows = self.reachable(Placement).select_related(*RELATED)
        placement = get_object_or_404(rows, pk=self.kwargs["pk"])
        user, today = self.request.user, timezone.localdate()
        sees_feedback = access.holds(user, "placements.view_feedback")
        requests = (
            with_state(placement.feedback_requests.order_by("opens_on", "pk"), today=today) if sees_feedback else []
        )
        return super().get_context_data(
            placement=placement,
            cohort=placement.trainee.cohort,
            post=placement.seat.offer.post,
            state=stage_tag(placement.state, placement.starts_on, placement.ends_on),
            requests=[(each, STATE_TAGS.get(each.state, ""), STATE_NAMES[each.state]) for each in requests],
            sees_feedback=sees_feedback,
            arrival=arrival_of(placement),
            link=live_feedback_links().filter(placement=placement).first() if sees_feedback else None,
            changes=list(placement.changes.select_related("by", "made__seat__offer__post__host").order_by("-pk")),
            came_from=placement.made_by_changes.select_related("placement__seat__offer__post__host").first(),
            can_undo=last_change(placement) is not None,
            may_change=access.may(user, "placements.change_placement", placement),
            **kwargs,
        )
