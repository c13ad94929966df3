"""Addresses of the report: a snapshot by its token, an area and a figure by their codes."""

from django.urls import path

from anye.doors.kit.frame import provide
from anye.doors.office.briefings import editing
from anye.doors.office.briefings import pages as briefings
from anye.doors.office.navigation import office_frame
from anye.doors.office.report import indicator, pages

app_name = "report"
provide(app_name, office_frame)
urlpatterns = [
    path("report/", pages.index, name="index"),
    path("report/count/", pages.count, name="count"),
    path("report/briefings/", briefings.briefings, name="briefings"),
    path("report/briefings/new/", editing.begin, name="briefing_begin"),
    path("report/briefings/<str:token>/show/", briefings.briefing, name="briefing"),
    path("report/briefings/<str:token>/edit/", editing.edit, name="briefing_edit"),
    path("report/briefings/<str:token>/preview/<str:language>/", editing.preview, name="briefing_preview"),
    path("report/briefings/<str:token>/issue/", editing.issue, name="briefing_issue_it"),
    path("report/briefings/<str:token>/drop/", editing.drop, name="briefing_drop"),
    path("report/briefings/<str:token>/<int:number>/", briefings.briefing, name="briefing_issue"),
    path("report/briefings/<str:token>/<int:number>/<str:language>/<str:kind>/", briefings.file, name="briefing_file"),
    path("report/briefings/<str:token>/<int:number>/recount/", briefings.recount, name="briefing_recount"),
    path("report/briefings/<str:token>/<int:number>/state/", briefings.recount_state, name="briefing_recount_state"),
    path("report/<str:token>/<str:area>/", pages.index, name="of"),
    path("report/<str:token>/<str:area>/<slug:code>/", indicator.indicator, name="indicator"),
]
