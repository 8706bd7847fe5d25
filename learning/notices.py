"""What learning tells people: journals that are due or overdue, a timetable that changed."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from learning.rules.conflict_words import when_words
from learning.services.reminders import DUE, OVERDUE, still_owed
from learning.services.telling import CHANGED
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.notices import Kind, Line, Urgency, register


def _journal(sentence):
    def line(notice) -> Line:
        given = notice.params
        text = _(sentence) % {
            "cohort": given["cohort"],
            "first": day(date.fromisoformat(given["first"])),
            "last": day(date.fromisoformat(given["last"])),
            "due": day(date.fromisoformat(given["due"])),
        }
        return Line(text, reverse("learning:journal_write", kwargs={"pk": given["trainee"], "period": given["period"]}))

    return line


register(
    Kind(
        DUE,
        gettext_lazy("Journal due"),
        _journal(gettext_noop("%(cohort)s: your journal for %(first)s to %(last)s is due on %(due)s.")),
        still_owed,
        Urgency.DIGEST,
    )
)
register(
    Kind(
        OVERDUE,
        gettext_lazy("Journal overdue"),
        _journal(
            gettext_noop("%(cohort)s: your journal for %(first)s to %(last)s was due on %(due)s and is still open.")
        ),
        still_owed,
        Urgency.DIGEST,
    )
)


CHANGES = {
    "added": gettext_noop("new: %(title)s, %(when)s"),
    "changed": gettext_noop("changed: %(title)s, %(when)s"),
    "cancelled": gettext_noop("cancelled: %(title)s, %(when)s"),
    "restored": gettext_noop("takes place after all: %(title)s, %(when)s"),
}


def _released(notice) -> Line:
    given = notice.params
    parts = [
        _(CHANGES[what])
        % {"title": title, "when": when_words(datetime.fromisoformat(start), datetime.fromisoformat(end))}
        for what, title, start, end in given["changes"]
    ]
    if given["count"] > len(parts):
        parts.append(_("and %(count)s more") % {"count": given["count"] - len(parts)})
    if given["note"]:
        parts.append(given["note"])
    text = _("%(cohort)s: your timetable changed. %(changes)s.")
    words = text % {"cohort": given["cohort"], "changes": _("; ").join(parts)}
    return Line(words, reverse("learning:my_sessions"))


register(Kind(CHANGED, gettext_lazy("Timetable changed"), _released))
