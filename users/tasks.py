"""Celery task of members."""

from mysocial.core.wakeup_names import LINK_CHECKS
from mysocial.outbox import run_time_slice
from mysocial.persistence.wakeup_task import wakeup_task
from users import services

# The links of a member are read at the same time, within `mysocial.fetch.fetcher.MAX_SECONDS`.
MAX_CHECK_SECONDS = 60
# Longer than a check may take: no other worker starts one meanwhile.
LEASE_SECONDS = MAX_CHECK_SECONDS + 60.0


@wakeup_task(LINK_CHECKS, max_seconds=MAX_CHECK_SECONDS, is_interruptible=True)
def check_links() -> int:
    """Check the links of profiles in one worker at a time, so that the others process media."""
    return run_time_slice(LINK_CHECKS, services.check_due_links, lease_seconds=LEASE_SECONDS)
