"""Hosts that were asked for their wishes by a link, in every state: answered, a draft, opened, not opened, revoked, without one."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import LinkLetter, User
from cohorts.models import Cohort
from placements.models import WishLink
from placements.rules.host_wishes import REFUSED, Choice
from placements.selectors.wish_links import asked_hosts as hosts_of
from placements.selectors.wish_links import waiting, with_status
from placements.selectors.wishes import offers_of_host
from placements.services.host_wishes import keep_draft, send_by_link
from placements.services.wish_links import WISH_LINK, make_wish_links, revoke_wish_link


def ask_hosts(cohort: Cohort, *, by: User) -> None:
    """The window of the hosts is open; some have answered before by phone."""
    make_wish_links(cohort, by=by)
    open_ones = waiting(with_status(hosts_of(cohort), cohort)).exclude(link=None).values_list("link", flat=True)
    links = list(WishLink.objects.filter(pk__in=list(open_ones)).select_related("host", "contact").order_by("pk"))
    trainees = list(cohort.trainees.order_by("number").values_list("pk", flat=True))
    now = timezone.now()
    LinkLetter.objects.bulk_create(_letter(link, by, now - timedelta(days=2)) for link in links[:-2])
    WishLink.objects.filter(pk__in=[link.pk for link in links[:6]]).update(opened_at=now - timedelta(days=1))
    for at, link in enumerate(links[:4]):
        one, two, three, four = trainees[at * 4 : at * 4 + 4]
        said = [Choice(one, "1", "面试印象好"), Choice(two, "2", ""), Choice(three, REFUSED, "岗位需要理工背景")]
        for offer in offers_of_host(cohort, link.host_id):
            if at < 3:
                send_by_link(link, offer, said)
            else:
                keep_draft(link, offer, [*said, Choice(four, "", "再了解一下")])
    if len(links) > 4:
        revoke_wish_link(cohort, links[-1].host)


def _letter(link: WishLink, by: User, at) -> LinkLetter:
    fields = {"asked_by": by, "asked_at": at, "retry_at": at, "key": f"{link.pk}:demo", "tries": 1}
    return LinkLetter(
        kind=WISH_LINK, about_id=link.pk, channel="sms", state=LinkLetter.State.SENT, sent_at=at, **fields
    )
