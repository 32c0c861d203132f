"""Addresses of transfers. A pupil's number never stands in one."""

from django.urls import path

from reviews.rulebook.notice_values import POST_GRADUATION
from reviews.vocabulary import case_number, public_numbers  # noqa: F401 - makes <case:number> and <public:number> known
from transfers.graduating import views as graduating_views
from transfers.moving import (
    late_views,
    under_age_views,
    untaught_views,
    views,
)
from transfers.moving import (
    no_show_views as no_shows,
)
from transfers.offline import fault_views
from transfers.offline import views as offline_views
from transfers.possible import views as possible_views

urlpatterns = [
    path("transfers/new/", views.new_transfer, name="transfer-new"),
    path("transfers/new/check/", views.check_pupil, name="transfer-check"),
    path("transfers/new/late/<uuid:key>/", late_views.begin, name="transfer-late"),
    path("graduates/new/", views.new_transfer, {"kind": POST_GRADUATION}, name="graduate-new"),
    path("graduates/new/check/", views.check_pupil, {"kind": POST_GRADUATION}, name="graduate-check"),
    path("transfers/<case:number>/edit/", views.TRANSFERS.edit, name="transfer-edit"),
    path("transfers/<case:number>/checks/", views.TRANSFERS.list_checks, name="transfer-checks"),
    path("transfers/<case:number>/copy/", views.TRANSFERS.copy, name="transfer-copy"),
    path("transfers/<case:number>/discard/", views.TRANSFERS.discard, name="transfer-discard"),
    path("transfers/<case:number>/proofs/", views.TRANSFERS.add_proof, name="transfer-proofs"),
    path(
        "transfers/<case:number>/proofs/<uuid:key>/remove/",
        views.TRANSFERS.remove_proof,
        name="transfer-proof-remove",
    ),
    path("possible/", possible_views.show, name="possible"),
    path("graduating/", graduating_views.show, name="graduating"),
    path("untaught/", untaught_views.show, name="untaught"),
    path("untaught/begin/", untaught_views.begin, name="untaught-begin"),
    path("no-shows/", no_shows.show, name="no-shows"),
    path("offline/", offline_views.show_list, name="offline"),
    path("offline/new/", offline_views.record, name="offline-new"),
    path("offline/<public:number>/", offline_views.show, name="offline-detail"),
    path("offline/<public:number>/confirm/", offline_views.confirm, name="offline-confirm"),
    path("offline/<public:number>/start/", offline_views.start, name="offline-start"),
    path("offline/<public:number>/match/", offline_views.match, name="offline-match"),
    path("offline/<public:number>/end/", offline_views.end, name="offline-end"),
    path("faults/", fault_views.show_list, name="faults"),
    path("faults/new/", fault_views.announce, name="fault-new"),
    path("faults/<public:number>/", fault_views.show, name="fault"),
    path("faults/<public:number>/close/", fault_views.close, name="fault-close"),
    path("statistics/under-age/", under_age_views.show, name="under-age"),
]
