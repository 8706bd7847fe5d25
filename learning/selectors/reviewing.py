"""Journals as their reviewers read them: many on one page, and which wait for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Left, Length

from accounts.models import User
from cohorts.models import Cohort
from cohorts.models.trainees import unseen
from cohorts.rules.scoring import Scoring
from learning.models import Finding, Journal, JournalNote, JournalScore
from learning.rules.findings import Paragraph, paragraphs
from learning.rules.traces import Kind, Trace, shown, traces
from learning.selectors.copies import open_signals
from learning.selectors.findings import Citation, citation, findings_of
from trainee_mgmt.kit import access

OPENING = 3000  # so much of a text stands on a page of many; the rest is one key away
PLACES = 3  # traces that are shown by their words


@dataclass(frozen=True)
class Reading:
    """A journal on a reviewer's page. ``scoring`` is there for whoever may score it, in a cohort that scores journals;
    ``signals``: how many others share passages with it; ``traces``: what chat tools may have left in it; ``findings``: what was
    made of it, on the page of one."""

    journal: Journal
    text: str
    is_cut: bool = False
    scoring: Scoring | None = None
    scores: list[JournalScore] = field(default_factory=list)
    signals: int = 0
    traces: list[Trace] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    citation: Citation | None = None

    @property
    def anchor(self) -> str:
        return "cite" if self.citation else f"text-{self.journal.pk}"

    @property
    def paragraphs(self) -> list[Paragraph]:
        place = self.citation.place if self.citation else None
        return paragraphs(self.text, [place] if place else [])

    @property
    def places(self) -> list[tuple[str, str, str, Kind]]:
        """The first traces with the words around them."""
        return [(*shown(self.text, each), each.kind) for each in self.traces[:PLACES]]

    @property
    def more_places(self) -> int:
        return len(self.traces[PLACES:])

    @property
    def score(self) -> JournalScore | None:
        return next((each for each in self.scores if each.in_force), None)

    @property
    def earlier(self) -> list[JournalScore]:
        return [each for each in self.scores if not each.in_force]


def reviewable(queryset: QuerySet[Journal]) -> QuerySet[Journal]:
    """With the writer, the pictures and what was said, all of it loaded."""
    authors = JournalNote.objects.select_related("author").defer("author__phone", "author__first_password")
    return (
        queryset.select_related("trainee__person")
        .defer(*unseen("trainee"))
        .prefetch_related("pictures", Prefetch("notes", authors.order_by("pk")))
    )


def readings(user: User, cohort: Cohort, keys: Sequence[int]) -> list[Reading]:
    """These journals in their order, long texts by their opening. The same number of queries for any number of them."""
    rows = reviewable(Journal.objects).defer("body", *unseen("trainee"))
    found = rows.annotate(opening=Left("body", OPENING), length=Length("body")).in_bulk(keys)
    scores, signals = _scores(user, cohort, keys), open_signals(user, keys)
    return [
        Reading(
            found[key],
            found[key].opening,
            found[key].length > OPENING,
            cohort.scoring if key in scores else None,
            scores.get(key, []),
            signals.get(key, 0),
            _traces(user, found[key].opening),
        )
        for key in keys
        if key in found
    ]


def reading(user: User, journal: Journal, *, cite: str = "") -> Reading:
    """One journal in full length; its trainee and cohort are loaded. ``cite``: the key of a finding whose words are marked."""
    cohort = journal.trainee.cohort
    scores = _scores(user, cohort, [journal.pk])
    scoring = cohort.scoring if journal.pk in scores else None
    findings = list(findings_of(user, journal))
    return Reading(
        journal,
        journal.body,
        scoring=scoring,
        scores=scores.get(journal.pk, []),
        signals=open_signals(user, [journal.pk]).get(journal.pk, 0),
        traces=_traces(user, journal.body),
        findings=findings,
        citation=citation(cite, findings, journal.body),
    )


def _traces(user: User, text: str) -> list[Trace]:
    """For whoever sees what journals share; they are found in the text as it is read, and kept nowhere."""
    return traces(text) if access.holds(user, "learning.view_copysignal") else []


def _scores(user: User, cohort: Cohort, keys: Sequence[int]) -> dict[int, list[JournalScore]]:
    """The scores of those journals that this person may score, the oldest first."""
    if not cohort.scoring.is_asked or not access.holds(user, "learning.score_journal"):
        return {}
    mine = Journal.objects.filter(access.rows(user, "learning.score_journal"), pk__in=keys)
    found: dict[int, list[JournalScore]] = {key: [] for key in mine.values_list("pk", flat=True)}
    given = JournalScore.objects.filter(journal__in=list(found)).select_related("given_by").order_by("pk")
    for each in given.defer("given_by__phone", "given_by__first_password"):
        found[each.journal_id].append(each)
    return found


def overdue(today: date) -> Q:
    """Journals that wait for an answer after its last day."""
    return Q(state=Journal.State.SUBMITTED, review_due_on__lt=today)
