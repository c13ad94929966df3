from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "anye.records.claims"
    label = "claims"
