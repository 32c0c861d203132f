"""Addresses of orgs."""

from django.urls import path

from orgs.directory import contact_views
from orgs.directory import views as directory_views
from orgs.sign_in import preference_views, views
from orgs.staff import views as staffing_views

urlpatterns = [
    path("accounts/sign-in/", views.sign_in, name="sign-in"),
    path("accounts/sign-out/", views.sign_out, name="sign-out"),
    path("accounts/password/", views.change_password, name="password"),
    path("accounts/second-factor/", views.second_factor, name="second-factor"),
    path("contacts/", contact_views.show, name="contacts"),
    path("contacts/own/", contact_views.keep, name="contacts-own"),
    path("directory/", directory_views.show, name="directory"),
    path("directory/export/", directory_views.export, name="directory-export"),
    path("directory/own/", staffing_views.show, name="staffing"),
    path("accounts/notices/", preference_views.show, name="preferences"),
    path("accounts/alive/", views.alive, name="alive"),
]
