"""Named figures of life at the host. No figure is made of opinions about hosts: their rows may not be opened."""

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort
from placements.models import FeedbackRequest, Host, Lead, LeadStage
from placements.rules.feedback import State
from placements.selectors.feedback import with_state
from trainee_mgmt.kit.figures import Base, Scope, Split, distribution, figure


def _requests(scope: Scope):
    """Those whose day to answer has passed, and those answered before it; what is excused asks nobody."""
    rows = FeedbackRequest.objects.filter(placement__trainee__cohort__in=scope.cohorts)
    return with_state(rows, today=scope.today).exclude(state__in=[State.COMING, State.WAITING, State.EXCUSED])


FEEDBACK = Base(
    "placements.feedback",
    unit=pgettext_lazy("unit", "requests"),
    rows_of=_requests,
    permission="placements.view_feedback",
    table="placements.tables.feedback.FeedbackTable",
    splits=(
        Split("host", gettext_lazy("host enterprise"), "placement__seat__offer__post__host", Host),
        Split("cohort", gettext_lazy("cohort"), "placement__trainee__cohort", Cohort),
    ),
    on_board=False,
)
FEEDBACK_ANSWERED = figure(
    "placements.feedback_answered",
    label=gettext_lazy("Feedback of mentors"),
    definition=gettext_lazy(
        "Requests that mentors answered, of all whose day to answer has passed or that were answered before it; "
        "excused ones are left out. The mean is that of the answers: what is missing is a gap and no zero."
    ),
    base=FEEDBACK,
    hit=Q(answered_at__isnull=False),
    rest_label=gettext_lazy("without an answer"),
    measure="score",
)


# Investment leads -----------------------------------------------------------------------------------------------------


def _standing(scope: Scope):
    return Lead.objects.standing().filter(cohort__in=scope.cohorts)


LEADS = Base(
    "placements.leads",
    unit=pgettext_lazy("unit", "leads"),
    rows_of=_standing,
    permission="placements.list_lead",
    table="placements.tables.leads.LeadRows",
    splits=(Split("cohort", gettext_lazy("cohort"), "cohort", Cohort),),
    on_board=False,
)
BY_STAGE = distribution(
    "placements.leads_by_stage",
    label=gettext_lazy("Investment leads by stage"),
    definition=gettext_lazy("Investment leads by how far they came; those put into another count once, with it."),
    base=LEADS,
    key="stage",
    words=lambda stage: str(LeadStage(stage).label),
    order=tuple(LeadStage.values),
)
SIGNED = figure(
    "placements.leads_signed",
    label=gettext_lazy("Leads signed or landed"),
    definition=gettext_lazy("Of all investment leads, those that are signed or landed."),
    base=LEADS,
    hit=Q(stage__in=[LeadStage.SIGNED, LeadStage.LANDED]),
    rest_label=gettext_lazy("not signed"),
)
