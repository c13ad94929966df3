from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class FlowConfig(AppConfig):
    name = "anye.flow"
    label = "flow"

    def ready(self) -> None:
        from anye.flow.grants import grant_stock_tables

        # the signal is sent for apps with models, once all migrations are done
        post_migrate.connect(grant_stock_tables, sender=apps.get_app_config("accounts"))
