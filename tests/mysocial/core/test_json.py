"""JSON encoding."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework import serializers

from mysocial.core.json import dumps

WHOLE = datetime(2026, 11, 23, 2, 18, 39, tzinfo=UTC)


def test_encoded_times_sort_like_the_times():
    times = [WHOLE + timedelta(milliseconds=number) for number in range(0, 3000, 250)]
    texts = [dumps(time) for time in times]
    assert texts == sorted(texts)
    assert texts[0] == b'"2026-11-23T02:18:39.000000Z"'


@pytest.mark.parametrize("moment", [WHOLE, WHOLE + timedelta(milliseconds=120)])
def test_a_serializer_encodes_a_time_like_a_stored_fragment(moment):
    field = serializers.DateTimeField()
    assert dumps(field.to_representation(moment)) == dumps(moment)


def test_a_value_without_json_form_is_an_error():
    with pytest.raises(TypeError):
        dumps({"zone": UTC})
