"""Helpers that request and download exports."""

import io
import zipfile

from tests.support.servers import PASSWORD


def request_export(person, password=PASSWORD):
    """Request an export; return the response."""
    return person.post("accounts/me/export", {"password": password})


def download_export(person):
    """Download a member's export; return the ZIP archive."""
    response = person.get("accounts/me/export/file")
    assert response.status_code == 200, response.content
    assert response.headers["Content-Disposition"] == 'attachment; filename="mysocial.zip"'
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
