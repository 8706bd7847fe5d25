"""Lists of the accounts app and their spreadsheets."""

import django_filters
from django.apps import apps
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry, Complaint, Grant, Job, Plan, Role, Unit, User
from accounts.rules.actions import actions_named, in_words
from accounts.rules.logins import clean_phone
from trainee_mgmt.kit.crypto import blind_index
from trainee_mgmt.kit.pieces import link, status_tag
from trainee_mgmt.kit.tables import Column, KeyFilter, Tab, Table, TableFilters

DEEPEST_INDENT = 5


# Units ----------------------------------------------------------------------------------------------------------------


class UnitFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name or code"), method="search")
    level = django_filters.ChoiceFilter(label=gettext_lazy("Level"), choices=Unit.Level.choices)

    def search(self, queryset, name, value):
        return queryset.filter(Q(name__icontains=value) | Q(code__iexact=value)) if value else queryset


def indented(name, path) -> SafeString:
    return format_html('<span class="ps-{}">{}</span>', min(path.count(".") - 1, DEEPEST_INDENT), name)


def in_use(closed_on) -> SafeString:
    return status_tag("", _("out of use")) if closed_on else status_tag("ok", _("in use"))


class UnitTable(Table):
    """In the order of the tree: each unit after the one it belongs to."""

    name = gettext_lazy("Units")
    columns = (
        Column("name", gettext_lazy("Unit"), source=("name", "path"), text=lambda name, path: name, html=indented),
        Column("parent", gettext_lazy("Belongs to"), source="parent__name", on_screen=False),
        Column("level", gettext_lazy("Level"), text=lambda level: str(Unit.Level(level).label)),
        Column("code", gettext_lazy("Code")),
        Column("people", gettext_lazy("Accounts"), number=True),
        Column(
            "state",
            gettext_lazy("State"),
            source="closed_on",
            text=lambda closed_on: _("out of use") if closed_on else _("in use"),
            html=in_use,
        ),
    )
    tabs = (
        Tab("open", gettext_lazy("In use"), Q(closed_on=None)),
        Tab("closed", gettext_lazy("Out of use"), Q(closed_on__isnull=False)),
    )
    filterset_class = UnitFilters
    default_order = ("path",)
    row_url = "accounts:unit_detail"
    empty_title = gettext_lazy("No units yet")
    empty_hint = gettext_lazy(
        "Units form a tree: city, district, street, community. Roles are given over a unit and all below it."
    )

    def prepare(self, queryset: QuerySet) -> QuerySet:
        users = User.objects.filter(unit=OuterRef("pk")).order_by().values("unit").annotate(n=Count("pk")).values("n")
        return queryset.annotate(people=Coalesce(Subquery(users, output_field=IntegerField()), 0))


# Accounts -------------------------------------------------------------------------------------------------------------


class UserFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, user name or whole phone number"), method="search")
    role = django_filters.ChoiceFilter(label=gettext_lazy("Role"), choices=Role.choices, method="with_role")
    unit = KeyFilter(label=gettext_lazy("Unit"), method="within")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not (self.data or {}).get("unit"):
            del self.filters["unit"]  # comes by link from a unit; nobody types a number

    def search(self, queryset, name, value):
        if not value:
            return queryset
        if phone := clean_phone(value):
            return queryset.filter(phone_index=blind_index("phone", phone))
        return queryset.filter(
            Q(name__icontains=value) | Q(username__icontains=value) | Q(name_key__startswith=value.lower())
        )

    def with_role(self, queryset, name, value):
        if not value:
            return queryset
        held = Grant.objects.in_force(timezone.localdate()).filter(role=value)
        return queryset.filter(pk__in=held.values("user"))

    def within(self, queryset, name, value):
        path = Unit.objects.filter(pk=value).values_list("path", flat=True).first() if value else None
        return queryset.filter(unit__path__startswith=path) if path else queryset


def roles_in_words(roles) -> str:
    return " · ".join(str(Role(role).label) for role in Role.values if role in (roles or ()))


def account_state(is_active, must_change) -> str:
    if not is_active:
        return _("suspended")
    return _("first password") if must_change else _("working")


def account_tag(is_active, must_change) -> SafeString:
    kind = "bad" if not is_active else "warn" if must_change else "ok"
    return status_tag(kind, account_state(is_active, must_change))


