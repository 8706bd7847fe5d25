"""Blended completion: what a cohort asks for besides being there. Values in, values out; the sentence says the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

DONE = 100  # percent


@dataclass(frozen=True)
class Rule:
    """``courses``: (theme, how many of its courses); an empty theme means any. All by the end of ``due_on``."""

    due_on: date
    courses: tuple[tuple[str, int], ...] = ()
    sessions: int = 0
    activities: int = 0


@dataclass(frozen=True)
class Facts:
    """What one trainee has done by a day: finished courses by theme, sessions attended, activities attended."""

    courses: Mapping[str, int]
    sessions: int = 0
    activities: int = 0


@dataclass(frozen=True)
class Part:
    """One demand of a rule: ``kind`` course, session or activity."""

    kind: str
    theme: str
    asked: int
    done: int

    @property
    def missing(self) -> int:
        return max(0, self.asked - self.done)


def parts(rule: Rule, facts: Facts) -> list[Part]:
    """Every demand with what is done of it. A course counts for its theme and for courses of any theme."""
    found = [
        Part("course", theme, asked, facts.courses.get(theme, 0) if theme else sum(facts.courses.values()))
        for theme, asked in rule.courses
        if asked
    ]
    if rule.sessions:
        found.append(Part("session", "", rule.sessions, facts.sessions))
    if rule.activities:
        found.append(Part("activity", "", rule.activities, facts.activities))
    return found


def is_complete(rule: Rule, facts: Facts) -> bool:
    return not any(part.missing for part in parts(rule, facts))


def part_in_words(kind: str, theme: str, count: int) -> str:
    words = {"count": count, "theme": theme}
    if kind == "course" and theme:
        return _("at least %(count)s finished courses of “%(theme)s”") % words
    return {
        "course": _("at least %(count)s finished courses of any theme"),
        "session": _("at least %(count)s sessions attended"),
        "activity": _("at least %(count)s activities attended"),
    }[kind] % words


def in_words(rule: Rule) -> str:
    """The rule as one sentence: what it names is exactly what is counted."""
    nobody = Facts({})
    asked = [part_in_words(part.kind, part.theme, part.asked) for part in parts(rule, nobody)]
    if not asked:
        return _("Nothing is asked for.")
    return _("By %(day)s: %(parts)s.") % {"day": rule.due_on.isoformat(), "parts": _("; ").join(asked)}
