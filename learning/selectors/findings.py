"""Findings as they stand on the pages of a journal and of a finding."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from learning.models import Finding, Journal
from learning.rules.findings import place_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import is_key


@dataclass(frozen=True)
class MadeOf:
    """What another part of the product made of a finding: a name, a state in words and where it is."""

    name: str
    state: str
    url: str


# Filled by apps that know of findings: what each made of one, as far as this person may see it.
MADE_OF: list[Callable[[User, Finding], list[MadeOf]]] = []


def made_of(user: User, finding: Finding) -> list[MadeOf]:
    return [each for find in MADE_OF for each in find(user, finding)]


def findings_of(user: User, journal: Journal) -> QuerySet[Finding]:
    """What was made of a journal, as far as this person may see it, in the order of the text."""
    mine = Finding.objects.filter(access.rows(user, "learning.view_finding"), journal=journal)
    return mine.select_related("made_by").defer("made_by__phone", "made_by__first_password").order_by("start", "pk")


@dataclass(frozen=True)
class Citation:
    """A finding that somebody came from, and where its words stand in the text now; None: the text has changed since."""

    finding: Finding
    place: tuple[int, int] | None


def citation(asked: str, findings: list[Finding], text: str) -> Citation | None:
    """The one that the address names by its key, if it is among these."""
    finding = next((each for each in findings if is_key(asked) and each.pk == int(asked)), None)
    return Citation(finding, place_of(text, finding.quote, finding.start)) if finding else None
