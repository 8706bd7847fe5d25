"""Roster files: ``understand`` guesses what a file is, ``faults`` says what a corrected guess lacks, ``read`` reads it.

guess = understand(book.sheets, profile_fields)  # shown to a person, corrected, kept as guess.to_json()
reading = read(book.sheets, guess, profile_fields)
"""

from cohorts.rules.guess import (
    ColumnGuess,
    Fault,
    GroupGuess,
    Guess,
    SheetGuess,
    SheetLike,
    faults,
    understand,
    understand_sheet,
)
from cohorts.rules.reading import read
from cohorts.rules.reading.results import (
    DROP,
    ERROR,
    KEEP,
    NOTE,
    SKIP,
    WARNING,
    ClassRead,
    Duplicate,
    GroupRead,
    Ignored,
    Person,
    Problem,
    Reading,
)

__all__ = [
    "DROP",
    "ERROR",
    "KEEP",
    "NOTE",
    "SKIP",
    "WARNING",
    "ClassRead",
    "ColumnGuess",
    "Duplicate",
    "Fault",
    "GroupGuess",
    "GroupRead",
    "Guess",
    "Ignored",
    "Person",
    "Problem",
    "Reading",
    "SheetGuess",
    "SheetLike",
    "faults",
    "read",
    "understand",
    "understand_sheet",
]
