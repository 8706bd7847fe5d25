from django.urls import path

from library import views

app_name = "library"
urlpatterns = [
    path("venues/", views.VenueList.as_view(), name="venue_list"),
    path("venues/new/", views.VenueCreate.as_view(), name="venue_create"),
    path("venues/<int:pk>/", views.VenueDetail.as_view(), name="venue_detail"),
    path("venues/<int:pk>/edit/", views.VenueUpdate.as_view(), name="venue_update"),
    path("venues/<int:pk>/close/", views.VenueClose.as_view(), name="venue_close"),
    path("venues/<int:pk>/way/", views.VenueWay.as_view(), name="venue_way"),
    path("venues/<int:pk>/reopen/", views.VenueReopen.as_view(), name="venue_reopen"),
    path("venues/<int:pk>/delete/", views.VenueDelete.as_view(), name="venue_delete"),
]
