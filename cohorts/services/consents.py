"""What a person says yes to. Each yes and each taking back keeps its moment."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Consent, Person
from cohorts.services.lock import count_change_for
from trainee_mgmt.kit.errors import Refused

TEXT_VERSION = 1  # grows when the words of a consent change; old ones stay with the version that was read


@transaction.atomic
def give_consent(person: Person, purpose: str) -> Consent:
    """A yes to one purpose under the words of today (``TEXT_VERSION``); ``Refused`` if it was given already."""
    count_change_for(person)
    try:
        with transaction.atomic():
            consent = Consent.objects.create(person=person, purpose=purpose, text_version=TEXT_VERSION)
    except IntegrityError:
        raise Refused(_("You have said yes to this already.")) from None
    record("cohorts.give_consent", person, after={"purpose": purpose, "text_version": TEXT_VERSION})
    return consent


@transaction.atomic
def take_back_consent(person: Person, purpose: str) -> None:
    """The row stays, with the moment of the no beside that of the yes."""
    count_change_for(person)
    given = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if not given.update(withdrawn_at=timezone.now()):
        raise Refused(_("There is no consent to take back."))
    record("cohorts.take_back_consent", person, before={"purpose": purpose})
