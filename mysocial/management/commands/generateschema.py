"""`manage.py generateschema`: refused, because drf-spectacular writes the document."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: `spectacular` writes the OpenAPI document."
    reason = "Use `manage.py spectacular`, which writes the OpenAPI document of the API."
