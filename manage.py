"""Run a management command: `python manage.py help` lists them."""

from mysocial.__main__ import main

if __name__ == "__main__":
    main()
