"""`up`, `status` and `doctor` are the ones to know; `manage.py help` lists the rest."""
