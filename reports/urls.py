from django.urls import path

from reports.views import home

app_name = "reports"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
]
