"""Addresses of students. Pupils are named by opaque keys, archived copies by their own id; never by a number."""

from django.urls import path

from reviews.vocabulary import case_number, public_numbers  # noqa: F401 - makes <case:number>, <public:number>, <check:code> known
from students.admission.late import month_views as late_month_views
from students.admission.late import views as late_views
from students.admission.recruitment import through_views
from students.admission.recruitment import views as recruitment_views
from students.admission.registration import views as registration_views
from students.bulletins import views as bulletin_views
from students.changes import views as change_views
from students.changes.key import views as key_views
from students.classes import sheet_views
from students.classes import views as class_views
from students.counter import check_views, print_batch_views
from students.counter import views as counter_views
from students.dropouts import views as dropout_views
from students.numbers import views as number_views
from students.problems import views as settling_views
from students.pupil_page import views
from students.record import views as record_views
from students.roster import export_views
from students.statistics import progress_views
from students.statistics import views as headcount_views
from students.tables import views as import_views
from students.verification import views as round_views
from students.year_end import rollback_views as taking_back_views
from students.year_end import unrecorded_views
from students.year_end import views as graduation_views

urlpatterns = [
    path("bulletins/", bulletin_views.show_list, name="bulletins"),
    path("bulletins/<public:number>/", bulletin_views.show, name="bulletin"),
    path("bulletins/<public:number>/reply/", bulletin_views.reply, name="bulletin-reply"),
    path("bulletins/<public:number>/propose/", bulletin_views.propose, name="bulletin-propose"),
    path("bulletins/<public:number>/return/", bulletin_views.give_back, name="bulletin-return"),
    path("bulletins/<public:number>/publish/", bulletin_views.publish, name="bulletin-publish"),
    path("bulletins/<public:number>/recount/", bulletin_views.recount, name="bulletin-recount"),
    path("bulletins/<public:number>/pdf/", bulletin_views.show_pdf, name="bulletin-pdf"),
    path("bulletins/<public:number>/xlsx/", bulletin_views.show_xlsx, name="bulletin-xlsx"),
    path("statistics/headcount/", headcount_views.show, name="headcount"),
    path("statistics/permits/", headcount_views.show_permits, name="permits"),
    path("progress/", progress_views.show, name="progress"),
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
    path("registration/", registration_views.show, name="registration"),
    path("registration/new/", registration_views.new, name="registration-new"),
    path("imports/<slug:kind>/template/", import_views.template, name="import-template"),
    path("imports/<slug:kind>/upload/", import_views.upload, name="import-upload"),
    path("imports/<public:number>/", import_views.show, name="import"),
    path("imports/<public:number>/report/", import_views.report, name="import-report"),
    path("imports/<public:number>/returned/", import_views.returned, name="import-returned"),
    path("imports/<public:number>/answer/", import_views.answer, name="import-answer"),
    path("imports/<public:number>/confirm/", import_views.confirm, name="import-confirm"),
    path("imports/<public:number>/drop/", import_views.drop, name="import-drop"),
    path("graduation/", graduation_views.show_list, name="graduations"),
    path("graduation/new/", graduation_views.prepare, name="graduation-prepare"),
    path("graduation/unrecorded/", unrecorded_views.show, name="graduations-unrecorded"),
    path("graduation/<public:number>/", graduation_views.show, name="graduation"),
    path("graduation/<public:number>/decide/", graduation_views.decide, name="graduation-decide"),
    path("graduation/<public:number>/sign/", graduation_views.sign, name="graduation-sign"),
    path("graduation/<public:number>/drop/", graduation_views.drop, name="graduation-drop"),
    path(
        "students/<uuid:key>/graduation-correction/",
        taking_back_views.correction,
        name="student-graduation-correction",
    ),
    path("students/<uuid:key>/take-back/", taking_back_views.graduation, name="student-take-back"),
    path(
        "students/<uuid:key>/recruitment-back/",
        taking_back_views.recruitment,
        name="student-recruitment-back",
    ),
    path("recruitment/", recruitment_views.show_desk, name="recruitment"),
    path("recruitment/add/", recruitment_views.add, name="recruitment-add"),
    path("recruitment/drop/", recruitment_views.drop, name="recruitment-drop"),
    path("recruitment/send/", recruitment_views.send, name="recruitment-send"),
    path("recruitment/through/", through_views.show_through, name="recruitment-through"),
    path("recruitment/<public:number>/", recruitment_views.show, name="recruitment-list"),
    path("recruitment/<public:number>/report/", recruitment_views.report, name="recruitment-report"),
    path("recruitment/<public:number>/copy/", recruitment_views.copy, name="recruitment-copy"),
    path("late/", late_views.show_desk, name="late"),
    path("late/new/", late_views.new, name="late-new"),
    path("late/drop/", late_views.drop, name="late-drop"),
    path("late/send/", late_views.send, name="late-send"),
    path("late/collected/", late_month_views.show, name="late-collected"),
    path("late/collected/table/", late_month_views.table, name="late-collected-table"),
    path("late/collected/close/", late_month_views.close, name="late-month-close"),
    path("late/months/<public:number>/", late_month_views.show, name="late-month"),
    path("late/months/<public:number>/send/", late_month_views.send, name="late-month-send"),
    path("late/months/<public:number>/drop/", late_month_views.drop, name="late-month-drop"),
    path("late/months/<public:number>/table/", late_month_views.table, name="late-month-table"),
    path("late/<public:number>/", late_views.show, name="late-list"),
    path("late/<public:number>/copy/", late_views.copy, name="late-copy"),
    path("classes/", class_views.show_list, name="classes"),
    path("classes/<int:pk>/", class_views.show, name="class"),
    path("classes/<int:pk>/teacher/", class_views.set_teacher, name="class-teacher"),
    path("classes/<int:pk>/table/", class_views.template, name="class-table"),
    path("classes/<int:pk>/upload/", class_views.upload, name="class-upload"),
    path("classes/<int:pk>/pupils/<uuid:key>/", class_views.pupil, name="class-pupil"),
    path("classes/sheets/<public:number>/", sheet_views.show, name="class-sheet"),
    path("classes/sheets/<public:number>/send/", sheet_views.send, name="class-sheet-send"),
    path("classes/sheets/<public:number>/accept/", sheet_views.accept, name="class-sheet-accept"),
    path("classes/sheets/<public:number>/return/", sheet_views.give_back, name="class-sheet-return"),
    path("classes/sheets/<public:number>/drop/", sheet_views.drop, name="class-sheet-drop"),
    path("classes/sheets/<public:number>/take-off/", sheet_views.take_off, name="class-sheet-take-off"),
    path("verification/", round_views.show_list, name="verifications"),
    path("verification/open/", round_views.begin, name="verification-open"),
    path("verification/<public:number>/", round_views.show, name="verification"),
    path("verification/<public:number>/submit/", round_views.submit, name="verification-submit"),
    path("verification/<public:number>/sign/", round_views.sign, name="verification-sign"),
    path("verification/<public:number>/schools/<str:code>/", round_views.show_part, name="verification-part"),
    path("verification/<public:number>/schools/<str:code>/find/", round_views.find, name="verification-find"),
    path(
        "verification/<public:number>/schools/<str:code>/submit/",
        round_views.submit_part,
        name="verification-part-submit",
    ),
    path(
        "verification/<public:number>/schools/<str:code>/sign/",
        round_views.sign_part,
        name="verification-part-sign",
    ),
    path("dropouts/", dropout_views.show_list, name="dropouts"),
    path("dropouts/<public:number>/", dropout_views.show, name="dropout"),
    path("dropouts/<public:number>/report/", dropout_views.show_report, name="dropout-report"),
    *(
        path(f"dropouts/<public:number>/{verb}/", dropout_views.act, {"verb": verb}, name=f"dropout-{verb}")
        for verb in dropout_views.VERBS
    ),
    path("students/<uuid:key>/dropout/", dropout_views.mark, name="dropout-mark"),
    path("exports/", export_views.exports, name="exports"),
    path("exports/<public:number>/", export_views.show, name="export"),
    path("exports/<public:number>/file/", export_views.file, name="export-file"),
    path("problems/", settling_views.show_list, name="problems"),
    path("problems/<int:pk>/", settling_views.show, name="problem"),
    path("problems/<int:pk>/answer/", settling_views.answer, name="problem-answer"),
    path("problems/<int:pk>/decide/", settling_views.decide, name="problem-decide"),
    path("problems/<int:pk>/delete/", settling_views.delete, name="problem-delete"),
    path("problems/cases/<case:number>/edit/", settling_views.ANSWERS.edit, name="problem-answer-edit"),
    path(
        "problems/cases/<case:number>/discard/", settling_views.ANSWERS.discard, name="problem-answer-discard"
    ),
    path("problems/cases/<case:number>/copy/", settling_views.ANSWERS.copy, name="problem-answer-copy"),
    path(
        "problems/cases/<case:number>/proofs/", settling_views.ANSWERS.add_proof, name="problem-answer-proofs"
    ),
    path(
        "problems/cases/<case:number>/proofs/<uuid:key>/remove/",
        settling_views.ANSWERS.remove_proof,
        name="problem-answer-proof-remove",
    ),
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
