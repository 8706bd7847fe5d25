from django.urls import path

from reports.views import citations, dashboard, figures, home, yearbook

app_name = "reports"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("cohorts/<int:cohort>/dashboard/", dashboard.CohortDashboard.as_view(), name="cohort_dashboard"),
    path("cohorts/<int:cohort>/figures/<str:name>/", figures.FigureRows.as_view(), name="figure_rows"),
    path("findings/<int:pk>/lead/", citations.FindingLead.as_view(), name="finding_lead"),
    path("cohorts/<int:cohort>/yearbook/", yearbook.Yearbook.as_view(), name="yearbook"),
]
