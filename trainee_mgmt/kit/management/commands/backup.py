from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from trainee_mgmt.backups import BackupError, save


class Command(BaseCommand):
    help = "Saves the database, the media files and the keys in one archive."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, help="default: var/backups/<moment>.tar")

    def handle(self, *args, **options):
        moment = timezone.localtime().strftime("%Y-%m-%d-%H%M%S")
        target = options["file"] or Path(settings.VAR_DIR) / "backups" / f"{moment}.tar"
        try:
            report = save(target.absolute())
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Saved the database, {report.files} media files and the keys in {target} ({report.size / 1e6:.1f} MB). "
            "It holds the keys: keep it where only you can read it."
        )
