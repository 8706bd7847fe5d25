"""The stored plans of this app."""

from io import BytesIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from assessments.models import Rater, Score
from assessments.rules.points import plain
from assessments.selectors.outline import outline
from assessments.services.score_import import apply_scores, compute_scores, rated_people, scores_version
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.plans import SHOWN, PlanKind, register
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists


@register
class ScorePlan(PlanKind):
    """Points of a sheet into the grid of one evaluator."""

    name = "assessments.scores"
    title = gettext_lazy("Import of points")
    allow = "assessments.enter_scores"
    subject_model = "assessments.Rater"
    template = "assessments/_score_plan.html"

    def version(self, subject):
        return scores_version(subject)

    def compute(self, subject, given, source, progress):
        return compute_scores(subject, source, given["name"], progress)

    def apply(self, subject, payload, progress):
        by = User.objects.get(pk=actor.current().user_id)
        return apply_scores(subject, payload, progress, by=by)

    def context(self, subject, payload):
        cells = payload["cells"]
        return {
            "cells": cells[:SHOWN],
            "problems": payload["problems"][:SHOWN],
            "shown": SHOWN,
            "nothing": not cells,
            "apply_label": ngettext("Save %(count)s score", "Save %(count)s scores", len(cells))
            % {"count": len(cells)},
        }


def template_book(rater: Rater) -> tuple[bytes, int]:
    """The people this evaluator rates with numbers and names, a column for each indicator, and the points so far; and
    how many people these are."""
    tree = outline(rater.scheme)
    columns, names = tree.manual, tree.column_names()
    mine = Score.objects.filter(indicator__in=[int(leaf.key) for leaf in columns], rater=rater.user_id, in_force=True)
    given = {
        (trainee, indicator): points
        for trainee, indicator, points in mine.values_list("trainee_id", "indicator_id", "points")
    }
    header = [
        _("Number"),
        _("Name"),
        *(f"{names[leaf.key]}（{_('0 to %(top)s') % {'top': plain(leaf.full_marks)}}）" for leaf in columns),
    ]
    rows = [
        (each.number, each.name, *(given.get((each.pk, int(leaf.key))) for leaf in columns))
        for each in rated_people(rater)
    ]
    file = BytesIO()
    xlsx_lists(file, [ListSheet(_("Points"), header, rows, text_columns=(0,))])
    return file.getvalue(), len(rows)
