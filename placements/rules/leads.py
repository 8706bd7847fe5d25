"""Investment leads: their stages, when two companies are one, and how credit is shared and counted. Values in, values out."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import apportion

PLACES = 4  # of a share: hundredths of a percent
WHOLE = Decimal(1)
SHORTEST_PART = 3  # signs of a name that may be a part of another one


class Stage(StrEnum):
    """How far a lead has come, in this order; a lead can be given up at any time."""

    FOUND = "found"
    CONTACTED = "contacted"
    VISITED = "visited"
    NEGOTIATING = "negotiating"
    SIGNED = "signed"
    LANDED = "landed"
    LOST = "lost"


STAGE_NAMES = {
    Stage.FOUND: gettext_lazy("found"),
    Stage.CONTACTED: gettext_lazy("contacted"),
    Stage.VISITED: gettext_lazy("visited each other"),
    Stage.NEGOTIATING: gettext_lazy("in negotiation"),
    Stage.SIGNED: gettext_lazy("signed"),
    Stage.LANDED: gettext_lazy("landed"),
    Stage.LOST: gettext_lazy("given up"),
}
ORDER = (Stage.FOUND, Stage.CONTACTED, Stage.VISITED, Stage.NEGOTIATING, Stage.SIGNED, Stage.LANDED)
LEGAL_FORMS = re.compile(
    "(股份有限责任公司|股份有限公司|有限责任公司|有限公司|集团公司|集团|总公司|分公司|公司|股份|incorporated|corporation|company|limited"
    "|group|corp|inc|ltd|llc|co)$"
)
NOT_LETTERS = re.compile(r"[\W_]+")


def company_key(name: str) -> str:
    """The name without its legal form, brackets, blanks and punctuation, in half width and small letters."""
    key = NOT_LETTERS.sub("", unicodedata.normalize("NFKC", name).lower())
    while (shorter := LEGAL_FORMS.sub("", key)) and shorter != key:
        key = shorter
    return key


def may_be_one(one: str, other: str) -> bool:
    """Whether two keys are so alike that a person should look: one is a part of the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_PART and short in long


def check_day(on: date, *, today: date) -> None:
    """Refuses a day to come."""
    if on > today:
        raise Refused(_("This day has not come yet."))


def check_move(before: str, after: str, *, text: str, has_file: bool) -> None:
    """Refuses a step that is none, and a stage beyond the first without evidence."""
    if before == after:
        raise Refused(_("The lead is at this stage already."))
    if after != Stage.FOUND and not text.strip() and not has_file:
        raise Refused(_("A stage needs evidence: say in words what happened, or send a file."))


def further(one: str, other: str) -> str:
    """The stage that is further on; one that was given up is behind all others."""
    return max(one, other, key=lambda stage: ORDER.index(Stage(stage)) if stage in ORDER else -1)


def equal_shares(people: int) -> list[Decimal]:
    """Shares that add up to exactly 1; what is over goes to the first."""
    return apportion([Fraction(1, people)] * people, PLACES) if people else []


def check_shares(shares: Mapping[int, Decimal]) -> None:
    """Credit is shared wholly and among people who have some: refuses everything else."""
    if not shares or any(share <= 0 for share in shares.values()):
        raise Refused(_("Everybody named has a share above 0 percent."))
    total = sum(shares.values())
    if total != WHOLE:
        raise Refused(
            _("The shares add up to %(total)s percent; they have to add up to 100 percent.")
            % {"total": f"{(total * 100).normalize():f}"}
        )


@dataclass(frozen=True)
class Counted:
    """What a trainee's leads count: all of it, and what is left under the cap."""

    earned: Decimal
    counted: Decimal
    leads: int


def counted(shares: Sequence[tuple[str, Decimal]], *, counts_from: str, cap: Decimal) -> Counted:
    """Of (stage, share) of the leads of one trainee: the shares of those far enough, no more than the cap."""
    enough: Collection[Stage] = ORDER[ORDER.index(Stage(counts_from)) :]
    credit = [share for stage, share in shares if stage in enough]
    earned = sum(credit, Decimal(0))
    return Counted(earned, min(earned, cap), len(credit))
