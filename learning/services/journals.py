"""Journals: a draft that is kept while it is written, handed in, commented on, returned or accepted."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.calendar import working_days
from cohorts.models import Cohort, Trainee
from cohorts.rules.scoring import Given
from cohorts.services.cohorts import OUTSIDE
from learning.models import Journal, JournalNote, JournalPicture, JournalScore, JournalVersion
from learning.rules import journals as rules
from learning.rules.journals import Action
from learning.selectors import period_of
from learning.services.answers import tell_writers
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pictures import encode_anew
from trainee_mgmt.kit.queue import after_commit
from trainee_mgmt.kit.uploads import drop_files, keep_file

PICTURES = 9


class Overtaken(Refused):
    """The journal was saved elsewhere in the meantime; ``theirs`` is the text that is stored now."""

    def __init__(self, theirs: str, revision: int):
        super().__init__(
            _("This journal was saved on another device or in another window. Both texts are kept: choose one.")
        )
        self.theirs, self.revision = theirs, revision


def open_journal(trainee: Trainee, *, start: date) -> Journal:
    """The trainee's journal of the period named by ``start``, made empty at the first look. Two windows make one."""
    period = period_of(trainee, start)
    if period is None:
        raise Refused(_("The cohort asks for no journal of these days."))
    if period.first > timezone.localdate():
        raise Refused(_("These days have not begun; their journal opens on %(day)s.") % {"day": day(period.first)})
    found = Journal.objects.filter(trainee=trainee, period_start=start).first()
    if found:
        return found
    if trainee.status != Trainee.Status.ACTIVE:
        raise Refused(_("You are no longer in this cohort; there is nothing to write."))
    try:
        with transaction.atomic():
            made = Journal.objects.create(
                trainee=trainee,
                period_start=start,
                last_on=period.last,
                due_on=period.due_on,
                saved_at=timezone.now(),
            )
            record("learning.open_journal", made, after={"period": start.isoformat()})
            return made
    except IntegrityError:
        return Journal.objects.get(trainee=trainee, period_start=start)


def keep_draft(journal: Journal, *, body: str, revision: int, instead: bool = False) -> Journal:
    """Keep what was typed; the same text again is no change.

    Whoever saves upon an older revision, or after the journal was handed in elsewhere, is told (``Overtaken``,
    ``Refused``): the stored text stays, and this one is kept as a version. ``instead``: the writer saw both and chose this
    one; the text that gives way is kept as a version.
    """
    with transaction.atomic():
        journal = Journal.objects.select_for_update().get(pk=journal.pk)
        body = rules.clean_text(body)
        refusal = None if body == journal.body else _refusal(journal, Action.EDIT, body, revision)
        if refusal:
            if _keep_version(journal, body):
                record("learning.keep_version", journal, after={"characters": len(body)})
        elif body != journal.body:
            if instead:
                _keep_version(journal, journal.body)
            length = len(journal.body)
            journal.body, journal.revision, journal.saved_at = body, revision + 1, timezone.now()
            journal.save(update_fields=["body", "revision", "saved_at"])
            record("learning.keep_draft", journal, before={"characters": length}, after={"characters": len(body)})
    if refusal:
        raise refusal
    return journal


def submit(journal: Journal, *, body: str, revision: int, by: User, instead: bool = False) -> Journal:
    """Hand in the text that stands on the screen. What stands against it is told as by ``keep_draft``; no text is lost."""
    with transaction.atomic():
        journal = Journal.objects.select_for_update().get(pk=journal.pk)
        body = rules.require_text(body)
        refusal = _refusal(journal, Action.SUBMIT, body, revision)
        if refusal:
            if body != journal.body and _keep_version(journal, body):
                record("learning.keep_version", journal, after={"characters": len(body)})
        else:
            if instead and body != journal.body:
                _keep_version(journal, journal.body)
            _hand_in(journal, body, by)
    if refusal:
        raise refusal
    return journal


def _refusal(journal: Journal, action: Action, body: str, revision: int) -> Refused | None:
    """Why this text cannot be taken: the state of the journal, or another text that was saved since."""
    try:
        rules.move(journal.state, action)
    except Refused as refusal:
        return refusal
    if revision != journal.revision and body != journal.body:
        return Overtaken(journal.body, journal.revision)
    return None


def _hand_in(journal: Journal, body: str, by: User) -> None:
    before, now = journal.state, timezone.now()
    journal.body, journal.revision, journal.saved_at = body, journal.revision + 1, now
    journal.state = rules.move(before, Action.SUBMIT)
    journal.submitted_at = journal.submitted_at or now
    today = timezone.localdate(now)
    review_in = Cohort.objects.values_list("journal_review_in", flat=True).get(trainees=journal.trainee_id)
    journal.review_due_on = rules.review_due(today, review_in, working_days(today))
    journal.save(update_fields=["body", "revision", "saved_at", "state", "submitted_at", "review_due_on"])
    JournalNote.objects.create(journal=journal, kind=JournalNote.Kind.SUBMITTED, author=by)
    after = {"state": journal.state, "characters": len(body)}
    record("learning.submit_journal", journal, before={"state": before}, after=after)
    after_commit("learning.compare_journal", journal.pk, is_repaired=True)


def _keep_version(journal: Journal, body: str) -> bool:
    """Each text once; an empty one is no version."""
    if not body or journal.versions.filter(body=body).exists():
        return False
    JournalVersion.objects.create(journal=journal, body=body, kept_at=timezone.now())
    return True


