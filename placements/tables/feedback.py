import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placements.rules.feedback import LOW, STATE_NAMES, STATE_TAGS, State, milestone_name
from placements.selectors.feedback import with_state
from trainee_mgmt.kit.choosing import SinceFilter
from trainee_mgmt.kit.formats import EMPTY, day
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

POST = "placement__seat__offer__post"


class FeedbackFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Host, mentor or trainee"), method="search")
    milestone = django_filters.ChoiceFilter(label=_("Milestone"), empty_label=_("All milestones"))
    since = SinceFilter(label=_("Answered since"), field_name="answered_at")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["milestone"].extra["choices"] = [(each.key, each.name) for each in self.table.context or ()]

    def search(self, queryset, name, value):
        words = value.strip()
        return queryset.filter(
            Q(**{f"{POST}__host__name__icontains": words})
            | Q(placement__mentor__name__icontains=words)
            | Q(placement__trainee__person__name__icontains=words)
        )


def _state(state: str) -> str:
    return str(STATE_NAMES[State(state)])


class FeedbackTable(Table):
    """``context``: the milestones of the cohort."""

    name = _("feedback of mentors")
    row_url = "placements:feedback_detail"
    filterset_class = FeedbackFilters
    default_order = (f"{POST}__host__name", "due_on")
    personal = True
    columns = (
        Column("host", _("Host enterprise"), source=f"{POST}__host__name", sort=f"{POST}__host__name"),
        Column("post", _("Post"), source=f"{POST}__name", sort=f"{POST}__name"),
        Column(
            "trainee",
            _("Trainee"),
            source="placement__trainee__person__name",
            sort="placement__trainee__person__name_key",
        ),
        Column("mentor", _("Mentor"), source="placement__mentor__name", sort="placement__mentor__name"),
        Column("milestone", _("Milestone"), text=milestone_name, sort="opens_on"),
        Column(
            "due_on",
            pgettext_lazy("feedback", "Due"),
            text=lambda due: due,
            html=lambda due: day(due) if due else EMPTY,
            sort="due_on",
        ),
        Column(
            "state", _("State"), text=_state, html=lambda state: status_tag(STATE_TAGS.get(state, ""), _state(state))
        ),
        Column("score", _("Mean of five"), sort="score", number=True),
        Column("help_note", _("Help given"), on_screen=False),
        Column(
            "answered_at",
            _("Answered"),
            on_screen=False,
            text=lambda at: timezone.localtime(at).strftime("%Y-%m-%d") if at else "",
        ),
    )
    empty_title = _("No feedback is asked for yet")
    empty_hint = _("As soon as trainees are placed, their mentors are asked at the milestones of the rules.")

    def prepare(self, queryset):
        return with_state(queryset, today=timezone.localdate())

    @property
    def tabs(self):
        return (
            Tab("late", pgettext_lazy("feedback", "Late"), Q(state=State.LATE)),
            Tab("waiting", pgettext_lazy("feedback", "Waiting"), Q(state=State.WAITING)),
            Tab("answered", _("Answered"), Q(state=State.ANSWERED)),
            Tab("missing", _("No answer"), Q(state=State.MISSING)),
            Tab("risk", pgettext_lazy("feedback", "Late or not content"), Q(state=State.LATE) | Q(score__lt=LOW)),
            Tab("excused", _("Excused"), Q(state=State.EXCUSED)),
        )
