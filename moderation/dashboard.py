"""The first page of the admin: what members do, and how the site is. Figures only, no words."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from mysocial.admin.audit import VIEW_AUDIT_LOG, VIEW_OPERATIONS
from mysocial.admin.site import has_staff_permission
from mysocial.core.errors import AppError
from mysocial.ops import stats
from mysocial.store import STORES

FILTERS = "moderation.view_wordfilter"
DAY, WEEK = 24, 7 * 24
MADE = (
    ("Sign-ups", "users.user", "var(--color-primary-500)"),
    ("Posts", "posts.post", "#0d9488"),
    ("Messages", "chat.message", "#d97706"),
)
# Chart.js, which the theme brings: thin lines, whole numbers, a legend.
OPTIONS = json.dumps(
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
    """Add the figures to the context of the first page; what can't be had is said to be away."""
    now = time.time()
    try:
        week = {name: _made(label, now) for name, label, _ in MADE}
        context |= {
            "day_chart": _chart({name: some[-DAY:] for name, some in week.items()}, now, "%H:00"),
            "week_chart": _chart(week, now, "%a %H:00"),
            "totals": [(name, sum(some[-DAY:]), sum(some)) for name, some in week.items()],
        }
    except AppError as error:
        context["made_away"] = error.detail
    try:
        context |= _state(stats.state())
    except AppError as error:
        context["state_away"] = error.detail
    return {**context, "chart_options": OPTIONS}


def _made(label: str, now: float) -> list[int]:
    return stats.created_per_hour(STORES[label].model, hours=WEEK, now=now)


def _chart(series: dict[str, list[int]], now: float, form: str) -> str:
    length = len(next(iter(series.values())))
    labels = [_hour(now, length - place, form) for place in range(length)]
    colors = {name: color for name, _, color in MADE}
    sets = [
        {"label": name, "data": some, "borderColor": colors[name], "backgroundColor": colors[name]}
        for name, some in series.items()
    ]
    return json.dumps({"labels": labels, "datasets": sets})


def _hour(now: float, back: int, form: str) -> str:
    return f"{datetime.fromtimestamp(now - stats.HOUR * back, UTC):{form}}"


def _state(found: dict[str, Any]) -> dict[str, Any]:
    queues: dict[str, int] = found["queues"]
    refused: dict[str, int] = found["refused"]
    chart = {
        "labels": list(queues),
        "datasets": [
            {
                "label": "Records that MongoDB has not got",
                "data": list(queues.values()),
                "backgroundColor": "var(--color-primary-500)",
            }
        ],
    }
    return {
        "queue_chart": json.dumps(chart),
        "cards": _cards(found),
        "refused": sorted(refused.items(), key=lambda one: (-one[1], one[0]))[:8],
    }


def _cards(found: dict[str, Any]) -> Sequence[tuple[str, str, str]]:
    """Return title, figure and what it means."""
    refused: dict[str, int] = found["refused"]
    return (
        ("Online", f"{found['online']}", "members with a socket open"),
        ("Cache hits", f"{found['hit_rate']:.1f} %", "of what Redis was asked for"),
        ("Memory", f"{found['memory'] / 1024 / 1024:.0f} MB", "that Redis uses"),
        ("Queued", f"{sum(found['queues'].values())}", "records that MongoDB has not got"),
        ("Oldest debt", f"{found['oldest']:.1f} s", "that one of them waits"),
        ("Dead letters", f"{found['dead']}", "records that MongoDB refused"),
        ("Unavailable", f"{refused.get('unavailable', 0)}", "requests that this process refused"),
    )


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the sidebar leads to, of what this member of staff may see."""
    wanted = [
        ("Reports", "moderation_report_changelist", "flag", "moderation.view_report"),
        (
            "Measures",
            "moderation_moderationaction_changelist",
            "gavel",
            "moderation.view_moderationaction",
        ),
        ("Word filters", "moderation_wordfilter_changelist", "filter_alt", FILTERS),
        ("Audit log", "mysocial_auditentry_changelist", "history", VIEW_AUDIT_LOG),
        ("Members", "users_user_changelist", "group", "users.view_user"),
        ("Posts", "posts_post_changelist", "article", "posts.view_post"),
        ("Comments", "comments_comment_changelist", "comment", "comments.view_comment"),
        ("Operations", "operations", "monitoring", VIEW_OPERATIONS),
        ("Mails", "mysocial_email_changelist", "mail", "mysocial.view_email"),
        ("Staff", "auth_user_changelist", "badge", "auth.view_user"),
    ]
    items = [
        {"title": title, "icon": icon, "link": reverse(f"admin:{name}")}
        for title, name, icon, permission in wanted
        if not permission or has_staff_permission(request, permission)
    ]
    overview = {"title": "Overview", "icon": "dashboard", "link": reverse("admin:index")}
    return [{"items": [overview, *items]}]
