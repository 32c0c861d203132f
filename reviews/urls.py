"""Addresses of reviews."""

urlpatterns = []
