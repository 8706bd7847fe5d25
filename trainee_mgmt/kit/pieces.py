"""Small pieces of HTML for table cells and templates alike; every text is escaped here."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from trainee_mgmt.kit.icons import icon

STATUS_ICONS = {"ok": "done", "warn": "warning", "bad": "refused", "accent": "clock", "": "none"}


def status_tag(kind: str, text, drawing: str = "") -> SafeString:
    """A state: icon, word and colour, always all three. ``kind`` is ok, warn, bad, accent or nothing.

    The style sheet draws the icon of a kind; another ``drawing`` stands in the page.
    """
    colour = f" tag-{kind}" if kind else ""
    if drawing:
        return SafeString(f'<span class="tag{colour}">{icon(drawing)}{escape(text)}</span>')
    return SafeString(f'<span class="tag state-tag{colour}">{escape(text)}</span>')


def link(url: str, text) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def offers(labels: Iterable[str]) -> SafeString:
    """What a text box offers while one types."""
    return format_html_join("", '<option value="{}"></option>', ((label,) for label in labels))


def options(choices: Iterable[tuple[Any, Any]], chosen="") -> SafeString:
    """What stands in a <select>; thousands of them in the time that a template takes for dozens."""
    chosen, rows = str(chosen), []
    for key, text in choices:
        value = "" if key is None else str(key)
        rows.append(f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>')
    return SafeString("".join(rows))


def figure(name, value, *, unit="", of="", missing="", url="", kind="") -> SafeString:
    """A number as evidence: its name, the value (a link to its rows), numerator / denominator, and what is missing."""
    inner = f"{escape(value)}{f'<small>{escape(unit)}</small>' if unit else ''}"
    value_html = (
        f'<a class="fig-value" href="{escape(url)}">{inner}</a>' if url else f'<span class="fig-value">{inner}</span>'
    )
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in (of, missing) if fact)
    name_html = f'<span class="is-{kind}">{escape(name)}</span>' if kind else escape(name)
    return SafeString(
        f'<div class="fig"><div class="fig-name">{name_html}</div>{value_html}<div class="fig-of">{facts}</div></div>'
    )


def figure_row(name, value, *, of="", missing="", url="") -> SafeString:
    """The same number as one row of a side column."""
    value_html = (
        f'<a class="strong num" href="{escape(url)}">{escape(value)}</a>'
        if url
        else f'<span class="strong num">{escape(value)}</span>'
    )
    of_html = f'<span class="small">{escape(of)}</span>' if of or missing else ""
    missing_html = f'<span class="small num">{escape(missing)}</span>' if missing else ""
    return SafeString(f'<div class="fig-row"><span>{escape(name)}</span>{value_html}{of_html}{missing_html}</div>')
