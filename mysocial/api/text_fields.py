"""Fields of requests that hold a text of a person, an address or a password."""

import re
from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from mysocial.core.text import (
    BYTES_PER_CHARACTER,
    find_text_problem,
    normalize_password,
    normalize_text,
)

MAX_PASSWORD_LENGTH = 128
MAX_LINK_LENGTH = 200
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.ASCII | re.IGNORECASE)
# Labels of any script, also with underscores, which some hosts have; not the name of a user.
HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}\w)?|_[\w-]{0,61}\w)(?:\.\w(?:[\w-]{0,61}\w)?)+\.?")


class TextField(serializers.CharField):
    """A text of a person. Every request field with such a text is of this class.

    The value is normalized: NFC, LF line ends, no control characters. It is counted in characters
    as a person counts them, and in bytes.

    Args:
        max_characters: The maximum number of grapheme clusters.
        max_bytes: The maximum length in UTF-8; by default six bytes for each character.
        kwargs: As for DRF's `CharField`.
    """

    def __init__(self, *, max_characters: int, max_bytes: int = 0, **kwargs: Any) -> None:
        self.max_characters = max_characters
        self.max_bytes = max_bytes or max_characters * BYTES_PER_CHARACTER
        super().__init__(**kwargs)
        # JSON Schema counts code points, of which a text has at most as many as bytes.
        schema: dict[str, Any] = {"type": "string", "maxLength": self.max_bytes}
        set_override(self, "field", schema if self.allow_blank else {**schema, "minLength": 1})
        self.help_text = (
            f"{self.help_text or 'A text.'} At most {max_characters:,} characters, as a person "
            f"counts them, and {self.max_bytes:,} bytes."
        )

    def to_internal_value(self, data: Any) -> str:
        text = normalize_text(super().to_internal_value(data))
        if not text and not self.allow_blank:
            self.fail("blank")
        problem = find_text_problem(
            text, max_characters=self.max_characters, max_bytes=self.max_bytes
        )
        if problem:
            raise serializers.ValidationError(problem.detail, code=problem.code)
        return text


class LinkField(TextField):
    """The address of a web page. Without a scheme, it gets `https://`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_characters=MAX_LINK_LENGTH, max_bytes=4 * MAX_LINK_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        link = super().to_internal_value(data)
        if link and not SCHEME.match(link):
            link = f"https://{link}"
        if link and not _is_web_address(link):
            raise serializers.ValidationError("Enter an http or https URL.", code="invalid")
        if len(link) > MAX_LINK_LENGTH:
            raise serializers.ValidationError(
                f"This may have at most {MAX_LINK_LENGTH} characters.", code="max_length"
            )
        return link


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc.removesuffix(f":{port}")
    is_web = parts.scheme in {"http", "https"} and HOST.fullmatch(host) is not None
    return is_web and not any(character.isspace() or character in '<>"\\^`' for character in link)


class PasswordField(serializers.CharField):
    """A password, as it was given; `accounts.passwords` normalizes it before it is hashed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)
        limits = {"minLength": 1, "maxLength": 4 * MAX_PASSWORD_LENGTH}
        set_override(self, "field", {"type": "string", **limits})

    def to_internal_value(self, data: Any) -> str:
        password = super().to_internal_value(data)
        # An accent may be a character of its own, which the normalized form does not count.
        length = min(
            len(password), len(normalize_password(password[: 4 * MAX_PASSWORD_LENGTH + 1]))
        )
        if length > MAX_PASSWORD_LENGTH or len(password) > 4 * MAX_PASSWORD_LENGTH:
            raise serializers.ValidationError(
                f"A password may have at most {MAX_PASSWORD_LENGTH} characters.", code="max_length"
            )
        return password
