"""What cohorts tell people: notices that the office writes."""

from django.utils.translation import gettext_lazy

from cohorts.models import Announcement
from cohorts.services.announcements import SOON, URGENT
from trainee_mgmt.kit.notices import Kind, Line, Urgency, register


def _line(notice) -> Line:
    return Line(f"【{notice.params['title']}】{notice.params['text']}")


def _not_stopped(notices):
    sent = Announcement.objects.filter(pk__in={each.about_id for each in notices}, state=Announcement.State.SENT)
    keys = set(sent.values_list("pk", flat=True))
    return [each for each in notices if each.about_id in keys]


register(Kind(SOON, gettext_lazy("Office notice"), _line, _not_stopped, Urgency.SOON))
register(Kind(URGENT, gettext_lazy("Urgent office notice"), _line, _not_stopped, Urgency.NOW))
