from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "anye.records.jobs"
    label = "jobs"
