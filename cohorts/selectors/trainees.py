from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cohorts.models import ClassMembership, ClassOfficer, Consent, GroupMembership, ProfileField, Trainee
from cohorts.rules.profile import on_page
from cohorts.selectors.cohorts import fields_of
from trainee_mgmt.kit.prepared import Prepared


@dataclass(frozen=True)
class Answer:
    """One profile field and what this trainee answered. A masked one is only told to be there."""

    key: str
    label: str
    text: str
    is_masked: bool = False
    lacks_consent: bool = False


@dataclass(frozen=True)
class Place:
    """Everything about a trainee's place in a cohort, for the page of one trainee."""

    trainee: Trainee
    stays: Sequence[ClassMembership]
    groups: Sequence[GroupMembership]
    offices: Sequence[ClassOfficer]
    answers: Sequence[Answer]

    def class_on(self, day: date) -> ClassMembership | None:
        return next((s for s in self.stays if s.starts_on <= day and (s.ends_on is None or s.ends_on > day)), None)


_stays = Prepared(
    lambda trainee: (
        ClassMembership.objects.filter(trainee=trainee).select_related("training_class").order_by("-starts_on")
    )
)
_groups = Prepared(
    lambda trainee: GroupMembership.objects.filter(trainee=trainee).select_related("group").order_by("-starts_on", "pk")
)
_offices = Prepared(
    lambda person, cohort: (
        ClassOfficer.objects.filter(person=person, training_class__cohort=cohort)
        .select_related("training_class")
        .order_by("-starts_on", "pk")
    )
)


def place_of(trainee: Trainee) -> Place:
    """Five queries. The trainee comes with cohort and person."""
    return Place(
        trainee,
        _stays(trainee=trainee.pk),
        _groups(trainee=trainee.pk),
        _offices(person=trainee.person_id, cohort=trainee.cohort_id),
        answers_of(trainee),
    )


def withheld(person: int, fields: Iterable[ProfileField]) -> frozenset[str]:
    """Keys of the fields that this person has not agreed to show."""
    keys = frozenset(field.key for field in fields if field.needs_consent)
    given = Consent.objects.filter(person=person, purpose=Consent.Purpose.PROFILE, withdrawn_at=None)
    return frozenset() if not keys or given.exists() else keys


def answers_of(trainee: Trainee) -> list[Answer]:
    """The profile in the order of the fields; masked values and values without consent are not given."""
    fields = fields_of(cohort=trainee.cohort_id)
    kept_back = withheld(trainee.person_id, fields)
    answers = []
    for field in fields:
        value = trainee.profile.get(field.key)
        lacks = field.key in kept_back and value is not None
        hidden = lacks or (field.is_personal and value is not None)
        text = "" if hidden else on_page(field.kind, value)
        answers.append(Answer(field.key, field.label, text, field.is_personal and value is not None, lacks))
    return answers
