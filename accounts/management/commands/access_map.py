from django.core.management.base import BaseCommand

from accounts.models import Role
from trainee_mgmt.kit.access import ANYONE
from trainee_mgmt.kit.sitemap import access_map


class Command(BaseCommand):
    help = "Print who may open which page (docs/access.md)."

    def handle(self, **options):
        self.stdout.write(access_map([*Role.values, ANYONE]), ending="")
