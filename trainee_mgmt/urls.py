from django.conf import settings
from django.urls import include, path

from accounts.urls import sign_in_patterns
from trainee_mgmt import guide, offline

urlpatterns = [  # all are tried in turn: those of the daily work come first
    path("", include("reports.urls")),
    path("", include("learning.urls")),
    path("", include("cohorts.urls")),
    path("", include("assessments.urls")),
    path("", include("placements.urls")),
    path("account/", include(sign_in_patterns)),
    path("", include("accounts.urls")),
    path("", include("library.urls")),
    path("", include("programs.urls")),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("offline/", offline.offline, name="offline"),
]
if settings.DEBUG:
    urlpatterns += [path("kit/", guide.start), path("kit/<slug:page>/", guide.show, name="kit_guide")]

handler400 = "trainee_mgmt.errors.bad_request"
handler403 = "trainee_mgmt.errors.permission_denied"
handler404 = "trainee_mgmt.errors.not_found"
handler500 = "trainee_mgmt.errors.server_error"
handler429 = "trainee_mgmt.errors.too_many_requests"  # asked for by django-allauth
