"""What speaks against calling a person to a cohort: another call at the same time, leave, a training repeated too soon.

Words never tell what another office keeps: only that there is something, from when until when, and whom to ask.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from trainee_mgmt.kit.formats import span

REPEAT_YEARS = 5  # the same program or theme within so many years is a repeat, unless the rules say otherwise

TRAINEE, CHOSEN, NOMINATED, APPLIED = "trainee", "chosen", "nominated", "applied"
LEAVE, AWAY, EXEMPT = "leave", "away", "exempt"
REPEAT, THEME, OTHERS, OTHERS_OF_THEME, HOURS = "repeat", "theme", "others", "others_theme", "hours"
HINTS = frozenset({HOURS})  # told, but no reason is asked for


@dataclass(frozen=True)
class Engagement:
    """A place in a cohort, or an application for one, in any office."""

    kind: str
    cohort: int
    program: int
    starts_on: date
    ends_on: date
    office: str
    theme: str = ""  # its key; programs without one have none in common


@dataclass(frozen=True)
class Absence:
    """On leave, sent elsewhere or exempt, both days included; without ``ends_on`` until further notice."""

    kind: str
    starts_on: date
    ends_on: date | None
    office: str


@dataclass(frozen=True)
class Finding:
    """One thing that was found. ``params`` are plain JSON; ``cohort`` is for those who may open it and is not stored."""

    code: str
    params: Mapping[str, Any] = field(hash=False)
    cohort: int | None = None

    @property
    def asks(self) -> bool:
        """Whether going on needs a reason."""
        return self.code not in HINTS

    def to_json(self) -> list:
        return [self.code, dict(self.params)]


def overlap(starts_on: date, ends_on: date | None, other_start: date, other_end: date | None) -> bool:
    """Whether two spans, their last days included, have a day in common."""
    return (other_end is None or starts_on <= other_end) and (ends_on is None or other_start <= ends_on)


def findings(
    *,
    cohort: Engagement,
    engagements: Iterable[Engagement],
    absences: Iterable[Absence] = (),
    hours: Decimal | None = None,
    untrained: int = 0,
    repeat_years: int = REPEAT_YEARS,
    theme: str = "",
) -> list[Finding]:
    """What speaks against calling somebody to ``cohort``, the weightiest first.

    ``hours``: held already in the year in which the cohort begins; ``theme``: that of the cohort in words; ``untrained``:
    others of the same employer who never were in the program, or in one of its theme, told only beside a repeat.
    """
    others = sorted(
        (each for each in engagements if each.cohort != cohort.cohort), key=lambda each: (each.starts_on, each.cohort)
    )
    found = [
        Finding(each.kind, _span(each) | {"office": each.office}, each.cohort)
        for each in others
        if overlap(cohort.starts_on, cohort.ends_on, each.starts_on, each.ends_on)
    ]
    found += [
        Finding(each.kind, _span(each) | {"office": each.office})
        for each in absences
        if overlap(cohort.starts_on, cohort.ends_on, each.starts_on, each.ends_on)
    ]
    repeats = _repeats(cohort, others, repeat_years, theme)
    found += repeats
    if repeats and untrained:
        found.append(
            Finding(OTHERS_OF_THEME, {"count": untrained, "theme": theme})
            if cohort.theme
            else Finding(OTHERS, {"count": untrained})
        )
    if hours:
        found.append(Finding(HOURS, {"hours": f"{hours.normalize():f}", "year": cohort.starts_on.year}))
    return found


def _repeats(cohort: Engagement, others: Iterable[Engagement], years: int, theme: str) -> list[Finding]:
    """The last training of the same program, and the last of another program of the same theme, of those that ended before
    this one begins and no longer ago than the years say."""
    since = _years_before(cohort.starts_on, years)
    past = [each for each in others if each.kind == TRAINEE and since <= each.ends_on < cohort.starts_on]
    same = [each for each in past if each.program == cohort.program]
    alike = [each for each in past if each.program != cohort.program and each.theme and each.theme == cohort.theme]
    found = []
    for code, trainings, words in ((REPEAT, same, {}), (THEME, alike, {"theme": theme})):
        if last := max(trainings, key=lambda each: each.ends_on, default=None):
            told = _span(last) | {"office": last.office, "years": years} | words
            found.append(Finding(code, told, last.cohort))
    return found


def _years_before(day: date, years: int) -> date:
    """The same day years before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _span(each: Engagement | Absence) -> dict[str, str | None]:
    return {"from": each.starts_on.isoformat(), "until": each.ends_on.isoformat() if each.ends_on else None}


SENTENCES = {
    TRAINEE: _("Is in another training, %(span)s. Ask %(office)s."),
    CHOSEN: _("Is chosen for another training, %(span)s. Ask %(office)s."),
    NOMINATED: _("Is nominated for another training, %(span)s. Ask %(office)s."),
    APPLIED: _("Has applied for another training, %(span)s. Ask %(office)s."),
    LEAVE: _("Is on leave, %(span)s. Ask %(office)s."),
    AWAY: _("Is sent elsewhere, %(span)s. Ask %(office)s."),
    EXEMPT: _("Is exempt from training, %(span)s. Ask %(office)s."),
    REPEAT: _("Was in this program already, %(span)s; within %(years)s years it counts as a repeat."),
    THEME: _(
        "Was in a training on “%(theme)s” already, %(span)s; within %(years)s years the same theme counts as a repeat. "
        "Ask %(office)s."
    ),
    OTHERS: ngettext_lazy(
        "%(count)s other person of the same work unit applied and never was in this program.",
        "%(count)s other people of the same work unit applied and never were in this program.",
        "count",
    ),
    OTHERS_OF_THEME: ngettext_lazy(
        "%(count)s other person of the same work unit applied and never was in a training on “%(theme)s”.",
        "%(count)s other people of the same work unit applied and never were in a training on “%(theme)s”.",
        "count",
    ),
    HOURS: _("Has %(hours)s credit hours in %(year)s already."),
}
CODES = {
    TRAINEE: _("in another training"),
    CHOSEN: _("chosen elsewhere"),
    NOMINATED: _("nominated elsewhere"),
    APPLIED: _("applied elsewhere"),
    LEAVE: _("on leave"),
    AWAY: _("sent elsewhere"),
    EXEMPT: _("exempt"),
    REPEAT: _("repeat training"),
    THEME: _("same theme again"),
    OTHERS: _("others never trained"),
    OTHERS_OF_THEME: _("others never trained on the theme"),
    HOURS: _("hours held"),
}


def in_words(code: str, params: Mapping[str, Any]) -> str:
    """One sentence in the reader's language; of live findings and of stored ones."""
    words = dict(params)
    if "from" in words:
        starts_on, until = date.fromisoformat(words["from"]), words["until"]
        words["span"] = (
            span(starts_on, date.fromisoformat(until))
            if until
            else _("from %(day)s until further notice") % {"day": span(starts_on, starts_on)}
        )
    return str(SENTENCES[code] % words)
