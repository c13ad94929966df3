from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "anye.records.people"
    label = "people"
