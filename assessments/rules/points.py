"""Points as people type them, and what may be stored of it."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

LONGEST = 20
FULL_WIDTH = str.maketrans("０１２３４５６７８９．。，,、－−﹣", "0123456789.....---")
THOUSANDS = re.compile(r"[0-9０-９]+[,，、][0-9０-９]{3}")
SHAPE = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?")
NOT_FINITE = {"nan", "snan", "inf", "infinity"}


def parse_points(text: str, full_marks: Decimal, *, decimals: int = 1, step: Decimal | None = None) -> Decimal:
    """
    The typed points as a Decimal between 0 and ``full_marks``, with at most ``decimals`` decimals and on a ``step``.

    Full-width digits are read, and a comma or 。 typed for the point. Everything else is refused with one sentence:
    nothing is rounded, cut or guessed.
    """
    if len(text) > LONGEST * 10:
        raise Refused(_("That is far too long for a number of points."))
    typed = "".join(text.translate(FULL_WIDTH).split())
    if not typed:
        raise Refused(_("Type the points."))
    if len(typed) > LONGEST:
        raise Refused(_("That is far too long for a number of points."))
    if typed.lstrip("+-").lower() in NOT_FINITE:
        raise Refused(_("Points are a number; “%(typed)s” is none.") % {"typed": typed})
    if THOUSANDS.fullmatch("".join(text.split())):
        raise Refused(
            _("“%(typed)s” can be read in two ways; use a point and no comma.") % {"typed": "".join(text.split())}
        )
    shape = SHAPE.fullmatch(typed)
    if shape is None or not (shape[2] or shape[3]):
        raise Refused(_("“%(typed)s” is not a number.") % {"typed": typed})
    if shape[1]:
        raise Refused(_("Points cannot be negative."))
    points = Decimal(f"{shape[2] or 0}.{shape[3] or 0}")
    if len((shape[3] or "").rstrip("0")) > decimals:
        raise Refused(_("Digits after the point: at most %(decimals)s.") % {"decimals": decimals})
    if points > full_marks:
        raise Refused(_("At most %(full_marks)s points can be given.") % {"full_marks": plain(full_marks)})
    if step and points % step:
        raise Refused(_("Points go in steps of %(step)s.") % {"step": plain(step)})
    return points.quantize(Decimal(1).scaleb(-decimals))


def plain(value: Decimal) -> str:
    """A number for a sentence: no exponent, no zeros at the end (100, 2.5)."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
