"""The register of host enterprises: hosts, the people to call there, and their posts."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.services import record
from accounts.services.audit import changes
from placements.models import Host, HostContact, Offer, Placement, Post
from placements.services.seats import lock_offers
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_phone
from trainee_mgmt.kit.errors import Refused, constraint_of

NAMED = 50  # so many hosts stand by name in one audit entry
CODE_ONCE = "placements_credit_code_once_per_unit"


@transaction.atomic
def create_host(*, unit: Unit, name: str, **fields) -> Host:
    """A host that nobody has checked yet; its name and credit code are unique within the unit."""
    host = Host(unit=unit, name=name, **fields)
    _save(host)
    record("placements.create_host", host, after={"unit": unit.name, "name": name})
    return host


@transaction.atomic
def edit_host(host: Host, **fields) -> Host:
    """A host that was checked stays checked. Nothing is written where nothing differs."""
    host = locked_host(host)
    before, after = changes(host, fields)
    if not after:
        return host
    for name, value in fields.items():
        setattr(host, name, value)
    _save(host)
    record("placements.edit_host", host, before=before, after=after)
    return host


@transaction.atomic
def check_host(host: Host, *, on: date, note: str, by: User) -> None:
    """Somebody has looked at the enterprise; from now on trainees may be placed there. A second look replaces the first."""
    host = locked_host(host)
    _refuse_if_closed(host)
    Host.objects.filter(pk=host.pk).update(
        state=Host.State.CHECKED, checked_on=on, checked_by=by, check_note=note.strip()
    )
    record("placements.check_host", host, before={"state": host.state}, after={"on": on, "note": note.strip()[:100]})


@transaction.atomic
def check_hosts(hosts: Iterable[int], *, on: date, note: str, by: User) -> tuple[int, list[str]]:
    """Several that were looked at together: answers how many, and the names of those out of use, which are left as they are."""
    locked = list(Host.objects.select_for_update(of=("self",)).filter(pk__in=list(hosts)).order_by("pk"))
    closed = [each.name for each in locked if each.state == Host.State.CLOSED]
    checked = [each for each in locked if each.state != Host.State.CLOSED]
    if not checked:
        raise Refused(_("These hosts are out of use. Take them into use first."))
    values = {"state": Host.State.CHECKED, "checked_on": on, "checked_by": by, "check_note": note.strip()}
    Host.objects.filter(pk__in=[each.pk for each in checked]).update(**values)
    names = [each.name for each in checked]
    after = {"on": on, "note": note.strip()[:100], "count": len(names), "hosts": names[:NAMED]}
    record("placements.check_hosts", label=names[0], after=after)
    return len(checked), closed


@transaction.atomic
def close_host(host: Host, *, today: date) -> None:
    """No trainee is placed there any more. Whoever is there stays, so it waits until nobody is."""
    host = locked_host(host)
    _refuse_if_closed(host)
    lock_offers(Offer.objects.filter(post__host=host).values_list("pk", flat=True))  # nobody is placed there meanwhile
    if count := Placement.objects.standing().filter(seat__offer__post__host=host, ends_on__gte=today).count():
        words = _("%(count)s placements there are not over yet. End or move them first.")
        raise Refused(words % {"count": count})
    Host.objects.filter(pk=host.pk).update(state=Host.State.CLOSED)
    record("placements.close_host", host, before={"state": host.state})


@transaction.atomic
def reopen_host(host: Host) -> None:
    """It is checked anew before anybody is placed there."""
    host = locked_host(host)
    if host.state != Host.State.CLOSED:
        raise Refused(_("This host is in use already."))
    Host.objects.filter(pk=host.pk).update(state=Host.State.NEW)
    record("placements.reopen_host", host)


@transaction.atomic
def delete_host(host: Host) -> None:
    """Only a host without a post that was offered, a visit or a ticket goes; any other is taken out of use."""
    host = locked_host(host)
    record("placements.delete_host", host, before={"unit": host.unit.name, "name": host.name})
    try:
        with transaction.atomic():
            Post.objects.filter(host=host).delete()
            host.delete()
    except ProtectedError:
        raise Refused(_("This host has a history. Take it out of use instead; what took place stays.")) from None


# Contacts -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_contact(host: Host, *, name: str, phone: str = "", **fields) -> HostContact:
    """The phone is kept sealed; the log has the name only."""
    host = locked_host(host)
    contact = HostContact(host=host, name=name, **phone_columns(phone), **fields)
    contact.save()
    record("placements.add_contact", host, after={"name": name, "is_mentor": contact.is_mentor})
    return contact


@transaction.atomic
def edit_contact(contact: HostContact, *, phone: str | None = None, **fields) -> HostContact:
    """``phone``: None leaves it as it is."""
    contact = _locked_contact(contact)
    before, after = changes(contact, fields)
    columns = {} if phone is None else phone_columns(phone)
    is_other = bool(columns) and columns["phone_index"] != contact.phone_index
    if not after and not is_other:
        return contact
    for name, value in {**fields, **(columns if is_other else {})}.items():
        setattr(contact, name, value)
    contact.save()
    record("placements.edit_contact", contact.host, before=before, after=after | {"new_phone": is_other})
    return contact


@transaction.atomic
def end_contact(contact: HostContact, *, on: date) -> None:
    """Somebody works there no longer; what they did stays with their name."""
    contact = _locked_contact(contact)
    if contact.left_on:
        raise Refused(_("This contact has left already."))
    HostContact.objects.filter(pk=contact.pk).update(left_on=on)
    Post.objects.filter(mentor=contact).update(mentor=None)
    record("placements.end_contact", contact.host, after={"name": contact.name, "on": on})


def phone_columns(phone: str) -> dict:
    """The three columns of a phone, all empty without one."""
    if not phone:
        return {"phone": None, "phone_index": None, "phone_mask": ""}
    return {"phone": Sealed.of(phone), "phone_index": blind_index("phone", phone), "phone_mask": mask_phone(phone)}


# Posts ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_post(host: Host, *, name: str, mentor: HostContact | None = None, **fields) -> Post:
    host = locked_host(host)
    _check_mentor(host, mentor)
    post = Post(host=host, name=name, mentor=mentor, **fields)
    _save(post)
    record("placements.create_post", post, after={"name": name})
    return post


@transaction.atomic
def edit_post(post: Post, *, mentor: HostContact | None = None, **fields) -> Post:
    """Another mentor counts for placements from now on; those that stand keep theirs."""
    post = _locked_post(post)
    _check_mentor(post.host, mentor)
    fields["mentor"] = mentor
    before, after = changes(post, fields)
    if not after:
        return post
    for name, value in fields.items():
        setattr(post, name, value)
    _save(post)
    record("placements.edit_post", post, before=before, after=after)
    return post


@transaction.atomic
def close_post(post: Post, *, on: date) -> None:
    """It is offered to no further cohort; what is offered already stays."""
    post = _locked_post(post)
    if post.closed_on:
        raise Refused(_("This post is closed already."))
    Post.objects.filter(pk=post.pk).update(closed_on=on)
    record("placements.close_post", post, after={"on": on})


@transaction.atomic
def reopen_post(post: Post) -> None:
    post = _locked_post(post)
    if not post.closed_on:
        raise Refused(_("This post is open already."))
    Post.objects.filter(pk=post.pk).update(closed_on=None)
    record("placements.reopen_post", post, before={"closed_on": post.closed_on})


@transaction.atomic
def delete_post(post: Post) -> None:
    """Only a post that was never offered; ``Refused`` otherwise."""
    post = _locked_post(post)
    record("placements.delete_post", post, before={"name": post.name})
    try:
        with transaction.atomic():
            post.delete()
    except ProtectedError:
        raise Refused(_("This post was offered to a cohort. Close it instead; what took place stays.")) from None


def locked_host(host: Host) -> Host:
    """The row, locked until the end of the transaction; ``Refused`` if it is gone."""
    locked = Host.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=host.pk).first()
    if locked is None:
        raise Refused(_("This host was deleted in the meantime."))
    return locked


def _locked_contact(contact: HostContact) -> HostContact:
    rows = HostContact.objects.select_for_update(of=("self",)).select_related("host")
    if (locked := rows.filter(pk=contact.pk).first()) is None:
        raise Refused(_("This contact was deleted in the meantime."))
    return locked


def _locked_post(post: Post) -> Post:
    rows = Post.objects.select_for_update(of=("self",)).select_related("host")
    if (locked := rows.filter(pk=post.pk).first()) is None:
        raise Refused(_("This post was deleted in the meantime."))
    return locked


def _refuse_if_closed(host: Host) -> None:
    if host.state == Host.State.CLOSED:
        raise Refused(_("This host is out of use. Take it into use again first."))


def _check_mentor(host: Host, mentor: HostContact | None) -> None:
    if mentor and (mentor.host_id != host.pk or mentor.left_on):
        raise Refused(_("The mentor must work at this host."))


def _save(row: Host | Post) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if constraint_of(error) == CODE_ONCE:
            raise Refused(_("Another host of this unit has this credit code.")) from None
        raise Refused(_("“%(name)s” is there already.") % {"name": row.name}) from None
