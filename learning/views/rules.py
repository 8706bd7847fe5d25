from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT, MANAGED_COHORT
from learning.forms.rules import RulesForm
from learning.models import AttendanceRules
from learning.rules.states import NUMBERS, in_words
from learning.selectors.rules import version_on, versions_of
from learning.services import change_version, make_version, remove_version
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, StaticPage


class AttendanceRulesList(StaticPage):
    """Every version in words, the one in force first."""

    allow = "learning.view_rules"
    inside = COHORT
    model = AttendanceRules
    template_name = "learning/attendancerules_list.html"

    def get_context_data(self, **kwargs):
        versions = versions_of(self.cohort)
        now = version_on(versions, timezone.localdate())
        return super().get_context_data(
            versions=[(each, in_words(each.limits), each is now) for each in reversed(versions)], **kwargs
        )


class _OfCohort:
    def get_success_url(self):
        return reverse("learning:attendancerules_list", kwargs={"cohort": self.cohort.pk})


class AttendanceRulesCreate(_OfCohort, FormPage):
    allow = "learning.change_rules"
    inside = MANAGED_COHORT
    model = AttendanceRules
    form_class = RulesForm
    title = gettext_lazy("New version of the rules")

    def get_success_message(self):
        return _("The new version stands. Marks of its days are made under it.") + _around(self.cohort, self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(form_note=_ends(versions_of(self.cohort)), **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        latest = versions_of(self.cohort)[-1].limits
        first = min(max(timezone.localdate(), self.cohort.starts_on), self.cohort.ends_on)
        return {"from_on": first} | {name: getattr(latest, name) for name in NUMBERS}

    def save(self, form):
        return make_version(self.cohort, by=self.request.user, **form.values())


class AttendanceRulesUpdate(_OfCohort, EditPage):
    allow = "learning.change_rules"
    model = AttendanceRules
    form_class = RulesForm
    title = gettext_lazy("Change this version")

    def get_success_message(self):
        return _("The version was changed.") + _around(self.cohort, self.object.pk)

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.cohort = self.object.cohort

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_context_data(self, **kwargs):
        others = [each for each in versions_of(self.cohort) if each.pk != self.object.pk]
        return super().get_context_data(cohort=self.cohort, form_note=_ends(others), **kwargs)

    def save(self, form):
        return change_version(AttendanceRules.objects.get(pk=self.object.pk), **form.values())


def _ends(versions) -> str:
    """Before a version is saved: what there is, and what its day does to it."""
    there = _("; ").join(
        _("version %(number)s from %(day)s") % {"number": each.number, "day": day(each.from_on)}
        if each.from_on
        else _("version %(number)s from the beginning") % {"number": each.number}
        for each in versions
    )
    return _(
        "There is: %(versions)s. The one that holds on the day you choose ends on the day before it; yours ends when the next begins."
    ) % {"versions": there}


def _around(cohort, pk) -> str:
    """After it is saved: which version it ends, and which one ends it."""
    versions = versions_of(cohort)
    at = next(at for at, each in enumerate(versions) if each.pk == pk)
    said = ""
    if at:
        before = versions[at - 1]
        said += " " + _("Version %(number)s ends on %(day)s.") % {"number": before.number, "day": day(before.last_on)}
    if versions[at].last_on:
        said += " " + _("This one ends on %(day)s; then version %(number)s holds.") % {
            "day": day(versions[at].last_on),
            "number": versions[at + 1].number,
        }
    return said


class AttendanceRulesDelete(ActionPage):
    allow = "learning.change_rules"
    model = AttendanceRules

    def act(self, rules):
        remove_version(rules)
        return _("The version was taken back; the one before it holds on.")

    def get_success_url(self, rules):
        return reverse("learning:attendancerules_list", kwargs={"cohort": rules.cohort_id})
