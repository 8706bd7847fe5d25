"""What is said about a screening: rules in words, why a person was chosen, waits or was not, and what would have changed it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.rules.applications import Condition
from cohorts.rules.applications import in_words as condition_in_words
from cohorts.rules.screening import CONTAINS, Outcome, PriorityRule, RuleSet, Why

WHY = {
    (True, Why.ROOM): gettext_lazy("There were seats for everybody in the screening."),
    (True, Why.POINTS): gettext_lazy("%(points)s points, rank %(rank)s of %(people)s for %(seats)s seats."),
    (True, Why.DRAW): gettext_lazy(
        "%(points)s points, rank %(rank)s of %(people)s for %(seats)s seats; among equal points the draw decided."
    ),
    (True, Why.LEAST): gettext_lazy(
        "%(points)s points, rank %(rank)s of %(people)s: one of the places that are kept for each unit."
    ),
    (False, Why.POINTS): gettext_lazy(
        "%(points)s points, rank %(rank)s of %(people)s; the %(seats)s seats went to people with more points."
    ),
    (False, Why.DRAW): gettext_lazy(
        "%(points)s points, rank %(rank)s of %(people)s for %(seats)s seats; among equal points the draw decided."
    ),
    (False, Why.KEPT): gettext_lazy(
        "%(points)s points, rank %(rank)s of %(people)s; of the %(seats)s seats, those that are not kept for units went to people with more points."
    ),
    (False, Why.UNIT_FULL): gettext_lazy(
        "%(points)s points, rank %(rank)s of %(people)s; the nominating unit has all the places that it may have."
    ),
}


def rule_in_words(rule: PriorityRule, field: Any) -> str:
    """The condition of a rule; ``field`` has a label and a kind, and is None where it is not there any more."""
    label, kind = (str(field.label), field.kind) if field else (rule.field, "text")
    if rule.operator == CONTAINS:
        return _("%(field)s: contains one of %(value)s") % {"field": label, "value": _(", ").join(rule.value)}
    return condition_in_words(Condition(rule.field, rule.operator, rule.value, label, kind))


def words_beside(rule: PriorityRule, field: Any) -> str:
    """The condition under the sentence of a rule; nothing where the sentence is the question that is answered by yes."""
    if field and rule.value == [True] and str(field.label) == rule.sentence:
        return ""
    words = rule_in_words(rule, field)
    return "" if words == rule.sentence else words


def limits_in_words(rules: RuleSet) -> list[str]:
    """What the set says beside its rules."""
    lines = []
    if rules.least_per_unit:
        lines.append(_("At least %(n)s of each nominating unit, if so many are there.") % {"n": rules.least_per_unit})
    if rules.most_per_unit is not None:
        lines.append(_("At most %(n)s of one nominating unit.") % {"n": rules.most_per_unit})
    if rules.waiting_places is None:
        lines.append(_("Whoever is not chosen waits, in the order of the list."))
    else:
        lines.append(_("The waiting list has %(n)s places.") % {"n": rules.waiting_places})
    lines.append(
        ngettext(
            "The same program, or another one of its theme, within %(n)s year counts as a repeat.",
            "The same program, or another one of its theme, within %(n)s years counts as a repeat.",
            rules.repeat_years,
        )
        % {"n": rules.repeat_years}
    )
    return lines


def why_sentence(row: Any, *, people: int, seats: int) -> str:
    """Why a place of the list came to its outcome: ``row`` has outcome, why, points, rank and waiting_rank."""
    params = {"points": row.points, "rank": row.rank, "people": people, "seats": seats}
    sentence = str(WHY[row.outcome == Outcome.CHOSEN, Why(row.why)]) % params
    if row.waiting_rank:
        place = _("Place %(n)s on the waiting list.") % {"n": row.waiting_rank}
        return together([sentence, place])
    return sentence


def change_sentence(outcome: str, ways: Sequence[Sequence[Sequence]], rules: RuleSet) -> str:
    """What would have changed it; ``ways`` as they are stored: lists of (field, value, points, rules)."""
    is_chosen = outcome == Outcome.CHOSEN
    if not ways:
        if is_chosen:
            return _("Even without any rule met there would have been a seat.")
        return _("No other answer would have brought a seat.")
    told = _("; or ").join(_together(way, rules, is_chosen) for way in ways)
    if is_chosen:
        return _("Without this the seat would have gone to somebody else: %(ways)s.") % {"ways": told}
    return _("This would have brought a seat: %(ways)s.") % {"ways": told}


def _together(way: Iterable[Sequence], rules: RuleSet, is_chosen: bool) -> str:
    return _(" together with ").join(_one(change, rules, is_chosen) for change in way)


def _one(change: Sequence, rules: RuleSet, is_chosen: bool) -> str:
    _field, _value, points, hits = change
    names = _(", ").join(rules.rules[at].sentence for at in hits)
    sign = "−" if is_chosen else "+"
    return _("“%(rule)s” (%(points)s points)") % {"rule": names, "points": f"{sign}{points}"}


def hits_in_words(hits: Iterable[int], rules: RuleSet) -> list[str]:
    return [rules.rules[at].sentence for at in hits]


def together(sentences: Iterable[str]) -> str:
    """One after the other; after a Chinese full stop there is no space."""
    return " ".join(sentences).replace("。 ", "。")
