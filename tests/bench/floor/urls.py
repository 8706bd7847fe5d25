from django.urls import path

from tests.bench.floor import views

urlpatterns = [
    path("healthz", views.healthz),
    path("sign-in/", views.sign_in),
    path("cohorts/<int:cohort>/trainees/", views.trainees),
    path("cohorts/<int:cohort>/dashboard/", views.dashboard),
    path("cohorts/<int:cohort>/export.csv", views.export_csv),
    path("cohorts/<int:cohort>/export.xlsx", views.export_xlsx),
    path("cohorts/<int:cohort>/week/", views.week),
    path("cohorts/<int:cohort>/rates/", views.rates),
    path("trainees/<int:trainee>/", views.trainee),
    path("sessions/<int:session>/roll/", views.roll_call),
    path("sessions/<int:session>/check-in/", views.check_in),
    path("scores/<int:indicator>/<int:trainee>/", views.save_score),
]
