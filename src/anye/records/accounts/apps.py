from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "anye.records.accounts"
    label = "accounts"
