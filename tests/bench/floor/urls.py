from django.urls import path

from tests.bench.floor import views

urlpatterns = [
    path("healthz", views.healthz),
    path("sign-in/", views.sign_in),
    path("cohorts/<int:cohort>/trainees/", views.trainees),
    path("cohorts/<int:cohort>/dashboard/", views.dashboard),
    path("cohorts/<int:cohort>/export.csv", views.export_csv),
    path("cohorts/<int:cohort>/export.xlsx", views.export_xlsx),
    path("trainees/<int:trainee>/", views.trainee),
    path("sessions/<int:session>/roll/", views.roll_call),
    path("scores/<int:indicator>/<int:trainee>/", views.save_score),
]
