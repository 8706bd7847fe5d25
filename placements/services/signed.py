"""Signed links: how they are made, found again and shown to be the holder's own. See ``models.links.SignedLink``."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import LinkLetter, Role, User
from accounts.services.letters import post, ways
from placements.models import HostContact, SignedLink
from placements.rules.links import MOST_WRONG, hash_of
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.crypto import blind_index

LENGTH = 40  # hex digits: 160 bits
SEEN_EVERY = timedelta(hours=1)
AGAIN = timedelta(hours=12)  # nobody is sent the same link twice in half a day
Link = TypeVar("Link", bound=SignedLink)


def secret(kind: type[SignedLink]) -> dict[str, str]:
    """The two columns of a new link."""
    nonce = token_hex(16)
    return {"nonce": nonce, "token_hash": hash_of(_token(kind, nonce))}


def _token(kind: type[SignedLink], nonce: str) -> str:
    return blind_index(kind.purpose, nonce)[:LENGTH]


def token_of(link: SignedLink) -> str:
    """The secret part of the link; empty if the keys of the server were changed since it was made."""
    token = _token(type(link), link.nonce)
    return token if hash_of(token) == link.token_hash else ""


def address_of(link: SignedLink) -> str:
    """The page that it opens, on this site; empty like the token."""
    token = token_of(link)
    return reverse(link.page, kwargs={"token": token}) if token else ""


def behind(token: str, live: QuerySet[Link]) -> Link | None:
    """The link with this secret among those that open something. That it was opened is noted once an hour."""
    link = live.filter(token_hash=hash_of(token)).first()
    if link:
        now = timezone.now()
        stale = Q(opened_at=None) | Q(opened_at__lt=now - SEEN_EVERY)
        type(link).objects.filter(stale, pk=link.pk).update(opened_at=now)
    return link


def are_own_digits(link: SignedLink, typed: str) -> bool:
    """Whether these are the last four of the holder's phone. After ten wrong ones the link opens nothing any more: a try is
    counted before it is looked at, so that many at once are no more than ten either."""
    tries = type(link).objects.filter(pk=link.pk)
    if not tries.filter(wrong_digits__lt=MOST_WRONG).update(wrong_digits=F("wrong_digits") + 1):
        return False
    phone = link.holder.phone.open() if link.holder.phone else ""
    if phone[-4:] != typed or len(typed) != 4:
        return False
    tries.update(wrong_digits=F("wrong_digits") - 1)
    return True


@contextmanager
def acting(link: SignedLink) -> Iterator[None]:
    """Whatever is written meanwhile is written by the holder of the link, says the audit log."""
    request = actor.current().request_id
    with actor.acting(actor.Actor(name=link.holder.name, role=Role.MENTOR, request_id=request)):
        yield


def addresses_of(contact: HostContact) -> dict[str, str]:
    """By channel; deciphered, so only for sending."""
    return {"sms": contact.phone.open() if contact.phone else "", "email": contact.email}


def ways_to(contact: HostContact) -> tuple[str, ...]:
    """The channels that are set up and for which the contact has an address."""
    return ways({"sms": contact.phone_index or "", "email": contact.email})


def send(kind: str, links: Iterable[Link], *, by: User | None) -> list[Link]:
    """Ask for a letter to each holder who can be reached and was not written to today; answers whose. In a transaction that
    holds what the links are about."""
    now = timezone.now()
    lost = (LinkLetter.State.FAILED, LinkLetter.State.CANCELLED)
    recent = LinkLetter.objects.filter(kind=kind, asked_at__gt=now - AGAIN).exclude(state__in=lost)
    links = list(links)
    written = set(recent.filter(about_id__in=[link.pk for link in links]).values_list("about_id", flat=True))
    asked = [link for link in links if link.pk not in written and ways_to(link.holder)]
    post(kind, [(link.pk, f"{link.pk}:{now.isoformat()}") for link in asked], by=by)
    return asked
