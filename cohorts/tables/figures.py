"""Tables of the rows behind figures of people."""

from django.utils.translation import gettext_lazy

from cohorts.models import Trainee
from trainee_mgmt.kit.tables import Column, Table


class TraineeRows(Table):
    """Trainees with the class of the day that the figure speaks of (``membership``)."""

    name = gettext_lazy("Trainees")
    columns = (
        Column("name", gettext_lazy("Name"), source="person__name", sort="person__name_key"),
        Column("number", gettext_lazy("Number"), sort="number"),
        Column(
            "class",
            gettext_lazy("Class"),
            source="membership__training_class__name",
            sort="membership__training_class__number",
        ),
        Column("work_unit", gettext_lazy("Works at"), sort="work_unit"),
        Column("position", gettext_lazy("Position")),
        Column("status", gettext_lazy("Status"), text=lambda status: str(Trainee.Status(status).label)),
    )
    default_order = ("number",)
    row_url = "cohorts:trainee_detail"
    personal = True
    empty_title = gettext_lazy("Nobody")
    empty_hint = gettext_lazy("The figure is 0: no row counts.")
