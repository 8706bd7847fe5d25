import django_filters
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from placements.models import Host, HostContact, Placement, Post, Seat
from trainee_mgmt.kit.choosing import RowFilter
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

KINDS = {Host.State.NEW: "warn", Host.State.CHECKED: "ok", Host.State.CLOSED: ""}


def state_words(state: str) -> str:
    return str(Host.State(state).label)


def state_tag(state: str):
    return status_tag(KINDS[state], state_words(state))


def yes_no(value) -> str:
    return gettext("yes") if value else gettext("no")


class _Known(django_filters.ChoiceFilter):
    """One of the values that the reader's hosts have; ``context`` of the table is a queryset of them."""

    @property
    def field(self):
        hosts = self.parent.table.context
        values = hosts.exclude(**{self.field_name: ""}).order_by(self.field_name)
        self.extra["choices"] = [(each, each) for each in values.values_list(self.field_name, flat=True).distinct()]
        return super().field


class _Cohort(django_filters.ChoiceFilter):
    """One of the cohorts that have somebody at the reader's hosts today."""

    @property
    def field(self):
        if not hasattr(self, "_field"):
            today = Placement.objects.as_of(timezone.localdate())
            placed = today.filter(seat__offer__post__host__in=self.parent.table.context.values("pk")).order_by()
            cohorts = Cohort.objects.filter(pk__in=placed.values("trainee__cohort")).order_by("-starts_on", "pk")
            found = cohorts.values_list("pk", "program__name", "name")
            self.extra["choices"] = [(pk, f"{program} {name}") for pk, program, name in found]
        return super().field


class HostFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name, credit code, address, post or contact"), method="search")
    industry = _Known(label=_("Industry"), field_name="industry", empty_label=_("Any industry"))
    size = _Known(label=_("Size"), field_name="size", empty_label=_("Any size"))
    lodging = django_filters.ChoiceFilter(
        label=_("Lodging"),
        field_name="has_lodging",
        choices=(("True", _("with lodging")), ("False", _("without lodging"))),
        empty_label=_("With or without lodging"),
    )

    there = _Cohort(label=_("Trainees of"), method="with_people", empty_label=_("With or without trainees"))

    def with_people(self, queryset, name, value):
        placed = Placement.objects.as_of(timezone.localdate()).filter(trainee__cohort=value)
        return queryset.filter(pk__in=placed.values("seat__offer__post__host"))

    def search(self, queryset, name, value):
        posts = Post.objects.filter(name__icontains=value).values("host")
        contacts = HostContact.objects.filter(name__icontains=value).values("host")
        fields = ("name", "credit_code", "address")
        found = Q(pk__in=posts) | Q(pk__in=contacts)
        for field in fields:
            found |= Q(**{f"{field}__icontains": value})
        return queryset.filter(found)


class HostTable(Table):
    name = _("Host enterprises")
    columns = (
        Column("name", _("Host enterprise"), sort="name"),
        Column("credit_code", _("Credit code"), on_screen=False),
        Column("industry", _("Industry"), sort="industry"),
        Column("size", _("Size"), sort="size"),
        Column("address", _("Address"), on_screen=False),
        Column("posts_open", _("Posts"), sort="posts_open", number=True),
        Column("people", _("Placed so far"), sort="people", number=True),
        Column("has_lodging", _("Lodging"), text=yes_no, sort="has_lodging"),
        Column("state", _("State"), text=state_words, html=state_tag),
        Column("checked_on", _("Checked on"), on_screen=False),
        Column("check_note", _("What was found"), on_screen=False),
        Column("callable", _("Contacts"), on_screen=False),
        Column("unit", _("Kept by"), source="unit__name", sort="unit__name"),
    )
    tabs = (
        Tab("new", _("To be checked"), Q(state=Host.State.NEW)),
        Tab("checked", _("Checked"), Q(state=Host.State.CHECKED)),
        Tab("closed", _("Out of use"), Q(state=Host.State.CLOSED)),
        Tab("unready", _("Not checked or out of use"), ~Q(state=Host.State.CHECKED)),
    )
    filterset_class = HostFilters
    default_order = ("name",)
    row_url = "placements:host_detail"
    personal = True
    empty_title = _("No host enterprise yet")
    empty_hint = _("Enter one, or import a file of hosts and posts for a cohort.")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.select = bool(self.bulk)

    def prepare(self, queryset):
        here = {"host": OuterRef("pk")}
        posts = Post.objects.filter(**here, closed_on=None).order_by().values("host")
        people = Placement.objects.standing().filter(seat__offer__post__host=OuterRef("pk")).order_by()
        contacts = HostContact.objects.filter(**here, left_on=None).order_by().values("host")
        words = Concat("name", Value(" "), "phone_mask")
        return queryset.annotate(
            posts_open=_or_0(posts.annotate(n=Count("pk")).values("n")),
            people=_or_0(
                people.values("seat__offer__post__host").annotate(n=Count("trainee", distinct=True)).values("n")
            ),
            callable=Subquery(
                contacts.annotate(all=StringAgg(words, delimiter=Value("; "), order_by="pk")).values("all")
            ),
        )


class OfferFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Host or post"), method="search")
    host = RowFilter(label=_("Host"), field_name="post__host", empty_label=_("All hosts"))

    def search(self, queryset, name, value):
        return queryset.filter(Q(post__name__icontains=value) | Q(post__host__name__icontains=value))


class OfferTable(Table):
    """What hosts offer to one cohort."""

    name = _("Offered posts")
    columns = (
        Column("host", _("Host enterprise"), source="post__host__name", sort="post__host__name"),
        Column("post", _("Post"), source="post__name", sort="post__name"),
        Column("industry", _("Industry"), source="post__host__industry", sort="post__host__industry"),
        Column("requirements", _("Requirements"), source="post__requirements", on_screen=False),
        Column("seats", _("Seats"), source="all_seats", sort="all_seats", number=True),
        Column("held", _("Taken"), sort="held", number=True),
        Column("free", _("Free"), sort="free", number=True),
        Column("lodging", _("Lodging"), source="lodges", text=yes_no),
        Column("starts_on", _("First day"), sort="starts_on"),
        Column("ends_on", _("Last day"), sort="ends_on"),
        Column("is_required", _("To be filled first"), text=yes_no),
        Column(
            "state",
            _("Host"),
            source="post__host__state",
            text=state_words,
            html=state_tag,
        ),
    )
    tabs = (
        Tab("free", _("With free seats"), Q(free__gt=0)),
        Tab("required", _("To be filled first"), Q(is_required=True)),
        Tab("unchecked", _("Host to be checked"), Q(post__host__state=Host.State.NEW)),
    )
    filterset_class = OfferFilters
    default_order = ("post__host__name", "post__name")
    row_url = "placements:offer_update"
    empty_title = _("Nothing is offered to this cohort yet")
    empty_hint = _("Import a file of hosts with their posts and seats, or offer a post on the page of its host.")

    def prepare(self, queryset):
        seats = Seat.objects.filter(offer=OuterRef("pk")).order_by().values("offer")
        held = Placement.objects.standing().filter(seat__offer=OuterRef("pk")).order_by().values("seat__offer")
        return queryset.annotate(
            all_seats=_or_0(seats.annotate(n=Count("pk")).values("n")),
            held=_or_0(held.annotate(n=Count("seat", distinct=True)).values("n")),
            lodges=Coalesce("post__has_lodging", "post__host__has_lodging"),
        ).annotate(free=F("all_seats") - F("held"))


def _or_0(rows) -> Coalesce:
    return Coalesce(Subquery(rows), 0)
