"""What cohorts tell people: notices that the office writes, and where applications stand."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from cohorts.models import Announcement, Application
from cohorts.services.announcements import SOON, URGENT
from cohorts.services.applications.letters import OUTCOME, applications_named, to_applicant
from cohorts.services.applications.telling import QUOTA, STATE, TO_UNIT, UNIT_OUTCOMES
from trainee_mgmt.kit import letters
from trainee_mgmt.kit.formats import moment
from trainee_mgmt.kit.notices import Kind, Line, Urgency, register


def _line(notice) -> Line:
    return Line(f"【{notice.params['title']}】{notice.params['text']}")


def _not_stopped(notices):
    sent = Announcement.objects.filter(pk__in={each.about_id for each in notices}, state=Announcement.State.SENT)
    keys = set(sent.values_list("pk", flat=True))
    return [each for each in notices if each.about_id in keys]


register(Kind(SOON, gettext_lazy("Office notice"), _line, _not_stopped, Urgency.SOON))
register(Kind(URGENT, gettext_lazy("Urgent office notice"), _line, _not_stopped, Urgency.NOW))


# Applications ---------------------------------------------------------------------------------------------------------

State = Application.State
TO_APPLICANT = {
    State.SUBMITTED: gettext_noop("%(cohort)s: your application was handed in."),
    State.ACCEPTED: gettext_noop("%(cohort)s: your application was accepted and goes into the screening."),
    State.RETURNED: gettext_noop("%(cohort)s: your application was sent back: %(reason)s"),
    State.CHOSEN: gettext_noop("%(cohort)s: you were chosen."),
    State.WAITING: gettext_noop("%(cohort)s: you are on the waiting list."),
    State.DECLINED: gettext_noop("%(cohort)s: you were not chosen this time."),
    State.WITHDRAWN: gettext_noop("%(cohort)s: your application was withdrawn."),
}
ABOUT_NOMINEE = {
    State.RETURNED: gettext_noop("%(cohort)s: %(name)s was sent back: %(reason)s The slot is free again."),
    State.CHOSEN: gettext_noop("%(cohort)s: %(name)s was chosen from the waiting list."),
    State.DECLINED: gettext_noop("%(cohort)s: %(name)s was taken off the waiting list: %(reason)s"),
    State.WITHDRAWN: gettext_noop("%(cohort)s: %(name)s was withdrawn: %(reason)s The slot is free again."),
    State.ACCEPTED: gettext_noop("%(cohort)s: %(name)s was accepted and goes into the screening."),
}


def _still_so(notices):
    """What was said of an application is told while it stands so."""
    now = dict(Application.objects.filter(pk__in={each.about_id for each in notices}).values_list("pk", "state"))
    return [each for each in notices if now.get(each.about_id) == each.params["state"]]


def _of_state(notice) -> Line:
    return Line(_(TO_APPLICANT[notice.params["state"]]) % notice.params, reverse("cohorts:my_applications"))


def _of_nominee(notice) -> Line:
    return Line(_(ABOUT_NOMINEE[notice.params["state"]]) % notice.params, _quota_path(notice.params))


def _of_outcomes(notice) -> Line:
    counts = notice.params["counts"]
    parts = [f"{State(state).label} {counts[state]}" for state in State.values if state in counts]
    text = _("%(cohort)s: your nominees were decided about. %(counts)s.") % {
        "cohort": notice.params["cohort"],
        "counts": _(", ").join(parts),
    }
    return Line(text, _quota_path(notice.params))


def _of_quota(notice) -> Line:
    text = _("%(cohort)s: your unit may nominate up to %(seats)s people until %(until)s.") % {
        "cohort": notice.params["cohort"],
        "seats": notice.params["seats"],
        "until": moment(datetime.fromisoformat(notice.params["closes_at"])),
    }
    return Line(text, _quota_path(notice.params))


def _quota_path(params: dict) -> str:
    return reverse("cohorts:nomination_detail", kwargs={"pk": params["quota"]}) if params.get("quota") else ""


register(Kind(STATE, gettext_lazy("Where an application stands"), _of_state, _still_so))
register(Kind(TO_UNIT, gettext_lazy("Where a nominee stands"), _of_nominee, _still_so))
register(Kind(UNIT_OUTCOMES, gettext_lazy("Outcomes of nominations"), _of_outcomes))
register(Kind(QUOTA, gettext_lazy("Quota for nominations"), _of_quota))
letters.register(
    letters.LetterKind(OUTCOME, gettext_lazy("Where an application stands"), to_applicant, applications_named)
)
