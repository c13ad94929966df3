from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "anye.doors.office"
    label = "office"

    def ready(self) -> None:
        from anye.doors.office import sign_in_events

        sign_in_events.connect()
