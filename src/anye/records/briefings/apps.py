from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "anye.records.briefings"
    label = "briefings"
