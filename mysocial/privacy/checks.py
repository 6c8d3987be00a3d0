"""System checks of personal data: each record is exported and erased, or excluded with a reason."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from mysocial.extra_apps import extra_app_configs
from mysocial.outbox import cascades_of
from mysocial.privacy.exports import EXCLUDED, SECTIONS
from mysocial.store import STORES, Store

MEMBER = "users.user"  # the label whose cascades run when a member is erased


@register()
def check_exports(**_: Any) -> list[CheckMessage]:
    """Check that each store is part of the data export, or excluded from it."""
    return [
        Error(
            f"The records of {store.label} are neither in the data export of a member nor excluded "
            "from it.",
            hint=f"Register an ExportSection in {_app_of(store).name}/data_export.py, or call "
            "exclude(store, reason) there if they hold no personal data.",
            obj=store.model,
            id="mysocial.E003",
        )
        for store in STORES.values()
        if store.label not in SECTIONS and store.label not in EXCLUDED and _is_installed(store)
    ]


@register()
def check_erasure(**_: Any) -> list[CheckMessage]:
    """Check that an extra app that exports records deletes some when a member is erased."""
    erasing = {cascade.__module__ for cascade in cascades_of(MEMBER)}
    exported = {SECTIONS[label].store.model._meta.app_label for label in SECTIONS}  # noqa: SLF001 - Django's documented _meta API
    return [
        Error(
            f"The app {config.name} exports records of members, but deletes none when a member is "
            "erased.",
            hint=f"Declare a Cascade with model_label {MEMBER!r} in {config.name}/cascades.py.",
            obj=config.name,
            id="mysocial.E004",
        )
        for config in extra_app_configs()
        if config.label in exported
        and not any(module.startswith(f"{config.name}.") for module in erasing)
    ]


def _is_installed(store: Store[Any]) -> bool:
    """Return whether a store belongs to the app of its label, unlike those of tests."""
    return store.model.__module__.startswith(f"{_app_of(store).name}.")


def _app_of(store: Store[Any]) -> AppConfig:
    config: AppConfig = store.model._meta.app_config  # noqa: SLF001
    return config
