"""Visibility of reports, for notifications that refer to one."""

from collections.abc import Sequence
from typing import ClassVar

from moderation import selectors
from mysocial.policies import VisibilityPolicy


class ReportVisibility(VisibilityPolicy):
    """Among members, only the reporter can see a report."""

    model_label: ClassVar[str] = "moderation.report"

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return selectors.report_ids_filed_by(viewer_id, among=pks)
