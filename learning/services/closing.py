"""The closing checklist of the classes of a cohort, and the rule that says what is needed before it is closed."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Cohort, TrainingClass
from cohorts.selectors.cohorts import OVERDUE
from cohorts.services.cohorts import AGAINST_CLOSING
from learning.models import ClosingFile, ClosingItem, ClosingRule, Session, SheetWaiver
from learning.rules.closing import USUAL, Sheets, sentence
from learning.selectors import closing
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.evidence import checked
from trainee_mgmt.kit.once import insert_once
from trainee_mgmt.kit.uploads import drop_files, keep_file

FILES, MOST_ITEMS = 5, 30


@transaction.atomic
def change_rule(cohort: Cohort, *, kinds: Iterable[str], sheets: str, by: User) -> ClosingRule:
    """A new version of what is needed to close the cohort; the same again makes none."""
    cohort = _open(cohort.pk)
    old = closing.rule_in_force(cohort)
    kinds = sorted(set(kinds))
    before = {"kinds": old.kinds, "sheets": old.sheets} if old else {"kinds": [], "sheets": Sheets.MARKS}
    if before == {"kinds": kinds, "sheets": sheets}:
        return old or ClosingRule(cohort=cohort, version=0)
    ClosingRule.objects.filter(cohort=cohort, in_force=True).update(in_force=False)
    rule = ClosingRule.objects.create(
        cohort=cohort,
        version=(old.version if old else 0) + 1,
        kinds=kinds,
        sheets=sheets,
        made_by=by,
        made_at=timezone.now(),
    )
    after = {"kinds": kinds, "sheets": str(sheets), "version": rule.version}
    record("learning.change_closing_rule", rule, before=before, after=after)
    return rule


@transaction.atomic
def set_up(cohort: Cohort, *, due_on: date | None, owner: User | None = None) -> int:
    """The usual items for each class that lacks some; in charge is its head teacher, or ``owner`` for all."""
    cohort = _open(cohort.pk)
    heads = {} if owner else closing.head_teachers_by_class(cohort, day=timezone.localdate())
    classes = list(cohort.classes.order_by("number", "pk"))
    known = set(ClosingItem.objects.filter(training_class__in=classes).values_list("training_class", "kind"))
    made = ClosingItem.objects.bulk_create(
        ClosingItem(training_class=each, kind=kind, due_on=due_on, owner_id=owner.pk if owner else heads.get(each.pk))
        for each in classes
        for kind in USUAL
        if (each.pk, kind) not in known
    )
    if not made:
        raise Refused(_("Every class has its checklist already."))
    record("learning.set_up_closing", cohort, after={"items": len(made), "due_on": due_on})
    return len(made)


@transaction.atomic
def add_item(
    classes: Iterable[TrainingClass], *, title: str, owner: User | None = None, due_on: date | None = None
) -> list[ClosingItem]:
    """An item of one's own, for each of these classes of one cohort."""
    classes = list(classes)
    cohort = _open(classes[0].cohort_id)
    for each in classes:
        if each.closing_items.count() >= MOST_ITEMS:
            raise Refused(
                _("The checklist of %(name)s has %(most)s items already.") % {"name": each.name, "most": MOST_ITEMS}
            )
    made = ClosingItem.objects.bulk_create(
        ClosingItem(training_class=each, kind=ClosingItem.Kind.OWN, title=title, owner=owner, due_on=due_on)
        for each in classes
    )
    record("learning.add_closing_item", cohort, after={"title": title, "classes": len(made), "due_on": due_on})
    return made


@transaction.atomic
def change_item(item: ClosingItem, **values) -> ClosingItem:
    """Another person in charge, another day, another title of an own item."""
    item = _locked(item)
    before, after = changes(item, values)
    if not after:
        return item
    for name, value in after.items():
        setattr(item, name, value)
    item.save(update_fields=list(after))
    record("learning.change_closing_item", item, before=before, after=after)
    return item


@transaction.atomic
def remove_item(item: ClosingItem) -> None:
    """The item goes with its files; the log keeps how many there were."""
    item = _locked(item)
    files = list(item.files.all())
    record("learning.remove_closing_item", item, before=_facts(item) | {"files": len(files)})
    item.delete()
    drop_files(each.file for each in files)


