"""Settings that hold for every registry and for the tests."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from anye.config.sign_in import *  # noqa: F403

ROOT = Path(__file__).resolve().parent.parent

INSTALLED_APPS = [
    "anye.records.audit",
    "anye.records.places",
    "anye.records.accounts",
    "anye.records.people",
    "anye.records.firms",
    "anye.records.registers",
    "anye.records.findings",
    "anye.records.posts",
    "anye.records.training",
    "anye.records.jobs",
    "anye.records.entitlements",
    "anye.records.claims",
    "anye.records.outreach",
    "anye.records.briefings",
    "anye.flow",
    "anye.doors.kit",
    "anye.doors.office",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "anye.doors.kit.proxy.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "anye.doors.kit.acting.RoleMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "anye.doors.kit.acting.DutyMiddleware",
    "anye.doors.office.gate.GateMiddleware",
    "anye.doors.kit.nul.NulMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

FORM_RENDERER = "anye.doors.kit.fields.KitRenderer"
ROOT_URLCONF = "anye.config.urls"
WSGI_APPLICATION = "anye.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "doors" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "anye.doors.kit.frame.frame",
            ],
        },
    }
]

# how others reach the site: config/site.py tells otherwise where a registry's settings do
ANYE_OWN_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ANYE_IS_PUBLIC = ANYE_IS_HTTPS = False
ANYE_PROXIES: list[str] = []
ANYE_SIGN_IN_LINKS = True
# the day of a registry that stands still at one; every other goes by the calendar (records/audit/day.py)
ANYE_DAY = None

AUTH_USER_MODEL = "accounts.User"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "doors" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "doors" / "static"]
WHITENOISE_USE_FINDERS = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
PROCRASTINATE_IMPORT_PATHS = ["anye.flow.jobs"]
