"""What learning tells people: journals that are due or overdue."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from learning.services.reminders import DUE, OVERDUE, still_owed
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
        return Line(text, reverse("learning:journal_write", kwargs={"pk": given["trainee"], "week": given["monday"]}))

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
