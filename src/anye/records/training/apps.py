from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "anye.records.training"
    label = "training"
