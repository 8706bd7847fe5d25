from importlib import import_module

from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "placements"

    def ready(self):
        import_module("placements.services.copying")
        import_module("placements.services.own_data")
