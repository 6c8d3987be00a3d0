"""The development environment: `manage.py up`, its embedded servers, and the load test."""
