from django.urls import path

from reports.views import citations, dashboard, dispatch, figures, home, yearbook

app_name = "reports"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("cohorts/<int:cohort>/dashboard/", dashboard.CohortDashboard.as_view(), name="cohort_dashboard"),
    path("cohorts/<int:cohort>/figures/<str:name>/", figures.FigureRows.as_view(), name="figure_rows"),
    path("findings/<int:pk>/lead/", citations.FindingLead.as_view(), name="finding_lead"),
    path("cohorts/<int:cohort>/dispatch/", dispatch.DispatchList.as_view(), name="dispatch_list"),
    path("cohorts/<int:cohort>/dispatch/new/", dispatch.DispatchCreate.as_view(), name="dispatch_create"),
    path("cohorts/<int:cohort>/dispatch/actions/", dispatch.ActionList.as_view(), name="dispatch_action_list"),
    path("dispatch/<int:pk>/", dispatch.DispatchDetail.as_view(), name="dispatch_detail"),
    path("dispatch/<int:pk>/file/", dispatch.DispatchFile.as_view(), name="dispatch_file"),
    path("dispatch/<int:pk>/sections/<slug:section>/", dispatch.DispatchSection.as_view(), name="dispatch_section"),
    path("dispatch/<int:pk>/edit/", dispatch.DispatchUpdate.as_view(), name="dispatch_update"),
    path("dispatch/<int:pk>/minutes/", dispatch.DispatchMinutes.as_view(), name="dispatch_minutes"),
    path("dispatch/<int:pk>/reopen/", dispatch.DispatchReopen.as_view(), name="dispatch_reopen"),
    path("dispatch/<int:pk>/remove/", dispatch.DispatchRemove.as_view(), name="dispatch_remove"),
    path("dispatch/<int:pk>/actions/new/", dispatch.ActionCreate.as_view(), name="dispatch_action_create"),
    path("dispatch/actions/<int:pk>/", dispatch.ActionDetail.as_view(), name="dispatch_action"),
    path("dispatch/actions/<int:pk>/edit/", dispatch.ActionUpdate.as_view(), name="dispatch_action_update"),
    path("dispatch/actions/<int:pk>/close/", dispatch.ActionClose.as_view(), name="dispatch_action_close"),
    path("dispatch/actions/<int:pk>/reopen/", dispatch.ActionReopen.as_view(), name="dispatch_action_reopen"),
    path("cohorts/<int:cohort>/yearbook/", yearbook.Yearbook.as_view(), name="yearbook"),
]
