"""Addresses of reviews."""

from django.urls import path
from django.views.generic import RedirectView

from reviews.case_page import appeal_views as appeals
from reviews.case_page import evidence_views as evidence
from reviews.case_page import views as case
from reviews.dashboard import views as dashboard
from reviews.desk import notice_views as notices
from reviews.refusal_register import views as refusals
from reviews.rulebook_pages import calendar_views as calendar
from reviews.rulebook_pages import parents_views as parents
from reviews.rulebook_pages import route_views as routes
from reviews.rulebook_pages import views as rules
from reviews.staff import views as handover
from reviews.vocabulary import case_number  # noqa: F401 - makes <case:number> known
from reviews.worklist import bulk_views as bulk
from reviews.worklist import phrase_views as phrases
from reviews.worklist import views as worklist

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="worklist"), name="home"),
    path("worklist/", worklist.show, name="worklist"),
    path("worklist/bulk/", bulk.check, name="bulk-check"),
    path("worklist/bulk/sign/", bulk.sign, name="bulk-sign"),
    path("worklist/bulk/<str:key>/", bulk.result, name="bulk-result"),
    path("search/", worklist.find, name="search"),
    path("search/<str:key>/", worklist.show_found, name="search-found"),
    path("notices/", notices.show, name="notices"),
    path("notices/read/", notices.mark_all_read, name="notices-read"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
    path("phrases/", phrases.manage, name="phrases"),
    path("phrases/<int:pk>/", phrases.change, name="phrase-change"),
    path("phrases/<int:pk>/remove/", phrases.remove, name="phrase-remove"),
    path("calendar/", calendar.counter, name="calendar"),
    path("calendar/import/", calendar.import_notice, name="calendar-import"),
    path("refusals/", refusals.listing, name="refusals"),
    path("refusals/shares/", refusals.shares, name="refusal-shares"),
    path("appeals/", appeals.listing, name="appeals"),
    path("appeals/<int:pk>/", appeals.one, name="appeal"),
    path("cases/<case:number>/", case.show, name="case"),
    path("cases/<case:number>/evidence/<uuid:key>/", evidence.proof, name="case-evidence"),
    path("cases/<case:number>/reveal/", case.reveal, name="case-reveal"),
    path("cases/<case:number>/revision/", case.revision, name="case-revision"),
    path("cases/<case:number>/print/", case.paper, name="case-print"),
    path("cases/<case:number>/appeal/", appeals.raise_appeal, name="case-appeal"),
    path("cases/<case:number>/<str:verb>/", case.act, name="case-act"),
    path("rules/", rules.rules, name="rules"),
    path("dashboard/", dashboard.show, name="dashboard"),
    path("dashboard/cases/", dashboard.cases, name="dashboard-cases"),
    path("directory/own/<int:pk>/", handover.show, name="hand-over"),
    path("parents/", parents.guide, name="parents"),
    path("routes/", routes.show, name="routes"),
]
