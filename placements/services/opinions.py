"""What trainees think of their host: said once, kept without a name, shown only together with enough others."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import record
from placements.models import Host, HostOpinion, OpinionGiven, Placement
from placements.rules.opinions import LONGEST, are_shown, clean_opinion, is_asked
from placements.selectors.opinions import answered
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.once import insert_once


@transaction.atomic
def give_opinion(placement: Placement, *, given: Mapping[str, str], today: date) -> None:
    """Once for each person, however many stays there were: three answers are those of three people. The host is locked, so
    that the answers that come out together are exactly enough.

    The log says that the trainee answered, and nothing of what; the row of the answer does not say whose it is.
    """
    placement = Placement.objects.select_related("seat__offer__post", "trainee").get(pk=placement.pk)
    if placement.state == Placement.State.CALLED_OFF or not is_asked(placement.ends_on, today):
        raise Refused(
            _("Your opinion is asked for from one week before the end of the stay until two months after it.")
        )
    points, text = clean_opinion(given), str(given.get("text") or "").strip()[:LONGEST]
    host = Host.objects.select_for_update(no_key=True).get(pk=placement.seat.offer.post.host_id)
    if answered(placement).exists() or not insert_once(OpinionGiven(placement=placement)):
        raise Refused(_("You have told us already. Thank you."))
    HostOpinion.objects.create(host=host, points=points, text=text)
    waiting = HostOpinion.objects.filter(host=host, is_shown=False)
    if are_shown(waiting.count()):
        waiting.update(is_shown=True)
    record("placements.give_opinion", label=_("a host"))
