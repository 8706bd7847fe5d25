"""What this app knows about a person, for the person's own download."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import OWN_DATA, OWN_PAGES
from cohorts.models import (
    Application,
    ClassMembership,
    ClassOfficer,
    Consent,
    GroupMembership,
    Person,
    ScreeningRow,
    Trainee,
)
from cohorts.selectors.screening import Explanation, explanation, published_row


def _people(user: User) -> list[dict[str, Any]]:
    return [
        {
            "name": person.name,
            "sex": person.sex,
            "born_on": person.born_on,
            "id_number": person.id_number.open() if person.id_number else "",
            "phone": person.phone.open() if person.phone else "",
            "email": person.email,
        }
        for person in Person.objects.filter(user=user)
    ]


def _places(user: User) -> list[dict[str, Any]]:
    fields = (
        "cohort__program__name",
        "cohort__name",
        "number",
        "work_unit",
        "position",
        "status",
        "joined_on",
        "ended_on",
    )
    places = Trainee.objects.filter(person__user=user).order_by("joined_on", "pk")
    return list(places.values(*fields, "end_reason", "profile"))


def _classes(user: User) -> list[dict[str, Any]]:
    rows = ClassMembership.objects.filter(trainee__person__user=user).order_by("starts_on", "pk")
    return list(rows.values("training_class__name", "starts_on", "ends_on"))


def _groups(user: User) -> list[dict[str, Any]]:
    rows = GroupMembership.objects.filter(trainee__person__user=user).order_by("starts_on", "pk")
    return list(rows.values("group__name", "starts_on", "ends_on"))


def _offices(user: User) -> list[dict[str, Any]]:
    rows = ClassOfficer.objects.filter(person__user=user).order_by("starts_on", "pk")
    return list(rows.values("training_class__name", "office", "starts_on", "ends_on"))


def _consents(user: User) -> list[dict[str, Any]]:
    rows = Consent.objects.filter(person__user=user).order_by("pk")
    return list(rows.values("purpose", "text_version", "given_at", "withdrawn_at"))


def _applications(user: User) -> list[dict[str, Any]]:
    rows = Application.objects.filter(Q(account=user) | Q(person__user=user)).order_by("pk")
    fields = ("round__cohort__program__name", "round__cohort__name", "origin", "nominating_unit__name", "work_unit")
    return list(rows.values(*fields, "position", "answers", "state", "submitted_at", "reason"))


def _screenings(user: User) -> list[dict[str, Any]]:
    """How the last decision came to each outcome: what was known, the rules met, why, and the reason of a hand."""
    mine = Application.objects.filter(Q(account=user) | Q(person__user=user)).order_by("pk")
    found = map(published_row, mine.select_related("round__cohort__program"))
    return [_screened(row, explanation(row, override)) for row, override in filter(None, found)]


def _screened(row: ScreeningRow, told: Explanation) -> dict[str, Any]:
    cohort = row.application.round.cohort
    return {
        "cohort__program__name": cohort.program.name,
        "cohort__name": cohort.name,
        "run": row.screening.number,
        "made_at": row.screening.made_at,
        "facts": row.facts,
        "rules_met": told.hits,
        "outcome": row.outcome,
        "why": told.why,
        "what_would_have_changed_it": told.change,
        "decided_by_hand": told.by_hand,
    }


OWN_PAGES.append((gettext_lazy("My applications"), "cohorts:my_applications", "cohorts.see_own_application"))
OWN_PAGES.append(
    (gettext_lazy("My profile, and what I have said yes to"), "cohorts:my_profile", "cohorts.see_own_place")
)
OWN_DATA |= {
    "person": _people,
    "places": _places,
    "classes": _classes,
    "groups": _groups,
    "offices": _offices,
    "consents": _consents,
    "applications": _applications,
    "screenings": _screenings,
}
