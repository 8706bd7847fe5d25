"""Ready schemes to begin with. Names are translated when a scheme is made from one; afterwards they are its own data."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.rules.scheme import Kind


@dataclass(frozen=True)
class Part:
    """An indicator, or a group with its parts; ``weight`` is its percentage within its group."""

    name: object
    weight: int
    kind: str = Kind.MANUAL
    full_marks: Decimal = Decimal(100)
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Preset:
    key: str
    label: object
    parts: tuple[Part, ...]


PRESETS = (
    Preset(
        "study",
        _("Study, attendance, journals, final assessment"),
        (
            Part(_("Study and research"), 30),
            Part(pgettext_lazy("indicator", "Attendance"), 20, Kind.ATTENDANCE),
            Part(_("Journals"), 20, Kind.JOURNALS),
            Part(_("Final assessment"), 30),
        ),
    ),
    Preset(
        "immersive",
        _("Immersive training: everyday work and final assessment in two groups"),
        (
            Part(
                _("Everyday work"),
                60,
                Kind.GROUP,
                parts=(
                    Part(_("Study and research"), 30),
                    Part(_("Project introduction"), 25),
                    Part(_("Exchange and discussion"), 20),
                    Part(_("Journals"), 25, Kind.JOURNALS),
                ),
            ),
            Part(
                _("Final assessment"),
                40,
                Kind.GROUP,
                parts=(
                    Part(_("Essay"), 40),
                    Part(_("Enterprise visits"), 30),
                    Part(_("Investment leads"), 30),
                ),
            ),
        ),
    ),
    Preset(
        "facts",
        _("Attendance and journals only, without evaluators"),
        (Part(pgettext_lazy("indicator", "Attendance"), 50, Kind.ATTENDANCE), Part(_("Journals"), 50, Kind.JOURNALS)),
    ),
)


def preset(key: str) -> Preset | None:
    return next((each for each in PRESETS if each.key == key), None)


def walk(parts: Iterable[Part]):
    """All parts, a group before what it holds."""
    for part in parts:
        yield part
        yield from walk(part.parts)
