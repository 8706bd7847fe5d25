"""The people of a roster file, read by a guess that a person has seen: rows, problems, what was left out and why."""

from collections.abc import Collection, Iterable, Sequence

from cohorts.rules.guess import Guess, SheetLike
from cohorts.rules.headers import UNKNOWN, ProfileLike
from cohorts.rules.reading.classes import classes
from cohorts.rules.reading.duplicates import Duplicates
from cohorts.rules.reading.results import ERROR, NOTE, WARNING, Ignored, Person, Problem, Reading
from cohorts.rules.reading.sheet import SheetReader


def read(sheets: Sequence[SheetLike], guess: Guess, profile_fields: Collection[ProfileLike] = ()) -> Reading:
    """Read the used sheets of a file by a guess without ``faults``.

    A blank cell is absent from the values, so it deletes nothing; nothing is guessed.
    """
    people: list[Person] = []
    problems: list[Problem] = []
    ignored: list[Ignored] = []
    for sheet_guess in guess.used():
        reader = SheetReader(sheets[sheet_guess.index], sheet_guess, profile_fields)
        reader.read()
        people += reader.people
        problems += reader.problems
        ignored += reader.ignored
    duplicates = Duplicates(people, guess)
    duplicates.find()
    problems += duplicates.problems
    people = _with_severity(people, problems)
    labels = {
        column.label.strip(): None for sheet in guess.used() for column in sheet.columns if column.field == UNKNOWN
    }
    return Reading(people, problems, ignored, duplicates.found, classes(people, guess), list(labels))


def _with_severity(people: list[Person], problems: Iterable[Problem]) -> list[Person]:
    rank = {NOTE: 1, WARNING: 2, ERROR: 3}
    worst: dict[tuple[int, int], str] = {}
    for problem in problems:
        place = (problem.sheet, problem.row)
        if rank[problem.severity] > rank.get(worst.get(place, ""), 0):
            worst[place] = problem.severity
    return [
        person._replace(severity=worst[place]) if (place := (person.sheet, person.row)) in worst else person
        for person in people
    ]
