"""What speaks against calling people, as a reader may see it."""

from cohorts.models import Application, Cohort
from cohorts.rules.calls import Finding, in_words
from cohorts.selectors.calls import findings_of, without_reason
from trainee_mgmt.kit import access


def told(findings: list[Finding], user) -> list[dict]:
    """Findings in words; a cohort in the reader's reach by its name and with its page, others by dates and office only."""
    keys = {each.cohort for each in findings if each.cohort}
    reach = Cohort.objects.filter(access.rows(user, "cohorts.view_cohort"), pk__in=keys).select_related("program")
    known = reach.in_bulk() if keys else {}
    return [
        {
            "code": each.code,
            "words": in_words(each.code, each.params),
            "cohort": known.get(each.cohort),
            "asks": each.asks,
        }
        for each in findings
    ]


def findings_about(application: Application, user) -> dict:
    """For the template of a page about one application: the findings, and whether somebody must give a reason."""
    found = findings_of([application], application.round.cohort)
    return {
        "findings": told(found[application.pk], user),
        "needs_reason": application.state in Application.OPEN and bool(without_reason(found)),
    }
