import os

from trainee_mgmt.settings import *

INSTALLED_APPS = ["django_linear_migrations", "django_migration_linter", *INSTALLED_APPS]
MIGRATION_LINTER_OPTIONS = {
    "include_apps": ["accounts", "library", "programs", "cohorts", "learning", "placements", "assessments", "reports"],
    "no_cache": True,
    "quiet": ["ok", "ignore", "warning"],
    # before the first release no old code runs beside them
    "ignore_name": [
        "0003_names_sort_by_their_reading",
        "0004_names_sort_by_their_reading",
        "0014_letters_are_with_accounts",
        "0016_scores_alone_say_what_leads_count",
    ],
}
CHECK_PREPARED = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True

if REDIS_URL:  # each process of pytest-xdist has a Redis database of its own, as it has a PostgreSQL database
    _number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    REDIS_URL = f"{REDIS_URL.rsplit('/', 1)[0]}/{_number}"
    CACHES = {"default": {**CACHES["default"], "LOCATION": REDIS_URL}}
