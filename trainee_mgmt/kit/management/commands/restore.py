from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from trainee_mgmt.backups import BackupError, bring_back


class Command(BaseCommand):
    help = (
        "Brings a backup back: database, media files and keys. Refuses a database with data unless --replace is given."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="delete what is there now")

    def handle(self, *args, **options):
        try:
            report = bring_back(options["file"].absolute(), replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Brought back the backup of {report.made_at}: the database and {report.files} media files.")
        if report.new_keys:
            self.stdout.write(
                f"It was made with other keys. Give all processes those in {report.new_keys}, then start them."
            )
