"""A mentor's link sent by the office's e-mail or text messages; where neither is set up it is copied by hand."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.letters import LetterFailed, send_letter, ways_to_an_address
from cohorts.models import Cohort
from placements.models import FeedbackLetter, FeedbackLink, FeedbackRequest, HostContact, Placement
from placements.selectors.links import LinkLine, links_that_open, waited_for
from placements.services.links import live_links, token_of
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.queue import after_commit

TRIES = 3
AGAIN = timedelta(hours=12)  # nobody is sent the same link twice in half a day


def address_of(link: FeedbackLink) -> str:
    """The way of the mentor, on this site."""
    token = token_of(link)
    return reverse("placements:mentor_feedback", kwargs={"token": token}) if token else ""


def ways_to(mentor: HostContact) -> tuple[str, ...]:
    """The channels that are set up and for which the mentor has an address."""
    has = {"sms": bool(mentor.phone), "email": bool(mentor.email)}
    return tuple(name for name in ways_to_an_address() if has[name])


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
    now = timezone.now()
    recent = FeedbackLetter.objects.filter(asked_at__gt=now - AGAIN).exclude(state=FeedbackLetter.State.FAILED)
    links = (
        live_links().filter(placement__in=locked).exclude(letters__in=recent).select_related("mentor").order_by("pk")
    )
    letters = [
        FeedbackLetter(link=link, channel=ways[0], asked_by=by, asked_at=now)
        for link in links
        if (ways := ways_to(link.mentor))
    ]
    if not letters:
        raise Refused(
            _(
                "Nobody was written to: there is no link, no address, no way set up, or it was sent today already. Copy the link instead."
            )
        )
    FeedbackLetter.objects.bulk_create(letters)
    reached = {letter.link.placement_id for letter in letters}
    FeedbackRequest.objects.filter(pk__in=[locked[pk].pk for pk in reached]).update(reminded_at=now)
    first = locked[min(reached)]
    cohort = Placement.objects.select_related("trainee__cohort").get(pk=first.placement_id).trainee.cohort
    record("placements.remind_mentors", cohort, after={"letters": len(letters)})
    after_commit("placements.send_letters")
    return len(letters)


def send_waiting() -> int:
    """Send what waits, one by one; whoever marks a letter as being sent sends it. Answers how many went out."""
    FeedbackLetter.objects.filter(state="sending", asked_at__lt=timezone.now() - timedelta(minutes=30)).update(
        state="failed", error="interrupted"
    )
    sent = 0
    waiting = FeedbackLetter.objects.filter(state="waiting", tries__lt=TRIES).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        taken = FeedbackLetter.objects.filter(pk=pk, state="waiting").update(state="sending", tries=F("tries") + 1)
        if taken:
            sent += _send(pk)
    return sent


def _send(pk: int) -> bool:
    related = ("link__mentor", "link__placement__trainee__person", "link__placement__seat__offer__post")
    letter = FeedbackLetter.objects.select_related(*related).get(pk=pk)
    path, mentor, placement = address_of(letter.link), letter.link.mentor, letter.link.placement
    if not path or not live_links().filter(pk=letter.link_id).exists() or placement.mentor_id != mentor.pk:
        return _failed(letter, "the link opens nothing any more", retry=False)
    address = mentor.email if letter.channel == "email" else mentor.phone.open() if mentor.phone else ""
    name, post = placement.trainee.person.name, placement.seat.offer.post.name
    text, url = words_for(mentor=mentor.name, name=name, post=post), f"{settings.SITE_URL}{path}"
    try:
        send_letter(letter.channel, address, key=f"mentor-{letter.pk}", subject=_("Feedback"), text=text, url=url)
    except LetterFailed as failed:
        return _failed(letter, str(failed), retry=failed.retry)
    FeedbackLetter.objects.filter(pk=pk).update(state="sent", sent_at=timezone.now(), error="")
    return True


def _failed(letter: FeedbackLetter, reason: str, *, retry: bool) -> bool:
    state = "waiting" if retry and letter.tries < TRIES else "failed"
    FeedbackLetter.objects.filter(pk=letter.pk).update(state=state, error=reason[:200])
    return False
