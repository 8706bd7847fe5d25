"""Parts of a stored plan, page by page: lines are drawn only for the page that is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

PER_PAGE = 100


@dataclass
class Section:
    """Some of many: ``drawn`` are the lines of one page."""

    key: str
    lines: Sequence[Any]
    page: int
    draw: Callable[[Any], Any]

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PER_PAGE))

    @property
    def number(self) -> int:
        return max(1, min(self.page, self.pages))

    @property
    def first(self) -> int:
        return (self.number - 1) * PER_PAGE + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.count, self.number * PER_PAGE)

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.pages else 0

    @cached_property
    def drawn(self) -> list[Any]:
        return [self.draw(line) for line in self.lines[self.first - 1 : self.last]] if self.count else []
