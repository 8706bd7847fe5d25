"""Pieces about a trainee that pages of several apps show."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from trainee_mgmt.navigation import link

register = template.Library()
CURRENT = SafeString(' aria-current="page"')


@register.simple_tag(takes_context=True)
def trainee_tabs(context, trainee):
    """The pages about one trainee as a row of tabs; those that exist and that the reader may open.

    Pages of other apps take ``pk`` of the trainee: ``learning:trainee_attendance`` and so on.
    """
    request = context["request"]
    current = request.resolver_match.view_name
    tabs = []
    for name, label, pk in (
        ("cohorts:trainee_detail", _("Overview"), trainee.pk),
        ("learning:trainee_attendance", _("Attendance"), trainee.pk),
        ("learning:trainee_hours", _("Hours"), trainee.pk),
        ("learning:trainee_journals", _("Journals"), trainee.pk),
        ("assessments:trainee_score", _("Scores"), trainee.pk),
        ("cohorts:person_detail", _("Archive"), trainee.person_id),
    ):
        if url := link(request.user.role_set, name, pk=pk):
            tabs.append((url, CURRENT if name == current else "", label))
    links = format_html_join("", '<a href="{}"{}>{}</a>', tabs)
    return format_html('<nav class="nav-line mb-4" aria-label="{}">{}</nav>', _("Pages about this trainee"), links)