def return_to_writer(journal: Journal, *, text: str, by: User) -> Journal:
    """Give a journal back with what is missing; the writer can change and hand it in again."""
    if not text.strip():
        raise Refused(_("Say what is missing, so that the writer can mend it."))
    return _review(journal, Action.RETURN, JournalNote.Kind.RETURNED, text=text, by=by)


def accept(journal: Journal, *, text: str = "", score: Given | None = None, by: User) -> Journal:
    """Accept a journal, perhaps with points; it counts from now on and no longer changes."""
    return _review(journal, Action.ACCEPT, JournalNote.Kind.ACCEPTED, text=text, score=score, by=by)


@transaction.atomic
def score_journal(journal: Journal, score: Given, *, by: User) -> JournalScore:
    """Give an accepted journal its points, or other points: the earlier ones stay to be read. The same again is no change."""
    journal = Journal.objects.select_for_update().get(pk=journal.pk)
    if journal.state != Journal.State.ACCEPTED:
        raise Refused(_("A journal is scored when it is accepted."))
    old = journal.scores.filter(in_force=True).first()
    if old and (old.points, old.grade) == (score.points, score.grade):
        return old
    if old:
        journal.scores.filter(pk=old.pk).update(in_force=False)
    new = _give(journal, score, by)
    record("learning.score_journal", journal, before={"score": str(old)} if old else None, after={"score": str(new)})
    return new


def _give(journal: Journal, score: Given, by: User) -> JournalScore:
    return JournalScore.objects.create(
        journal=journal, points=score.points, grade=score.grade, given_by=by, given_at=timezone.now()
    )


@transaction.atomic
def accept_many(journals: list[Journal], *, by: User) -> int:
    """Accept those that still wait; others are left alone. Answers how many."""
    waiting = list(
        Journal.objects.select_for_update()
        .filter(pk__in=[each.pk for each in journals], state=Journal.State.SUBMITTED)
        .order_by("pk")
    )
    now = timezone.now()
    Journal.objects.filter(pk__in=[each.pk for each in waiting]).update(
        state=Journal.State.ACCEPTED, reviewed_at=now, reviewed_by=by
    )
    tell_writers(
        JournalNote.objects.bulk_create(
            JournalNote(journal=each, kind=JournalNote.Kind.ACCEPTED, author=by) for each in waiting
        )
    )
    record(
        "learning.accept_journals",
        label=_("%(count)s journals") % {"count": len(waiting)},
        after={"journals": [each.pk for each in waiting]},
    )
    return len(waiting)


@transaction.atomic
def comment(journal: Journal, *, text: str, by: User) -> JournalNote:
    """Say something without deciding."""
    text = text.strip()
    if not text:
        raise Refused(_("Write the comment first."))
    note = JournalNote.objects.create(journal=journal, kind=JournalNote.Kind.COMMENT, author=by, text=text[:2000])
    tell_writers([note])
    record("learning.comment_journal", journal, after={"characters": len(text)})
    return note


@transaction.atomic
def _review(journal: Journal, action: Action, kind: str, *, text: str, score: Given | None = None, by: User) -> Journal:
    journal = Journal.objects.select_for_update().get(pk=journal.pk)
    before, state = journal.state, rules.move(journal.state, action)
    journal.state, journal.reviewed_at, journal.reviewed_by = state, timezone.now(), by
    journal.save(update_fields=["state", "reviewed_at", "reviewed_by"])
    tell_writers([JournalNote.objects.create(journal=journal, kind=kind, author=by, text=text.strip()[:2000])])
    after = {"state": state}
    if score:
        after["score"] = str(_give(journal, score, by))
    record(f"learning.{action}_journal", journal, before={"state": before}, after=after)
    return journal


@transaction.atomic
def add_picture(journal: Journal, *, data: bytes) -> JournalPicture:
    """A picture for the journal, encoded anew: smaller, turned upright, without place, device or author."""
    journal = Journal.objects.select_for_update().get(pk=journal.pk)
    rules.move(journal.state, Action.EDIT)
    if journal.pictures.count() >= PICTURES:
        raise Refused(_("A journal holds %(most)s pictures at most.") % {"most": PICTURES})
    picture = encode_anew(data)
    made = JournalPicture(journal=journal, width=picture.width, height=picture.height)
    keep_file(made.file, "picture.jpg", picture.full)
    keep_file(made.thumbnail, "thumbnail.jpg", picture.thumbnail)
    made.save()
    record("learning.add_picture", journal, after={"picture": made.pk, "bytes": len(picture.full)})
    return made


@transaction.atomic
def remove_picture(picture: JournalPicture) -> None:
    journal = Journal.objects.select_for_update().get(pk=picture.journal_id)
    rules.move(journal.state, Action.EDIT)
    if not journal.pictures.filter(pk=picture.pk).exists():
        raise Refused(_("This picture was removed already."))
    key, files = picture.pk, (picture.file, picture.thumbnail)
    picture.delete()
    record("learning.remove_picture", journal, before={"picture": key})
    drop_files(files)


def outside(cohort: Cohort) -> str:
    """A sentence that names the first journal handed in that the days of the cohort leave out."""
    days = Q(last_on__lt=cohort.starts_on) | Q(period_start__gt=cohort.ends_on)
    left_out = Journal.objects.filter(days, trainee__cohort=cohort).exclude(state=Journal.State.DRAFT)
    if not (first := left_out.select_related("trainee__person").order_by("period_start", "pk").first()):
        return ""
    words = _("The journal of %(name)s of %(day)s would lie outside these days.")
    return words % {"name": first.trainee.person.name, "day": day(first.period_start)}


OUTSIDE.append(outside)
