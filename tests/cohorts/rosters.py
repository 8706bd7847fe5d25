"""Sheets for tests of roster files."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from accounts.services import plan_payload
from cohorts.rules.roster import read, understand
from cohorts.rules.values import check_character
from tests.kit import nasty
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


HEAD = ("姓名", "手机号", "身份证号", "工作单位")


def roster(*rows, head=HEAD):
    return nasty.xlsx([head, *rows])


def plan_of(desk, *rows, head=HEAD):
    return desk.plan("名单.xlsx", roster(*rows, head=head))


def bring(desk, *rows, head=HEAD):
    return desk.apply(plan_of(desk, *rows, head=head))


def codes(plan):
    return [problem["code"] for problem in plan_payload(plan)["problems"]]


def counts(plan):
    return {name: plan.summary[name] for name in ("new", "changed", "same", "out") if plan.summary[name]}


def kept(plan):
    return [one for row in plan_payload(plan)["rows"] for one in row.get("kept", ())]
