from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "anye.records.places"
    label = "places"
