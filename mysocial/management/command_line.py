"""The command line: Django's, with one sentence instead of a traceback if a server is missing."""

import os
import sys
from typing import Any, NoReturn

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.core.management.base import CommandParser, handle_default_options
from django.core.management.color import color_style
from django.db import DatabaseError
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from mysocial import __version__
from mysocial.core.errors import Unavailable
from mysocial.dev.processes import describe_port_holder, port_is_free
from mysocial.management.reachability import (
    MONGODB,
    REDIS,
    describe_unreachable,
    find_unreachable,
    program,
    up_command,
)

SERVER_ERRORS = (RedisError, PyMongoError, DatabaseError, Unavailable)
# Each of these may be a defect, too: `_describe` tells.
REPORTED_ERRORS = (*SERVER_ERRORS, ImproperlyConfigured, OSError, EOFError)
INTERRUPTED = 130  # the exit code of a program that Ctrl-C ends
# The servers without which a command is refused. Other commands need none, or say so themselves.
NEEDED_SERVERS = {
    "backup": (REDIS, MONGODB),
    "changepassword": (REDIS, MONGODB),
    "createsuperuser": (REDIS, MONGODB),
    "dbshell": (MONGODB,),
    "dead_letters": (REDIS, MONGODB),
    "delete_user": (REDIS, MONGODB),
    "dumpdata": (MONGODB,),
    "ensure_indexes": (MONGODB,),
    "export_user": (REDIS, MONGODB),
    "loaddata": (MONGODB,),
    "make_roles": (MONGODB,),
    "migrate": (MONGODB,),
    "migrate_records": (REDIS, MONGODB),
    "prepare": (REDIS, MONGODB),
    "queues": (REDIS,),
    "rebuild_cache": (REDIS, MONGODB),
    "remove_stale_contenttypes": (MONGODB,),
    "reset_staff_2fa": (REDIS, MONGODB),
    "restore": (REDIS, MONGODB),
    "runserver": (REDIS, MONGODB),
    "seed_demo": (REDIS, MONGODB),
    "showmigrations": (MONGODB,),
    "squashmigrations": (MONGODB,),
    "verify": (REDIS, MONGODB),
}
# The exit codes for a missing server, of commands for which 1 has another meaning.
EXIT_CODES = dict.fromkeys(
    (
        "backup", "dead_letters", "delete_user", "export_user", "migrate_records", "queues",
        "rebuild_cache", "restore", "seed_demo", "verify",
    ),
    2,
)  # fmt: skip
# Options of `runserver` that have a value.
RUNSERVER_OPTIONS = (
    "--http_timeout", "--pythonpath", "--settings", "--verbosity", "--websocket-max-frame-size",
    "--websocket-max-message-size", "--websocket_handshake_timeout", "-v",
)  # fmt: skip


class CommandLine(ManagementUtility):
    """Django's command line, for `manage.py`, `python -m mysocial` and `mysocial`."""

    def __init__(self, argv: list[str]) -> None:
        super().__init__(argv)
        if self.prog_name == "python -m django":  # what Django makes of `__main__.py`
            self.prog_name = "python -m mysocial"

    def execute(self) -> None:
        """Run the command that the arguments name."""
        if self.argv[1:] == ["--version"]:
            sys.stdout.write(f"MySocial {__version__}, Django {django.get_version()}\n")
        elif self._name == "help" or {"-h", "--help"} & set(self.argv):
            super().execute()
        else:
            self._prepare()
            self._run()

    @property
    def _name(self) -> str:
        return self.argv[1] if len(self.argv) > 1 else "help"

    def _prepare(self) -> None:
        """Set what the settings need, then check the servers."""
        if self._name == "runserver":
            self._set_port()
        handle_default_options(self._parse("--settings", "--pythonpath"))
        try:
            self._check_servers()
            if self._name == "runserver":
                self._check_port()
        except ImproperlyConfigured:
            return  # Django reports it

    def _run(self) -> None:
        try:
            super().execute()
        except (*REPORTED_ERRORS, KeyboardInterrupt) as error:
            if "--traceback" in self.argv:
                raise
            if isinstance(error, KeyboardInterrupt):
                sys.exit(INTERRUPTED)
            message = _describe(error)
            if not message:
                raise
            self._exit(message)

    def _set_port(self) -> None:
        """Make the address of `runserver` the site's own, and `PORT` its default.

        The origins that may open a WebSocket and the addresses in responses have the port.
        """
        address = self._address
        if address is None and "PORT" in os.environ:
            self.argv.append(os.environ["PORT"])
        elif address is not None and address.rpartition(":")[2].isdigit():
            os.environ["PORT"] = address.rpartition(":")[2]

    @property
    def _address(self) -> str | None:
        address: str | None = self._parse("address", *RUNSERVER_OPTIONS).address
        return address

    def _parse(self, *arguments: str) -> Any:
        """Return the values of some arguments; an argument without a dash is optional."""
        parser = CommandParser(add_help=False, allow_abbrev=False)
        for name in arguments:
            if name.startswith("-"):
                parser.add_argument(name)
            else:
                parser.add_argument(name, nargs="?")
        return parser.parse_known_args(self.argv[2:])[0]

    def _check_servers(self) -> None:
        """Exit if a server that the command needs is missing. A shell starts with a warning."""
        needed = NEEDED_SERVERS.get(self._name, ())
        if self._name == "prepare" and self._prepare_waits():
            return
        if self._name in {"shell", "status"}:
            needed = (REDIS, MONGODB)
        unreachable = find_unreachable(needed)
        if self._name == "status" and (len(unreachable) < len(needed) or "--json" in self.argv):
            return  # it reports one missing server together with the rest
        if not unreachable:
            return
        message = describe_unreachable(unreachable, without_web=self._name == "runserver")
        if self._name == "shell":
            _write_error(message)
        else:
            self._exit(message)

    def _prepare_waits(self) -> bool:
        return bool(settings.PREPARE_WAIT_SECONDS or self._parse("--wait").wait)

    def _check_port(self) -> None:
        """Exit if the port of `runserver` is in use. Daphne would wait for changes of the code."""
        port = settings.PORT
        if self._address and not self._address.endswith(str(port)):
            return  # Django says what is wrong with it
        if not port_is_free(port):
            self._exit(
                f"Port {port} is in use by {describe_port_holder(port)}: end it, or choose another "
                f"port, such as `runserver {port + 10}`; beside it, run `{program()} up --no-web` "
                f"instead of `{up_command()}`."
            )

    def _exit(self, message: str) -> NoReturn:
        _write_error(message)
        sys.exit(EXIT_CODES.get(self._name, 1))


def _describe(error: BaseException) -> str:
    """Return the sentence about an error that is not a defect; empty for others."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, EOFError):
        return "The command asks a question, and there is no input to answer it. See its options."
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}" if error.filename else ""
    unreachable = find_unreachable()
    if unreachable:
        return describe_unreachable(unreachable)
    return str(error) if isinstance(error, Unavailable) else ""


def _write_error(message: str) -> None:
    sys.stderr.write(f"{color_style().ERROR(f'CommandError: {message}')}\n")
