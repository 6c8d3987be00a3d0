"""The followers domain."""

from django.apps import AppConfig

from mysocial.policies import relationships


class FollowersConfig(AppConfig):
    name = "followers"

    def ready(self) -> None:
        from followers.selectors import (  # noqa: PLC0415 - models are not loaded before
            ViewerRelation,
            audience_checks,
            following,
            muting,
            not_blocked,
            not_muted,
            relation_checks,
            unblocked,
        )

        relationships.set_policy(
            meet=unblocked,
            hear=not_muted,
            follow=following,
            unparted=not_blocked,
            facts=relationships.Facts(
                relation_checks, lambda flags: not ViewerRelation.of(flags).blocked
            ),
            deafness=relationships.Deafness(audience_checks, muting),
        )
