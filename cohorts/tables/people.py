import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Person, Trainee
from cohorts.selectors.cohorts import counted
from cohorts.selectors.people import secret_index
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


class PersonFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, phone or ID number"), method="search")
    sex = django_filters.ChoiceFilter(label=gettext_lazy("Sex"), choices=Person.Sex.choices)

    def search(self, queryset, name, value):
        value = value.strip()
        if not value:
            return queryset
        if index := secret_index(value):
            return queryset.filter(Q(phone_index=index) | Q(id_index=index))
        return queryset.filter(name__icontains=value)


class PersonTable(Table):
    name = gettext_lazy("People")
    columns = (
        Column("name", gettext_lazy("Name"), sort="name_key"),
        Column("sex", gettext_lazy("Sex"), text=lambda sex: str(Person.Sex(sex).label) if sex else ""),
        Column("phone", gettext_lazy("Phone"), source="phone_mask"),
        Column("id_number", gettext_lazy("ID number"), source="id_mask"),
        Column("cohorts", gettext_lazy("Cohorts"), source="place_count", number=True),
        Column("latest", gettext_lazy("Latest cohort"), source="latest_cohort"),
        Column(
            "account", gettext_lazy("Account"), source="has_account", text=lambda has: _("yes") if has else _("none")
        ),
    )
    tabs = (Tab("account", gettext_lazy("Without an account"), Q(user=None)),)
    filterset_class = PersonFilters
    default_order = ("name_key",)
    row_url = "cohorts:person_detail"
    personal = True
    empty_title = gettext_lazy("Nobody yet")
    empty_hint = gettext_lazy("People come with rosters, or are added to a cohort one by one.")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        places = Trainee.objects.filter(person=OuterRef("pk")).order_by("-joined_on", "-pk")
        return queryset.annotate(
            place_count=counted(Trainee.objects.all(), "person"),
            latest_cohort=Subquery(places.values("cohort__name")[:1]),
            has_account=Exists(Person.objects.filter(pk=OuterRef("pk"), user__isnull=False)),
        )
