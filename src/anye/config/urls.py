"""All addresses. A new one fails tests/house/test_access_matrix.py until it is declared there."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("anye.doors.office.urls_registers")),  # before the people: /people/new/ is nobody's token
    path("", include("anye.doors.office.urls_rules")),
    path("", include("anye.doors.office.urls_report")),
    path("", include("anye.doors.office.urls")),
    path("", include("anye.doors.office.urls_admin")),
]
if getattr(settings, "ANYE_STYLE_PAGE", False):
    urlpatterns.append(path("style/", include("anye.doors.kit.urls")))
