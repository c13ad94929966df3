from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "anye.doors.office"
    label = "office"
