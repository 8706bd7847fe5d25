"""Hosts that are asked for their wishes: who can be written to, what was answered, and what they see of trainees."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LinkLetter
from cohorts.models import Cohort, ProfileField, Trainee
from placements.models import Host, HostAnswer, HostContact, HostDraft, WishLink
from placements.rules.defaults import is_yes
from placements.rules.host_wishes import FROM_PROFILE, READABLE, Seen, Sight
from placements.rules.links import MOST_WRONG
from placements.selectors.matching import keys_of


def live_wish_links() -> QuerySet[WishLink]:
    """Those that open something: not revoked, of a contact who is still there, until some weeks after the window."""
    return WishLink.objects.filter(
        revoked_at=None,
        contact__left_on=None,
        wrong_digits__lt=MOST_WRONG,
        host__state=Host.State.CHECKED,
        cohort__is_closed=False,
        cohort__wish_window__hosts_until__gt=timezone.now() - READABLE,
    )


def asked_hosts(cohort: Cohort) -> QuerySet[Host]:
    """Hosts with a post on offer to the cohort, with ``asked`` and ``answered``: how many posts, and how many of them the host
    has answered for."""
    on_offer = Q(posts__offers__cohort=cohort, posts__closed_on=None)
    said = on_offer & Q(posts__offers__host_answers__in_force=True)
    counted = Host.objects.in_use().annotate(
        asked=Count("posts__offers", filter=on_offer, distinct=True),
        answered=Count("posts__offers", filter=said, distinct=True),
    )
    return counted.filter(asked__gt=0)


def waiting(hosts: QuerySet[Host]) -> QuerySet[Host]:
    """Those of ``asked_hosts`` that have not answered for every post."""
    return hosts.filter(answered__lt=F("asked"))


def first_contacts(hosts: Collection[int]) -> dict[int, HostContact]:
    """Whom to write to at each host, unless somebody chooses: who can be reached before who cannot, then who is no mentor."""
    rows = HostContact.objects.filter(host__in=hosts, left_on=None)
    reachable = rows.annotate(is_reached=~Q(phone_index=None) | ~Q(email=""))
    found: dict[int, HostContact] = {}
    for contact in reachable.order_by("-is_reached", "is_mentor", "pk"):
        found.setdefault(contact.host_id, contact)
    return found


def with_status(hosts: QuerySet[Host], cohort: Cohort) -> QuerySet[Host]:
    """Adds to ``asked_hosts``: the link that opens something with its contact, when it was sent and opened, whether a draft
    was begun, and the last answer."""
    links = live_wish_links().filter(cohort=cohort, host=OuterRef("pk"))
    letters = LinkLetter.objects.filter(about_id=OuterRef("link"), kind="placements.wish_link").order_by("-pk")
    answers = HostAnswer.objects.filter(offer__cohort=cohort, offer__post__host=OuterRef("pk"), in_force=True)
    last = answers.order_by("-given_at", "-pk")
    return hosts.annotate(
        link=Subquery(links.values("pk")[:1]),
        contact=Subquery(links.values("contact__name")[:1]),
        opened_at=Subquery(links.values("opened_at")[:1]),
    ).annotate(
        sent_at=Subquery(letters.filter(state=LinkLetter.State.SENT).values("sent_at")[:1]),
        letter=Subquery(letters.values("state")[:1]),
        is_begun=Exists(HostDraft.objects.filter(offer__cohort=cohort, offer__post__host=OuterRef("pk"))),
        given_at=Subquery(last.values("given_at")[:1]),
        entered_by=Subquery(last.values("entered_by__name")[:1]),
    )


# What a host sees -----------------------------------------------------------------------------------------------------


def candidates_of(cohort: Cohort) -> QuerySet[Trainee]:
    """Whom a host may wish: everybody in training, whatever they wished themselves."""
    return cohort.trainees.filter(status=Trainee.Status.ACTIVE).order_by("number", "pk")


@dataclass(frozen=True)
class Candidate:
    """One trainee as a host sees it."""

    pk: int
    number: str
    name: str
    facts: tuple[str, ...]


def candidates_seen(cohort: Cohort, sight: Sight) -> list[Candidate]:
    """Number, name and what the cohort shows beside; answers that are masked or need consent are never shown."""
    keys = _profile_keys(cohort, sight)
    rows = candidates_of(cohort).values(
        "pk", "number", "person__name", "person__sex", "work_unit", "position", "profile"
    )
    return [
        Candidate(row["pk"], row["number"], row["person__name"], tuple(filter(None, _facts(row, sight.keys, keys))))
        for row in rows
    ]


def _profile_keys(cohort: Cohort, sight: Sight) -> dict[str, str]:
    wanted = {name: key for name, key in keys_of(cohort).items() if name in set(sight.keys) & set(FROM_PROFILE)}
    open_ones = ProfileField.objects.filter(
        cohort=cohort, key__in=wanted.values(), is_personal=False, needs_consent=False
    )
    shown = set(open_ones.values_list("key", flat=True))
    return {name: key for name, key in wanted.items() if key in shown}


def _facts(row: dict[str, Any], seen: Iterable[Seen], keys: dict[str, str]) -> Iterable[str]:
    for each in seen:
        if each == Seen.SEX:
            yield {"m": _("male"), "f": _("female")}.get(row["person__sex"], "")
        elif each == Seen.NEEDS_LODGING:
            yield _("needs lodging") if is_yes(row["profile"].get(keys.get(each, ""), "")) else ""
        elif each in FROM_PROFILE:
            yield str(row["profile"].get(keys.get(each, ""), "") or "")
        else:
            yield row[str(each)]


def wish_links_named() -> QuerySet[WishLink]:
    """``told``: the contact with the host, and the cohort whose trainees are wished for."""
    told = Concat("contact__name", Value(" · "), "host__name", Value(" → "), "cohort__name")
    return WishLink.objects.annotate(told=told)
