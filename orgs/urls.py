"""Addresses of orgs."""

urlpatterns = []
