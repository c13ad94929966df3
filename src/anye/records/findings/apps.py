from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "anye.records.findings"
    label = "findings"
