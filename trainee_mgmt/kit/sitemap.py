"""Every URL of the resolver with its view, and the access map that people read (docs/access.md)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver

from trainee_mgmt.kit.access import GRANTS


@dataclass(frozen=True)
class Route:
    path: str
    name: str
    view: object

    @property
    def page(self):
        """The page class, or None where the view is a plain function."""
        return getattr(self.view, "view_class", None)

    @property
    def allow(self) -> str:
        return getattr(self.page, "allow", "")

    @property
    def kwargs(self) -> list[str]:
        return [piece.split(">")[0].split(":")[-1] for piece in self.path.split("<")[1:]]


def routes(patterns=None, path: str = "", names: str = "") -> Iterator[Route]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(here, names + (entry.name or ""), entry.callback)
        else:
            yield from routes(entry.url_patterns, here, names + (f"{entry.namespace}:" if entry.namespace else ""))


def access_map(roles: list[str]) -> str:
    """The map as a Markdown table: a changed right is a changed line."""
    lines = ["# Who may open which page, and on which rows", ""]
    lines += ["Printed by `manage.py access_map`; a test compares it. A cell names the rows; an empty cell is 403.", ""]
    lines += ["| page | permission | " + " | ".join(roles) + " |", "|---" * (2 + len(roles)) + "|"]
    for route in sorted(routes(), key=lambda each: each.path):
        if route.allow:
            by_role = GRANTS[route.allow].rows_by_role
            cells = [by_role[role].__name__ if role in by_role else "" for role in roles]
            lines.append(f"| /{route.path} | {route.allow} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
