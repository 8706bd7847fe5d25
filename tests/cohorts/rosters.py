"""Sheets for tests of roster files."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from cohorts.rules.roster import read, understand
from cohorts.rules.values import check_character
from trainee_mgmt.kit.sheets import read_book

FILES = Path(__file__).parent.parent / "files"
serial = count(1)


@dataclass
class Sheet:
    rows: list
    name: str = "Sheet1"
    hidden: bool = False
    first_row: int = 1


@dataclass
class Profile:
    key: str
    label: str
    kind: str = "text"
    choices: list = field(default_factory=list)


def id_number(born="19900517", *, male=True):
    """A valid ID number of nobody (area 990000), another one at each call."""
    body = f"990000{born}{next(serial) % 100:02d}{1 if male else 2}"
    return body + check_character(body)


def book(name):
    return read_book((FILES / name).read_bytes(), name).sheets


def read_rows(*rows, **sheet):
    """Understand and read one sheet as it is."""
    return read_sheets(Sheet([list(row) for row in rows], **sheet))


def read_sheets(*sheets):
    return read(sheets, understand(sheets))
