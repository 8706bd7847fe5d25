from django.urls import path

from placements.views import host_import, hosts, offers

app_name = "placements"
urlpatterns = [
    path("hosts/", hosts.HostList.as_view(), name="host_list"),
    path("hosts/new/", hosts.HostCreate.as_view(), name="host_create"),
    path("hosts/<int:pk>/", hosts.HostDetail.as_view(), name="host_detail"),
    path("hosts/<int:pk>/edit/", hosts.HostUpdate.as_view(), name="host_update"),
    path("hosts/<int:pk>/check/", hosts.HostCheck.as_view(), name="host_check"),
    path("hosts/<int:pk>/close/", hosts.HostClose.as_view(), name="host_close"),
    path("hosts/<int:pk>/reopen/", hosts.HostReopen.as_view(), name="host_reopen"),
    path("hosts/<int:pk>/delete/", hosts.HostDelete.as_view(), name="host_delete"),
    path("hosts/<int:pk>/contacts/new/", hosts.ContactCreate.as_view(), name="contact_create"),
    path("hosts/<int:pk>/posts/new/", hosts.PostCreate.as_view(), name="post_create"),
    path("contacts/<int:pk>/edit/", hosts.ContactUpdate.as_view(), name="contact_update"),
    path("contacts/<int:pk>/left/", hosts.ContactEnd.as_view(), name="contact_end"),
    path("contacts/<int:pk>/phone/", hosts.ContactPhone.as_view(), name="contact_phone"),
    path("posts/<int:pk>/edit/", hosts.PostUpdate.as_view(), name="post_update"),
    path("posts/<int:pk>/close/", hosts.PostClose.as_view(), name="post_close"),
    path("posts/<int:pk>/reopen/", hosts.PostReopen.as_view(), name="post_reopen"),
    path("posts/<int:pk>/delete/", hosts.PostDelete.as_view(), name="post_delete"),
    path("posts/<int:pk>/offer/", offers.OfferCreate.as_view(), name="offer_create"),
    path("cohorts/<int:cohort>/offers/", offers.OfferList.as_view(), name="offer_list"),
    path("offers/<int:pk>/", offers.OfferUpdate.as_view(), name="offer_update"),
    path("offers/<int:pk>/withdraw/", offers.OfferWithdraw.as_view(), name="offer_withdraw"),
    path("cohorts/<int:cohort>/hosts/import/", host_import.HostImport.as_view(), name="host_import"),
    path("cohorts/<int:cohort>/hosts/template/", host_import.HostTemplate.as_view(), name="host_template"),
    path("cohorts/<int:cohort>/hosts/problems/<int:pk>/", host_import.HostProblems.as_view(), name="host_problems"),
]