@transaction.atomic
def finish_item(item: ClosingItem, *, note: str, by: User) -> ClosingItem:
    """Done, by a person: with a file, or with a word about where it is."""
    item = _locked(item)
    if item.is_computed:
        raise Refused(_("This item is not ticked by hand: it is done when its evidence is complete."))
    if item.done_at:
        raise Refused(_("This item is done already."))
    note = note.strip()[:200]
    if not note and not item.files.exists():
        raise Refused(_("Send its file first, or say in a few words where it is kept."))
    item.done_at, item.done_by, item.note = timezone.now(), by, note
    item.save(update_fields=["done_at", "done_by", "note"])
    record("learning.finish_closing_item", item, after={"note": note})
    return item


@transaction.atomic
def reopen_item(item: ClosingItem) -> ClosingItem:
    """Its note goes with it; the files stay."""
    item = _locked(item)
    if not item.done_at:
        raise Refused(_("This item is open already."))
    before = {"done_at": item.done_at, "note": item.note}
    item.done_at, item.done_by, item.note = None, None, ""
    item.save(update_fields=["done_at", "done_by", "note"])
    record("learning.reopen_closing_item", item, before=before)
    return item


@transaction.atomic
def add_files(item: ClosingItem, files: Iterable[bytes], *, by: User) -> list[ClosingFile]:
    """Pictures and PDFs of an item; not of one that is computed: its evidence stands elsewhere."""
    item = _locked(item)
    if item.is_computed:
        raise Refused(_("The evidence of this item stands elsewhere; no file is kept here."))
    kept = checked(files, most=FILES)
    if not kept:
        raise Refused(_("Choose a picture or a PDF file."))
    if item.files.count() + len(kept) > FILES:
        raise Refused(_("At most %(most)s files are taken.") % {"most": FILES})
    made = []
    for kind, data in kept:
        file = ClosingFile(item=item, kind=kind, size=len(data), sent_by=by, sent_at=timezone.now())
        keep_file(file.file, f"file.{'pdf' if kind == ClosingFile.Kind.PDF else 'jpg'}", data)
        file.save()
        made.append(file)
    record("learning.add_closing_files", item, after={"files": len(made), "bytes": sum(each.size for each in made)})
    return made


@transaction.atomic
def remove_file(file: ClosingFile) -> None:
    item = _locked(file.item)
    if not ClosingFile.objects.filter(pk=file.pk).delete()[0]:
        raise Refused(_("Somebody else removed this file in the meantime."))
    record("learning.remove_closing_file", item, before={"file": file.pk, "sent_at": file.sent_at})
    drop_files([file.file])


@transaction.atomic
def waive_sheet(item: ClosingItem, session: Session, *, reason: str, by: User) -> SheetWaiver:
    """The class of this item is asked for no sign-in sheet of a session that is over: it is lost, or there was none."""
    item, reason = _locked(item), reason.strip()[:200]
    if not reason:
        raise Refused(_("Say why there is no sign-in sheet."))
    if session.ends_at > timezone.now():
        raise Refused(_("This session is not over yet; its sheet can still be signed."))
    waiver = SheetWaiver(
        training_class=item.training_class, session=session, reason=reason, made_by=by, made_at=timezone.now()
    )
    if not insert_once(waiver):
        raise Refused(_("This sheet is waived already."))
    record("learning.waive_sheet", waiver, after={"reason": reason})
    return waiver


@transaction.atomic
def undo_waiver(waiver: SheetWaiver, *, by: User) -> None:
    """The sheet is asked for again."""
    _open(waiver.training_class.cohort_id)
    standing = SheetWaiver.objects.filter(pk=waiver.pk, undone_at=None)
    if not standing.update(undone_at=timezone.now(), undone_by=by):
        raise Refused(_("This sheet is asked for again already."))
    record("learning.undo_waiver", waiver, before={"reason": waiver.reason})


def _open(cohort: int) -> Cohort:
    """The cohort, held so that it is not closed meanwhile."""
    found = Cohort.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=cohort)
    if found.is_closed:
        raise Refused(_("This cohort is closed; its checklist stays as it is. Open the cohort again first."))
    return found


def _locked(item: ClosingItem) -> ClosingItem:
    _open(item.training_class.cohort_id)
    found = ClosingItem.objects.select_for_update(of=("self",)).select_related("training_class").filter(pk=item.pk)
    if (item := found.first()) is None:
        raise Refused(_("Somebody else removed this item in the meantime."))
    return item


def _facts(item: ClosingItem) -> dict:
    return {"title": item.name, "due_on": item.due_on, "done_at": item.done_at}


def against_closing(cohort: Cohort) -> str:
    """What the rule of the cohort still misses, in words."""
    return sentence(closing.against_closing(cohort, now=timezone.now()))


AGAINST_CLOSING.append(against_closing)
OVERDUE.append(closing.overdue_by_class)
