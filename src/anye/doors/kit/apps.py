"""The kit as a Django app, so that `{% load kit %}` finds its tags."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Template tags and checks of the kit."""

    name = "anye.doors.kit"
    label = "kit"
    verbose_name = "Kit"

    def ready(self) -> None:
        """Register the check of the icons that the build brings."""
        from django.core import checks as registry

        from anye.doors.kit.icons import check_icons

        registry.register(check_icons)
