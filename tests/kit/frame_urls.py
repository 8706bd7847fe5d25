"""A few pages of the navigation, as the apps declare them; for the tests of the frame."""

from django.urls import include, path
from django.views import View

from trainee_mgmt import frame, guide, navigation
from trainee_mgmt.kit import access


class Open(View):
    allow = ""


class ForRunners(View):
    allow = "test.run"


class ForRulers(View):
    allow = "test.rule"


def app(name, *patterns):
    return path("", include((list(patterns), name)))


urlpatterns = [
    app("reports", path("", Open.as_view(), name="home")),
    app(
        "cohorts",
        path("cohorts/<int:cohort>/trainees/", ForRunners.as_view(), name="trainee_list"),
        path("cohorts/", ForRunners.as_view(), name="cohort_list"),
    ),
    app(
        "accounts",
        path("audit/", ForRulers.as_view(), name="audit_list"),
        path("appearance/", Open.as_view(), name="appearance"),
        path("language/", Open.as_view(), name="language"),
    ),
    path("sign-out/", Open.as_view(), name="account_logout"),
    path("kit/<slug:page>/", guide.show, name="kit_guide"),
]


def set_up(monkeypatch, settings):
    """Use these pages: two are the organizer's, one is the administrator's, the others are open."""
    monkeypatch.setitem(access.GRANTS, "test.run", access.Permission("test.run", "", {"organizer": access.all_rows}))
    monkeypatch.setitem(access.GRANTS, "test.rule", access.Permission("test.rule", "", {"admin": access.all_rows}))
    settings.ROOT_URLCONF = __name__
    forget()


def forget():
    """Empty what the frame keeps in the process."""
    for kept in (
        navigation.entries_for,
        navigation.known_addresses,
        navigation.permissions,
        navigation.navigation_html,
        navigation.bottom_bar_html,
        frame.addresses,
        frame.part,
    ):
        kept.cache_clear()
