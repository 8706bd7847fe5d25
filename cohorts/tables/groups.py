import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import ClassOfficer, GroupMembership
from cohorts.selectors.cohorts import counted
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


def in_group(day) -> QuerySet:
    return GroupMembership.objects.filter(Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gt=day))


class GroupTable(Table):
    """The groups of a cohort on the day ``context``."""

    name = gettext_lazy("Study groups")
    columns = (
        Column("name", gettext_lazy("Group"), sort="name"),
        Column(
            "class",
            gettext_lazy("Class"),
            source="training_class__name",
            text=lambda name: name or _("across all classes"),
            sort=("training_class__number", "number"),
        ),
        Column("members", gettext_lazy("Members"), source="member_count", number=True),
        Column("leaders", gettext_lazy("Leader"), text="、".join),
    )
    default_order = ("training_class__number", "number")
    row_url = "cohorts:group_detail"
    per_page = 100
    empty_title = gettext_lazy("No group yet")
    empty_hint = gettext_lazy("Groups come with a roster, or are made here; a person may be in several.")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        now = in_group(self.context)
        leaders = now.filter(group=OuterRef("pk"), is_leader=True).order_by("pk").values("trainee__person__name")
        return queryset.annotate(member_count=counted(now, "group"), leaders=ArraySubquery(leaders))


# Officers -------------------------------------------------------------------------------------------------------------


def term_state(starts_on, ends_on) -> tuple[str, str]:
    today = timezone.localdate()
    if ends_on and ends_on < today:
        return "", _("ended")
    return ("accent", _("begins later")) if starts_on > today else ("ok", _("in office"))


class OfficerFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name"), field_name="person__name", lookup_expr="icontains")
    training_class = django_filters.ChoiceFilter(
        label=gettext_lazy("Class"), empty_label=gettext_lazy("All classes"), field_name="training_class"
    )
    office = django_filters.ChoiceFilter(
        label=gettext_lazy("Office"), empty_label=gettext_lazy("Any office"), choices=ClassOfficer.Office.choices
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["training_class"].extra["choices"] = self.table.context


class OfficerTable(Table):
    """Head teachers and officers of a cohort; ``context``: its classes as choices."""

    name = gettext_lazy("Class officers")
    columns = (
        Column("name", gettext_lazy("Name"), source="person__name", sort="person__name_key"),
        Column(
            "office",
            gettext_lazy("Office"),
            source=("office", "title"),
            text=lambda office, title: title or str(ClassOfficer.Office(office).label),
            sort="office",
        ),
        Column(
            "class",
            gettext_lazy("Class"),
            source="training_class__name",
            sort=("training_class__number", "training_class__name"),
        ),
        Column("starts_on", gettext_lazy("From"), sort="starts_on"),
        Column("ends_on", gettext_lazy("Last day"), sort="ends_on"),
        Column(
            "state",
            gettext_lazy("State"),
            source=("starts_on", "ends_on"),
            text=lambda starts_on, ends_on: term_state(starts_on, ends_on)[1],
            html=lambda starts_on, ends_on: status_tag(*term_state(starts_on, ends_on)),
        ),
        Column(
            "account", gettext_lazy("Account"), source="has_account", text=lambda has: _("yes") if has else _("none")
        ),
    )
    filterset_class = OfficerFilters
    default_order = ("training_class__number", "starts_on")
    row_url = "cohorts:officer_detail"
    empty_title = gettext_lazy("Nobody is appointed yet")
    empty_hint = gettext_lazy("Officers come with a roster, or are appointed here for a term.")

    @property
    def tabs(self):
        today = timezone.localdate()
        now = Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today))
        head = Q(office=ClassOfficer.Office.HEAD_TEACHER)
        return (
            Tab("heads", gettext_lazy("Head teachers"), now & head),
            Tab("officers", gettext_lazy("Officers"), now & ~head),
            Tab("ended", gettext_lazy("Ended"), Q(ends_on__lt=today)),
        )

    def prepare(self, queryset: QuerySet) -> QuerySet:
        return queryset.annotate(
            has_account=Exists(ClassOfficer.objects.filter(pk=OuterRef("pk"), person__user__isnull=False))
        )
