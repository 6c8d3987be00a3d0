"""All settings. Only this module reads environment variables, with `env.py`: docs/settings.md."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from mysocial import __version__, env
from mysocial.core.email_url import parse_anymail_variables, parse_email_url
from mysocial.core.keys import CHANNEL_LAYER_PREFIX
from mysocial.core.logging import JSON, LINES, logging_config
from mysocial.dev.servers import running_urls
from mysocial.env import (
    PROJECT_DIR,
    envbool,
    envint,
    envlist,
    envnetworks,
    envorigin,
    envorigins,
    envprefixed,
    envsecret,
    envsecrets,
    envstr,
    envurl,
    load_env_file,
)
from mysocial.extra_apps import find_extra_apps

load_env_file()
BASE_DIR, IN_CHECKOUT = env.BASE_DIR, env.IN_CHECKOUT
DATA_DIR = Path(envstr("DATA_DIR", str(PROJECT_DIR / ".local"))).resolve()

DEBUG = envbool("DEBUG", default=False)
SECRET_KEY = envsecret("SECRET_KEY", file=DATA_DIR / "secret", debug=DEBUG)
SECRET_KEY_FALLBACKS = envsecrets("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = [*envlist("ALLOWED_HOSTS", "127.0.0.1,[::1]"), "localhost"]  # for probes
PORT = envint("PORT", 8000, minimum=1, maximum=65535)
# The ASGI server of `manage.py up` and of the role `ws` (mysocial/realtime/server.py).
SERVER = envstr("SERVER", "uvicorn", choices=("uvicorn", "daphne"))
WEB_PROCESSES = envint("WEB_PROCESSES", 1, minimum=1, maximum=64)
WORKER_PROCESSES = envint("WORKER_PROCESSES", 1, minimum=1, maximum=64)
MEDIA_WORKER_PROCESSES = envint("MEDIA_WORKER_PROCESSES", 1, minimum=0, maximum=64)
PUBLIC_URL = envstr("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
# Before it was changed the last time, and earlier: for records of versions that stored whole URLs.
FORMER_PUBLIC_URLS = [url.rstrip("/") for url in envlist("FORMER_PUBLIC_URLS")]
# The origins whose pages may use the API and open `/ws`, with scheme and port. In production, there
# is no default but the public one: a page of the machine that a browser runs on is not ours.
_local_origins = f",http://localhost:{PORT},http://127.0.0.1:{PORT}" if DEBUG else ""
_own_origins = envorigin("PUBLIC_URL") + _local_origins
ALLOWED_ORIGINS = envorigins("ALLOWED_ORIGINS", _own_origins)
# Forms of the site and of the admin are sent from the site only, not from every allowed front-end.
CSRF_TRUSTED_ORIGINS = [origin for origin in _own_origins.split(",") if origin]

# --- Servers ------------------------------------------------------------------------------------
_running = running_urls(DATA_DIR)
_REDIS_SCHEMES = ("redis", "rediss", "unix")
REDIS_URL = envurl(
    "REDIS_URL", _running.get("redis_url", "redis://127.0.0.1:6379/0"), *_REDIS_SCHEMES
)
CACHE_URL = envurl("CACHE_URL", REDIS_URL, *_REDIS_SCHEMES)
# kombu has its own URL scheme for a unix socket.
BROKER_URL = envstr("BROKER_URL", REDIS_URL.replace("unix://", "redis+socket://", 1))
MONGO_URL = envurl(
    "MONGO_URL", _running.get("mongo_url", "mongodb://127.0.0.1:27017"), "mongodb", "mongodb+srv"
)
MONGO_DB = envstr("MONGO_DB", "mysocial")

# The durability of a 201 response depends on this configuration of Redis. With any other, the
# process refuses to serve.
REDIS_FSYNC = envstr("REDIS_FSYNC", "always", choices=("always", "everysec"))
REDIS_MEMORY_MB = envint("REDIS_MEMORY_MB", 256, minimum=16)
REQUIRED_REDIS_CONFIG = {
    "appendonly": "yes",
    "appendfsync": REDIS_FSYNC,
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "volatile-lfu",
}

# --- Django -------------------------------------------------------------------------------------
BUNDLED_APPS = [
    # Its `runserver` serves WebSockets, too. It must be the first app that has this command.
    *(["daphne"] if DEBUG else []),
    "mysocial.apps.MysocialConfig",
    "moderation",  # before the theme, whose index template it overrides
    "unfold.apps.BasicAppConfig",
    "mysocial.apps.MongoAdminConfig",
    "mysocial.apps.MongoAuthConfig",
    "mysocial.apps.MongoContentTypesConfig",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_mongodb_backend",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "accounts",
    "users",
    "followers",
    "images",
    "posts",
    "comments",
    "reactions",
    "notifications",
    "chat",
    "web",
]
# Extra apps: docs/apps.md.
EXTRA_APPS = find_extra_apps(envlist("EXTRA_APPS"))
INSTALLED_APPS = [*BUNDLED_APPS, *EXTRA_APPS]
MIDDLEWARE = [
    "mysocial.api.access_log.AccessLogMiddleware",
    "mysocial.api.security_headers.SecurityHeadersMiddleware",
    "mysocial.api.cors.CorsMiddleware",
    "mysocial.api.middleware.ApiMiddleware",
    "mysocial.ops.views.MetricsMiddleware",
    "mysocial.api.page_middleware.PageSecurityMiddleware",
    "mysocial.api.page_middleware.PageWhiteNoiseMiddleware",
    "mysocial.api.page_middleware.PageSessionMiddleware",
    "mysocial.api.page_middleware.PageCommonMiddleware",
    "mysocial.api.page_middleware.PageCsrfViewMiddleware",
    "mysocial.api.page_middleware.PageAuthenticationMiddleware",
    "mysocial.admin.staff_sessions.StaffSessionMiddleware",
    "mysocial.api.page_middleware.PageMessageMiddleware",
    "mysocial.api.page_middleware.PageXFrameOptionsMiddleware",
]
# The first three look for Django's own class paths; the subclasses above do the same. The next two
# ask for HSTS_SUBDOMAINS and HSTS_PRELOAD, which an operator must choose. The last says that
# anymail no longer tests its SendGrid backend against the live service.
SILENCED_SYSTEM_CHECKS = [
    *("security.W001", "security.W002", "security.W003"),
    *("security.W005", "security.W021", "anymail.W003"),
]
ROOT_URLCONF = "mysocial.urls"
WSGI_APPLICATION = "mysocial.wsgi.application"
ASGI_APPLICATION = "mysocial.asgi.application"
APPEND_SLASH = False
TEST_RUNNER = "mysocial.dev.test_runner.PytestRunner"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE, TIME_ZONE, USE_TZ = "en", "UTC", True
# The path of the admin. One that is hard to guess keeps automated login attempts away.
ADMIN_PATH = envstr("ADMIN_PATH", "admin").strip("/")
# The admin theme (django-unfold) uses local static files only.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "MySocial",
    "SITE_HEADER": "MySocial",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "shield_person",
    "SHOW_HISTORY": False,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("web/icon.svg"),
        }
    ],
    "STYLES": [lambda _request: static("moderation/staff.css")],
    "ACCOUNT": {
        "navigation": [{"title": "Second factor", "link": reverse_lazy("admin:second_factor")}]
    },
    "DASHBOARD_CALLBACK": "moderation.dashboard.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": "moderation.dashboard.navigation",
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = Path(envstr("STATIC_ROOT", str(DATA_DIR / "static"))).resolve()
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a missing folder
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# --- MongoDB (docs/architecture.md says why this engine) ----------------------------------------
MONGO_TIMEOUT_MS = envint("MONGO_TIMEOUT_MS", 3000, minimum=100)
DATABASES = {
    "default": {
        "ENGINE": "django_mongodb_backend",
        "HOST": MONGO_URL,
        "NAME": MONGO_DB,
        # By default, pymongo waits for a server for 30 seconds.
        "OPTIONS": {
            "serverSelectionTimeoutMS": MONGO_TIMEOUT_MS,
            "connectTimeoutMS": MONGO_TIMEOUT_MS,
        },
    },
}
# How long `prepare` waits for the servers, which production starts at the same time.
PREPARE_WAIT_SECONDS = envint("PREPARE_WAIT_SECONDS", 0 if DEBUG else 300)
DATABASE_ROUTERS = ["django_mongodb_backend.routers.MongoRouter"]
DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
MIGRATION_MODULES = {
    name: f"mysocial.contrib_migrations.{name}" for name in ("admin", "auth", "contenttypes")
}
TOMBSTONE_SECONDS = 7 * 24 * 3600

# --- Redis --------------------------------------------------------------------------------------
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "cache",
        # With pickle, write access to Redis would be code execution.
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
        },
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"  # staff only; members have access tokens
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # The write script publishes to the dispatchers, so the layer uses the Redis of the records.
        # By default, redis-py 8 closes a connection that is idle for 5 seconds.
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None}],
            "prefix": CHANNEL_LAYER_PREFIX,
        },
    },
}
PRESENCE_SECONDS, PRESENCE_GRACE_SECONDS = 45, 5
IDEMPOTENCY_SECONDS = 24 * 3600
# How long a worker may take for a claimed item before it is due again; doubles with each try.
OUTBOX_CLAIM_SECONDS = 60
# The posts of an author with more followers are merged into home feeds when these are read, instead
# of being added to each.
MAX_FAN_OUT_FOLLOWERS = envint("MAX_FAN_OUT_FOLLOWERS", 1000, maximum=100_000)
# Of WebSockets and event streams, in each process. An IPv6 address is its /64.
MAX_CONNECTIONS_PER_MEMBER = envint("MAX_CONNECTIONS_PER_MEMBER", 20, minimum=1)
MAX_CONNECTIONS_PER_ADDRESS = envint("MAX_CONNECTIONS_PER_ADDRESS", 100, minimum=1)
MAX_TOPICS_PER_MEMBER = envint("MAX_TOPICS_PER_MEMBER", 500, minimum=1)
EVENT_LOG_LENGTH = envint("EVENT_LOG_LENGTH", 10_000, minimum=10)
EVENT_LOG_SECONDS = envint("EVENT_LOG_SECONDS", 24 * 3600, minimum=1)
# What cannot be evicted has a budget: a quarter of Redis each for events and stored responses.
EVENT_LOG_BYTES = 2**20 * envint("EVENT_LOG_MB", REDIS_MEMORY_MB // 4, minimum=1)
STORED_RESPONSE_BYTES = 2**20 * envint("STORED_RESPONSE_MB", REDIS_MEMORY_MB // 4, minimum=1)
# What a member, or an address without a session, may write into Redis in a day (UTC).
MEMBER_DAILY_BYTES = 2**20 * envint("MEMBER_DAILY_MB", 32, minimum=1)
# Of files: what a member may upload in a day, and what may wait for the workers.
MEMBER_DAILY_UPLOAD_BYTES = 2**20 * envint("MEMBER_DAILY_UPLOAD_MB", 2048, minimum=1)
UPLOAD_SPOOL_BYTES = 2**20 * envint("UPLOAD_SPOOL_MB", 8192, minimum=1)

# --- Accounts -----------------------------------------------------------------------------------
ACCESS_TOKEN_SECONDS = envint("ACCESS_TOKEN_SECONDS", 900, minimum=10)
REFRESH_TOKEN_SECONDS = envint("REFRESH_TOKEN_SECONDS", 30 * 24 * 3600, minimum=60)
# A session ends after this many days, even if it is refreshed.
SESSION_MAX_DAYS = envint("SESSION_MAX_DAYS", 180, minimum=1, maximum=3650)
REFRESH_GRACE_SECONDS = 10
# Staff sign in to the admin with a second factor: nobody has to, superusers, or all.
STAFF_SECOND_FACTOR = envstr(
    "STAFF_SECOND_FACTOR",
    "off" if DEBUG else "superusers",
    choices=("off", "superusers", "all"),
)
STAFF_SESSION_SECONDS = envint("STAFF_SESSION_SECONDS", 12 * 3600, minimum=60)
STAFF_SESSION_IDLE_SECONDS = envint("STAFF_SESSION_IDLE_SECONDS", 3600, minimum=60)
SESSION_COOKIE_AGE = STAFF_SESSION_SECONDS
SECURITY_LOG_DAYS = envint("SECURITY_LOG_DAYS", 90, minimum=1, maximum=3650)
# Of events that anybody can cause, such as failed sign-ins; each account and network takes 2 KB.
SECURITY_LOG_BYTES_PER_DAY = envint("SECURITY_LOG_BYTES_PER_DAY", 4 * 1024 * 1024, minimum=10_000)
RESET_TOKEN_SECONDS = 3600
# Whether members can sign in with a link that is sent to their confirmed address.
SIGN_IN_LINKS = envbool("SIGN_IN_LINKS", default=True)
# The web client offers an inspector of requests and events, and links for developers.
WEB_INSPECTOR = envbool("WEB_INSPECTOR", default=DEBUG)
SIGN_IN_LINK_SECONDS = 900
# How long a former address can take the account back, and is reserved for it.
EMAIL_REVOCATION_SECONDS = 7 * 24 * 3600
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=ACCESS_TOKEN_SECONDS),
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "sub",
    # Another process may have issued a token "later": its clock may be ahead. `parse_access_token`
    # checks the expiry without leeway.
    "LEEWAY": timedelta(minutes=15),
}
PASSWORD_HASHERS = [
    "accounts.hashers.BCrypt10PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Nobody can sign up with these names, or with names that look like them (`users/usernames.py`).
RESERVED_USERNAMES = envlist(
    "RESERVED_USERNAMES",
    "abuse,account,accounts,admin,administrator,administrators,admins,anonymous,api,billing,"
    "contact,everyone,feedback,help,helpdesk,hostmaster,info,mail,mod,moderation,moderator,"
    "moderators,mods,mysocial,news,noreply,null,official,operator,postmaster,privacy,root,"
    "security,staff,status,superuser,support,sysadmin,system,team,undefined,webmaster,www",
)
# In years; 0 for none. With it, the sign-up needs the birth date.
MINIMUM_AGE = envint("MINIMUM_AGE", 0, maximum=100)
# Who may sign up: everybody, people with an invite code, those that staff approve, or nobody.
SIGN_UP_MODE = envstr("SIGN_UP_MODE", "open", choices=("open", "invite", "approval", "closed"))
# Whether a sign-up needs a proof of work, and the most hashes that it takes (half on average).
SIGN_UP_CAPTCHA = envstr("SIGN_UP_CAPTCHA", "off", choices=("off", "altcha"))
CAPTCHA_MAX_NUMBER = envint("CAPTCHA_MAX_NUMBER", 50_000, minimum=100, maximum=10_000_000)
# Nobody can sign up with, or change to, an address of these domains or their subdomains.
BLOCKED_EMAIL_DOMAINS = envlist("BLOCKED_EMAIL_DOMAINS")
# Nor of a provider of disposable addresses (the package `disposable-email-domains`).
BLOCK_DISPOSABLE_EMAIL = envbool("BLOCK_DISPOSABLE_EMAIL", default=False)
# How long a former username leads to its member, and nobody else can have it.
USERNAME_RESERVATION_DAYS = 30
# The same for a username that staff removed, which its member cannot have again either.
REMOVED_USERNAME_DAYS = 365
# The number of our proxies in front: so many entries of X-Forwarded-For are trusted.
TRUSTED_PROXIES = envint("TRUSTED_PROXIES", 0, maximum=10)
METRICS_TOKEN = envstr("METRICS_TOKEN")
RATE_LIMITS = envbool("RATE_LIMITS", default=True)
# Whether the busiest reads skip the dispatch of Django and DRF (mysocial/api/fast_reads.py).
FAST_READS = envbool("FAST_READS", default=True)
# Of one member, or of one network without a sign-in, in each process; 0 for no limit.
READ_LIMIT_PER_MINUTE = envint("READ_LIMIT_PER_MINUTE", 1200)

# --- E-mail -------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = envstr("DEFAULT_FROM_EMAIL", "MySocial <hello@mysocial.example>")
# Of e-mails about activity, to one member. Past it, one digest a day lists what was held back.
MAX_EMAILS_PER_DAY = envint("MAX_EMAILS_PER_DAY", 20, minimum=1, maximum=1000)
# Where the links of e-mails lead: the pages of this site, or a front-end with the same paths.
FRONTEND_URL = envstr("FRONTEND_URL", PUBLIC_URL).rstrip("/")
# How e-mail is sent (mysocial/core/email_url.py). By default, it is written to files.
SENDGRID_API_KEY = envstr("SENDGRID_API_KEY")
_email = parse_email_url(envstr("EMAIL_URL") or ("sendgrid://" if SENDGRID_API_KEY else "file://"))
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _email.get("EMAIL_HOST", ""), _email.get("EMAIL_PORT", 0)
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = _email.get("EMAIL_TIMEOUT")
EMAIL_FILE_PATH = Path(_email.get("EMAIL_FILE_PATH", DATA_DIR / "emails"))
ANYMAIL: dict[str, Any] = {
    "REQUESTS_TIMEOUT": 30,
    "WEBHOOK_SECRET": envstr("ANYMAIL_WEBHOOK_SECRET"),
    **({"SENDGRID_API_KEY": SENDGRID_API_KEY} if SENDGRID_API_KEY else {}),
    **_email.get("ANYMAIL", {}),
    **parse_anymail_variables(envprefixed("ANYMAIL_")),
}

# --- Media --------------------------------------------------------------------------------------
# Uploads wait in `incoming` for a worker. Every web process and worker shares the folder.
MEDIA_DIR = Path(envstr("MEDIA_DIR", str(DATA_DIR / "media"))).resolve()
MEDIA_URL = "/media/"
# A photo of a phone with 48 megapixels has 12 to 20 MB. As a data URL, an image may have 10 MiB.
IMAGE_MAX_BYTES = envint("IMAGE_MAX_BYTES", 20 * 1024 * 1024, minimum=1024)
VIDEO_MAX_BYTES = envint("VIDEO_MAX_BYTES", 100 * 1024 * 1024, minimum=1024)
# The limits of the process that decodes one file; docs/media.md has the costs at each limit.
MEDIA_CPU_SECONDS = envint("MEDIA_CPU_SECONDS", 10, minimum=1, maximum=600)
MEDIA_MEMORY_MB = envint("MEDIA_MEMORY_MB", 640, minimum=100, maximum=65536)
VIDEO_CPU_SECONDS = envint("VIDEO_CPU_SECONDS", 120, minimum=1, maximum=3600)
VIDEO_MEMORY_MB = envint("VIDEO_MEMORY_MB", 1024, minimum=256, maximum=65536)
# On the same file system, so that keeping an upload is a rename; `/tmp` may be in memory.
FILE_UPLOAD_TEMP_DIR = MEDIA_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_DIR / "public", "allow_overwrite": True},
    },
    "incoming": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILE_UPLOAD_TEMP_DIR},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CLOUDINARY_URL = envstr("CLOUDINARY_URL")
# A bucket with the API of S3. Its packages are imported only if it is set.
S3_BUCKET = envstr("S3_BUCKET")
S3_ENDPOINT_URL = envstr("S3_ENDPOINT_URL")
S3_URL_SECONDS = envint("S3_URL_SECONDS", 900, minimum=60, maximum=604_800)
STORAGES["s3"] = {
    "BACKEND": "mysocial.core.s3_storage.S3MediaStorage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": envstr("S3_REGION") or None,
        "access_key": envstr("S3_ACCESS_KEY_ID") or None,
        "secret_key": envstr("S3_SECRET_ACCESS_KEY") or None,
        "querystring_expire": S3_URL_SECONDS,
    },
}
if CLOUDINARY_URL and S3_BUCKET:
    raise ImproperlyConfigured("Set CLOUDINARY_URL or S3_BUCKET, but not both.")

# --- Pages of other sites -----------------------------------------------------------------------
# `mysocial/fetch/` reads pages that members link to, from public addresses on these ports.
FETCH_PORTS = (80, 443)
# Networks of your own with public addresses, which it must not reach either.
FETCH_BLOCKED_NETWORKS = envnetworks("FETCH_BLOCKED_NETWORKS")
# The certificates of trusted authorities, as PEM; by default, those of the package `certifi`.
FETCH_CA_FILE = envstr("FETCH_CA_FILE")
# For tests: the ports of this machine that it may reach.
FETCH_LOOPBACK_PORTS = tuple(map(int, envlist("FETCH_LOOPBACK_PORTS")))

# --- Chat and GIFs ------------------------------------------------------------------------------
# How long a message must be unread before an e-mail is sent about it.
UNREAD_EMAIL_DELAY_SECONDS = envint("UNREAD_EMAIL_DELAY_SECONDS", 300, minimum=1)
# The hosts that GIFs may come from. Any other host would learn the address of each reader.
GIF_HOSTS = envlist(
    "GIF_HOSTS",
    "media.giphy.com,media0.giphy.com,media1.giphy.com,media2.giphy.com,media3.giphy.com,"
    "media4.giphy.com,i.giphy.com,media.tenor.com,media1.tenor.com,c.tenor.com",
)

# --- Celery -------------------------------------------------------------------------------------
# The other queues are those that the stores of the apps name (mysocial/core/queues.py).
# Long work: files to process and data exports. It has workers of its own, so that flushing and
# e-mails never wait for it. It owns no records.
MEDIA_QUEUE = "media"
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without limit; `mysocial.persistence.worker` defines the interval.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Messages are only wake-ups, so they need no acknowledgement: Redis does not keep what a worker
    # has received, and a worker does not return messages when its connection breaks, an attempt at
    # which kombu (5.7) fails.
    "ack_emulation": False,
    "socket_timeout": 5,
    "health_check_interval": 5,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"

# --- Flower and demo ----------------------------------------------------------------------------
FLOWER_PORT = envint("FLOWER_PORT", min(PORT + 1, 65535), minimum=1, maximum=65535)
FLOWER_USER = envstr("FLOWER_USER", "flower")
FLOWER_PASSWORD = envstr("FLOWER_PASSWORD", "flower" if DEBUG else "")
DEMO_PASSWORD = "correct-horse-battery"  # noqa: S105 - public, used with DEBUG only
DEMO_LOGINS = [
    *((name, DEMO_PASSWORD, "member") for name in ("alice", "bob", "carol", "dora")),
    ("admin", DEMO_PASSWORD, "staff, at /admin/"),
]

# --- REST ---------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.AccessTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["mysocial.api.negotiation.BytesJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["mysocial.api.inputs.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "mysocial.api.openapi.ApiSchema",
    "EXCEPTION_HANDLER": "mysocial.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",  # like mysocial/core/json.py
}

# Pages of other origins that use the API (mysocial/api/cors.py). Requests carry a token, so the
# credentials are only those of the refresh cookie.
CORS_ALLOWED_ORIGINS = ALLOWED_ORIGINS
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api(/|$)"
CORS_ALLOW_HEADERS = (
    "accept", "authorization", "cache-control", "content-type", "idempotency-key", "if-none-match",
    "last-event-id", "traceparent", "x-request-id",
)  # fmt: skip
CORS_EXPOSE_HEADERS = (
    "Allow", "Content-Disposition", "Deprecation", "ETag", "Link", "Retry-After", "Sunset",
    "WWW-Authenticate", "X-Event-Cursor", "X-RateLimit-Limit", "X-RateLimit-Remaining",
    "X-RateLimit-Reset", "X-Request-ID",
)  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 7200  # as long as Chromium keeps one

# The commit of the code, for /metrics; an image has no Git.
COMMIT = envstr("COMMIT")

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "MySocial",
    "DESCRIPTION": "The REST API of MySocial. `/api/v1/asyncapi` describes its realtime events.",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Paths are relative to the server, which generated clients take as their base URL.
    "SERVERS": [{"url": "/api/v1", "description": "The site that serves this document."}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "mysocial.realtime.sse_schema.add_event_stream",
        "mysocial.api.openapi_document.complete_document",
    ],
    "TAGS": [
        {
            "name": "accounts",
            "description": "Signing up and in, tokens, sessions, passwords, and the export and "
            "erasure of your data.",
        },
        {
            "name": "chat",
            "description": "One-to-one conversations with read receipts and reactions.",
        },
        {"name": "comments", "description": "Comments on posts, and who commented."},
        {
            "name": "events",
            "description": "Changes as they happen, for clients without a WebSocket.",
        },
        {
            "name": "followers",
            "description": "Follows, requests to follow private accounts, blocks, mutes and "
            "suggestions.",
        },
        {"name": "images", "description": "Galleries, profile pictures and backgrounds."},
        {
            "name": "moderation",
            "description": "Reports of members and content to the moderators.",
        },
        {"name": "notifications", "description": "Your notifications and their e-mails."},
        {"name": "posts", "description": "Posts, the global feed and your home feed."},
        {"name": "reactions", "description": "Reactions to posts: one of six per member."},
        {"name": "users", "description": "Profiles, settings, search and presence of members."},
    ],
    # Several fields are named `type`; each set of values needs its own name.
    "ENUM_NAME_OVERRIDES": {
        "NoticeEnum": "users.models.NOTIFICATION_TYPES",
        "ReactionEnum": "posts.reaction_types.ReactionType",
        "ReportStateEnum": "moderation.models.State",
        "StateEnum": "images.models.State",
    },
}

# --- Security -----------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = REFRESH_COOKIE_SECURE = not DEBUG
# With the prefix, browsers accept a cookie only over HTTPS, from this host and for all paths, so
# that no other host of the domain can set it. The cookie of one-time messages is signed instead: a
# message that the store refuses a write must not need a write.
_prefix = "" if DEBUG else "__Host-"
SESSION_COOKIE_NAME = f"{_prefix}sessionid"  # of staff
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"
REFRESH_COOKIE_NAME = f"{_prefix}refresh"  # of members who chose it
EMAIL_TOKEN_COOKIE_NAME = f"{_prefix}email_token"  # for some minutes, after a link of an e-mail
UNSUBSCRIBE_COOKIE_NAME = f"{_prefix}unsubscribe_token"  # likewise
SECURE_SSL_REDIRECT = envbool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
# They bind all other sites below the domain as well, so an operator must choose them.
SECURE_HSTS_INCLUDE_SUBDOMAINS = envbool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = envbool("HSTS_PRELOAD", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if not DEBUG else None
if not DEBUG and not FLOWER_PASSWORD:
    FLOWER_USER = ""  # Flower refuses all logins until it has a password

LOG_REQUESTS = envbool("LOG_REQUESTS", default=False)
LOGGING = logging_config(
    envstr("LOG_LEVEL", "INFO"), envstr("LOG_FORMAT", LINES, choices=(LINES, JSON))
)

# --- Telemetry (imported only if it is set) -------------------------------------------------------
OTEL_EXPORTER_OTLP_ENDPOINT = envstr("OTEL_EXPORTER_OTLP_ENDPOINT")
OTEL_SERVICE_NAME = envstr("OTEL_SERVICE_NAME", "mysocial")
SENTRY_DSN = envstr("SENTRY_DSN")
