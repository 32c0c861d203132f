"""Addresses of students. Pupils are named by opaque keys, archived copies by their own id; never by a number."""

from django.urls import path

from students import record_views, views

urlpatterns = [
    path("students/", views.list_pupils, name="student-roster"),
    path("students/search/", views.search_pupils, name="student-search"),
    path("students/archive/<int:pk>/", views.show_archive, name="student-archive"),
    path("students/<uuid:key>/", views.show_pupil, name="student-detail"),
    path("students/<uuid:key>/record/", record_views.show_record, name="student-record"),
    path("students/<uuid:key>/record/<slug:block>/", record_views.edit_block, name="student-record-block"),
    path("students/<uuid:key>/reveal/", views.reveal_numbers, name="student-reveal"),
    path("students/<uuid:key>/settle-in/", views.settle_pupil, name="student-settle-in"),
]
