"""The ways of hosts to their wishes, without an account: one link a host and cohort, made, sent, renewed and revoked."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LinkLetter, User
from accounts.services import record
from cohorts.models import Cohort
from placements.models import Host, HostContact, WishLink
from placements.selectors.wish_links import asked_hosts, first_contacts, live_wish_links, waiting
from placements.services.signed import address_of, addresses_of, behind, secret, send
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import moment
from trainee_mgmt.kit.letters import Words

WISH_LINK = "placements.wish_link"


def wish_link_behind(token: str) -> WishLink | None:
    """The link with this secret, while it opens something."""
    return behind(token, live_wish_links().select_related("contact", "host", "cohort__wish_window", "cohort__program"))


@transaction.atomic
def make_wish_links(cohort: Cohort, *, by: User) -> int:
    """A link for each host with a post on offer that has a contact and no link that opens something."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    _refuse_without_window(cohort)
    alive = set(live_wish_links().filter(cohort=cohort).values_list("host_id", flat=True))
    missing = [host for host in asked_hosts(cohort).values_list("pk", flat=True) if host not in alive]
    contacts = first_contacts(missing)
    _write(cohort, list(contacts.values()), by=by)
    if contacts:
        record("placements.make_wish_links", cohort, after={"links": len(contacts)})
    return len(contacts)


@transaction.atomic
def renew_wish_link(cohort: Cohort, contact: HostContact, *, instead_of: int | None, by: User) -> WishLink:
    """A new link for this contact; the one before (``instead_of``, which the page showed) opens nothing from now on. Where
    a link for the same contact has come in the meantime, it is that one."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    _refuse_without_window(cohort)
    if contact.left_on:
        raise Refused(_("%(name)s has left. Choose another contact.") % {"name": contact.name})
    if not asked_hosts(cohort).filter(pk=contact.host_id).exists():
        raise Refused(_("This host offers no post to this cohort."))
    standing = live_wish_links().filter(cohort=cohort, host=contact.host_id).select_related("contact").first()
    if standing and standing.pk != instead_of:
        if standing.contact_id == contact.pk:
            return standing
        raise Refused(
            _("A link was made for %(name)s in the meantime. Open this page anew.") % {"name": standing.contact}
        )
    made = _write(cohort, [contact], by=by)[0]
    record("placements.renew_wish_link", made, after={"contact": contact.name})
    return made


@transaction.atomic
def revoke_wish_link(cohort: Cohort, host: Host) -> None:
    """The link opens nothing from now on, and none is made until somebody asks for one."""
    links = WishLink.objects.filter(cohort=cohort, host=host, revoked_at=None)
    if not links.update(revoked_at=timezone.now()):
        raise Refused(_("There is no link to revoke."))
    record("placements.revoke_wish_link", host, label=f"{host} · {cohort}")


def _write(cohort: Cohort, contacts: Iterable[HostContact], *, by: User) -> list[WishLink]:
    now, contacts = timezone.now(), list(contacts)
    hosts = [each.host_id for each in contacts]
    WishLink.objects.filter(cohort=cohort, host__in=hosts, revoked_at=None).update(revoked_at=now)
    return WishLink.objects.bulk_create(
        WishLink(cohort=cohort, host_id=each.host_id, contact=each, made_at=now, made_by=by, **secret(WishLink))
        for each in contacts
    )


def _refuse_without_window(cohort: Cohort) -> None:
    window = getattr(cohort, "wish_window", None)
    if window is None or window.hosts_until is None:
        raise Refused(_("Set the window of the hosts first; a link opens in it."))


# Letters --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def send_wish_links(cohort: Cohort, hosts: Iterable[int] | None = None, *, by: User) -> int:
    """Send the link to those of these hosts, or of all, that have not answered for every post; answers how many letters were
    asked for. Each link goes at most once in half a day."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    _refuse_without_window(cohort)
    if timezone.now() >= cohort.wish_window.hosts_until:
        raise Refused(_("The window of the hosts is closed. Move its end first, if they should still answer."))
    waited = waiting(asked_hosts(cohort)) if hosts is None else waiting(asked_hosts(cohort)).filter(pk__in=hosts)
    links = live_wish_links().filter(cohort=cohort, host__in=list(waited.values_list("pk", flat=True)))
    asked = send(WISH_LINK, links.select_related("contact").order_by("pk"), by=by)
    if not asked:
        raise Refused(
            _(
                "Nobody was written to: all have answered, there is no link, no address, no way set up, or it was sent today already."
            )
        )
    record("placements.send_wish_links", cohort, after={"letters": len(asked)})
    return len(asked)


def words_for(link: WishLink) -> str:
    """What is copied or sent before the address of the link. Expects its contact and the window of its cohort."""
    text = _("%(name)s, please tell us whom you would like for your posts in %(cohort)s, until %(until)s:")
    return text % {
        "name": link.contact.name,
        "cohort": link.cohort.name,
        "until": moment(link.cohort.wish_window.hosts_until),
    }


def to_host(letter: LinkLetter) -> Words | None:
    """The words now; none once the link is revoked, the window is closed or the host has answered for every post."""
    links = live_wish_links().select_related("contact", "cohort__wish_window").filter(pk=letter.about_id)
    link = links.first()
    if link is None or timezone.now() >= link.cohort.wish_window.hosts_until:
        return None
    path = address_of(link)
    if not path or not waiting(asked_hosts(link.cohort)).filter(pk=link.host_id).exists():
        return None
    return Words(addresses_of(link.contact), _("Your wishes for trainees"), words_for(link), path)
