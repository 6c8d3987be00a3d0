"""Run a management command: `python manage.py help` lists them."""

import sys

try:
    from mysocial.__main__ import main
except ModuleNotFoundError as error:
    sys.exit(
        f"{error.name} is not installed for this Python: run `make install`, then "
        "`.venv/bin/python manage.py`."
    )

if __name__ == "__main__":
    main()
