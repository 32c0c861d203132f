"""Settings. Everything that differs between places comes from the environment; docs/operations.md lists it.

Without DATABASE_URL this is a trial: embedded servers, random secrets kept in ``var``, plain HTTP on this machine.
"""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from xueji import keys, trial_addresses
from xueji.addresses import celery_url, database

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("XUEJI_VAR") or BASE_DIR / "var").resolve()
TRIAL = not os.environ.get("DATABASE_URL")


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "").strip().lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


# ---------------------------------------------------------------- secrets and place

_secrets = keys.load(VAR, TRIAL)
SECRET_KEY = _secrets["SECRET_KEY"]
FIELD_KEYS = _secrets["FIELD_KEYS"]
AUDIT_SIGNING_KEY = _secrets["AUDIT_SIGNING_KEY"]
SECOND_FACTOR_KEY = keys.second_factor_key(FIELD_KEYS)
SECRET_KEY_FALLBACKS = _list("SECRET_KEY_FALLBACKS")
# Who answers the identity check (R1.7); the default is the imported table.
POPULATION_REGISTER = os.environ.get("POPULATION_REGISTER", "students.numbers.population.LocalRegister")
# For students.numbers.population_http.HttpRegister: where it answers, its token, seconds for one answer, repeats.
POPULATION_URL = os.environ.get("POPULATION_URL", "")
POPULATION_TOKEN = os.environ.get("POPULATION_TOKEN", "")
POPULATION_TIMEOUT = float(os.environ.get("POPULATION_TIMEOUT", "5"))
POPULATION_RETRIES = int(os.environ.get("POPULATION_RETRIES", "2"))
CRYPTO_SUITE = os.environ.get("CRYPTO_SUITE", "AES-256-GCM")

DEBUG = _flag("DJANGO_DEBUG")
ALLOWED_HOSTS = _list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if TRIAL else "")
CSRF_TRUSTED_ORIGINS = _list("CSRF_TRUSTED_ORIGINS")
# How many proxies of ours stand in front and append to X-Forwarded-For.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
EVIDENCE_ROOT = Path(os.environ.get("EVIDENCE_ROOT") or VAR / "evidence")
# The address that a printed QR code leads to, and a folder with further fonts for paper (rare characters).
PUBLIC_ADDRESS = os.environ.get("PUBLIC_ADDRESS", "").rstrip("/") or (
    f"http://127.0.0.1:{os.environ.get('PORT') or 8000}" if TRIAL else f"https://{(ALLOWED_HOSTS or [''])[0]}"
)
SHEET_FONTS = os.environ.get("SHEET_FONTS", "")
# Where the daily signed ends of the audit chains go; outside the trial, a folder of another machine.
AUDIT_HEADS_DIR = Path(os.environ.get("AUDIT_HEADS_DIR") or VAR / "audit-heads")
SECOND_FACTOR = _flag("SECOND_FACTOR", default=not TRIAL)

if not TRIAL:
    if DEBUG:
        raise ImproperlyConfigured(
            "正式环境不得打开 DJANGO_DEBUG，请去掉这个变量。（DJANGO_DEBUG must not be on outside the trial.）"
        )
    if not os.environ.get("REDIS_URL"):
        raise ImproperlyConfigured(
            "设置了 DATABASE_URL 就必须同时设置 REDIS_URL。（REDIS_URL must be set beside DATABASE_URL.）"
        )
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "请在 ALLOWED_HOSTS 中写明访问本系统的域名，不得为空或“*”。（Name the hosts in ALLOWED_HOSTS.）"
        )

# ---------------------------------------------------------------- applications

INSTALLED_APPS = [
    "ledger.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "ledger.apps.LedgerConfig",
    "orgs.apps.OrgsConfig",
    "reviews.apps.ReviewsConfig",
    "students.apps.StudentsConfig",
    "transfers.apps.TransfersConfig",
    "tickets.apps.TicketsConfig",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xueji.english.reading.Reader",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xueji.sessions.SessionLimits",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "orgs.sign_in.signing_in.OneSession",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    # In place of django_otp's own middleware, which reads the device from the database at every request.
    "orgs.sign_in.signing_in.SecondFactor",
    "orgs.sign_in.signing_in.OwnPassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "xueji.errors.DatabaseTrouble",
    "xueji.errors.OnlySent",
    "reviews.engine.middleware.TrainedFirst",
]

ROOT_URLCONF = "xueji.urls"
WSGI_APPLICATION = "xueji.wsgi.application"

TEMPLATES = [
    {
        # By this name the REST framework looks for it.
        "NAME": "django",
        "BACKEND": "xueji.english.templates.Bilingual",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xueji.context.page",
            ],
        },
    }
]

# ---------------------------------------------------------------- stores

