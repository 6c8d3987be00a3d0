"""`EMAIL_URL`: each scheme becomes the settings of Django or anymail; errors contain no secret."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.utils.module_loading import import_string

from mysocial.core.email_url import (
    PROVIDERS,
    is_delivered,
    parse_anymail_variables,
    parse_email_url,
)

KEY = "key%2Fof-a.Provider"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "host", "port", "starttls", "implicit_tls"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://mail.example:2525", "mail.example", 2525, False, False),
        ("smtp+tls://mail.example", "mail.example", 587, True, False),
        ("smtps://mail.example", "mail.example", 465, False, True),
        ("smtp+ssl://[::1]:1465", "::1", 1465, False, True),
    ],
)
def test_a_url_of_smtp(url, host, port, starttls, implicit_tls):
    assert parse_email_url(url) == {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": implicit_tls,
        "EMAIL_TIMEOUT": 10,
    }


def test_user_password_and_timeout_of_a_url():
    parsed = parse_email_url("smtp+tls://me%40host:p%2Fa%23s%3As@mail.example?timeout=3")
    assert (parsed["EMAIL_HOST_USER"], parsed["EMAIL_HOST_PASSWORD"]) == ("me@host", "p/a#s:s")
    assert parsed["EMAIL_TIMEOUT"] == 3


@pytest.mark.parametrize(
    ("url", "anymail"),
    [
        ("brevo://KEY@", {"BREVO_API_KEY": "KEY"}),
        ("mailersend://KEY@", {"MAILERSEND_API_TOKEN": "KEY"}),
        (
            "mailgun://KEY@mg.example?api_url=https://api.eu.mailgun.net/v3",
            {
                "MAILGUN_API_KEY": "KEY",
                "MAILGUN_SENDER_DOMAIN": "mg.example",
                "MAILGUN_API_URL": "https://api.eu.mailgun.net/v3",
            },
        ),
        ("mailjet://KEY:two@", {"MAILJET_API_KEY": "KEY", "MAILJET_SECRET_KEY": "two"}),
        ("mailtrap://KEY@", {"MAILTRAP_API_TOKEN": "KEY"}),
        ("mandrill://KEY@", {"MANDRILL_API_KEY": "KEY"}),
        (
            "postal://KEY@postal.example",
            {"POSTAL_API_KEY": "KEY", "POSTAL_API_URL": "https://postal.example"},
        ),
        (
            "postmark://KEY@?message_stream=outbound",
            {"POSTMARK_SERVER_TOKEN": "KEY", "POSTMARK_MESSAGE_STREAM": "outbound"},
        ),
        ("resend://KEY@", {"RESEND_API_KEY": "KEY"}),
        (
            "scaleway://KEY@project-1",
            {"SCALEWAY_SECRET_KEY": "KEY", "SCALEWAY_PROJECT_ID": "project-1"},
        ),
        ("sparkpost://KEY@", {"SPARKPOST_API_KEY": "KEY"}),
        (
            "unisender-go://KEY@go1.unisender.ru",
            {
                "UNISENDER_GO_API_KEY": "KEY",
                "UNISENDER_GO_API_URL": "https://go1.unisender.ru/en/transactional/api/v1",
            },
        ),
    ],
)
def test_a_url_of_a_provider_configures_anymail(url, anymail, settings_of_anymail):
    parsed = parse_email_url(url.replace("KEY", KEY))
    expected = {
        name: "key/of-a.Provider" if text == "KEY" else text for name, text in anymail.items()
    }
    assert parsed["ANYMAIL"] == expected
    settings_of_anymail(parsed)
    assert get_connection().esp_name


@pytest.fixture
def settings_of_anymail(settings):
    def use(parsed):
        settings.ANYMAIL, settings.EMAIL_BACKEND = parsed["ANYMAIL"], parsed["EMAIL_BACKEND"]

    return use


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
def test_a_url_of_sendgrid(settings_of_anymail):
    parsed = parse_email_url("sendgrid://KEY@")
    assert parsed["ANYMAIL"] == {"SENDGRID_API_KEY": "KEY"}
    settings_of_anymail(parsed)
    assert get_connection().esp_name == "SendGrid"


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("ses://", {}),
        (
            "ses://AK:s%2Fk@eu-west-1",
            {
                "AMAZON_SES_CLIENT_PARAMS": {
                    "aws_access_key_id": "AK",
                    "aws_secret_access_key": "s/k",
                    "region_name": "eu-west-1",
                }
            },
        ),
    ],
)
def test_a_url_of_ses_has_credentials_or_uses_those_of_the_machine(
    url, params, settings_of_anymail
):
    parsed = parse_email_url(url)
    assert parsed["ANYMAIL"] == params
    settings_of_anymail(parsed)
    assert get_connection().esp_name == "Amazon SES"


def test_every_backend_of_a_provider_exists():
    for scheme in PROVIDERS:
        assert import_string(parse_email_url(f"{scheme}://")["EMAIL_BACKEND"])
        assert is_delivered(parse_email_url(f"{scheme}://")["EMAIL_BACKEND"])


@pytest.mark.parametrize("url", ["file://", "filemail://", "console://", "memory://", "dummy://"])
def test_backends_without_a_server_do_not_deliver(url):
    parsed = parse_email_url(url)
    assert list(parsed) == ["EMAIL_BACKEND"]
    assert import_string(parsed["EMAIL_BACKEND"])
    assert not is_delivered(parsed["EMAIL_BACKEND"])


def test_a_url_of_files_names_their_folder():
    assert parse_email_url("file:///var/mail/site")["EMAIL_FILE_PATH"] == "/var/mail/site"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("secret", "EMAIL_URL must start with one of these"),
        ("http://user:secret@mail.example", "EMAIL_URL must start with one of these"),
        ("smtp://", "EMAIL_URL must name a host"),
        ("smtp://user:sec/ret@mail.example", "in percent-encoding"),
        ("smtp://user:secret@mail.example:port", "in percent-encoding"),
        ("smtps://user:secret@mail.example:587", "Write smtp\\+tls://"),
        ("smtp://user:secret@mail.example?timeout=soon", "timeout must be a number of seconds"),
        ("smtp://user:secret@mail.example?timeout=0", "timeout must be a number of seconds"),
        ("smtp://user:secret@mail.example?tls=1", "the only option of SMTP is timeout"),
        ("sendgrid://secret", "EMAIL_URL must be sendgrid://KEY@"),
    ],
)
def test_an_invalid_url_is_explained_without_its_secrets(url, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence) as error:
        parse_email_url(url)
    for part in ("secret", "sec/", "ret@"):
        assert part not in str(error.value)


def test_variables_of_anymail_are_texts_or_json():
    variables = {
        "POSTAL_API_KEY": "",
        "WEBHOOK_SECRET": "user:pass",
        "SEND_DEFAULTS": '{"tags": ["site"]}',
    }
    assert parse_anymail_variables(variables) == {
        "WEBHOOK_SECRET": "user:pass",
        "SEND_DEFAULTS": {"tags": ["site"]},
    }
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_SEND_DEFAULTS must be valid JSON"):
        parse_anymail_variables({"SEND_DEFAULTS": "{secret"})
