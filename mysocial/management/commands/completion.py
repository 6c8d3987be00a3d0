"""`manage.py completion bash|zsh`: a script that completes commands and options in a shell."""

import argparse
import json
from typing import Any

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandParser

SCRIPT = """\
_mysocial_manage() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" at command=""
    for ((at = 1; at < COMP_CWORD; at++)); do
        case "${{COMP_WORDS[at]}}" in
            manage.py|*/manage.py) ;;
            *) command="${{COMP_WORDS[at]}}"; break ;;
        esac
    done
    COMPREPLY=()
    case "$command" in
        "") COMPREPLY=($(compgen -W "{commands}" -- "$word")) ;;
{cases}
    esac
}}
complete -o default -F _mysocial_manage manage.py ./manage.py
"""
CASE = """\
        {name}) COMPREPLY=($(compgen -W "{words}" -- "$word")) ;;"""
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


class Command(BaseCommand):
    help = (
        "Print a script that completes manage.py: `source <(python manage.py completion bash)`. "
        "Exit code 0."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shell", choices=("bash", "zsh"), help="for which shell")
        parser.add_argument("--json", action="store_true", help="print the words as JSON instead")

    def handle(self, *_: Any, **options: Any) -> None:
        words = {name: _words(app, name) for name, app in sorted(get_commands().items())}
        if options["json"]:
            self.stdout.write(json.dumps(words))
            return
        cases = [CASE.format(name=name, words=" ".join(some)) for name, some in words.items()]
        script = SCRIPT.format(commands=" ".join(words), cases="\n".join(cases))
        self.stdout.write((ZSH if options["shell"] == "zsh" else "") + script, ending="")


def _words(app: Any, name: str) -> list[str]:
    """Return the options of a command, and the values that its arguments may have."""
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    parser = command.create_parser("manage.py", name)
    return sorted({word for one in _actions(parser) for word in _words_of(one)})


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return list(parser._actions)  # noqa: SLF001 - argparse has no other way to ask


def _words_of(action: argparse.Action) -> list[str]:
    choices = [] if action.option_strings else list(action.choices or ())
    return [*(one for one in action.option_strings if one.startswith("--")), *map(str, choices)]
