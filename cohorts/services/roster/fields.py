"""Which profile field of the cohort a column of a roster fills, and which fields must be made for it."""

from collections.abc import Iterable
from typing import Any

from cohorts.models import ProfileField
from cohorts.rules import headers
from cohorts.rules.headers import FIELDS, UNKNOWN
from cohorts.rules.profile_keys import profile_key
from cohorts.rules.roster import Guess

IN_COMPOSITION = frozenset(["ethnicity", "party", "education", "unit_kind", "talent_kind", "returnee", "street"])
KINDS = {"returnee": ProfileField.Kind.YES_NO, "age": ProfileField.Kind.NUMBER}


class ProfileFields:
    """Which profile field of the cohort a column fills, and which must be made."""

    def __init__(self, own: Iterable[ProfileField], guess: Guess):
        self.keys = {one.key for one in own}
        self.by_label = {one.label: one.key for one in own}
        self.new: dict[str, dict[str, Any]] = {}
        self.used: set[str] = set()
        self.known: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        for sheet in guess.used():
            for column in sheet.columns:
                if column.field == UNKNOWN:
                    self.key_of_label(column.label.strip())
                elif column.header:
                    self.headers.setdefault(column.field, label_of(column.header))

    def key(self, name: str) -> str:
        """The key under which the values of a field are kept."""
        if name not in self.known:
            label = self.headers.get(name) or str(headers.label(name))
            self.known[name] = name if name in self.keys else self.by_label.get(label) or self._make(name, label)
        return self.known[name]

    def key_of_label(self, label: str) -> str:
        if label not in self.labels:
            key = self.by_label.get(label)
            self.labels[label] = key or self._make(profile_key(label, self.keys | FIELDS.keys()), label)
        return self.labels[label]

    def _make(self, key: str, label: str) -> str:
        kind = KINDS.get(key, ProfileField.Kind.TEXT)
        self.new[key] = {"key": key, "label": label[:60], "kind": kind, "in_composition": key in IN_COMPOSITION}
        self.keys.add(key)
        self.by_label[label] = key
        return key

    def to_be_made(self) -> list[dict[str, Any]]:
        return list(self.new.values())


def label_of(header: str) -> str:
    """A header as the label of a field: without the spaces that only spread it, and without marks."""
    words = header.strip(" *：:").split()
    return ("".join(words) if max(map(ord, header)) > 0x2E80 else " ".join(words))[:60]
