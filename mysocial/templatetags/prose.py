"""A template filter for descriptions that contain code."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
CODE = re.compile(r"`([^`]+)`")


@register.filter
def prose(text: str) -> SafeString:
    """Return a description as HTML, with text between backticks as code."""
    parts = enumerate(CODE.split(text))  # every second part was between backticks
    html = (format_html("<code>{}</code>", part) if number % 2 else part for number, part in parts)
    return format_html_join("", "{}", ((part,) for part in html))
