"""Tags of the look: icons, states, figures, charts, words; and the frame that ``base.html`` puts around every page."""

from functools import lru_cache

from django import template
from django.contrib.messages import constants as levels
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from trainee_mgmt import frame
from trainee_mgmt.kit import charts, formats, icons, pieces

register = template.Library()

register.simple_tag(charts.bar_chart)
register.simple_tag(charts.column_chart)
register.simple_tag(charts.line_chart)
register.simple_tag(charts.meter)
register.simple_tag(pieces.figure)
register.simple_tag(pieces.figure_row)
register.simple_tag(pieces.options)
register.simple_tag(pieces.status_tag)
register.simple_tag(icons.icon)
register.simple_tag(frame.site_name)
register.filter(formats.dash)
register.filter(formats.number)
register.filter(formats.day)
register.filter(formats.month)
register.filter(formats.clock)
register.filter(formats.moment)
register.filter(formats.weekday)


@register.filter
def in_lines(words, apart=1):
    """The words with so many line breaks between them, as the value of an attribute keeps them."""
    return ("\n" * apart).join(str(each) for each in words)


# Blocks -------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def again(context, name):
    """The block ``name`` once more (Django allows a block only once): the title is also the heading."""
    return context.render_context[BLOCK_CONTEXT_KEY].get_block(name).render(context)


@register.tag
def unless_empty(parser, token):
    """``{% unless_empty "<p>" "</p>" %}…{% endunless_empty %}``: the inside between the two; nothing if it is blank."""
    _name, before, after = token.split_contents()
    nodelist = parser.parse(["endunless_empty"])
    parser.delete_first_token()
    return UnlessEmpty(nodelist, before[1:-1], after[1:-1])


class UnlessEmpty(template.Node):
    def __init__(self, nodelist, before, after):
        self.nodelist, self.before, self.after = nodelist, before, after

    def render(self, context):
        inside = self.nodelist.render(context).strip()
        return SafeString(f"{self.before}{inside}{self.after}") if inside else ""


# Frame --------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def html_attributes(context):
    """Language, colours and text size. What "like the device" means is settled by theme.js before anything is drawn.

    A page that is drawn once for many has ``drawn_for`` in place of the user."""
    user = context.get("drawn_for") or getattr(context.get("request"), "user", None)
    theme, size = getattr(user, "theme", "system"), getattr(user, "text_size", "normal")
    code = frame.language()
    colours = f'data-bs-theme="{theme}"' if theme in ("light", "dark") else 'data-bs-theme="light" data-theme="system"'
    large = ' data-text="large"' if size == "large" else ""
    return SafeString(f'lang="{"zh-Hans" if code == "zh-hans" else code}" {colours}{large}')


@register.simple_tag
def head():
    return _cached("kit/frame/_head.html")


@register.simple_tag
def page_scripts():
    return _cached("kit/frame/_scripts.html")


@lru_cache(maxsize=8)
def _cached(template_name):
    return SafeString(render_to_string(template_name).strip())


@register.simple_tag(takes_context=True)
def body_attributes(context):
    """htmx sends the CSRF token with what it posts; frame.js remembers the cohort, kept.js whose forms wait here."""
    request, cohort = context["request"], context.get("cohort")
    remember = f' data-cohort="{escape(frame.cohort_cookie(request.user, cohort))}"' if cohort else ""
    user = f' data-user="{request.user.pk}"' if request.user.pk else ""
    return SafeString(f'hx-headers=\'{{"X-CSRFToken":"{get_token(request)}"}}\'{user}{remember}')


@register.simple_tag(takes_context=True)
def before_main(context):
    return frame.before_main(context["request"], context)


@register.simple_tag(takes_context=True)
def after_main(context):
    return frame.after_main(context["request"], context)


@register.simple_tag(takes_context=True)
def plain_foot(context):
    """The languages, for pages that need no account; nothing on pages without a request."""
    request = context.get("request")
    return SafeString(frame.fill(frame.part("languages", frame.language()), request)) if request else ""


@register.simple_tag
def now():
    return timezone.now()


@register.inclusion_tag("kit/frame/_alerts.html", takes_context=True)
def alerts(context):
    """Warnings and errors stand on the page; what went well is kept for ``toasts``, at its end."""
    messages = list(context.get("messages") or ())
    context.render_context["toasts"] = [message for message in messages if message.level < levels.WARNING]
    return {"alerts": [message for message in messages if message.level >= levels.WARNING]}


@register.inclusion_tag("kit/frame/_toasts.html", takes_context=True)
def toasts(context):
    """``messages.success(request, text, extra_tags="undo:/url/")`` gets a button that posts to the URL."""
    notes = [
        {"text": message.message, "undo": (message.extra_tags or "").partition("undo:")[2]}
        for message in context.render_context.get("toasts") or ()
    ]
    return {"notes": notes, "request": context.get("request"), "csrf_token": context.get("csrf_token")}
