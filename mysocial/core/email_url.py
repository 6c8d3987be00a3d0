"""`EMAIL_URL`: how e-mail is sent, as one URL for a backend of Django or anymail."""

import json
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from environ import Env

DJANGO = "django.core.mail.backends"
SMTP_BACKEND = f"{DJANGO}.smtp.EmailBackend"
FILE_BACKEND = "mysocial.outbox.file_email_backend.EmailBackend"
TIMEOUT_SECONDS = 10  # of each step of a conversation with an SMTP server
STARTTLS, IMPLICIT_TLS = "smtp+tls", "smtps"
SMTP_PORTS = {"smtp": 25, STARTTLS: 587, IMPLICIT_TLS: 465, "smtp+ssl": 465}
SUBMISSION_PORT = 587
NEW_SCHEMES = {
    "console": f"{DJANGO}.console.EmailBackend",
    "file": FILE_BACKEND,
    "filemail": FILE_BACKEND,  # Django's own would write one-time tokens that all users can read
    "memory": f"{DJANGO}.locmem.EmailBackend",
    "dummy": f"{DJANGO}.dummy.EmailBackend",
}
# Of anymail: the module of the backend, and the settings that the user name, the password and the
# host of the URL are.
PROVIDERS: dict[str, tuple[str, tuple[str, str, str]]] = {
    "brevo": ("brevo", ("BREVO_API_KEY", "", "")),
    "mailersend": ("mailersend", ("MAILERSEND_API_TOKEN", "", "")),
    "mailgun": ("mailgun", ("MAILGUN_API_KEY", "", "MAILGUN_SENDER_DOMAIN")),
    "mailjet": ("mailjet", ("MAILJET_API_KEY", "MAILJET_SECRET_KEY", "")),
    "mailtrap": ("mailtrap", ("MAILTRAP_API_TOKEN", "", "")),
    "mandrill": ("mandrill", ("MANDRILL_API_KEY", "", "")),
    "postal": ("postal", ("POSTAL_API_KEY", "", "POSTAL_API_URL")),
    "postmark": ("postmark", ("POSTMARK_SERVER_TOKEN", "", "")),
    "resend": ("resend", ("RESEND_API_KEY", "", "")),
    "scaleway": ("scaleway", ("SCALEWAY_SECRET_KEY", "", "SCALEWAY_PROJECT_ID")),
    "sendgrid": ("sendgrid", ("SENDGRID_API_KEY", "", "")),
    "ses": ("amazon_ses", ("aws_access_key_id", "aws_secret_access_key", "region_name")),
    "sparkpost": ("sparkpost", ("SPARKPOST_API_KEY", "", "")),
    "unisender-go": ("unisender_go", ("UNISENDER_GO_API_KEY", "", "UNISENDER_GO_API_URL")),
}
SES_PARAMS = "AMAZON_SES_CLIENT_PARAMS"
HOSTS_OF_APIS = {
    "POSTAL_API_URL": "https://{}",
    "UNISENDER_GO_API_URL": "https://{}/en/transactional/api/v1",
}
UNDELIVERED = {
    FILE_BACKEND,
    *(f"{DJANGO}.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")),
    *(f"anymail.backends.{name}.EmailBackend" for name in ("console", "test")),
}


def is_delivered(backend: str) -> bool:
    """Return whether a backend hands e-mails to a server, and does not only keep or print them."""
    return backend not in UNDELIVERED


class EmailEnv(Env):  # type: ignore[misc] # untyped
    """django-environ with the schemes of anymail, and shorter names of those without a server."""

    EMAIL_SCHEMES: ClassVar[dict[str, str]] = {
        **Env.EMAIL_SCHEMES,
        **NEW_SCHEMES,
        **{
            scheme: f"anymail.backends.{module}.EmailBackend"
            for scheme, (module, _) in PROVIDERS.items()
        },
    }


