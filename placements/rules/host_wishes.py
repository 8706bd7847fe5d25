"""What a host sees of trainees who are not yet placed, and what it may say of them without an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

REFUSED = "no"  # what stands for "cannot take" where others have a rank
REASON = 200  # characters
READABLE = timedelta(days=30)  # so long after the window a host may read what it said


class Seen(StrEnum):
    """What may be shown of a trainee beside number and name. Nothing of the trainee's own wishes is among it."""

    WORK_UNIT = "work_unit"
    POSITION = "position"
    SEX = "sex"
    STUDY = "study"
    WORKS_IN = "works_in"
    NEEDS_LODGING = "needs_lodging"


SEEN_NAMES = {
    Seen.WORK_UNIT: _("work unit"),
    Seen.POSITION: _("position"),
    Seen.SEX: _("sex"),
    Seen.STUDY: _("field of study"),
    Seen.WORKS_IN: _("field of work"),
    Seen.NEEDS_LODGING: _("need of lodging"),
}
USUAL = (Seen.WORK_UNIT, Seen.STUDY, Seen.WORKS_IN)
FROM_PROFILE = (Seen.STUDY, Seen.WORKS_IN, Seen.NEEDS_LODGING)  # answered by fields of the cohort's own


@dataclass(frozen=True)
class Sight:
    """What hosts of one cohort see, in the order of ``Seen``."""

    keys: tuple[Seen, ...]

    @classmethod
    def of(cls, stored: Iterable[str] | None) -> "Sight":
        """Without a word the usual; what is no longer known is left out."""
        chosen = set(USUAL if stored is None else stored)
        return cls(tuple(each for each in Seen if each in chosen))

    @property
    def names(self) -> list[str]:
        return [str(SEEN_NAMES[each]) for each in self.keys]


@dataclass(frozen=True)
class Choice:
    """What was chosen of one trainee: ``choice`` is a rank, ``REFUSED`` or nothing; the reason as typed."""

    trainee: int
    choice: str
    reason: str

    @property
    def rank(self) -> int | None:
        return int(self.choice) if self.choice.isdigit() else None


def read_choices(given: Mapping[str, str], trainees: Iterable[int], *, ranks: int) -> list[Choice]:
    """The choices of a form (``choice-17``, ``reason-17``) for these trainees, those that say something. Nonsense says nothing."""
    allowed = {REFUSED, *map(str, range(1, ranks + 1))}
    found = []
    for trainee in trainees:
        choice = str(given.get(f"choice-{trainee}", "")).strip()
        reason = str(given.get(f"reason-{trainee}", "")).strip()[:REASON]
        choice = choice if choice in allowed else ""
        if choice or reason:
            found.append(Choice(trainee, choice, reason))
    return found


def to_json(choices: Iterable[Choice]) -> list[list]:
    return [[each.trainee, each.choice, each.reason] for each in choices]


def from_json(lines: Iterable[list]) -> list[Choice]:
    return [Choice(*line) for line in lines]
