from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import Appeal, Attendance
from learning.tables.attendance import mark_tag
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table


def appeal_tag(state: str, due_on) -> str:
    is_late = state == Appeal.State.OPEN and due_on < timezone.localdate()
    kind = {"open": "bad" if is_late else "accent", "granted": "ok", "declined": ""}[state]
    return status_tag(kind, str(Appeal.State(state).label))


class AppealTable(Table):
    name = "appeals"
    personal = True
    row_url = "learning:appeal_detail"
    default_order = ("due_on",)
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("session", _("Session"), source="mark__session__title"),
        Column(
            "held",
            _("Day"),
            source="mark__session__starts_at",
            text=timezone.localdate,
            sort="mark__session__starts_at",
        ),
        Column(
            "mark",
            _("Mark"),
            source="mark__state",
            text=lambda state: str(Attendance.State(state).label),
            html=mark_tag,
        ),
        Column("text", _("Objection")),
        Column("due_on", _("Answer due"), sort="due_on"),
        Column(
            "state",
            _("State"),
            source=("state", "due_on"),
            text=lambda state, _due: str(Appeal.State(state).label),
            html=appeal_tag,
        ),
        Column("answer", _("Answer"), on_screen=False),
    )
    empty_title = _("Nobody has objected")
    empty_hint = _("Trainees object to a mark on their phones; each objection is answered within the days of the rule.")

    @property
    def tabs(self):
        today = timezone.localdate()
        return (
            Tab("open", _("To be answered"), Q(state=Appeal.State.OPEN)),
            Tab("overdue", _("Overdue"), Q(state=Appeal.State.OPEN, due_on__lt=today)),
            Tab("answered", _("Answered"), ~Q(state=Appeal.State.OPEN)),
        )
