"""`manage.py up`: the processes of a development machine, its servers, and the load test."""