class UserTable(Table):
    name = gettext_lazy("Accounts")
    personal = True
    columns = (
        Column("name", gettext_lazy("Name"), sort="name_key"),
        Column("username", gettext_lazy("User name"), sort="username"),
        Column("phone", gettext_lazy("Phone"), source="phone_mask"),
        Column("unit", gettext_lazy("Unit"), source="unit__name", sort="unit__path"),
        Column("roles", gettext_lazy("Roles"), source="held", text=roles_in_words),
        Column(
            "state",
            gettext_lazy("State"),
            source=("is_active", "must_change_password"),
            text=account_state,
            html=account_tag,
        ),
    )
    tabs = (
        Tab("working", gettext_lazy("Working"), Q(is_active=True, must_change_password=False)),
        Tab("first", gettext_lazy("First password"), Q(is_active=True, must_change_password=True)),
        Tab("suspended", gettext_lazy("Suspended"), Q(is_active=False)),
    )
    filterset_class = UserFilters
    default_order = ("name_key",)
    row_url = "accounts:user_detail"
    empty_title = gettext_lazy("No accounts yet")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        held = (
            Grant.objects.in_force(timezone.localdate())
            .filter(user=OuterRef("pk"))
            .order_by()
            .values("user")
            .annotate(roles=ArrayAgg("role", distinct=True))
            .values("roles")
        )
        return queryset.annotate(held=Subquery(held, output_field=ArrayField(CharField())))


# Roles ----------------------------------------------------------------------------------------------------------------


class GrantFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Person or scope"), method="search")
    role = django_filters.ChoiceFilter(label=gettext_lazy("Role"), choices=Role.choices)

    def search(self, queryset, name, value):
        return queryset.filter(Q(user__name__icontains=value) | Q(scope_label__icontains=value)) if value else queryset


def grant_state(is_over, is_lent) -> str:
    return _("no longer in force") if is_over else _("lent") if is_lent else _("in force")


class GrantTable(Table):
    name = gettext_lazy("Roles granted")
    columns = (
        Column(
            "person",
            gettext_lazy("Person"),
            source=("user__name", "user_id"),
            text=lambda name, user: name,
            html=lambda name, user: link(reverse("accounts:user_detail", kwargs={"pk": user}), name),
            sort="user__name_key",
        ),
        Column("role", gettext_lazy("Role"), text=lambda role: str(Role(role).label), sort="role"),
        Column(
            "scope",
            gettext_lazy("Scope"),
            source=("scope_kind", "scope_label"),
            text=lambda kind, label: label or str(Grant(scope_kind=kind).get_scope_kind_display()),
        ),
        Column("starts_on", gettext_lazy("From"), sort="starts_on"),
        Column("ends_on", gettext_lazy("Until"), sort="ends_on"),
        Column("granted_by", gettext_lazy("Granted by"), source="granted_by__name"),
        Column("reason", gettext_lazy("Reason")),
        Column(
            "state",
            gettext_lazy("State"),
            source=("is_over", "is_lent"),
            text=grant_state,
            html=lambda is_over, is_lent: status_tag(
                "" if is_over else "accent" if is_lent else "ok", grant_state(is_over, is_lent)
            ),
        ),
    )
    tabs = (
        Tab("valid", gettext_lazy("In force"), Q(is_over=False)),
        Tab("lent", gettext_lazy("Lent"), Q(is_over=False, is_lent=True)),
        Tab("over", gettext_lazy("No longer in force"), Q(is_over=True)),
    )
    filterset_class = GrantFilters
    default_order = ("-pk",)
    empty_title = gettext_lazy("No roles have been given yet")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        valid = Grant.objects.in_force(timezone.localdate()).filter(pk=OuterRef("pk"))
        return queryset.annotate(is_over=~Exists(valid), is_lent=Q(delegated_from__isnull=False))


# Long work ------------------------------------------------------------------------------------------------------------

PLAN_KINDS = {
    Plan.State.READY: "accent",
    Plan.State.APPLIED: "ok",
    Plan.State.FAILED: "bad",
    Plan.State.STALE: "warn",
    Plan.State.DRAFT: "warn",
}
JOB_KINDS = {Job.State.DONE: "ok", Job.State.FAILED: "bad", Job.State.REFUSED: "bad", Job.State.RUNNING: "accent"}


class PlanTable(Table):
    name = gettext_lazy("Stored plans")
    columns = (
        Column("title", gettext_lazy("What")),
        Column("source_name", gettext_lazy("File")),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Plan.State(state).label),
            html=lambda state: status_tag(PLAN_KINDS.get(state, ""), Plan.State(state).label),
        ),
        Column("made_at", gettext_lazy("Made at")),
        Column("applied_at", gettext_lazy("Applied at")),
    )
    default_order = ("-pk",)
    row_url = "accounts:plan_detail"
    empty_title = gettext_lazy("No plans yet")
    empty_hint = gettext_lazy(
        "What changes many rows is first shown to you as a plan: an import, a split into classes."
    )


class JobTable(Table):
    name = gettext_lazy("Background work")
    columns = (
        Column("title", gettext_lazy("What")),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Job.State(state).label),
            html=lambda state: status_tag(JOB_KINDS.get(state, ""), Job.State(state).label),
        ),
        Column("queued_at", gettext_lazy("Asked at")),
        Column("finished_at", gettext_lazy("Finished at")),
    )
    default_order = ("-pk",)
    row_url = "accounts:job_detail"
    empty_title = gettext_lazy("Nothing is or was under way")
    empty_hint = gettext_lazy("What takes longer than a moment is done in the background and can be watched here.")


