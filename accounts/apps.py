from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("notices")  # each app's kinds of notices
        from accounts.services.exports import record_export
        from trainee_mgmt.kit.tables import RECORDERS

        if record_export not in RECORDERS:
            RECORDERS.append(record_export)
        from accounts.services.passwords import rotate_second_steps
        from trainee_mgmt.kit.crypto import ROTATORS

        if rotate_second_steps not in ROTATORS:
            ROTATORS.append(rotate_second_steps)
