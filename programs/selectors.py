from django.db.models import Min

from programs.models import Program

MOST = 300  # themes that a form offers


def themes() -> list[str]:
    """The themes of all programs, each once as it was first written: one list for all offices, or they would not meet."""
    named = Program.objects.exclude(theme_key="").order_by().values("theme_key")
    first = named.annotate(first=Min("pk")).values("first")
    return list(Program.objects.filter(pk__in=first).order_by("theme").values_list("theme", flat=True)[:MOST])
