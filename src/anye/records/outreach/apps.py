from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "anye.records.outreach"
    label = "outreach"
