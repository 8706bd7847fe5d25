from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cohorts.models import ClassMembership, ClassOfficer, Consent, GroupMembership, Trainee
from cohorts.rules.profile import in_words


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


def place_of(trainee: Trainee) -> Place:
    """Five queries. The trainee comes with cohort and person."""
    offices = ClassOfficer.objects.filter(person=trainee.person_id, training_class__cohort=trainee.cohort_id)
    return Place(
        trainee,
        list(trainee.memberships.select_related("training_class").order_by("-starts_on")),
        list(trainee.group_memberships.select_related("group").order_by("-starts_on", "pk")),
        list(offices.select_related("training_class").order_by("-starts_on", "pk")),
        answers_of(trainee),
    )


def answers_of(trainee: Trainee) -> list[Answer]:
    """The profile in the order of the fields; masked values and values without consent are not given."""
    fields = list(trainee.cohort.profile_fields.order_by("order", "pk"))
    has_consent = (
        any(field.needs_consent for field in fields)
        and Consent.objects.filter(
            person=trainee.person_id, purpose=Consent.Purpose.PROFILE, withdrawn_at=None
        ).exists()
    )
    answers = []
    for field in fields:
        value = trainee.profile.get(field.key)
        lacks = field.needs_consent and not has_consent and value is not None
        hidden = lacks or (field.is_personal and value is not None)
        text = "" if hidden else in_words(field.kind, value)
        answers.append(Answer(field.key, field.label, text, field.is_personal and value is not None, lacks))
    return answers
