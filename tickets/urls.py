"""Addresses of the three official forms."""

from django.urls import path

from reviews.vocabulary import public_numbers  # noqa: F401 - brings <public:number>
from tickets.complaints import views as complaint_views
from tickets.forms import views

urlpatterns = [
    path("complaints/", complaint_views.ask, name="complaint-ask"),
    path("complaints/new/", complaint_views.new, name="complaint-new"),
    path("tickets/", views.show_list, name="tickets"),
    path("tickets/new/<slug:kind>/", views.new, name="ticket-new"),
    path("tickets/<public:number>/", views.show, name="ticket"),
    path("tickets/<public:number>/edit/", views.edit, name="ticket-edit"),
    path("tickets/<public:number>/act/", views.act, name="ticket-act"),
    path("tickets/<public:number>/pdf/", views.show_pdf, name="ticket-pdf"),
    path("tickets/<public:number>/print/", views.show_print, name="ticket-print"),
    path("tickets/<public:number>/enclosures/", views.enclose, name="ticket-enclose"),
    path("tickets/<public:number>/enclosures/<uuid:key>/", views.show_enclosure, name="ticket-enclosure"),
    path(
        "tickets/<public:number>/enclosures/<uuid:key>/remove/",
        views.remove_enclosure,
        name="ticket-enclosure-remove",
    ),
]
