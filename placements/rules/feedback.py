"""What a mentor is asked about a trainee, and when: milestones, questions and answers as plain data. Values in, values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
SCALE = 5  # from 1, weak, to 5, very good
LOW = 3  # a mean below it is a risk
MOST_MILESTONES, MOST_QUESTIONS, MOST_CHOICES = 6, 8, 6
LONGEST_TEXT = 500
STAYS_OPEN = timedelta(days=21)  # after the last day to answer; until then an answer may come late or be mended
POST, NAME = "{post}", "{name}"  # stand for the host's own word and for the trainee, in the text of a question


class When(StrEnum):
    """From which day of a stay a milestone is counted."""

    AFTER = "after"  # so many weeks after the first day
    MIDDLE = "middle"
    BEFORE_END = "before_end"  # the last weeks


class Kind(StrEnum):
    """How a question is answered: on the scale of five, by a choice, in words."""

    SCALE = "scale"
    CHOICE = "choice"
    TEXT = "text"


KIND_NAMES = {
    Kind.SCALE: gettext_lazy("scale of five"),
    Kind.CHOICE: gettext_lazy("choice"),
    Kind.TEXT: gettext_lazy("own words"),
}


@dataclass(frozen=True)
class Milestone:
    """A moment of a stay at which the mentor is asked; ``weeks`` means nothing in the middle."""

    when: When
    weeks: int = 0

    def __post_init__(self) -> None:
        if self.when != When.MIDDLE and not 1 <= self.weeks <= 52:
            raise Refused(_("A milestone lies 1 to 52 weeks after the first day or before the last."))

    @property
    def key(self) -> str:
        """Names the milestone over all versions of the rules."""
        return self.when if self.when == When.MIDDLE else f"{self.when}-{self.weeks}"

    @property
    def name(self) -> str:
        return milestone_name(self.key)

    def opens_on(self, starts_on: date, ends_on: date) -> date:
        if self.when == When.AFTER:
            return starts_on + self.weeks * WEEK
        if self.when == When.MIDDLE:
            return starts_on + (ends_on - starts_on) // 2
        return ends_on - self.weeks * WEEK + DAY

    def to_json(self) -> dict[str, Any]:
        return {"when": str(self.when), "weeks": self.weeks}


def milestone_name(key: str) -> str:
    """The words for the key of a milestone."""
    when, _dash, weeks = key.partition("-")
    if when == When.MIDDLE:
        return _("Middle of the stay")
    count = int(weeks)
    if when == When.AFTER:
        return ngettext("After %(n)s week", "After %(n)s weeks", count) % {"n": count}
    return ngettext("Last week", "Last %(n)s weeks", count) % {"n": count}


@dataclass(frozen=True)
class Question:
    """``text`` may hold ``{post}`` and ``{name}``. A scale or a choice is asked for; own words are free to leave out."""

    key: str
    kind: Kind
    text: str
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise Refused(_("A question has a text."))
        if self.kind == Kind.CHOICE and not 2 <= len(set(self.choices)) == len(self.choices) <= MOST_CHOICES:
            raise Refused(
                _("A choice has 2 to %(most)s different answers: “%(text)s”.")
                % {"most": MOST_CHOICES, "text": self.text}
            )

    @property
    def is_asked_for(self) -> bool:
        return self.kind != Kind.TEXT

    def words(self, *, post: str, name: str) -> str:
        return self.text.replace(POST, post).replace(NAME, name)

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "kind": str(self.kind), "text": self.text, "choices": list(self.choices)}


@dataclass(frozen=True)
class Rules:
    """One version of what a cohort asks of mentors; an answer names the version that it was given under."""

    milestones: tuple[Milestone, ...]
    questions: tuple[Question, ...]
    answer_days: int = 7

    def __post_init__(self) -> None:
        if not 1 <= self.answer_days <= 60:
            raise Refused(_("A mentor has 1 to 60 days to answer."))
        if not 1 <= len(self.milestones) <= MOST_MILESTONES:
            raise Refused(_("Name 1 to %(most)s milestones.") % {"most": MOST_MILESTONES})
        if len({each.key for each in self.milestones}) < len(self.milestones):
            raise Refused(_("A milestone stands there twice."))
        if not 1 <= len(self.questions) <= MOST_QUESTIONS:
            raise Refused(
                _("Ask 1 to %(most)s questions; three minutes are enough for no more.") % {"most": MOST_QUESTIONS}
            )
        if len({each.key for each in self.questions}) < len(self.questions):
            raise ValueError("two questions have one key")
        if not any(each.kind == Kind.SCALE for each in self.questions):
            raise Refused(_("One question at least has the scale: its mean is what scores can use."))

    def to_json(self) -> dict[str, Any]:
        return {
            "milestones": [each.to_json() for each in self.milestones],
            "questions": [each.to_json() for each in self.questions],
            "answer_days": self.answer_days,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rules":
        return cls(
            tuple(Milestone(When(each["when"]), each["weeks"]) for each in data["milestones"]),
            tuple(
                Question(each["key"], Kind(each["kind"]), each["text"], tuple(each["choices"]))
                for each in data["questions"]
            ),
            data["answer_days"],
        )

    def in_words(self) -> list[str]:
        days = ngettext("%(n)s day to answer.", "%(n)s days to answer.", self.answer_days) % {"n": self.answer_days}
        names = _("; ").join(each.name for each in self.milestones)
        return [_("The mentor is asked: %(milestones)s.") % {"milestones": names}, days]


def usual_rules() -> Rules:
    """What a cohort begins with, in the language of whoever first needs it."""
    return Rules(
        (Milestone(When.AFTER, 2), Milestone(When.MIDDLE), Milestone(When.BEFORE_END, 1)),
        (
            Question("work", Kind.SCALE, _("How good is the work as “{post}”?")),
            Question("learning", Kind.SCALE, _("How quickly does {name} find the way?")),
            Question("reliable", Kind.SCALE, _("How reliable is {name}?")),
            Question(
                "again", Kind.CHOICE, _("Would you take {name} again?"), (_("Gladly"), _("Perhaps"), _("Rather not"))
            ),
            Question("note", Kind.TEXT, _("What should the office know, or help with?")),
        ),
    )


# When -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """One request: the mentor is asked from ``opens_on``, should answer by ``due_on`` and can until ``closes_on``."""

    key: str
    opens_on: date
    due_on: date
    closes_on: date


def schedule(rules: Rules, starts_on: date, ends_on: date) -> list[Due]:
    """The requests of a stay, in order of their days. A milestone outside the stay is left out, and of two on one day,
    or where a later one begins before the first could be answered, the later one stands: nobody is asked twice at once."""
    found = sorted(
        ((each.opens_on(starts_on, ends_on), order, each.key) for order, each in enumerate(rules.milestones)),
        reverse=True,
    )
    kept: list[tuple[date, str]] = []
    for opens_on, _order, key in found:
        too_near = kept and kept[-1][0] - opens_on < rules.answer_days * DAY
        if starts_on <= opens_on <= ends_on and not too_near:
            kept.append((opens_on, key))
    answer = timedelta(days=rules.answer_days)
    return [Due(key, opens_on, opens_on + answer, opens_on + answer + STAYS_OPEN) for opens_on, key in reversed(kept)]


class State(StrEnum):
    """Where a request stands on a day."""

    COMING = "coming"
    WAITING = "waiting"
    LATE = "late"
    ANSWERED = "answered"
    MISSING = "missing"  # it closed without an answer; that is a gap, never a zero
    EXCUSED = "excused"


STATE_NAMES = {
    State.COMING: gettext_lazy("not yet asked"),
    State.WAITING: pgettext_lazy("feedback", "waiting"),
    State.LATE: pgettext_lazy("feedback", "late"),
    State.ANSWERED: gettext_lazy("answered"),
    State.MISSING: gettext_lazy("no answer"),
    State.EXCUSED: gettext_lazy("excused"),
}
STATE_TAGS = {State.WAITING: "accent", State.LATE: "warn", State.ANSWERED: "ok", State.MISSING: "bad"}


# Answers --------------------------------------------------------------------------------------------------------------


def clean_answers(
    questions: Iterable[Question], given: Mapping[str, Any], *, post: str = POST, name: str = NAME
) -> dict[str, int | str]:
    """The answers as they are kept; anything that fits no question or no choice is refused, nothing is made up."""
    answers: dict[str, int | str] = {}
    for question in questions:
        value = str(given.get(question.key) or "").strip()
        if not value and question.is_asked_for:
            raise Refused(_("Please answer: %(question)s") % {"question": question.words(post=post, name=name)})
        if question.kind == Kind.SCALE:
            if value not in {str(step) for step in range(1, SCALE + 1)}:
                raise Refused(_("The scale goes from 1 to 5."))
            answers[question.key] = int(value)
        elif question.kind == Kind.CHOICE and value not in question.choices:
            raise Refused(_("This answer is none of those offered."))
        elif value:
            answers[question.key] = value[:LONGEST_TEXT]
    return answers


def mean_score(questions: Iterable[Question], answers: Mapping[str, Any]) -> Decimal | None:
    """The mean of the answers on the scale, to two decimals, half up; None where none was given."""
    given = [answers[each.key] for each in questions if each.kind == Kind.SCALE and each.key in answers]
    return half_up(Fraction(sum(given), len(given)), 2) if given else None
