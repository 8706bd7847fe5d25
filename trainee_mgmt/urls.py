from django.urls import include, path

urlpatterns = [
    path("", include("reports.urls")),
    path("account/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("programs.urls")),
    path("", include("cohorts.urls")),
    path("", include("learning.urls")),
    path("", include("assessments.urls")),
]
