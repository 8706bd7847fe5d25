from importlib import import_module

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"

    def ready(self):
        import_module("learning.services.copying")
        import_module("learning.services.closing")
        import_module("learning.services.own_data")
        import_module("learning.services.sessions")
