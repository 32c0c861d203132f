"""Addresses of transfers. A pupil's number never stands in one."""

from django.urls import path

from reviews import case_number  # noqa: F401 - makes <case:number> known
from transfers import views

urlpatterns = [
    path("transfers/new/", views.new_transfer, name="transfer-new"),
    path("transfers/new/check/", views.check_pupil, name="transfer-check"),
    path("transfers/<case:number>/edit/", views.edit_transfer, name="transfer-edit"),
    path("transfers/<case:number>/checks/", views.list_checks, name="transfer-checks"),
    path("transfers/<case:number>/copy/", views.copy_as_new, name="transfer-copy"),
    path("transfers/<case:number>/discard/", views.discard_draft, name="transfer-discard"),
    path("transfers/<case:number>/proofs/", views.add_proof, name="transfer-proofs"),
    path(
        "transfers/<case:number>/proofs/<uuid:key>/remove/", views.remove_proof, name="transfer-proof-remove"
    ),
]