def parse_email_url(url: str) -> dict[str, Any]:
    """Return Django's settings for an `EMAIL_URL`: `EMAIL_BACKEND`, `EMAIL_HOST` … and `ANYMAIL`.

    Raises:
        ImproperlyConfigured: The URL is invalid. The message contains no part of it but the scheme,
            because it contains a password.
    """
    scheme = url.partition(":")[0].lower()
    if scheme not in EmailEnv.EMAIL_SCHEMES:
        known = ", ".join(sorted({*SMTP_PORTS, *NEW_SCHEMES, *PROVIDERS} - {"filemail"}))
        raise ImproperlyConfigured(f"EMAIL_URL must start with one of these, and ://: {known}.")
    try:
        parsed = EmailEnv.email_url_config(url)
    except ValueError:
        raise ImproperlyConfigured(
            f"EMAIL_URL must be {scheme}://USER:PASSWORD@HOST:PORT. Write special characters of "
            "the password, such as / or #, in percent-encoding."
        ) from None
    options = parsed.pop("OPTIONS", {})
    if scheme in SMTP_PORTS:
        return _smtp_settings(scheme, parsed, options)
    if scheme in PROVIDERS:
        return {
            "EMAIL_BACKEND": parsed["EMAIL_BACKEND"],
            "ANYMAIL": _anymail_settings(scheme, parsed, options),
        }
    path = {"EMAIL_FILE_PATH": f"/{parsed['EMAIL_FILE_PATH']}"} if parsed["EMAIL_FILE_PATH"] else {}
    return {"EMAIL_BACKEND": parsed["EMAIL_BACKEND"], **path}


def _smtp_settings(scheme: str, parsed: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    port = parsed["EMAIL_PORT"] or SMTP_PORTS[scheme]
    timeout = options.pop("TIMEOUT", TIMEOUT_SECONDS)
    if options:
        raise ImproperlyConfigured("EMAIL_URL: the only option of SMTP is timeout.")
    if not parsed["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"EMAIL_URL must name a host: {scheme}://HOST.")
    if scheme in {IMPLICIT_TLS, "smtp+ssl"} and port == SUBMISSION_PORT:
        raise ImproperlyConfigured(
            f"EMAIL_URL: servers expect STARTTLS at port {SUBMISSION_PORT}. Write {STARTTLS}://."
        )
    if not isinstance(timeout, int) or timeout < 1:
        raise ImproperlyConfigured("EMAIL_URL: timeout must be a number of seconds.")
    return {
        "EMAIL_BACKEND": SMTP_BACKEND,
        "EMAIL_HOST": parsed["EMAIL_HOST"],
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": parsed["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": parsed["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_USE_TLS": scheme == STARTTLS,
        "EMAIL_USE_SSL": scheme in {IMPLICIT_TLS, "smtp+ssl"},
        "EMAIL_TIMEOUT": timeout,
    }


def _anymail_settings(
    scheme: str, parsed: dict[str, Any], options: dict[str, Any]
) -> dict[str, Any]:
    """Return the settings of anymail; an option of the query is a setting of the provider."""
    module, names = PROVIDERS[scheme]
    values = (parsed["EMAIL_HOST_USER"], parsed["EMAIL_HOST_PASSWORD"], parsed["EMAIL_HOST"])
    if parsed["EMAIL_HOST"] and not names[-1]:
        raise ImproperlyConfigured(f"EMAIL_URL must be {scheme}://KEY@, with nothing after the @.")
    anymail_settings = {
        name: value for name, value in zip(names, values, strict=True) if name and value
    }
    if scheme == "ses":
        anymail_settings = {SES_PARAMS: anymail_settings} if anymail_settings else {}
    for name, template in HOSTS_OF_APIS.items():
        if name in anymail_settings:
            anymail_settings[name] = template.format(anymail_settings[name])
    prefix = module.upper()
    return anymail_settings | {f"{prefix}_{name}": value for name, value in options.items()}


def parse_anymail_variables(variables: dict[str, str]) -> dict[str, Any]:
    """Return settings of anymail from variables `ANYMAIL_<NAME>`; objects and lists are JSON.

    Raises:
        ImproperlyConfigured: A value starts like JSON, but is none.
    """
    anymail_settings: dict[str, Any] = {}
    for name, text in variables.items():
        if not text:
            continue  # as compose.yaml sets a variable that the operator did not
        is_json = text.startswith(("{", "["))
        try:
            anymail_settings[name] = json.loads(text) if is_json else text
        except ValueError:
            raise ImproperlyConfigured(f"ANYMAIL_{name} must be valid JSON.") from None
    return anymail_settings
