"""What the office itself tells people: answers to complaints."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainee_mgmt.kit.notices import Kind, Line, register


def _answered(notice) -> Line:
    return Line(_("Your complaint was answered."), reverse("accounts:complaint_mine"))


register(Kind("accounts.complaint_answered", gettext_lazy("Complaint answered"), _answered))
