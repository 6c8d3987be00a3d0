"""The declaration of a store."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from mysocial.store import STORES, Record, Store


def test_a_store_refuses_an_app_label_that_its_keys_cannot_contain():
    class Bookmark(Record):
        class Meta(Record.Meta):
            app_label = "saved_posts"

    before = dict(STORES)
    with pytest.raises(ImproperlyConfigured, match=r"saved_posts\.bookmark: use lowercase letters"):
        Store(Bookmark)
    assert before == STORES
