"""Passages that journals share: found when one is handed in, shown to a person, settled by a person. Nothing is ever scored by it."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from learning.models import HANDED_IN, CopySignal, Journal, JournalPrint
from learning.rules import copies as rules
from programs.models import Program
from trainee_mgmt.kit.errors import Refused

LOOKED_AT = 500  # journals by which it is known what many write
COMPARED = 40  # with so many, those that share most, a journal is compared word by word
AT_A_TIME = 200  # journals in one run of the task that repairs


@transaction.atomic
def compare(journal_id: int) -> int:
    """Keep the fingerprints of a journal that was handed in and find what it shares with others of its program.

    Safe to run at any time and twice: what was found stands once, what holds no longer goes unless somebody settled it.
    Answers how many signals stand.
    """
    journals = Journal.objects.select_for_update(of=("self",)).select_related("trainee__cohort")
    journal = journals.filter(pk=journal_id, state__in=HANDED_IN).first()
    if journal is None:
        return 0
    Program.objects.select_for_update(no_key=True).get(
        pk=journal.trainee.cohort.program_id
    )  # two at once would miss each other
    reading = rules.read(journal.body)
    marks = rules.fingerprints(reading)
    JournalPrint.objects.update_or_create(
        journal=journal, defaults={"revision": journal.revision, "version": rules.VERSION, "marks": marks}
    )
    known, others, near = _near(journal, marks)
    prompts = [rules.read(line) for line in journal.trainee.cohort.journal_prompts.splitlines()]
    worth = rules.worth(reading, known=known, others=others, templates=prompts)
    found = {}
    for other in Journal.objects.filter(pk__in=near).only("pk", "body", "revision", "submitted_at"):
        passages = rules.passages(reading, rules.read(other.body), worth=worth)
        if rules.is_worth_a_look(passages):
            found[_pair(journal, other)] = passages
    _keep(journal, found)
    return len(found)


def _near(journal: Journal, marks: list[int]) -> tuple[set[int], dict[int, int], list[int]]:
    """The fingerprints that many others have too, how many people have the others, and the journals that share most of these."""
    others = _comparable(journal)
    people = defaultdict(set)
    own = set(marks)
    sample = others.exclude(journal__trainee__person=journal.trainee.person_id).filter(marks__overlap=marks)
    for person, theirs in sample.values_list("journal__trainee__person", "marks")[:LOOKED_AT]:
        for mark in own.intersection(theirs):
            people[mark].add(person)
    size = journal.trainee.cohort.trainees.count()
    known = {mark for mark, who in people.items() if rules.are_many(len(who), size)}
    rare = own - known
    near = Counter()
    for pk, theirs in (
        others.filter(marks__overlap=list(rare)).values_list("journal", "marks").order_by("-journal")[:LOOKED_AT]
    ):
        near[pk] = len(rare.intersection(theirs))
    return known, {mark: len(who) for mark, who in people.items()}, [pk for pk, _count in near.most_common(COMPARED)]


def _comparable(journal: Journal) -> QuerySet[JournalPrint]:
    """Journals of the same program, this cohort and earlier ones, that stand as they were handed in."""
    return JournalPrint.objects.filter(
        journal__trainee__cohort__program=journal.trainee.cohort.program_id,
        journal__state__in=HANDED_IN,
        journal__revision=F("revision"),
        version=rules.VERSION,
    ).exclude(journal=journal)


def _pair(journal: Journal, other: Journal) -> tuple[Journal, Journal]:
    """The later one first."""
    return (journal, other) if _order(journal) > _order(other) else (other, journal)


def _order(journal: Journal):
    return journal.submitted_at, journal.pk


def _keep(journal: Journal, found: dict[tuple[Journal, Journal], list[rules.Passage]]) -> None:
    now = timezone.now()
    about = CopySignal.objects.select_for_update().filter(Q(journal=journal) | Q(source=journal))
    standing = {(each.journal_id, each.source_id): each for each in about}
    for (later, earlier), passages in found.items():
        signal = standing.pop((later.pk, earlier.pk), None) or CopySignal(journal=later, source=earlier, found_at=now)
        rows = [_as_row(each) if later == journal else _turned(each) for each in passages]
        signs = rules.shared(passages)
        if signal.pk and signs > signal.signs:  # the text grew more alike since it was settled
            signal.state, signal.settled_at, signal.settled_by = CopySignal.State.OPEN, None, None
        signal.signs, signal.passages, signal.checked_at = signs, rows, now
        signal.journal_revision, signal.source_revision = later.revision, earlier.revision
        signal.save()
    gone = [each.pk for each in standing.values() if each.state == CopySignal.State.OPEN]
    CopySignal.objects.filter(pk__in=gone).exclude(_other_is_being_changed(journal)).delete()


def _as_row(passage: rules.Passage) -> list[int]:
    return [passage.start, passage.end, passage.other_start, passage.other_end, passage.signs]


def _turned(passage: rules.Passage) -> list[int]:
    return [passage.other_start, passage.other_end, passage.start, passage.end, passage.signs]


def _other_is_being_changed(journal: Journal) -> Q:
    """A journal that was returned is compared again when it is handed in again."""
    return Q(journal=journal) & ~Q(source__state__in=HANDED_IN) | Q(source=journal) & ~Q(journal__state__in=HANDED_IN)


def compare_what_is_new() -> int:
    """Whatever was not compared as it stands now, the oldest first, and then open signals that were not looked at for a day:
    what many write by now is commonplace. Answers how many journals were compared; a missed run repairs itself."""
    current = JournalPrint.objects.filter(journal__revision=F("revision"), version=rules.VERSION)
    missing = Journal.objects.filter(state__in=HANDED_IN).exclude(pk__in=current.values("journal"))
    keys = list(missing.order_by("submitted_at", "pk").values_list("pk", flat=True)[:AT_A_TIME])
    if room := AT_A_TIME - len(keys):
        yesterday = timezone.now() - timedelta(days=1)
        old = CopySignal.objects.filter(state=CopySignal.State.OPEN, checked_at__lt=yesterday)
        keys += old.order_by("checked_at").values_list("journal", flat=True)[:room]
    for key in dict.fromkeys(keys):
        compare(key)
    return len(set(keys))


@transaction.atomic
def settle_signal(signal: CopySignal, *, state: str, note: str, by: User) -> CopySignal:
    """A person looked at it: nothing to object to, or it was talked about; the note says what. The same again is no change."""
    signal = CopySignal.objects.select_for_update().get(pk=signal.pk)
    note = note.strip()[:300]
    if state == CopySignal.State.TALKED and not note:
        raise Refused(_("Say in a few words what was agreed."))
    if (signal.state, signal.note) == (state, note):
        return signal
    before = {"state": signal.state}
    signal.state, signal.note, signal.settled_at, signal.settled_by = state, note, timezone.now(), by
    signal.save(update_fields=["state", "note", "settled_at", "settled_by"])
    record("learning.settle_copysignal", signal, before=before, after={"state": state, "note": note})
    return signal


@transaction.atomic
def reopen_signal(signal: CopySignal) -> CopySignal:
    """It is to be looked at again; the note stays."""
    changed = CopySignal.objects.filter(pk=signal.pk).exclude(state=CopySignal.State.OPEN)
    if not changed.update(state=CopySignal.State.OPEN, settled_at=None, settled_by=None):
        raise Refused(_("This is open already."))
    record("learning.reopen_copysignal", signal, before={"state": signal.state})
    return signal
