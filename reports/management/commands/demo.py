from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import User
from cohorts.models import Cohort, Trainee
from reports.management.demo.build import build

ACCOUNTS = ("admin", "organizer", "officer", "trainee", "wishing", "placed", "evaluator", "leader", "nominator")


class Command(BaseCommand):
    help = "Demo data of the five programs (made-up people) in an empty database; --accounts prints its accounts, of each role."

    def add_arguments(self, parser):
        parser.add_argument("--accounts", action="store_true", help="only print the demo accounts")

    def handle(self, *, accounts, **options):
        if accounts:
            self._print_accounts()
            return
        if User.objects.exists():
            raise CommandError("The database is not empty: demo data goes into an empty one only.")
        with translation.override("zh-hans"):
            build(timezone.localdate())
        self.stdout.write(f"{Cohort.objects.count()} cohorts, {Trainee.objects.count()} trainees")

    def _print_accounts(self):
        found = {user.username: user for user in User.objects.filter(username__in=ACCOUNTS)}
        self.stdout.write(f"{'user name':<10} {'password':<16} name")
        for name in ACCOUNTS:
            user = found.get(name)
            if user and user.first_password:
                self.stdout.write(f"{name:<10} {user.first_password.open():<16} {user.name}")
