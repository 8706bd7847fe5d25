"""Letters with a link to people without an account, by the channels of the office that need no more than an address.

What the letter is about is asked before each attempt: a link that was revoked in the meantime is not sent. A channel that
refuses hands over to the next one for which there is an address; whoever marks a letter as being sent sends it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import channels
from accounts.channels import Failed, Letter, Sender
from accounts.models import LinkLetter, User
from trainee_mgmt.kit.letters import LETTERS, Words
from trainee_mgmt.kit.queue import after_commit

BY_ADDRESS = ("sms", "email")  # the others know only people of their own organisation
ATTEMPTS = 3  # on one channel
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
INTERRUPTED = timedelta(minutes=30)  # nobody sends one letter for so long
State = LinkLetter.State
log = structlog.get_logger(__name__)


def ways_to_an_address() -> tuple[str, ...]:
    """Those that are set up, in the order of the office."""
    return tuple(name for name in channels.order_of_office() if name in BY_ADDRESS)


def ways(addresses: Mapping[str, str]) -> tuple[str, ...]:
    """Those that are set up and for which there is an address."""
    return tuple(name for name in ways_to_an_address() if addresses.get(name))


def post(kind: str, keys: Iterable[tuple[int, str]], *, by: User | None) -> int:
    """Ask for letters, in the caller's transaction: (what it is about, the key that names the fact). Answers how many are new;
    without a channel that needs no account there are none."""
    if kind not in LETTERS:
        raise ValueError(f"no kind of letter is called {kind}")
    if not ways_to_an_address():
        return 0
    now = timezone.now()
    wanted = dict.fromkeys(keys)
    known = set(
        LinkLetter.objects.filter(kind=kind, key__in=[key for _about, key in wanted]).values_list("key", flat=True)
    )
    rows = [
        LinkLetter(kind=kind, about_id=about, key=key, asked_by=by, asked_at=now, retry_at=now)
        for about, key in wanted
        if key not in known
    ]
    LinkLetter.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    if rows:
        after_commit("accounts.send_letters", is_repaired=True)
    return len(rows)


def send_waiting() -> int:
    """Send what is due, one by one. Answers how many went out. Run it as often as you like, and beside itself."""
    now = timezone.now()
    LinkLetter.objects.filter(state=State.SENDING, claimed_at__lt=now - INTERRUPTED).update(
        state=State.FAILED, error="interrupted"
    )
    due = LinkLetter.objects.filter(state=State.WAITING, retry_at__lte=now).order_by("retry_at", "pk")
    return sum(_taken(pk) and _send(pk) for pk in list(due.values_list("pk", flat=True)[:1000]))


def _taken(pk: int) -> bool:
    claimed = LinkLetter.objects.filter(pk=pk, state=State.WAITING)
    return bool(claimed.update(state=State.SENDING, tries=F("tries") + 1, claimed_at=timezone.now()))


def _send(pk: int) -> bool:
    """Whether it went out; a way that refuses is followed by the next one at once."""
    letter = LinkLetter.objects.get(pk=pk)
    while True:
        words = _words_now(letter)
        if words is None:
            return _put(letter, state=State.CANCELLED)
        open_ways = ways(words.addresses)
        if letter.channel not in open_ways:
            if not open_ways:
                return _put(letter, state=State.FAILED, error=letter.error or "no address")
            letter.channel, letter.tries = open_ways[0], 1
        try:
            number = _hand_over(letter, words)
        except Failed as failed:
            error = f"{letter.channel}: {failed}"[:300]
            if failed.retry and letter.tries < ATTEMPTS:
                retry_at = timezone.now() + PAUSES[letter.tries - 1]
                return _put(letter, state=State.WAITING, retry_at=retry_at, error=error)
            following = open_ways[open_ways.index(letter.channel) + 1 :]
            if not following:
                return _put(letter, state=State.FAILED, error=error)
            letter.channel, letter.tries, letter.error = following[0], 1, error
            continue
        _put(letter, state=State.SENT, sent_at=timezone.now(), provider_id=number[:120], error=letter.error)
        return True


def _words_now(letter: LinkLetter) -> Words | None:
    kind = LETTERS.get(letter.kind)
    if kind is None:
        log.error("unknown kind of letter", kind=letter.kind, letter=letter.pk)
        return None
    with transaction.atomic():
        return kind.compose(letter)


def _hand_over(letter: LinkLetter, words: Words) -> str:
    """Answers the provider's number of it. Where the text is too long for the channel it is cut, and never the address."""
    url = f"{settings.SITE_URL}{words.path}"
    sender: Sender = channels.sender(letter.channel)
    try:
        content = Letter(f"letter-{letter.pk}", words.subject, (words.text,), (url, url))
        return sender.send(words.addresses[letter.channel], content)
    finally:
        sender.close()


def _put(letter: LinkLetter, **fields) -> bool:
    """Where it stands now; not sent."""
    LinkLetter.objects.filter(pk=letter.pk, state=State.SENDING).update(
        channel=letter.channel, tries=letter.tries, claimed_at=None, **fields
    )
    return False
