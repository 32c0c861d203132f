"""Addresses of students. Pupils are named by opaque keys, archived copies by their own id; never by a number."""

from django.urls import path

from reviews import case_number, public_numbers  # noqa: F401 - makes <case:number>, <public:number>, <check:code> known
from students import (
    change_views,
    check_views,
    counter_views,
    graduation_views,
    key_views,
    number_views,
    print_batch_views,
    record_views,
    views,
)

urlpatterns = [
    path("check/", check_views.ask, name="print-check-ask"),
    path("check/<check:code>/", check_views.check, name="print-check"),
    path("counter/", counter_views.find, name="counter"),
    path("counter/students/<uuid:key>/", counter_views.show_pupil, name="counter-pupil"),
    path("counter/students/<uuid:key>/print/", counter_views.print_pupil, name="counter-print"),
    path("counter/students/<uuid:key>/photo/", counter_views.take_photo, name="student-photo-take"),
    path("counter/archive/<int:pk>/", counter_views.show_copy, name="counter-copy"),
    path("counter/archive/<int:pk>/print/", counter_views.print_copy, name="counter-copy-print"),
    path("counter/batches/", print_batch_views.batches, name="counter-batches"),
    path("counter/batches/<public:number>/", print_batch_views.batch, name="counter-batch"),
    path("counter/batches/<public:number>/file/", print_batch_views.batch_file, name="counter-batch-file"),
    path("students/<uuid:key>/photo/", counter_views.photo, name="student-photo"),
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
    path("students/<uuid:key>/key-change/", key_views.new_key_change, name="key-change-new"),
    path("key-changes/<case:number>/edit/", key_views.KEY_CHANGES.edit, name="key-change-edit"),
    path("key-changes/<case:number>/discard/", key_views.KEY_CHANGES.discard, name="key-change-discard"),
    path("key-changes/<case:number>/copy/", key_views.KEY_CHANGES.copy, name="key-change-copy"),
    path("key-changes/<case:number>/proofs/", key_views.KEY_CHANGES.add_proof, name="key-change-proofs"),
    path(
        "key-changes/<case:number>/proofs/<uuid:key>/remove/",
        key_views.KEY_CHANGES.remove_proof,
        name="key-change-proof-remove",
    ),
    path("changes/<case:number>/edit/", change_views.CHANGES.edit, name="change-edit"),
    path("changes/<case:number>/discard/", change_views.CHANGES.discard, name="change-discard"),
    path("changes/<case:number>/copy/", change_views.CHANGES.copy, name="change-copy"),
    path("changes/<case:number>/proofs/", change_views.CHANGES.add_proof, name="change-proofs"),
    path(
        "changes/<case:number>/proofs/<uuid:key>/remove/",
        change_views.CHANGES.remove_proof,
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
