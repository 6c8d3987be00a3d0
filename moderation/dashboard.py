"""The start page of the admin: charts of what members create, and the state of the site."""

import json
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from mysocial.admin.audit import VIEW_AUDIT_LOG, VIEW_OPERATIONS
from mysocial.admin.site import has_staff_permission
from mysocial.core.errors import AppError
from mysocial.ops import stats
from mysocial.security_log import VIEW_SECURITY_LOG
from mysocial.store import STORES

DAY_HOURS, WEEK_HOURS = 24, 7 * 24
MAX_ERROR_CODES = 8


class Series(NamedTuple):
    """A line of the charts: the records of one model that were created per hour."""

    title: str
    model_label: str
    color: str


class Card(NamedTuple):
    """A figure with its title and explanation."""

    title: str
    figure: str
    explanation: str


class Link(NamedTuple):
    """A link of the sidebar, shown to staff with the permission."""

    title: str
    url_name: str
    icon: str
    permission: str


SERIES = (
    Series("Sign-ups", "users.user", "var(--color-primary-500)"),
    Series("Posts", "posts.post", "#0d9488"),
    Series("Messages", "chat.message", "#d97706"),
)
LINKS = (
    Link("Reports", "moderation_report_changelist", "flag", "moderation.view_report"),
    Link(
        "Moderation actions",
        "moderation_moderationaction_changelist",
        "gavel",
        "moderation.view_moderationaction",
    ),
    Link(
        "Word filters",
        "moderation_wordfilter_changelist",
        "filter_alt",
        "moderation.view_wordfilter",
    ),
    Link("Audit log", "mysocial_auditentry_changelist", "history", VIEW_AUDIT_LOG),
    Link("Security log", "mysocial_securityevent_changelist", "security", VIEW_SECURITY_LOG),
    Link("Members", "users_user_changelist", "group", "users.view_user"),
    Link("Posts", "posts_post_changelist", "article", "posts.view_post"),
    Link("Comments", "comments_comment_changelist", "comment", "comments.view_comment"),
    Link("Operations", "operations", "monitoring", VIEW_OPERATIONS),
    Link("Emails", "mysocial_email_changelist", "mail", "mysocial.view_email"),
    Link("Staff", "auth_user_changelist", "badge", "auth.view_user"),
)
# Options of Chart.js, which the theme includes: thin lines, whole numbers, a legend.
CHART_OPTIONS = json.dumps(
    {
        "animation": False,
        "maintainAspectRatio": False,
        "datasets": {"line": {"borderWidth": 2, "pointRadius": 0, "tension": 0.3}},
        "plugins": {"legend": {"display": True, "position": "bottom", "labels": {"boxWidth": 12}}},
        "scales": {
            "y": {"beginAtZero": True, "ticks": {"precision": 0}},
            "x": {"ticks": {"maxTicksLimit": 8, "maxRotation": 0}},
        },
    }
)


def dashboard(_request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the charts and figures to the template context of the start page.

    A part whose server is unavailable is replaced by an error message.
    """
    now = time.time()
    try:
        context |= _activity(now)
    except AppError as error:
        context["activity_error"] = error.detail
    try:
        context |= _site_state(stats.site_stats())
    except AppError as error:
        context["state_error"] = error.detail
    return {**context, "chart_options": CHART_OPTIONS}


def _activity(now: float) -> dict[str, Any]:
    week = [
        stats.created_per_hour(STORES[series.model_label].model, hours=WEEK_HOURS, now=now)
        for series in SERIES
    ]
    day = [counts[-DAY_HOURS:] for counts in week]
    return {
        "day_chart": _line_chart(day, now, "%H:00"),
        "week_chart": _line_chart(week, now, "%a %H:00"),
        "totals": [
            (series.title, sum(day_counts), sum(week_counts))
            for series, day_counts, week_counts in zip(SERIES, day, week, strict=True)
        ],
    }


def _line_chart(counts_by_series: list[list[int]], now: float, time_format: str) -> str:
    hours = len(counts_by_series[0])
    labels = [_hour_label(now, hours - position, time_format) for position in range(hours)]
    datasets = [
        {
            "label": series.title,
            "data": counts,
            "borderColor": series.color,
            "backgroundColor": series.color,
        }
        for series, counts in zip(SERIES, counts_by_series, strict=True)
    ]
    return json.dumps({"labels": labels, "datasets": datasets})


def _hour_label(now: float, hours_ago: int, time_format: str) -> str:
    return f"{datetime.fromtimestamp(now - stats.HOUR_SECONDS * hours_ago, UTC):{time_format}}"


def _site_state(state: stats.SiteStats) -> dict[str, Any]:
    chart = {
        "labels": list(state.queues),
        "datasets": [
            {
                "label": "Records waiting for MongoDB",
                "data": list(state.queues.values()),
                "backgroundColor": "var(--color-primary-500)",
            }
        ],
    }
    by_count = sorted(state.problems.items(), key=lambda item: (-item[1], item[0]))
    return {
        "queue_chart": json.dumps(chart),
        "cards": _cards(state),
        "problems": by_count[:MAX_ERROR_CODES],
    }


def _cards(state: stats.SiteStats) -> tuple[Card, ...]:
    unavailable = state.problems.get("unavailable", 0)
    return (
        Card("Online", f"{state.online}", "members with an open connection"),
        Card("Cache hits", f"{state.hit_percent:.1f} %", "of key lookups in Redis"),
        Card("Memory", f"{state.memory_bytes / 1024 / 1024:.0f} MB", "used by Redis"),
        Card("Backlog", f"{sum(state.queues.values())}", "records waiting for MongoDB"),
        Card("Oldest", f"{state.oldest_seconds:.1f} s", "age of the oldest waiting record"),
        Card("Dead letters", f"{state.dead_letters}", "records rejected by MongoDB"),
        Card("Unavailable", f"{unavailable}", "requests this process answered with 503"),
    )


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar, limited to the pages that the staff member may see."""
    items = [
        {"title": link.title, "icon": link.icon, "link": reverse(f"admin:{link.url_name}")}
        for link in LINKS
        if has_staff_permission(request, link.permission)
    ]
    overview = {"title": "Overview", "icon": "dashboard", "link": reverse("admin:index")}
    return [{"items": [overview, *items]}]
