from django.core.management.base import BaseCommand, CommandError

from accounts.services.audit import head, seal_entries, verify_chain


class Command(BaseCommand):
    help = "Checks the chain over the audit log. Names what was changed or removed and ends with 1; prints the last digest."

    def handle(self, *args, **options):
        seal_entries()
        problems = list(verify_chain())
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} found in the audit log.")
        self.stdout.write(f"The audit log is as it was written. Last digest, to be kept elsewhere: {head()}")
