"""Small words of scores: points without needless zeros, limits, the indentation of a tree."""

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments.models import Indicator
from assessments.rules.points import plain
from assessments.rules.raters import Combined
from assessments.selectors.grid import Grid
from learning.models import Journal
from placements.rules.feedback import milestone_name
from placements.rules.leads import STAGE_NAMES, Stage
from trainee_mgmt.kit.formats import EMPTY, day
from trainee_mgmt.kit.pieces import status_tag

register = template.Library()
JOURNAL_TAGS = {"draft": "bad", "submitted": "accent", "returned": "warn", "accepted": "ok"}
INDENTS = ("", "ps-4", "ps-5", "ps-5 ms-4")


@register.filter
def points(value: Decimal | None) -> str:
    """2.50 is 2.5, 100.00 is 100; nothing is a dash."""
    return EMPTY if value is None else plain(Decimal(value))


@register.filter
def total(value: Decimal | None) -> str:
    """A total or a share with its two decimals, so that shares can be added up by eye."""
    return EMPTY if value is None else f"{value:.2f}"


@register.filter
def raters_in_words(found: Combined) -> str:
    """How many raters, how far apart, and which method made one score of theirs."""
    if found.n < 2:
        return _("1 rater")
    words = {"n": found.n, "spread": plain(found.spread), "low": plain(found.lowest), "high": plain(found.highest)}
    return _("%(n)s raters, %(low)s to %(high)s, spread %(spread)s") % words


@register.filter
def indent(depth: int) -> str:
    """The class that moves a line of a tree to the right."""
    return INDENTS[min(depth, len(INDENTS) - 1)]


@register.filter
def limits(indicator: Indicator) -> str:
    """What limits an indicator, in words."""
    words = []
    if indicator.cap is not None:
        words.append(_("at most %(cap)s") % {"cap": plain(indicator.cap)})
    if indicator.floor is not None:
        words.append(_("at least %(floor)s") % {"floor": plain(indicator.floor)})
    if indicator.counts_from:
        words.append(_("from %(day)s") % {"day": day(indicator.counts_from)})
    if indicator.counts_until:
        words.append(_("until %(day)s") % {"day": day(indicator.counts_until)})
    return " · ".join(words)


@register.filter
def journal_state(state: str | None) -> SafeString:
    """The tag of a journal that is due; none was begun where there is no state."""
    if not state:
        return status_tag("bad", _("not begun"))
    return status_tag(JOURNAL_TAGS[state], str(Journal.State(state).label))


@register.filter
def lead_stage(stage: str) -> str:
    return str(STAGE_NAMES[Stage(stage)])


register.filter("milestone", milestone_name)


@register.filter
def hand_in_label(grid: Grid) -> str:
    if not grid.missing:
        return _("Hand in")
    return _("Hand in (gaps for {n} people)").format(n=grid.missing)


@register.filter
def hand_in_body(grid: Grid) -> str:
    """What handing in means; grid.js says the same as the numbers change."""
    if not grid.missing:
        return _("Everybody is filled in. Afterwards you can change nothing unless the office opens it again.")
    return _(
        "{n} people still have gaps; they stay without your points there. "
        "Afterwards you can change nothing unless the office opens it again."
    ).format(n=grid.missing)
