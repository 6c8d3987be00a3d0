"""The X-RateLimit headers of a response."""

from django.http import HttpResponseBase

from mysocial.core.rate_limits import tightest_limit
from mysocial.core.request_context import RequestContext


def set_rate_limit_headers(context: RequestContext, response: HttpResponseBase) -> None:
    """Describe the limit with the fewest requests left; without a limit, set nothing."""
    limit = tightest_limit(context)
    if limit is not None:
        response.headers["X-RateLimit-Limit"] = str(limit.max_requests)
        response.headers["X-RateLimit-Remaining"] = str(limit.remaining)
        response.headers["X-RateLimit-Reset"] = str(limit.reset_seconds)