# Records --------------------------------------------------------------------------------------------------------------

OUTCOME_KINDS = {
    AuditEntry.Outcome.DONE: "ok",
    AuditEntry.Outcome.REFUSED: "warn",
    AuditEntry.Outcome.DENIED: "bad",
}


class AuditFilters(TableFilters):
    who = django_filters.CharFilter(label=gettext_lazy("Who did it"), field_name="actor_name", lookup_expr="icontains")
    action = django_filters.CharFilter(label=gettext_lazy("Action"), method="by_action")
    what = django_filters.CharFilter(label=gettext_lazy("What"), field_name="object_label", lookup_expr="icontains")
    outcome = django_filters.ChoiceFilter(label=gettext_lazy("Outcome"), choices=AuditEntry.Outcome.choices)
    since = django_filters.DateFilter(label=gettext_lazy("From"), field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=gettext_lazy("Until"), field_name="at", lookup_expr="date__lte")
    kind = django_filters.CharFilter(label=gettext_lazy("Kind"), field_name="object_type")
    key = KeyFilter(label=gettext_lazy("Number of the row"), field_name="object_id")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("kind", "key"):  # come by link from a row's page
            if not (self.data or {}).get(name):
                del self.filters[name]

    def by_action(self, queryset, name, value):
        """The code, or words of the page's language."""
        if not value:
            return queryset
        return queryset.filter(Q(action__icontains=value) | Q(action__in=actions_named(value)))


def kind_in_words(object_type: str) -> str:
    try:
        return capfirst(str(apps.get_model(object_type)._meta.verbose_name)) if object_type else ""
    except LookupError:
        return object_type


def role_in_words(role: str) -> str:
    return str(Role(role).label) if role in Role.values else ""


class AuditTable(Table):
    name = gettext_lazy("Audit log")
    personal = True
    columns = (
        Column("at", gettext_lazy("When")),
        Column("actor_name", gettext_lazy("Who did it")),
        Column("role", gettext_lazy("Role used"), text=role_in_words),
        Column("action", gettext_lazy("Action"), text=in_words),
        Column("code", gettext_lazy("Code"), source="action", on_screen=False),
        Column("object_type", gettext_lazy("Kind"), text=kind_in_words),
        Column("object_label", gettext_lazy("What")),
        Column(
            "outcome",
            gettext_lazy("Outcome"),
            text=lambda outcome: str(AuditEntry.Outcome(outcome).label),
            html=lambda outcome: status_tag(OUTCOME_KINDS[outcome], AuditEntry.Outcome(outcome).label),
        ),
    )
    filterset_class = AuditFilters
    default_order = ("-at", "-pk")
    row_url = "accounts:audit_detail"
    empty_title = gettext_lazy("Nothing has been written down yet")


class ExportFilters(TableFilters):
    who = django_filters.CharFilter(label=gettext_lazy("Who did it"), field_name="user__name", lookup_expr="icontains")
    what = django_filters.CharFilter(label=gettext_lazy("What"), field_name="what", lookup_expr="icontains")


class ExportTable(Table):
    name = gettext_lazy("Files taken out")
    columns = (
        Column("at", gettext_lazy("When"), sort="at"),
        Column("who", gettext_lazy("Who did it"), source="user__name"),
        Column("what", gettext_lazy("What")),
        Column("kind", gettext_lazy("Format")),
        Column("count", gettext_lazy("Rows"), number=True, sort="count"),
        Column("query", gettext_lazy("Filter")),
        Column("purpose", gettext_lazy("Purpose")),
        Column(
            "unmasked",
            gettext_lazy("Personal data"),
            text=lambda unmasked: _("in full") if unmasked else _("masked"),
            html=lambda unmasked: status_tag("warn", _("in full"), "eye") if unmasked else escape(_("masked")),
        ),
    )
    filterset_class = ExportFilters
    default_order = ("-at",)
    empty_title = gettext_lazy("No file has been taken out yet")


class ComplaintTable(Table):
    name = gettext_lazy("Complaints")
    columns = (
        Column("text", gettext_lazy("What is a burden"), text=lambda text: text[:120]),
        Column("page", gettext_lazy("About the page")),
        Column("who", gettext_lazy("From whom"), source="user__name"),
        Column("sent_at", gettext_lazy("Sent at"), sort="sent_at"),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Complaint.State(state).label),
            html=lambda state: status_tag(
                "ok" if state == Complaint.State.ANSWERED else "warn", Complaint.State(state).label
            ),
        ),
    )
    tabs = (
        Tab("open", gettext_lazy("Waiting for an answer"), Q(state=Complaint.State.OPEN)),
        Tab("answered", gettext_lazy("Answered"), Q(state=Complaint.State.ANSWERED)),
    )
    default_order = ("-sent_at",)
    row_url = "accounts:complaint_answer"
    empty_title = gettext_lazy("Nobody has complained")
    empty_hint = gettext_lazy("Every page has a link at its foot with which people say what is too much.")
