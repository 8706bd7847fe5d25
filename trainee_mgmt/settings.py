"""All settings, read from the environment; docs/deploy.md lists the variables. Nonsense is refused at the start."""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, validate

from trainee_mgmt.logs import logging_config
from trainee_mgmt.outbox import channels_of, site_url_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# Keys. `make run` makes them once in var/secrets.env; a server gets them from its environment. ---------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
FIELD_KEYS = env.list("FIELD_KEYS")  # Fernet keys for ID numbers and phones: the first encrypts, all decrypt
INDEX_KEY = env.str("INDEX_KEY")  # for the blind indexes; changing it means rebuilding them (manage.py reindex)
AUDIT_KEY = env.str("AUDIT_KEY")  # for the chain of seals over the audit log
for key in FIELD_KEYS:
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_KEYS must be Fernet keys, separated by commas") from error
for name in ("SECRET_KEY", "INDEX_KEY", "AUDIT_KEY"):
    if len(globals()[name]) < 32:
        raise ImproperlyConfigured(f"{name} must have at least 32 characters")

# Where it is reached ------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
HTTPS = env.bool("HTTPS", False)  # behind a proxy that speaks TLS and sets X-Forwarded-Proto
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
SITE_NAME = env.str("SITE_NAME", "")
SITE_URL = site_url_of(env)  # for links in messages that leave this site
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

INSTALLED_APPS = [  # ours first: where two catalogues translate a word, the first app wins
    "trainee_mgmt.kit",
    "accounts",
    "library",
    "programs",
    "cohorts",
    "learning",
    "placements",
    "assessments",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_include_bootstrap",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "trainee_mgmt.health.HealthMiddleware",
    "trainee_mgmt.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trainee_mgmt.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "trainee_mgmt.text.NoNulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.FirstPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "trainee_mgmt.urls"
WSGI_APPLICATION = "trainee_mgmt.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["trainee_mgmt.kit.loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Storage ------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=600, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgres://user:password@host/name")
DATABASES["default"]["ENGINE"] = "trainee_mgmt.postgres"  # the same, with a health check that costs no round trip
CHECK_PREPARED = False  # compile prepared queries again at each call and compare: for tests
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "trainee_mgmt.kit.caches.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},  # a page would rather fail than hang
        }
    }
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
    }
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
MEDIA_URL = "/media/"  # never served by itself: files are handed out by pages that check access
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a class's score grid is one form
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# The outbox: by which ways, besides the inbox here, people are told; docs/deploy.md has examples. ---------------------
NOTICE_CHANNELS = channels_of(env, site_url=SITE_URL)
NOTICE_TICK_SECONDS = env.int(
    "NOTICE_TICK_SECONDS", 20, validate=validate.Range(min=1, max=600)
)  # how often what is due is sent
NOTICE_STALE_SECONDS = env.int(
    "NOTICE_STALE_SECONDS", 120, validate=validate.Range(min=1)
)  # a sender silent for so long is taken for dead
NOTICE_KEEP_DAYS = env.int("NOTICE_KEEP_DAYS", 400, validate=validate.Range(min=60))  # then notices that are over go

# Tasks --------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "queue"),
        "data_folder_out": str(VAR_DIR / "queue"),
        "control_folder": str(VAR_DIR / "queue-control"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "seal the audit log": {"task": "accounts.seal_audit", "schedule": timedelta(seconds=60)},
    "send notices that are due": {
        "task": "accounts.send_notices",
        "schedule": timedelta(seconds=NOTICE_TICK_SECONDS),
        "options": {"expires": NOTICE_TICK_SECONDS},  # a tick that nobody took is worth nothing when the next comes
    },
    "warn of attendance": {"task": "learning.warn_of_attendance", "schedule": timedelta(hours=1)},
    "remind of journals": {"task": "learning.remind_journals", "schedule": timedelta(hours=1)},
    "compare journals": {"task": "learning.compare_journals", "schedule": timedelta(minutes=10)},
    "remind of sessions": {"task": "learning.remind_of_sessions", "schedule": timedelta(minutes=30)},
    "delete old notices": {"task": "accounts.delete_old_notices", "schedule": timedelta(hours=1)},
    "fill the calendar of holidays": {"task": "accounts.fill_calendar", "schedule": timedelta(hours=6)},
    "count what became a conflict": {"task": "learning.count_conflicts", "schedule": timedelta(minutes=10)},
    "offer seats to the next": {"task": "learning.lapse_offers", "schedule": timedelta(minutes=5)},
    "ask mentors for feedback": {"task": "placements.plan_feedback", "schedule": timedelta(minutes=30)},
    "ask trainees about their host": {"task": "placements.ask_for_opinions", "schedule": timedelta(hours=1)},
    "send letters to mentors": {"task": "accounts.send_letters", "schedule": timedelta(minutes=1)},
    "count the hours of sessions": {"task": "learning.reconcile_hours", "schedule": timedelta(minutes=10)},
    "take up jobs whose worker died": {"task": "accounts.sweep_jobs", "schedule": timedelta(seconds=60)},
}

# Who signs in, and how ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrPhoneBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2idMinimum"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.LoginForm",
    "change_password": "accounts.forms.sign_in.ChangePasswordForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateForm",
}
# Per account, not per address: a whole class signs in from one.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/5m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_SESSION_REMEMBER = True
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
MFA_TOTP_ISSUER = SITE_NAME or "trainee-mgmt"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ by half a minute
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.sign_in.CodeForm",
    "reauthenticate": "accounts.forms.sign_in.CodeAgainForm",
    "activate_totp": "accounts.forms.sign_in.ActivateCodeForm",
}

# Logs ---------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
LOGGING = logging_config(LOG_LEVEL)

# Others who may vouch for a person: DingTalk, Feishu, WeChat, any OpenID Connect server. docs/deploy.md has examples.
SIGN_IN_PROVIDERS = env.json("SIGN_IN_PROVIDERS", {})
if SIGN_IN_PROVIDERS:
    if not (find_spec("requests") and find_spec("jwt")):
        raise ImproperlyConfigured(
            'SIGN_IN_PROVIDERS needs more packages: .venv/bin/pip install "django-allauth[socialaccount]"'
        )
    INSTALLED_APPS += ["allauth.socialaccount"]
    INSTALLED_APPS += [f"allauth.socialaccount.providers.{name}" for name in SIGN_IN_PROVIDERS]
    SOCIALACCOUNT_PROVIDERS = SIGN_IN_PROVIDERS
    SOCIALACCOUNT_ADAPTER = "accounts.adapters.VouchedForAdapter"
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a form that ends at another site is stopped by our own policy

# Languages and times ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "trainee_mgmt" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Safety -------------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
CSRF_FAILURE_VIEW = "trainee_mgmt.errors.csrf_failure"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
