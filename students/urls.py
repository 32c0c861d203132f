"""Addresses of students."""

urlpatterns = []
