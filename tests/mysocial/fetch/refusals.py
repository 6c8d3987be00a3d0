"""Fetches that are refused."""

import pytest

from mysocial.fetch import FetchError, fetch


def refused(url, **options):
    with pytest.raises(FetchError) as error:
        fetch(url, **options)
    return str(error.value)
