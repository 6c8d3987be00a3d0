"""Commands of Django that would bypass Redis, or that MongoDB lacks: refused in one sentence."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.utils import parse_apps_and_model_labels
from django.db.models import Model

from mysocial.store import Record


class RefusedCommand(BaseCommand):
    """A command that always fails; `reason` says why, and what to use instead."""

    reason: ClassVar[str]
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept any arguments, so that the reason is printed for each use."""
        parser.add_argument("args", nargs="*")

    def run_from_argv(self, argv: list[str]) -> None:
        """Drop options that this command does not have."""
        super().run_from_argv([*argv[:2], *(arg for arg in argv[2:] if not arg.startswith("-"))])

    def handle(self, *_: Any, **_options: Any) -> None:
        """Fail.

        Raises:
            CommandError: Always.
        """
        raise CommandError(self.reason)


def is_stored(model: type[Model]) -> bool:
    """Return whether the instances of a model are records, which are in Redis first."""
    return issubclass(model, Record)


def stored_models(labels: Iterable[str]) -> list[str]:
    """Return the labels of stored models among apps and models, named as for `dumpdata`.

    Raises:
        CommandError: There is no such app or model.
    """
    models, app_configs = parse_apps_and_model_labels(labels)
    selected = {model for config in app_configs for model in config.get_models()} | models
    return sorted(model._meta.label for model in selected if is_stored(model))  # noqa: SLF001


def app_labels_of_records() -> list[str]:
    """Return the labels of the apps that have stored models."""
    return sorted({model._meta.app_label for model in apps.get_models() if is_stored(model)})  # noqa: SLF001