DATABASE_URL = os.environ.get("DATABASE_URL") or trial_addresses.addresses(VAR).database_url
REDIS_URL = os.environ.get("REDIS_URL") or trial_addresses.addresses(VAR).redis_url
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A cache that is down answers nothing, it never breaks a page. Whatever must hold lives in the database.
CACHES = {
    "default": {
        "BACKEND": "xueji.cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "xueji",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

# ---------------------------------------------------------------- people

AUTH_USER_MODEL = "orgs.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "orgs.sign_in.signing_in.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "xueji_session"
SESSION_COOKIE_AGE = int(timedelta(minutes=15).total_seconds())
SESSION_LONGEST = timedelta(hours=8)
SESSION_RENEWED_AFTER = timedelta(minutes=1)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "xueji_csrf"
CSRF_COOKIE_SAMESITE = "Lax"

AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "orgs.sign_in.views.locked_out"
AXES_USERNAME_CALLABLE = "orgs.sign_in.signing_in.attempted_name"
AXES_CLIENT_IP_CALLABLE = "xueji.addresses.client_address"
OTP_TOTP_ISSUER = "学籍管理"

# ---------------------------------------------------------------- transport

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not TRIAL
SECURE_HSTS_SECONDS = 0 if TRIAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not TRIAL
# The proxy asks for /health/ in plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# The national limit for a proof is 2 MB a file (R3.1), one to six files; a form carries little else.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 6
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# ---------------------------------------------------------------- language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "xueji_language"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not TRIAL
MESSAGE_STORAGE = "xueji.english.reading.Messages"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# ---------------------------------------------------------------- files served by us

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or VAR / "static")
if TRIAL:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = TRIAL
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": EVIDENCE_ROOT},
    },
    "staticfiles": {
        "BACKEND": f"xueji.static_files.{'TrialFiles' if TRIAL else 'StaticFiles'}",
    },
}

# ---------------------------------------------------------------- REST

REST_FRAMEWORK = {
    # The token first: without any credentials the answer is then 401, not 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "orgs.sign_in.api_access.ByToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["orgs.sign_in.api_access.SignedIn", "reviews.engine.middleware.Trained"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["web.api_wire.StrictJSON"],
    "DEFAULT_PAGINATION_CLASS": "web.api_wire.Page",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "xueji.api.answer",
    # Counted by the database, see ledger.tally.
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_THROTTLE_RATES": {
        "look-up account": "30/min",
        "look-up address": "120/min",
        "print check": "60/min",
        "progress address": "30/min",
        # Wrong answers to one case from one address; after so many in a day even the right one may be a guess.
        "progress case": "20/hour",
        "progress guesses": "200/day",
        "complaint address": "10/hour",
        "complaint answer": "60/min",
    },
}
SPECTACULAR_SETTINGS = {
    "TITLE": "学籍转学办理 接口",
    "DESCRIPTION": "与网页同一道门：同样的权限、同样的条款、同样的一句话。所有拒绝都是 {code, sentence, clause}。",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    "SORT_OPERATION_PARAMETERS": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "xueji.api.document_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "reviews.vocabulary.states.State",
        "OutcomeEnum": "reviews.vocabulary.states.Outcome",
        "DecisionEnum": "reviews.engine.api_shapes.DECIDED",
        "RefusingEnum": "reviews.engine.api_shapes.REFUSING",
        "StoppedEnum": "reviews.engine.api_shapes.STOPPED",
        "VerbEnum": "reviews.vocabulary.states.Verb",
        "ChangeKindEnum": "students.changes.api.KINDS_OFFERED",
        "NamedKindEnum": "transfers.moving.look_up_api.NAMED_AT_LOOK_UP",
        "TransferKindEnum": "transfers.moving.api.KINDS_OFFERED",
        "BulletinStateEnum": "students.bulletins.models.BulletinState",
        "SexEnum": "students.pupil.models.Sex",
        "TicketKindEnum": "tickets.forms.models.Kind",
        "PaperKindEnum": "tickets.forms.api.PAPER_KINDS",
        "TicketStateEnum": "tickets.forms.states.State",
        "TicketVerbEnum": "tickets.forms.states.Verb",
        "TicketActEnum": "tickets.forms.api.ACTS",
    },
}

# ---------------------------------------------------------------- e-mail
# A second way for notices, for accounts that asked for it; off unless NOTICE_EMAIL=1.

NOTICE_EMAIL = _flag("NOTICE_EMAIL")
# The hour of the day (Asia/Shanghai) at which what is unread goes out, gathered by person.
NOTICE_DIGEST_AT = os.environ.get("NOTICE_DIGEST_AT", "17:00")
# A gateway that takes SMS over HTTP; without an address none are sent.
SMS_URL = os.environ.get("SMS_URL", "")
SMS_TOKEN = os.environ.get("SMS_TOKEN", "")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = _flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "xueji@localhost")

# ---------------------------------------------------------------- Celery

CELERY_BROKER_URL = celery_url(REDIS_URL)

# ---------------------------------------------------------------- logs
# Never a body, a query string, a name or a number: lines carry case numbers, units and account ids at most.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "xueji.logs.Impersonal"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["impersonal"]},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO" if DEBUG else "WARNING", "propagate": True},
        # Statements carry parameters, and parameters carry children.
        "django.db.backends": {"handlers": [], "level": "WARNING", "propagate": True},
        # Tells at every start that it can write logs.
        "pikepdf": {"handlers": [], "level": "WARNING", "propagate": True},
        # It writes user names and addresses of people who mistyped a password; its table holds them already.
        "axes": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
