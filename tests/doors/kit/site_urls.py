"""The style page and the language switch alone."""

from django.urls import include, path

urlpatterns = [
    path("style/", include("anye.doors.kit.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
