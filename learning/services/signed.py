"""Signed sheets: kept as evidence on their sessions, replaced and removed with an entry in the log."""

import hashlib
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort, TrainingClass
from learning.models import Session, SheetPage, SignedSheet
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.evidence import checked
from trainee_mgmt.kit.uploads import drop_files, keep_file

FILES = 8


@transaction.atomic
def send_signed(
    training_class: TrainingClass, sessions: Sequence[Session], files: Iterable[bytes], *, by: User
) -> SignedSheet:
    """Keep the pages of a sheet that a class signed at these sessions. The same page is kept once."""
    training_class = _locked(training_class.pk)
    if not sessions:
        raise Refused(_("There is no session that this sheet could belong to."))
    pages = _pages(files)
    here = SheetPage.objects.filter(sheet__training_class=training_class, sheet__sessions__in=sessions)
    _refuse_known(here, pages)
    sheet = SignedSheet.objects.create(training_class=training_class, sent_by=by, sent_at=timezone.now())
    sheet.sessions.set(sessions)
    _keep(sheet, pages)
    record("learning.send_signed_sheet", sheet, after=_facts(pages), label=_label(sheet, sessions))
    return sheet


@transaction.atomic
def replace_signed(sheet: SignedSheet, files: Iterable[bytes], *, by: User) -> SignedSheet:
    """Other pages take the place of all that were kept."""
    _locked(sheet.training_class_id)
    sheet = _again(sheet)
    pages, before = _pages(files), _digests(sheet)
    _drop(sheet)
    _keep(sheet, pages)
    sheet.sent_by, sheet.sent_at = by, timezone.now()
    sheet.save(update_fields=["sent_by", "sent_at"])
    record("learning.replace_signed_sheet", sheet, before={"pages": before}, after=_facts(pages))
    return sheet


@transaction.atomic
def remove_signed(sheet: SignedSheet) -> None:
    _locked(sheet.training_class_id)
    sheet = _again(sheet)
    sessions = list(sheet.sessions.order_by("starts_at", "pk"))
    before = {"pages": _digests(sheet), "sent_by": sheet.sent_by.name, "sent_at": sheet.sent_at}
    record("learning.remove_signed_sheet", sheet, before=before, label=_label(sheet, sessions))
    _drop(sheet)
    sheet.delete()


def _locked(key: int) -> TrainingClass:
    """The class, so that one page is not sent twice at once; its cohort must not be closed."""
    training_class = TrainingClass.objects.select_for_update(no_key=True).get(pk=key)
    if Cohort.objects.filter(pk=training_class.cohort_id, is_closed=True).exists():
        raise Refused(_("This cohort is closed; its evidence stays as it is. Open the cohort again first."))
    return training_class


def _again(sheet: SignedSheet) -> SignedSheet:
    """The row as it is now that the class is locked; somebody else may have removed it."""
    found = SignedSheet.objects.select_related("sent_by", "training_class").filter(pk=sheet.pk).first()
    if found is None:
        raise Refused(_("Somebody else removed this sheet in the meantime."))
    return found


def _pages(files: Iterable[bytes]) -> dict[str, tuple[str, bytes]]:
    """(kind, bytes) by digest."""
    pages = {hashlib.sha256(data).hexdigest(): (kind, data) for kind, data in checked(files, most=FILES)}
    if not pages:
        raise Refused(_("Choose the pictures or PDF files of the signed sheet."))
    return pages


def _refuse_known(here, pages) -> None:
    known = here.filter(digest__in=pages).select_related("sheet__sent_by").order_by("pk").first()
    if known:
        said = {
            "name": known.sheet.sent_by.name,
            "time": timezone.localtime(known.sheet.sent_at).strftime("%m-%d %H:%M"),
        }
        raise Refused(_("This page is kept here already: sent by %(name)s, %(time)s.") % said)


def _keep(sheet: SignedSheet, pages: dict[str, tuple[str, bytes]]) -> None:
    for digest, (kind, data) in pages.items():
        made = SheetPage(sheet=sheet, kind=kind, size=len(data), digest=digest)
        keep_file(made.file, "sheet.pdf" if kind == SheetPage.Kind.PDF else "sheet.jpg", data)
        made.save()


def _drop(sheet: SignedSheet) -> None:
    pages = list(sheet.pages.all())
    SheetPage.objects.filter(pk__in=[each.pk for each in pages]).delete()
    drop_files(each.file for each in pages)


def _digests(sheet: SignedSheet) -> list[str]:
    return list(sheet.pages.order_by("pk").values_list("digest", flat=True))


def _facts(pages: dict[str, tuple[str, bytes]]) -> dict:
    return {"pages": list(pages), "bytes": sum(len(data) for _kind, data in pages.values())}


def _label(sheet: SignedSheet, sessions: Sequence[Session]) -> str:
    return f"{sheet.training_class.name} {'、'.join(each.title for each in sessions)}"[:200]
