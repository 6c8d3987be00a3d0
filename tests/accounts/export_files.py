"""Asking for one's export, and fetching it."""

import io
import zipfile


def ask(person):
    return person.post("currentuser/export")


def fetch(person):
    """Return the ZIP that a member is given."""
    answer = person.get("currentuser/export/file")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mysocial.zip"'
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
