"""Drafts, the next release, and the versions that were released."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learning.access.sessions import PLANNED_COHORT
from learning.forms import ReleaseForm
from learning.models import Session, TimetableRelease, TimetableState
from learning.rules.conflict_words import when_words
from learning.rules.releases import Change, Row
from learning.selectors.releases import named, pending, readers_of
from learning.selectors.timetable import rule_of
from learning.services.releases import release
from trainee_mgmt.kit.pages import LARGEST_KEY, FormPage, StaticPage
from trainee_mgmt.kit.pieces import status_tag

TAGS = {
    "added": ("ok", gettext_lazy("added")),
    "changed": ("accent", gettext_lazy("changed")),
    "cancelled": ("bad", gettext_lazy("cancelled")),
    "restored": ("ok", gettext_lazy("takes place after all")),
}
LABELS = {
    "title": gettext_lazy("Session"),
    "when": gettext_lazy("Time"),
    "class_names": gettext_lazy("Classes"),
    "teacher": gettext_lazy("Teacher"),
    "where": gettext_lazy("Place"),
    "mode": gettext_lazy("How"),
}


def change_lines(changes: list[Change]) -> list[dict]:
    """What the page shows of each change: its tag, and (label, before, after) of every fact that differs."""
    return [
        {
            "tag": status_tag(*TAGS[each.what]),
            "title": each.after.title,
            "row": each.after,
            "facts": _facts(each),
            "reason": each.after.reason if each.after.is_cancelled else "",
        }
        for each in changes
    ]


def _facts(change: Change) -> list[tuple[str, str, str]]:
    shown, before = _shown(change.after), _shown(change.before) if change.before else None
    if before is None:
        return []
    return [(LABELS[name], before[name], value) for name, value in shown.items() if before[name] != value]


def _shown(row: Row) -> dict[str, str]:
    return {
        "title": row.title,
        "when": when_words(row.start, row.end),
        "class_names": row.class_names,
        "teacher": row.teacher,
        "where": row.where,
        "mode": str(Session.Mode(row.mode).label) if row.mode else "",
    }


class ReleaseList(StaticPage):
    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    template_name = "learning/release_list.html"

    def get_context_data(self, **kwargs):
        versions = TimetableRelease.objects.filter(cohort=self.cohort).defer("rows", "changes")
        return super().get_context_data(
            versions=versions.select_related("released_by").order_by("-number"),
            waiting=Session.everything.filter(cohort=self.cohort, is_draft=True).count(),
            rule=rule_of(self.cohort),
            **kwargs,
        )


class ReleaseCreate(FormPage):
    """What the next release changes, and for whom; then exactly that is released."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    form_class = ReleaseForm
    template_name = "learning/release_create.html"
    title = gettext_lazy("Release the timetable")

    def get_initial(self):
        state = TimetableState.objects.filter(cohort=self.cohort).first()
        return {"seen": state.version if state else 0}

    def get_context_data(self, **kwargs):
        changes = pending(self.cohort)
        readers = readers_of(changes)
        return super().get_context_data(
            lines=change_lines(changes),
            names=named(readers),
            people=len(readers.people),
            told=len(readers.users),
            rule=rule_of(self.cohort),
            **kwargs,
        )

    def save(self, form):
        return release(self.cohort, **form.cleaned_data)

    def get_success_message(self):
        words = ngettext(
            "Version %(number)s is released; %(told)s person is told.",
            "Version %(number)s is released; %(told)s people are told.",
            self.object.told,
        )
        return words % {"number": self.object.number, "told": self.object.told}

    def get_success_url(self):
        return self.object.get_absolute_url()


class ReleaseDetail(StaticPage):
    """A version as it was released: what it changed, and the whole timetable, to read or print."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    template_name = "learning/release_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        if kwargs["number"] > LARGEST_KEY:
            raise Http404
        versions = TimetableRelease.objects.filter(cohort=self.cohort).select_related("released_by")
        self.release = get_object_or_404(versions, number=kwargs["number"])

    def get_context_data(self, **kwargs):
        rows = [Row.of(values) for values in self.release.rows]
        numbers = TimetableRelease.objects.filter(
            cohort=self.cohort, number__in=[self.release.number - 1, self.release.number + 1]
        ).values_list("number", flat=True)
        return super().get_context_data(
            release=self.release,
            lines=change_lines([Change.of(values) for values in self.release.changes]),
            rows=sorted(rows, key=lambda row: (row.starts_at, row.key)),
            others=sorted(numbers),
            title=_("Version %(number)s") % {"number": self.release.number},
            **kwargs,
        )
