from django.urls import path

from programs import views

app_name = "programs"
urlpatterns = [
    path("programs/", views.ProgramList.as_view(), name="program_list"),
    path("programs/new/", views.ProgramCreate.as_view(), name="program_create"),
    path("programs/<int:pk>/", views.ProgramDetail.as_view(), name="program_detail"),
    path("programs/<int:pk>/edit/", views.ProgramUpdate.as_view(), name="program_update"),
    path("programs/<int:pk>/close/", views.ProgramClose.as_view(), name="program_close"),
    path("programs/<int:pk>/reopen/", views.ProgramReopen.as_view(), name="program_reopen"),
    path("programs/<int:pk>/delete/", views.ProgramDelete.as_view(), name="program_delete"),
]
