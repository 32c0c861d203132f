"""Addresses of transfers. A pupil's number never stands in one."""

from django.urls import path

from transfers import views

urlpatterns = [
    path("transfers/new/", views.new_transfer, name="transfer-new"),
    path("transfers/new/check/", views.check_pupil, name="transfer-check"),
    path("transfers/<str:number>/edit/", views.edit_transfer, name="transfer-edit"),
    path("transfers/<str:number>/checks/", views.list_checks, name="transfer-checks"),
    path("transfers/<str:number>/copy/", views.copy_as_new, name="transfer-copy"),
    path("transfers/<str:number>/discard/", views.discard_draft, name="transfer-discard"),
    path("transfers/<str:number>/proofs/", views.add_proof, name="transfer-proofs"),
    path(
        "transfers/<str:number>/proofs/<uuid:key>/remove/", views.remove_proof, name="transfer-proof-remove"
    ),
]
