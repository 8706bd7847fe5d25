"""For whom needs are sought, and what one line of them says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.models import User
from cohorts.selectors.home import CohortLine
from reports.rules import When
from reports.selectors.figures import Headlines
from reports.selectors.office import Office
from trainee_mgmt.kit import access
from trainee_mgmt.navigation import link

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Need:
    """One line: ``what`` with its number, ``why`` or whose, the ``verb`` of the button and where it leads.

    ``list_url`` opens all of it where the button leads to the first.
    """

    when: When
    icon: str
    what: str
    why: str
    verb: str
    url: str
    list_url: str = ""


@dataclass(frozen=True)
class Asked:
    """For whom, on which day, over which cohorts (by key)."""

    user: User
    now: datetime
    cohorts: dict[int, CohortLine]
    headlines: dict[int, Headlines]
    office: Office | None

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def has_people(self) -> bool:
        return any(each.values["cohorts.trainees"].of for each in self.headlines.values())

    def may(self, permission: str) -> bool:
        return access.holds(self.user, permission)

    def mine(self, model: type[Model], permission: str, cohort: str = "cohort") -> QuerySet | None:
        """The rows of these cohorts on which the permission may be used; ``cohort`` is the way from a row to its cohort.

        None: there are no cohorts, or no role of the user has the permission.
        """
        if not self.cohorts or not self.may(permission):
            return None
        return model._default_manager.filter(access.rows(self.user, permission), **{f"{cohort}__in": self.cohorts})

    def link(self, name: str, query: str = "", /, **kwargs) -> str:
        return link(self.user.role_set, name, query, **kwargs)

    def about(self, cohort_id: int, *facts: str) -> str:
        """The second line: the cohort's name where there are several, then the facts."""
        return " · ".join(fact for fact in (self.name_of(cohort_id), *facts) if fact)

    def name_of(self, cohort_id: int) -> str:
        cohort = self.cohorts[cohort_id]
        return f"{cohort.program} {cohort.name}" if len(self.cohorts) > 1 else ""
