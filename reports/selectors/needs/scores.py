"""Needs of scoring: evaluators who have not handed in, and the grids of an evaluator."""

from collections.abc import Iterator

from django.db.models import Count, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Indicator, Rater, Score
from cohorts.models import ClassMembership, Trainee
from reports.rules import When
from reports.selectors.needs.asked import Asked, Need
from reports.selectors.office import how_many


def raters(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("assessments.change_scheme"):
        return
    open_raters = Rater.objects.filter(
        scheme__cohort__in=asked.cohorts, scheme__state="open", handed_in_at=None
    ).order_by()
    for scheme, cohort, name, count in open_raters.values_list("scheme", "scheme__cohort", "scheme__name").annotate(
        n=Count("pk")
    ):
        what = ngettext(
            "%(n)s evaluator has not handed in the scores", "%(n)s evaluators have not handed in their scores", count
        )
        yield Need(
            When.WEEK,
            "grid",
            what % {"n": count},
            asked.about(cohort, name),
            _("Look"),
            asked.link("assessments:scheme_detail", pk=scheme),
        )


def grids(asked: Asked) -> Iterator[Need]:
    """For an evaluator: the grids that are open, with the cells still empty."""
    if not asked.may("assessments.give_scores"):
        return
    for cohort, name, cohort_name, cells, given in _open_grids(asked):
        left = max(cells - given, 0)
        if left:
            what = ngettext("%(n)s score to enter", "%(n)s scores to enter", left) % {"n": f"{left:,}"}
            why = _("%(given)s of %(cells)s entered") % {"given": f"{given:,}", "cells": f"{cells:,}"}
        else:
            what, why = _("All scores are entered, but not handed in"), f"{given:,} / {cells:,}"
        yield Need(
            When.WEEK,
            "grid",
            what,
            f"{cohort_name} · {name} · {why}",
            _("Enter scores") if left else _("Hand in"),
            asked.link("assessments:score_grid", cohort=cohort),
        )


def _open_grids(asked: Asked):
    """(cohort, scheme, cohort's name, cells, cells filled) of each rater's place of the user; one query."""
    here = Q(cohort=OuterRef("scheme__cohort"), status=Trainee.Status.ACTIVE)
    in_class = ClassMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=asked.today),
        training_class=OuterRef("training_class"),
        starts_on__lte=asked.today,
    )
    everybody = how_many(Trainee.objects.filter(here))
    members = how_many(in_class)
    manual = how_many(Indicator.objects.filter(scheme=OuterRef("scheme"), kind=Indicator.Kind.MANUAL))
    entered = Score.objects.filter(rater=asked.user, in_force=True, points__isnull=False)
    given = how_many(entered.filter(indicator__scheme=OuterRef("scheme")))
    mine = Rater.objects.filter(user=asked.user, scheme__state="open", handed_in_at=None).order_by("pk")
    rows = mine.annotate(everybody=everybody, members=members, manual=manual, given=given).values_list(
        "scheme__cohort", "scheme__name", "scheme__cohort__name", "training_class", "everybody", "members", "manual", "given"
    )  # fmt: skip
    for cohort, name, cohort_name, training_class, everybody, members, manual, given in rows:
        yield cohort, name, cohort_name, manual * (members if training_class else everybody), given
