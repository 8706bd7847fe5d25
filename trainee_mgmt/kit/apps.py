from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KitConfig(AppConfig):
    name = "trainee_mgmt.kit"
    label = "kit"

    def ready(self):
        autodiscover_modules("access", "figures", "plans", "tasks")
