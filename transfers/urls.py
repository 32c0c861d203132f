"""Addresses of transfers."""

urlpatterns = []
