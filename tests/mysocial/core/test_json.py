"""How values become JSON."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework import serializers

from mysocial.core.json import dumps

WHOLE = datetime(2026, 11, 23, 2, 18, 39, tzinfo=UTC)


def test_the_texts_of_times_sort_as_the_times_do():
    times = [WHOLE + timedelta(milliseconds=number) for number in range(0, 3000, 250)]
    texts = [dumps(one) for one in times]
    assert texts == sorted(texts)
    assert texts[0] == b'"2026-11-23T02:18:39.000000Z"'


@pytest.mark.parametrize("moment", [WHOLE, WHOLE + timedelta(milliseconds=120)])
def test_a_serializer_writes_a_time_as_a_wire_does(moment):
    field = serializers.DateTimeField()
    assert dumps(field.to_representation(moment)) == dumps(moment)


def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError):
        dumps({"zone": UTC})
