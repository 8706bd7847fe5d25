"""What learning and life at a host know of each other: a lead made of a finding, and a finding that became a lead."""

from django.utils.translation import gettext as _

from accounts.models import User
from learning.models import Finding
from learning.selectors.findings import MADE_OF, MadeOf
from placements.models import Lead
from placements.selectors.leads import SOURCES, Cited
from placements.tables.leads import stage_words
from trainee_mgmt.kit import access

FINDING = Finding._meta.label


def cited_finding(user: User, key: int) -> Cited | None:
    """The finding, for whoever may read it."""
    if not access.holds(user, "learning.view_finding"):
        return None
    found = Finding.objects.filter(access.rows(user, "learning.view_finding"), pk=key).first()
    return Cited(_("Finding: %(title)s") % {"title": found.title}, found.get_absolute_url()) if found else None


def leads_of_finding(user: User, finding: Finding) -> list[MadeOf]:
    """The leads that cite it, for whoever may see them."""
    if not access.holds(user, "placements.view_lead"):
        return []
    mine = Lead.objects.filter(access.rows(user, "placements.view_lead"), source_type=FINDING, source_id=finding.pk)
    return [MadeOf(lead.company, stage_words(lead.stage), lead.get_absolute_url()) for lead in mine.order_by("pk")]


SOURCES[FINDING] = cited_finding
MADE_OF.append(leads_of_finding)
