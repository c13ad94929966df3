"""Addresses of the report: a snapshot by its token, an area and a figure by their codes."""

from django.urls import path

from anye.doors.kit.frame import provide
from anye.doors.office.navigation import office_frame
from anye.doors.office.report import indicator, pages

app_name = "report"
provide(app_name, office_frame)
urlpatterns = [
    path("report/", pages.index, name="index"),
    path("report/count/", pages.count, name="count"),
    path("report/<str:token>/<str:area>/", pages.index, name="of"),
    path("report/<str:token>/<str:area>/<slug:code>/", indicator.indicator, name="indicator"),
]
