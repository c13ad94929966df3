from django.apps import AppConfig


class EntitlementsConfig(AppConfig):
    name = "anye.records.entitlements"
    label = "entitlements"
