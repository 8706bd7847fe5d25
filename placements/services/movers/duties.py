"""What this app moves with a stay: the requests for feedback, the mentor's link, and the training that may end with it."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.services.cohorts import edit_cohort
from cohorts.services.trainees import undo_withdrawal, withdraw
from placements.models import FeedbackLink
from placements.rules.feedback import STAYS_OPEN, milestone_name
from placements.selectors.feedback import rules_in_force
from placements.services.feedback import moves_of, requests_of, write_moves
from placements.services.moving import Change, Move, Moved, Mover, register
from trainee_mgmt.kit.formats import EMPTY
from trainee_mgmt.kit.formats import day as day_words

DAY = timedelta(days=1)


# Feedback -------------------------------------------------------------------------------------------------------------


def _feedback(change: Change) -> list[Move]:
    rules, today = rules_in_force(change.trainee.cohort_id), timezone.localdate()
    if rules is None:
        return []
    found = []
    for at, span in enumerate(change.spans):
        requests = requests_of(span.placement) if span.placement else []
        stay = (span.after.first, span.after.last) if span.after else None
        found += [move | {"span": at} for move in moves_of(rules, requests, stay, today=today)]
    return found


def _feedback_words(move: Move) -> Moved:
    def days(given):
        return day_words(date.fromisoformat(given[1])) if given else EMPTY

    after = _("nobody is asked") if move["act"] == "excuse" else days(move["after"])
    before = _("excused") if move["act"] == "again" else days(move["before"])
    return Moved(milestone_name(move["milestone"]), before, after)


def _move_feedback(change: Change, moves: list[Move]) -> None:
    rules = rules_in_force(change.trainee.cohort_id)
    write_moves(rules, [move | {"placement": change.spans[move["span"]].placement.pk} for move in moves])


register(Mover("feedback", gettext_lazy("Feedback of the mentor is due"), _feedback, _feedback_words, _move_feedback))


# The mentor's link ----------------------------------------------------------------------------------------------------


def _links(change: Change) -> list[Move]:
    found = []
    for span in change.spans:
        link = span.placement and FeedbackLink.objects.filter(placement=span.placement, revoked_at=None).first()
        if not link:
            continue
        until = span.after.last + STAYS_OPEN if span.after else None
        if until is None or until > link.ends_on:
            found.append({"link": link.pk, "before": link.ends_on.isoformat(), "after": until and until.isoformat()})
    return found


def _link_words(move: Move) -> Moved:
    after = day_words(date.fromisoformat(move["after"])) if move["after"] else _("opens nothing any more")
    return Moved(_("Link of the mentor"), day_words(date.fromisoformat(move["before"])), after)


def _move_links(change: Change, moves: list[Move]) -> None:
    for move in moves:
        values = {"ends_on": move["after"]} if move["after"] else {"revoked_at": timezone.now()}
        FeedbackLink.objects.filter(pk=move["link"]).update(**values)


register(Mover("links", gettext_lazy("The mentor's link is open until"), _links, _link_words, _move_links))


# The cohort -----------------------------------------------------------------------------------------------------------


def _cohort(change: Change) -> list[Move]:
    if not change.cohort_ends_on:
        return []
    cohort = change.trainee.cohort
    return [{"name": cohort.name, "before": cohort.ends_on.isoformat(), "after": change.cohort_ends_on.isoformat()}]


def _cohort_words(move: Move) -> Moved:
    before, after = (day_words(date.fromisoformat(move[side])) for side in ("before", "after"))
    return Moved(move["name"], before, after)


def _move_cohort(change: Change, moves: list[Move]) -> None:
    for move in moves:
        edit_cohort(change.trainee.cohort, ends_on=date.fromisoformat(move["after"]))


register(Mover("cohort", gettext_lazy("The cohort lasts until"), _cohort, _cohort_words, _move_cohort))


# Training -------------------------------------------------------------------------------------------------------------


def _training(change: Change) -> list[Move]:
    if change.training_ends_on:
        return [{"ends_on": change.training_ends_on.isoformat()}]
    return [{"ends_on": None}] if change.training_goes_on else []


def _training_words(move: Move) -> Moved:
    if move["ends_on"] is None:
        return Moved(_("Training in the cohort"), _("withdrawn"), _("goes on"))
    return Moved(_("Training in the cohort"), _("goes on"), day_words(date.fromisoformat(move["ends_on"])))


def _move_training(change: Change, moves: list[Move]) -> None:
    for move in moves:
        if move["ends_on"] is None:
            undo_withdrawal(change.trainee)
        else:
            withdraw([change.trainee], on=date.fromisoformat(move["ends_on"]) + DAY, reason=change.reason)


register(Mover("training", gettext_lazy("Training ends on"), _training, _training_words, _move_training))
