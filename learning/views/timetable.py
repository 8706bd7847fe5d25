"""How the timetable of a cohort is made: its rule, its conflicts."""

from datetime import time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.access.sessions import PLANNED_COHORT
from learning.forms import TimetableRuleForm
from learning.models import TimetableRule
from learning.rules.conflict_words import headline
from learning.selectors.timetable import open_conflicts, rule_of
from learning.services import accept_conflict
from learning.services.conflicts import veiled
from learning.services.rules_of_timetable import change_rule
from trainee_mgmt.kit.pages import ButtonPage, FormPage, StaticPage

ICONS = {
    "venue": "building",
    "closed": "lock",
    "teacher": "person",
    "class": "classroom",
    "person": "people",
    "capacity": "people",
    "travel": "place",
    "leave": "clock",
}


class ConflictList(StaticPage):
    """What is a conflict now, whatever brought it about, until somebody solves it or lets it stand."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    template_name = "learning/conflict_list.html"

    def get_context_data(self, **kwargs):
        waiting, accepted = open_conflicts(self.cohort, now=timezone.now())
        rule = rule_of(self.cohort)
        shown = veiled(self.cohort, [*waiting, *(each for each, _decision in accepted)])
        return super().get_context_data(
            waiting=[_line(self.cohort, each, real, rule) for each, real in zip(shown, waiting)],
            accepted=[
                (_line(self.cohort, each, real, rule), decision)
                for each, (real, decision) in zip(shown[len(waiting) :], accepted)
            ],
            **kwargs,
        )


def _line(cohort, shown, real, rule) -> dict:
    sides = sorted((side for side in (shown.one, shown.other) if side), key=lambda side: side.starts_at)
    return {
        "what": headline(shown),
        "icon": ICONS[shown.kind],
        "sides": [(side, side.cohort == cohort.pk) for side in sides],
        "fingerprint": real.fingerprint,
        "may_stand": not rule.blocks(real.kind),
    }


class ConflictAccept(ButtonPage):
    """Let one conflict stand, with a reason."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT

    def act(self):
        given = self.request.POST
        accept_conflict(self.cohort, given.get("fingerprint", "")[:300], reason=given.get("reason", "").strip())
        return _("The conflict may stand as it is. If something of it changes, it comes back.")

    def get_success_url(self):
        return reverse("learning:conflict_list", kwargs={"cohort": self.cohort.pk})


def _settings(rule: TimetableRule) -> list[tuple[str, str]]:
    """Every setting of a version, (name, value in words), in the order of the form."""
    return [
        (TimetableRule._meta.get_field(name).verbose_name, _setting(rule, name))
        for name in TimetableRuleForm.base_fields
    ]


def _setting(rule: TimetableRule, name: str) -> str:
    value = getattr(rule, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(dict(TimetableRule.Act.choices).get(value, value))


class TimetableRuleUpdate(FormPage):
    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    form_class = TimetableRuleForm
    template_name = "learning/timetable_rule.html"
    title = gettext_lazy("Rule of the timetable")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": rule_of(self.cohort)}

    def get_context_data(self, **kwargs):
        versions = TimetableRule.objects.filter(cohort=self.cohort).select_related("made_by").order_by("-version")
        return super().get_context_data(versions=[(each, _settings(each)) for each in versions], **kwargs)

    def save(self, form):
        return change_rule(self.cohort, **form.cleaned_data)

    def get_success_message(self):
        return _("Version %(version)s of the rule is in force.") % {"version": self.object.version}

    def get_success_url(self):
        return reverse("learning:timetable_rule", kwargs={"cohort": self.cohort.pk})
