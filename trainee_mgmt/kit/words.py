"""Sentences that are stored and read later: kept as message and what stands in it, said in the language of whoever reads.

A rule whose reasons go into a stored plan or a queue imports ``say as _`` (and ``say_many as ngettext``): what it gets is the
sentence, a ``str``, which knows what it was made of. ``stored`` makes JSON of it, ``spoken`` makes the sentence again. Texts
that were stored as such before stay as they are.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.utils.translation import gettext, ngettext

SAY, MANY, COUNT, WITH, BY, JOIN, OF = (
    "_say",
    "_many",
    "_n",
    "_with",
    "_by",
    "_join",
    "_of",
)  # as no payload calls its own fields
PHRASES: dict[str, Callable[..., str]] = {}


class Words(str):
    """A sentence, and ``facts`` from which ``spoken`` makes it again."""

    facts: dict[str, Any]

    def __new__(cls, text: str, facts: dict[str, Any]):
        made = super().__new__(cls, text)
        made.facts = facts
        return made

    def __str__(self):
        return self

    def __mod__(self, given: Mapping[str, Any]) -> "Words":
        return Words(super().__mod__(given), self.facts | {WITH: dict(given)})

    def join(self, parts: Iterable[str]) -> "Words":
        parts = list(parts)
        return Words(super().join(parts), {JOIN: self, OF: parts})

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return Words, (str.__str__(self), self.facts)


def say(message: str) -> Words:
    return Words(gettext(message), {SAY: message})


def say_many(one: str, many: str, n: int) -> Words:
    return Words(ngettext(one, many, n), {SAY: one, MANY: many, COUNT: n})


def phrase(name: str) -> Callable[[Callable[..., str]], Callable[..., Words]]:
    """For a function of texts, numbers, days and moments whose answer depends on the language: ``spoken`` asks it again, by this
    name."""

    def known(make: Callable[..., str]) -> Callable[..., Words]:
        PHRASES[name] = make

        @wraps(make)
        def made(*args) -> Words:
            return Words(make(*args), {BY: name, OF: list(args)})

        return made

    return known


def stored(value: Any) -> Any:
    """The same as JSON; sentences as what they were made of."""
    if isinstance(value, Words):
        return stored(value.facts)
    if isinstance(value, dict):
        return {key: stored(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [stored(each) for each in value]
    if isinstance(value, (date, datetime)):
        return {BY: TIMES[type(value)], OF: value.isoformat()}
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


TIMES = {date: "date", datetime: "datetime"}


def spoken(value: Any) -> Any:
    """What ``stored`` made, with its sentences in the language of now."""
    if isinstance(value, list):
        return [spoken(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {BY, OF}:
        if value[BY] in TIMES.values():
            return (date if value[BY] == TIMES[date] else datetime).fromisoformat(value[OF])
        return PHRASES[value[BY]](*spoken(value[OF]))
    if value.keys() == {JOIN, OF}:
        return spoken(value[JOIN]).join(spoken(value[OF]))
    if SAY in value and value.keys() <= {SAY, MANY, COUNT, WITH}:
        text = ngettext(value[SAY], value[MANY], value[COUNT]) if MANY in value else gettext(value[SAY])
        return text % spoken(value[WITH]) if WITH in value else text
    return {key: spoken(each) for key, each in value.items()}
