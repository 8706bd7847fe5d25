"""What learning tells people: one kind of notice for each thing, with its sentence and whether it still holds."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from learning.models import Finding, JournalNote, Signup
from learning.rules.conflict_words import when_words
from learning.services import appeals, duties, leave, warnings
from learning.services import finding_telling as findings
from learning.services.activities import CANCELLED, MOVED, OFFERED
from learning.services.answers import ANSWERED, still_answered
from learning.services.reminders import DUE, OVERDUE, still_owed
from learning.services.session_reminders import COMING, still_coming
from learning.services.telling import CHANGED
from trainee_mgmt.kit.formats import day, moment, percent
from trainee_mgmt.kit.notices import AWAY, Kind, Line, Urgency, register


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
        is_optional=True,
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


ANSWERS = {
    JournalNote.Kind.ACCEPTED: gettext_noop("%(cohort)s: your journal for %(first)s to %(last)s is accepted."),
    JournalNote.Kind.RETURNED: gettext_noop(
        "%(cohort)s: your journal for %(first)s to %(last)s came back. Read what is missing and hand it in again."
    ),
    JournalNote.Kind.COMMENT: gettext_noop("%(cohort)s: there is a comment on your journal for %(first)s to %(last)s."),
}


def _answered(notice) -> Line:
    given = notice.params
    first, last = (date.fromisoformat(given[name]) for name in ("first", "last"))
    text = _(ANSWERS[given["answer"]]) % {"cohort": given["cohort"], "first": day(first), "last": day(last)}
    return Line(text, reverse("learning:journal_write", kwargs={"pk": given["trainee"], "period": given["first"]}))


register(Kind(ANSWERED, gettext_lazy("Journal answered"), _answered, still_answered, Urgency.DIGEST))


def _coming(notice) -> Line:
    given = notice.params
    start, end = (datetime.fromisoformat(given[name]) for name in ("starts_at", "ends_at"))
    words = {
        "cohort": given["cohort"],
        "title": given["title"],
        "when": when_words(start, end),
        "where": given["where"],
    }
    text = (
        _("%(cohort)s: “%(title)s”, %(when)s, %(where)s.")
        if given["where"]
        else _("%(cohort)s: “%(title)s”, %(when)s.")
    )
    return Line(text % words, reverse("learning:my_sessions"))


register(Kind(COMING, gettext_lazy("Coming session"), _coming, still_coming, Urgency.DIGEST, is_optional=True))


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


def _leave_words(given) -> dict:
    start, end = (datetime.fromisoformat(given[name]) for name in ("starts_at", "ends_at"))
    return {
        "name": given["name"],
        "kind": given["kind"],
        "from": moment(start),
        "until": moment(end),
        "reason": given.get("reason", ""),
    }


def _leave_waits(notice) -> Line:
    text = _("%(name)s asks for leave: %(kind)s, %(from)s to %(until)s.") % _leave_words(notice.params)
    return Line(text, reverse("learning:leave_detail", kwargs={"pk": notice.params["leave"]}))


LEAVE_DECIDED = {
    "given": gettext_noop("You have leave: %(kind)s, %(from)s to %(until)s. %(reason)s"),
    "approved": gettext_noop("Your leave is approved: %(kind)s, %(from)s to %(until)s."),
    "refused": gettext_noop("Your leave is refused: %(kind)s, %(from)s to %(until)s. %(reason)s"),
    "returned": gettext_noop(
        "Your request for leave came back: %(kind)s, %(from)s to %(until)s. %(reason)s Please change it and send it again."
    ),
    "revoked": gettext_noop(
        "Your leave is revoked: %(kind)s, %(from)s to %(until)s. %(reason)s The sessions of this time count for you."
    ),
}


def _leave_decided(notice) -> Line:
    sentence = LEAVE_DECIDED[notice.params["act"]]
    return Line(
        _(sentence) % _leave_words(notice.params),
        reverse("learning:leave_detail", kwargs={"pk": notice.params["leave"]}),
    )


register(Kind(leave.WAITING, gettext_lazy("Leave to decide"), _leave_waits, leave.still_waiting, Urgency.SOON))
# at once: who is away is told at the end of the leave of everything else
register(Kind(leave.DECIDED, gettext_lazy("Leave decided"), _leave_decided, urgency=Urgency.NOW))
AWAY.append(leave.away_on)


def _seat_offered(notice) -> Line:
    given = {"title": notice.params["title"], "until": moment(datetime.fromisoformat(notice.params["until"]))}
    return Line(_("“%(title)s”: a seat is offered to you until %(until)s.") % given, reverse("learning:my_activities"))


def _still_offered(notices: list) -> list:
    keys = [notice.params["signup"] for notice in notices]
    offered = set(Signup.objects.filter(pk__in=keys, state=Signup.State.OFFERED).values_list("pk", flat=True))
    return [notice for notice in notices if notice.params["signup"] in offered]


def _activity_moved(notice) -> Line:
    given = {"title": notice.params["title"], "when": moment(datetime.fromisoformat(notice.params["at"]))}
    if place := notice.params["place"]:
        sentence = _("“%(title)s” now takes place on %(when)s: %(place)s.") % (given | {"place": place})
    else:
        sentence = _("“%(title)s” now takes place on %(when)s.") % given
    return Line(sentence, reverse("learning:my_activities"))


def _activity_cancelled(notice) -> Line:
    given = {"title": notice.params["title"], "when": moment(datetime.fromisoformat(notice.params["at"]))}
    return Line(_("“%(title)s” on %(when)s is cancelled.") % given, reverse("learning:my_activities"))


register(Kind(OFFERED, gettext_lazy("Seat offered"), _seat_offered, _still_offered))
register(Kind(MOVED, gettext_lazy("Activity moved"), _activity_moved))
register(Kind(CANCELLED, gettext_lazy("Activity cancelled"), _activity_cancelled))


WARNINGS = {
    "in_row": gettext_noop("%(name)s was absent %(of)s times in a row: %(days)s."),
    "below": gettext_noop("%(name)s came to %(n)s of %(of)s sessions (%(rate)s). Not there: %(days)s."),
    "drop": gettext_noop(
        "%(name)s comes less often than before; %(n)s of %(of)s sessions so far. Not there: %(days)s."
    ),
}


def _warning(notice) -> Line:
    given = notice.params
    sentence = WARNINGS[given["reason"]]
    words = _(sentence) % {
        "name": given["name"],
        "n": given["n"],
        "of": given["of"],
        "rate": percent(given["n"], given["of"]),
        "days": _(", ").join(day(date.fromisoformat(each)) for each in given["days"]),
    }
    return Line(words, reverse("learning:trainee_attendance", kwargs={"pk": given["trainee"]}))


register(Kind(warnings.WARNING, gettext_lazy("Attendance warning"), _warning, warnings.still_true, Urgency.DIGEST))


def _appeal_words(given) -> dict:
    return {
        "name": given["name"],
        "session": given["session"],
        "day": day(date.fromisoformat(given["day"])),
        "due": day(date.fromisoformat(given["due"])),
        "answer": given.get("answer", ""),
    }


def _appeal_made(notice) -> Line:
    text = _("%(name)s objects to a mark: “%(session)s” on %(day)s. Please answer by %(due)s.")
    words = text % _appeal_words(notice.params)
    return Line(words, reverse("learning:appeal_detail", kwargs={"pk": notice.params["appeal"]}))


APPEAL_ANSWERED = {
    "granted": gettext_noop("Your objection was granted: “%(session)s” on %(day)s. %(answer)s"),
    "declined": gettext_noop("Your objection was declined: “%(session)s” on %(day)s. %(answer)s"),
}


def _appeal_answered(notice) -> Line:
    sentence = APPEAL_ANSWERED[notice.params["state"]]
    return Line(_(sentence) % _appeal_words(notice.params), reverse("learning:my_attendance"))


register(Kind(appeals.MADE, gettext_lazy("Objection to answer"), _appeal_made, appeals.still_open))
register(Kind(appeals.ANSWERED, gettext_lazy("Objection answered"), _appeal_answered))


def _duty_turn(notice) -> Line:
    given = notice.params
    words = {"cohort": given["cohort"], "duty": given["duty"], "day": day(date.fromisoformat(given["week"]))}
    return Line(
        _("%(cohort)s: it is your turn at “%(duty)s” in the week of %(day)s.") % words, reverse("learning:my_duties")
    )


register(Kind(duties.TURN, gettext_lazy("Your turn to speak"), _duty_turn, duties.still_decided))


# Findings -------------------------------------------------------------------------------------------------------------


def _finding(sentence, without_day=""):
    def line(notice) -> Line:
        given = notice.params
        due = day(date.fromisoformat(given["due"])) if given["due"] else ""
        text = _(sentence if due else without_day) % {"title": given["title"], "due": due}
        return Line(text, reverse("learning:finding_detail", kwargs={"pk": given["finding"]}))

    return line


FINDINGS = (
    (findings.TASK.given, gettext_lazy("Finding to follow up"),
     gettext_noop("You are in charge of the finding “%(title)s”, due on %(due)s."),
     gettext_noop("You are in charge of the finding “%(title)s”.")),
    (findings.TASK.due, gettext_lazy("Finding due"), gettext_noop("The finding “%(title)s” is due on %(due)s."), ""),
    (findings.TASK.overdue, gettext_lazy("Finding overdue"),
     gettext_noop("The finding “%(title)s” was due on %(due)s and is still open."), ""),
)  # fmt: skip
for _name, _label, _sentence, _without_day in FINDINGS:
    register(Kind(_name, _label, _finding(_sentence, _without_day), findings.still_owed, Urgency.DIGEST))


def _made(notice) -> Line:
    words = {"title": notice.params["title"], "kind": Finding.Kind(notice.params["kind"]).label}
    return Line(
        _("Words of your journal were taken up as %(kind)s: “%(title)s”.") % words, reverse("learning:my_findings")
    )


def _closed(notice) -> Line:
    words = {"title": notice.params["title"], "outcome": notice.params["outcome"]}
    return Line(_("What became of “%(title)s” from your journal: %(outcome)s") % words, reverse("learning:my_findings"))


register(Kind(findings.MADE, gettext_lazy("Taken up from a journal"), _made, findings.still_so, Urgency.DIGEST))
register(
    Kind(findings.CLOSED, gettext_lazy("What became of a journal's words"), _closed, findings.still_so, Urgency.DIGEST)
)
