"""The generator: `python -m tests.support.clients` (`make clients`)."""

import os

import django


def main() -> None:
    """Write the generated modules of both client packages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    # Imported late: as a program, the module has to set up Django first.
    from tests.support.clients.generate import write_files  # noqa: PLC0415

    write_files()


if __name__ == "__main__":
    main()
