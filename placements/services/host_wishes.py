"""Wishes of hosts: sent by their contact through the link while the window is open, or written down by an organizer."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from placements.models import HostAnswer, HostDraft, MatchPlan, Offer, Wish, WishLink
from placements.rules.host_wishes import Choice, to_json
from placements.selectors.wish_links import candidates_of, live_wish_links
from placements.services.signed import acting
from placements.services.wishes import Said, check, counted, fields_of, refuse_closed_window, replace
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def write_host_wishes(offer: Offer, said: Sequence[Said], *, by: User) -> None:
    """What a host says of one post, written down by an organizer, whenever nothing is published. A draft of the host stays."""
    offer = _locked(offer.pk)
    _write(offer, said, by=by)
    record("placements.write_host_wishes", offer, after=counted(said))


@transaction.atomic
def send_by_link(link: WishLink, offer: Offer, choices: Iterable[Choice]) -> None:
    """All that the host says of one post, in place of what was said before; perhaps nothing in particular."""
    offer, link = _locked(offer.pk), _alive(link)
    window = refuse_closed_window(offer.cohort, Wish.Side.HOST, timezone.now())
    said = _said(choices)
    check(said)
    if sum(each.rank is not None for each in said) > window.host_ranks:
        raise Refused(_("You may rank %(count)s people.") % {"count": window.host_ranks})
    _write(offer, said, link=link)
    HostDraft.objects.filter(offer=offer).delete()
    with acting(link):
        record("placements.send_host_wishes", offer, after=counted(said))


@transaction.atomic
def keep_draft(link: WishLink, offer: Offer, choices: Iterable[Choice]) -> None:
    """Keep what was chosen so far, whatever is still missing; it counts nowhere until it is sent."""
    offer, link = _locked(offer.pk), _alive(link)
    refuse_closed_window(offer.cohort, Wish.Side.HOST, timezone.now())
    _refuse_published(offer)
    lines = to_json(choices)
    HostDraft.objects.update_or_create(offer=offer, defaults={"link": link, "lines": lines, "kept_at": timezone.now()})
    with acting(link):
        record("placements.keep_host_draft", offer, after={"lines": len(lines)})


def _said(choices: Iterable[Choice]) -> list[Said]:
    """A reason without a choice says nothing; ranks first."""
    chosen = [each for each in choices if each.choice]
    chosen.sort(key=lambda each: (each.rank is None, each.rank or 0))
    return [Said(each.trainee, each.rank, each.reason) for each in chosen]


def _write(offer: Offer, said: Sequence[Said], *, by: User | None = None, link: WishLink | None = None) -> None:
    _refuse_published(offer)
    check(said)
    keys = {each.key for each in said}
    there = set(candidates_of(offer.cohort).filter(pk__in=keys).values_list("pk", flat=True))
    if there != keys:
        raise Refused(_("One of these people is not in training here any more. Look at the list again."))
    now = timezone.now()
    rows = [Wish(side=Wish.Side.HOST, offer=offer, trainee_id=each.key, **fields_of(each, by, now)) for each in said]
    replace(Wish.objects.filter(side=Wish.Side.HOST, offer=offer), rows)
    offer.host_answers.filter(in_force=True).update(in_force=False)
    HostAnswer.objects.create(offer=offer, link=link, entered_by=by, given_at=now, **counted(said))


def _refuse_published(offer: Offer) -> None:
    plans = MatchPlan.objects.filter(cohort=offer.cohort, starts_on=offer.starts_on, state=MatchPlan.State.PUBLISHED)
    if plans.exists():
        raise Refused(_("The places of these posts are published; wishes change nothing any more."))


def _locked(pk: int) -> Offer:
    return Offer.objects.select_for_update(of=("self",)).select_related("cohort", "post").get(pk=pk)


def _alive(link: WishLink) -> WishLink:
    """The link is looked at again under lock: revoked in the meantime, nothing is written."""
    WishLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if (found := live_wish_links().select_related("contact").filter(pk=link.pk).first()) is None:
        raise Refused(_("This link was ended in the meantime. Please ask the office for another."))
    return found
