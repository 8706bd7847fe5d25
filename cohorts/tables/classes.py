from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy

from cohorts.models import ClassOfficer
from cohorts.selectors.cohorts import counted, members_on
from cohorts.selectors.offices import head_teachers, in_office
from trainee_mgmt.kit.tables import Column, Table


class ClassTable(Table):
    """The classes of a cohort on the day ``context.day``."""

    name = gettext_lazy("Classes")
    columns = (
        Column("name", gettext_lazy("Class"), sort="name"),
        Column("unit", gettext_lazy("Street or unit"), source="unit__name", sort="unit__name"),
        Column("members", gettext_lazy("Members"), source="member_count", number=True, sort="member_count"),
        Column(
            "head_teachers",
            gettext_lazy("Head teacher"),
            text="、".join,
            html=lambda names: format_html_join("、", "{}", ((name,) for name in names)) or "—",
        ),
        Column("officers", gettext_lazy("Officers"), source="officer_count", number=True),
    )
    default_order = ("number",)
    row_url = "cohorts:class_detail"
    per_page = 200
    empty_title = gettext_lazy("No class yet")
    empty_hint = gettext_lazy("Make classes by hand, bring them with a roster, or split the trainees by street.")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        day = self.context
        return queryset.annotate(
            member_count=counted(members_on(day), "training_class"),
            officer_count=counted(in_office(day).exclude(office=ClassOfficer.Office.HEAD_TEACHER), "training_class"),
            head_teachers=head_teachers(day),
        )
