from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "anye.records.audit"
    label = "audit"
