"""What descriptions are written in, on pages."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
CODE = re.compile(r"`([^`]+)`")


@register.filter
def prose(text: str) -> SafeString:
    """Return a description as HTML: what stands between backticks as code."""
    parts = enumerate(CODE.split(text))  # every other one stood between backticks
    shown = (format_html("<code>{}</code>", one) if number % 2 else one for number, one in parts)
    return format_html_join("", "{}", ((one,) for one in shown))
