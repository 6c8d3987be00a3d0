"""`retry_on_conflict`: a function runs again if a concurrent write made its own fail."""

import pytest

from mysocial.core.errors import Conflict, NotFound
from mysocial.store import retry_on_conflict, write
from tests.support.example_records import create_thing, get_thing, update_thing


def test_a_function_is_retried_after_a_conflict_and_not_after_other_errors():
    thing = create_thing()
    sizes = []

    def increase_size():
        result = get_thing(thing)
        sizes.append(result.size)
        if len(sizes) == 1:
            update_thing(get_thing(thing), size=5)  # between the read and the write
        with write(Conflict) as w:
            w.update(result, check_revision=True, size=result.size + 1)
        return result.size

    assert retry_on_conflict(increase_size)() == 6
    assert (sizes, get_thing(thing).size) == ([0, 5], 6)

    calls = []

    def fail():
        calls.append(1)
        raise NotFound

    with pytest.raises(NotFound):
        retry_on_conflict(fail)()
    assert calls == [1]


def test_a_function_that_conflicts_at_every_attempt_raises_the_conflict():
    thing = create_thing()

    def conflict():
        result = get_thing(thing)
        update_thing(result, size=result.size + 1)
        with write(Conflict) as w:
            w.update(result, check_revision=True, name="Mine")

    with pytest.raises(Conflict):
        retry_on_conflict(conflict)()
    assert get_thing(thing).name == ""
