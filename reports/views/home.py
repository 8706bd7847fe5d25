from django.utils import timezone
from django.utils.translation import gettext as _

from placements.tables.tickets import category_choices
from reports.rules import part_of_day
from reports.selectors.board import as_of_words
from reports.selectors.figures import moment
from reports.selectors.home import home
from trainee_mgmt.kit.pages import StaticPage
from trainee_mgmt.navigation import link


class Home(StaticPage):
    """What needs this person now, by role; several roles stand on one page."""

    allow = "reports.home"
    template_name = "reports/home.html"

    def get_context_data(self, **kwargs):
        now = timezone.now()
        user = self.request.user
        shown = home(user, now=now)
        only = shown.cohorts[0] if len(shown.cohorts) == 1 else None
        return super().get_context_data(
            home=shown,
            now=now,
            title=self.greeting(user.name, timezone.localtime(now).hour),
            only=only,
            as_of=as_of_words(moment(now)),
            cohort=only,  # whoever has one cohort need not choose it: its navigation is there at once
            today_first="officer" in user.role_set and not user.role_set & {"organizer", "admin"},
            next_step=next((step for step in shown.steps if not step.is_done), None),
            helps=category_choices() if shown.training and shown.training.help_for else [],
            groups=[group for group in self.grouped(shown.needs) if group["needs"]],
            links={
                "new_session": link(user.role_set, "learning:session_create", cohort=only.pk) if only else "",
                "import": link(user.role_set, "cohorts:roster_import", cohort=only.pk) if only else "",
                "sessions": link(user.role_set, "learning:session_list", cohort=only.pk) if only else "",
                "sessions_mine": link(user.role_set, "learning:my_sessions"),
                "score": link(user.role_set, "assessments:my_score"),
                "audit": link(user.role_set, "accounts:audit_list"),
            },
            **kwargs,
        )

    @staticmethod
    def greeting(name, hour):
        words = {
            "morning": _("Good morning, %(name)s"),
            "afternoon": _("Good afternoon, %(name)s"),
            "evening": _("Good evening, %(name)s"),
        }
        return words[part_of_day(hour)] % {"name": name}

    @staticmethod
    def grouped(needs):
        """The lines under their headings; only the first line of all has the primary button."""
        for when, label, icon, kind in (
            ("overdue", _("Overdue"), "warning", "bad"),
            ("today", _("Due today"), "clock", "warn"),
            ("week", _("This week"), "calendar", "accent"),
        ):
            yield {"label": label, "icon": icon, "kind": kind, "needs": [need for need in needs if need.when == when]}
