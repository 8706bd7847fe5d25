"""Signed sheets and closing checklists of the demo: some are kept, some are missing, some are overdue."""

from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from cohorts.models import Cohort, TrainingClass
from learning.models import ClosingItem
from learning.rules.closing import Sheets
from learning.services import closing
from learning.services.signed import send_signed
from reports.management.demo.stage import Stage

PAGE, LINES = (620, 877), 24  # A4, small
SIGNED = 3  # so many sessions of the first classes have a signed sheet


def paper(stage: Stage) -> None:
    """Signed sheets in the first two classes; a checklist in each with items done, open and overdue."""
    for training_class in stage.classes[:2]:
        of_class = [session for session, each in stage.held if each == training_class]
        for number, session in enumerate(of_class[:SIGNED]):
            send_signed(training_class, [session], [_scan(stage.rng.randrange(1000) + number)], by=stage.by)
    if stage.plan.key in ("S0", "S2"):
        _checklist(stage.cohort, stage.classes, stage)


def _checklist(cohort: Cohort, classes: Iterable[TrainingClass], stage: Stage) -> None:
    closing.set_up(cohort, due_on=cohort.ends_on + timedelta(days=7))
    closing.change_rule(cohort, kinds=["plan", "sheets", "timetable"], sheets=Sheets.SIGNED, by=stage.by)
    plans = ClosingItem.objects.filter(training_class__in=classes, kind=ClosingItem.Kind.PLAN).order_by("pk")
    for number, item in enumerate(plans):
        late = stage.today - timedelta(days=3)
        changed = closing.change_item(item, due_on=late, owner=item.owner or stage.by)
        if number % 4:
            closing.finish_item(changed, note="已归档，编号见档案目录", by=stage.by)
    due_on = stage.today + timedelta(days=5)
    closing.add_item(list(classes)[:2], title="班级合影存档", owner=stage.by, due_on=due_on)


def _scan(seed: int) -> bytes:
    """A page that looks like a signed sheet from afar."""
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    width, height = PAGE
    step = (height - 120) // LINES
    for line in range(LINES + 1):
        top = 80 + line * step
        pen.line((40, top, width - 40, top), fill="#444444")
        if line < LINES:
            start = 360 + (seed * 7 + line * 13) % 40
            points = [(start + 12 * n, top + 8 + (seed * (n + 3) + line * 11) % (step - 14)) for n in range(8)]
            pen.line(points, fill="#1b3a8a", width=2)
    for column in (40, 110, 220, 330, width - 40):
        pen.line((column, 80, column, 80 + LINES * step), fill="#444444")
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
