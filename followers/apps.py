"""The followers domain."""

from django.apps import AppConfig

from mysocial.policies import relationships


class FollowersConfig(AppConfig):
    name = "followers"

    def ready(self) -> None:
        from followers.selectors import (  # noqa: PLC0415 - models are not loaded before
            Relation,
            audience_facts,
            deaf,
            following,
            heard,
            relation_facts,
            unblocked,
            unparted,
        )

        relationships.answer_with(
            meet=unblocked,
            hear=heard,
            follow=following,
            unparted=unparted,
            facts=relationships.Facts(relation_facts, lambda flags: not Relation.of(flags).blocked),
            deafness=relationships.Deafness(audience_facts, deaf),
        )
