"""The links of a member, and their check."""

from mysocial.store import reads
from users.store import link_checks


def set_links(person, *links):
    return person.patch("users/me", {"links": list(links)})


def links_of(person, viewer=None):
    return (viewer or person).get(f"users/{person.id}").json()["links"]


def check_of(person):
    return reads.get_record(link_checks, person.id)
