"""What a dispatch meeting looks at: the data of the moment while it is planned, what was kept once it was held."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, override

from accounts.models import User
from placements.models import DispatchMeeting, DispatchPack
from placements.services.dispatch import Taken
from reports.selectors.dispatch import Gathering
from reports.selectors.sections import SHOWN, Line, Section, Where
from trainee_mgmt.navigation import link


@dataclass(frozen=True)
class Pack:
    """``is_kept``: as it was when the meeting was held; else as of now. Page and paper read the same."""

    meeting: DispatchMeeting
    since: date
    as_of: datetime
    is_kept: bool
    sections: list[Section] = field(default_factory=list)

    def section(self, key: str) -> Section | None:
        return next((each for each in self.sections if each.key == key), None)


def pack_of(meeting: DispatchMeeting, user: User, now: datetime) -> Pack:
    """For one reader; a meeting that was held before packs were kept shows the data of the moment, and says so."""
    kept = DispatchPack.objects.filter(meeting=meeting, in_force=True).first()
    if kept is None:
        live = Gathering(meeting, now, user)
        return Pack(meeting, live.since, now, False, live.sections())
    return Pack(meeting, kept.since, kept.taken_at, True, _read(kept.sections))


def taken(meeting: DispatchMeeting, now: datetime) -> Taken:
    """All of it at this moment, in every language of the pages."""
    sections: dict[str, Any] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            live = Gathering(meeting, now)
            sections[language] = [each.to_json() for each in live.sections()]
    return Taken(live.since, now, sections)


def _read(sections: dict[str, Any]) -> list[Section]:
    language = get_language()
    return [Section.from_json(each) for each in sections.get(language) or sections[settings.LANGUAGE_CODE]]


@dataclass(frozen=True)
class Opened:
    """A section with its addresses for one reader. ``now``: the list as it is today, where what is shown was kept."""

    section: Section
    url: str
    now: str
    lines: list[tuple[Line, str]]

    @property
    def shown(self) -> list[tuple[Line, str]]:
        return self.lines[:SHOWN]


def opened(section: Section, pack: Pack, roles: frozenset[str]) -> Opened:
    """The number opens the list of exactly these rows; where that was then, or the reader has no such list, the section itself."""
    listed = _address(section.rows, roles)
    own = reverse("reports:dispatch_section", kwargs={"pk": pack.meeting.pk, "section": section.key})
    lines = [(line, _address(line.opens, roles)) for line in section.lines]
    return Opened(section, own if pack.is_kept or not listed else listed, listed if pack.is_kept else "", lines)


def _address(where: Where | None, roles: frozenset[str]) -> str:
    return link(roles, where.name, where.query, **where.keys) if where else ""
