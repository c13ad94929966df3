from django.apps import AppConfig


class FirmsConfig(AppConfig):
    name = "anye.records.firms"
    label = "firms"
