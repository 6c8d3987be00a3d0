"""`again`: a verb that lost to somebody else's write looks again."""

import pytest

from mysocial.core.errors import Conflict, NotFound
from mysocial.store import retry_on_conflict, write
from tests.support.example_records import change, get, put


def test_a_verb_whose_write_was_lost_looks_again_and_what_it_refuses_itself_stands():
    thing = put()
    seen = []

    def grow():
        result = get(thing)
        seen.append(result.size)
        if len(seen) == 1:
            change(get(thing), size=5)  # somebody else, between our look and our write
        with write(Conflict) as w:
            w.update(result, check_revision=True, size=result.size + 1)
        return result.size

    assert retry_on_conflict(grow)() == 6
    assert (seen, get(thing).size) == ([0, 5], 6)

    def refuse():
        seen.append(0)
        raise NotFound

    with pytest.raises(NotFound):
        retry_on_conflict(refuse)()
    assert len(seen) == 3


def test_a_verb_that_loses_each_time_is_a_conflict():
    thing = put()

    def lose():
        result = get(thing)
        change(result, size=result.size + 1)
        with write(Conflict) as w:
            w.update(result, check_revision=True, name="Mine")

    with pytest.raises(Conflict):
        retry_on_conflict(lose)()
    assert get(thing).name == ""
