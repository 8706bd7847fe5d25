"""A mentor's link sent by the office's e-mail or text messages; where neither is set up it is copied by hand."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LinkLetter, User
from accounts.services import record
from cohorts.models import Cohort
from placements.models import FeedbackLink, FeedbackRequest, Placement
from placements.selectors.feedback import waits_for
from placements.selectors.links import LinkLine, links_that_open, waited_for
from placements.services.feedback_links import live_feedback_links
from placements.services.signed import address_of, addresses_of, send
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.letters import Words

MENTOR_LINK = "placements.mentor_link"


def words_for(*, mentor: str, name: str, post: str) -> str:
    """What is copied or sent before the address of the link: who asks whom about whom."""
    text = _("%(mentor)s, please tell us how %(name)s is doing as “%(post)s”; it takes three minutes:")
    return text % {"mentor": mentor, "name": name, "post": post}


def links_to_send(cohort: Cohort, *, today: date) -> list[LinkLine]:
    """Whoever is waited for, with the words to forward and the address of the link; two queries."""
    rows = list(waited_for(cohort, today=today))
    links = links_that_open([row[0] for row in rows], today=today)
    return [_line(row, links.get(row[0]), today) for row in rows]


def _line(row: tuple, link: FeedbackLink | None, today: date) -> LinkLine:
    placement, host, post, trainee, mentor, phone_mask, due_on, count = row
    path = address_of(link) if link else ""
    text = words_for(mentor=mentor or "", name=trainee, post=post) if path else ""
    return LinkLine(
        placement, host, post, trainee, mentor or "", phone_mask or "", due_on, count, due_on < today, link, path, text
    )


@transaction.atomic
def remind(requests: Iterable[FeedbackRequest], *, by: User) -> int:
    """Send the link to the mentors of these requests who can be reached; answers how many. Each mentor's link goes once."""
    keys = [each.pk for each in requests]
    rows = FeedbackRequest.objects.select_for_update(of=("self",)).filter(pk__in=keys, excused_at=None).order_by("pk")
    locked = {each.placement_id: each for each in rows}
    live = live_feedback_links().filter(placement__in=locked).select_related("mentor").order_by("pk")
    reached = [link.placement_id for link in send(MENTOR_LINK, live, by=by)]
    if not reached:
        raise Refused(
            _(
                "Nobody was written to: there is no link, no address, no way set up, or it was sent today already. Copy the link instead."
            )
        )
    FeedbackRequest.objects.filter(pk__in=[locked[pk].pk for pk in reached]).update(reminded_at=timezone.now())
    cohort = Placement.objects.select_related("trainee__cohort").get(pk=min(reached)).trainee.cohort
    record("placements.remind_mentors", cohort, after={"letters": len(reached)})
    return len(reached)


def to_mentor(letter: LinkLetter) -> Words | None:
    """The words now; none once the link opens nothing any more, or nothing is waited for."""
    related = ("mentor", "placement__trainee__person", "placement__seat__offer__post")
    link = live_feedback_links().select_related(*related).filter(pk=letter.about_id).first()
    path = address_of(link) if link else ""
    if not path or not waits_for(link.placement, today=timezone.localdate()):
        return None
    name, post = link.placement.trainee.person.name, link.placement.seat.offer.post.name
    text = words_for(mentor=link.mentor.name, name=name, post=post)
    return Words(addresses_of(link.mentor), _("Feedback"), text, path)
