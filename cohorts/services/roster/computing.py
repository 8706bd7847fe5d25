"""From a file to a stored plan: first what it seems to be, then every row decided. Writes nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cohorts.models import Cohort
from cohorts.rules import roster
from cohorts.rules.headers import ProfileSpec
from cohorts.rules.roster import Guess
from cohorts.rules.values import shown
from cohorts.services.roster.planning import Planner
from trainee_mgmt.kit.bulk import without_collector
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Progress
from trainee_mgmt.kit.sheets import Book, read_book

COLUMNS, PLAN = "columns", "plan"  # stages of a roster plan
TOP_ROWS = 8


def compute_roster(cohort: Cohort, given: Mapping[str, Any], source: bytes, progress: Progress) -> tuple[dict, dict]:
    """The first look at a file (stage ``columns``) or, by a guess that a person has seen, the whole plan.

    ``given``: name of the file, stage, guess, sheets to look at again with their header row, the first day of new
    trainees, treatments of problems by ``row:code:field``, treatments by code, keys of rows to leave out.
    """
    if cohort.is_closed:
        raise Refused(_("This cohort is closed."))
    with without_collector():
        return _compute(cohort, given, source, progress)


def _compute(cohort: Cohort, given: Mapping[str, Any], source: bytes, progress: Progress) -> tuple[dict, dict]:
    progress(0, 4, _("Reading the file"))
    book = read_book(source, given["name"])
    progress(1, 4, _("Finding out what the columns mean"))
    specs = [ProfileSpec(one.key, one.label, one.kind, tuple(one.choices)) for one in cohort.profile_fields.all()]
    if given.get("stage") != PLAN:
        payload = first_look(book, given, specs)
        return payload, {"stage": COLUMNS, "sheets": len(payload["guess"]["sheets"])}
    guess = Guess.from_json(given["guess"])
    if faults := roster.faults(guess, specs):
        raise Refused(" ".join(fault.sentence for fault in faults))
    progress(2, 4, _("Reading the rows"))
    reading = roster.read(book.sheets, guess, specs)
    progress(3, 4, _("Comparing with the people of the cohort"))
    payload = Planner(cohort, given, guess, reading).plan() | {"stage": PLAN, "notes": book.notes}
    return payload, {"stage": PLAN, **payload["counts"]}


def first_look(book: Book, given: Mapping[str, Any], specs: list[ProfileSpec]) -> dict[str, Any]:
    """What each sheet seems to be, and its first rows to check that by. Sheets given a header row are looked at again."""
    if "guess" in given:
        guess = Guess.from_json(given["guess"])
        for index, row in given.get("look_again", {}).items():
            at = int(index)
            guess = guess.with_sheet(
                roster.understand_sheet(at, book.sheets[at], row, specs, used=max(1, len(guess.used())))
            )
    else:
        guess = roster.understand(book.sheets, specs)
    tops = [
        [
            [sheet.first_row + at, [shown(cell, limit=24) for cell in row]]
            for at, row in enumerate(sheet.rows[:TOP_ROWS])
        ]
        for sheet in book.sheets
    ]
    return {"stage": COLUMNS, "guess": guess.to_json(), "notes": book.notes, "tops": tops}
