"""Addresses of what comes in: files and loads, entries by hand, transfers. Never a name or a number in one."""

from django.urls import URLPattern, URLResolver, include, path

from anye.doors.kit.frame import provide
from anye.doors.office import batches, registers, uploads
from anye.doors.office.navigation import office_frame

for namespace in ("registers", "entries"):
    provide(namespace, office_frame)

registers_patterns = [
    path("registers/", registers.index, name="index"),
    path("registers/upload/", uploads.new_upload, name="new_upload"),
    path("registers/uploads/<str:token>/", uploads.upload, name="upload"),
    path("registers/uploads/<str:token>/state/", uploads.upload_state, name="upload_state"),
    path("registers/blank/<str:source>/", registers.blank, name="blank"),
    path("registers/<str:token>/", batches.batch, name="batch"),
    path("registers/<str:token>/<str:level>/", batches.batch, name="batch_rows"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((registers_patterns, "registers")))]
