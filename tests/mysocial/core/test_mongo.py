"""Errors of MongoDB: those that mean "not now" are 503, others are defects."""

import pytest
from pymongo.errors import OperationFailure

from mysocial.core import mongo
from mysocial.core.errors import Unavailable

SEEN_IN_READS = (6, 7, 9001, 64, 70, 133, 134, 175, 202, 246, 290, 11601, 13388)


@pytest.mark.parametrize("code", SEEN_IN_READS)
def test_an_error_of_the_server_is_unavailable(code):
    with pytest.raises(Unavailable), mongo.available():
        raise OperationFailure("the server", code)


@pytest.mark.parametrize("code", [2, 9, 121, 11000, None])
def test_an_error_of_the_command_is_a_defect(code):
    with pytest.raises(OperationFailure), mongo.available():
        raise OperationFailure("the command", code)
