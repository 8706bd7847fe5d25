"""A few pages of the navigation, as the apps declare them; for the tests of the frame."""

from django.urls import include, path
from django.views import View

from trainee_mgmt import guide


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
    path("kit/<slug:page>/", guide.show),
]
