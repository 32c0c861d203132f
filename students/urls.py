"""Addresses of students. Pupils are named by opaque keys, archived copies by their own id; never by a number."""

from django.urls import path

from reviews import case_number, public_numbers  # noqa: F401 - makes <case:number>, <public:number> known
from students import change_views, graduation_views, number_views, record_views, views

urlpatterns = [
    path("numbers/", number_views.show_list, name="numbers"),
    path("numbers/new/", number_views.prepare, name="numbers-prepare"),
    path("numbers/<public:number>/", number_views.show, name="numbers-batch"),
    path("numbers/<public:number>/confirm/", number_views.confirm, name="numbers-confirm"),
    path("numbers/<public:number>/drop/", number_views.drop, name="numbers-drop"),
    path("numbers/<public:number>/schools/<str:code>/", number_views.receipt, name="numbers-receipt"),
    path("graduation/", graduation_views.show_list, name="graduations"),
    path("graduation/new/", graduation_views.prepare, name="graduation-prepare"),
    path("graduation/<public:number>/", graduation_views.show, name="graduation"),
    path(
        "graduation/<public:number>/complete/", graduation_views.complete_instead, name="graduation-complete"
    ),
    path("graduation/<public:number>/sign/", graduation_views.sign, name="graduation-sign"),
    path("graduation/<public:number>/drop/", graduation_views.drop, name="graduation-drop"),
    path("students/<uuid:key>/take-back/", graduation_views.take_back, name="student-take-back"),
    path("students/<uuid:key>/changes/new/", change_views.new_change, name="change-new"),
    path("changes/<case:number>/edit/", change_views.edit_change, name="change-edit"),
    path("changes/<case:number>/discard/", change_views.discard_draft, name="change-discard"),
    path("changes/<case:number>/copy/", change_views.copy_as_new, name="change-copy"),
    path("changes/<case:number>/proofs/", change_views.add_proof, name="change-proofs"),
    path(
        "changes/<case:number>/proofs/<uuid:key>/remove/",
        change_views.remove_proof,
        name="change-proof-remove",
    ),
    path("students/", views.list_pupils, name="student-roster"),
    path("students/search/", views.search_pupils, name="student-search"),
    path("students/archive/<int:pk>/", views.show_archive, name="student-archive"),
    path("students/<uuid:key>/", views.show_pupil, name="student-detail"),
    path("students/<uuid:key>/record/", record_views.show_record, name="student-record"),
    path("students/<uuid:key>/record/<slug:block>/", record_views.edit_block, name="student-record-block"),
    path("students/<uuid:key>/reveal/", views.reveal_numbers, name="student-reveal"),
    path("students/<uuid:key>/settle-in/", views.settle_pupil, name="student-settle-in"),
]
