from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "anye.records.registers"
    label = "registers"
