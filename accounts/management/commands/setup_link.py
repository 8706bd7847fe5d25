from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts.services import new_setup_token, system_is_empty


class Command(BaseCommand):
    help = "Prints the link where the first administrator is made. It works once, for a day, while there is none."

    def add_arguments(self, parser):
        parser.add_argument("--address", default="http://127.0.0.1:8000/", help="where people reach this installation")

    def handle(self, *args, address, **options):
        if not system_is_empty():
            self.stdout.write("There is an administrator already.")
            return
        link = address.rstrip("/") + reverse("accounts:setup", kwargs={"token": new_setup_token()})
        self.stdout.write(f"Make the first administrator here (within a day, once):\n{link}")
