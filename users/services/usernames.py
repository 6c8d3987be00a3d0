"""Usernames: their rules, changes, and the reservation of former ones."""

from datetime import timedelta

from django.conf import settings

from mysocial.core.errors import AlreadyExists, Conflict, Invalid
from mysocial.core.ids import milliseconds, now
from mysocial.policies import check_text
from mysocial.store import Write, reads, respond_unchanged, retry_on_conflict, write
from users.events import UserUpdated
from users.models import User, UsernameReservation
from users.name_lookup import find_reservation, find_user_id
from users.services.preconditions import require_not_silenced
from users.store import reservation_id, users
from users.usernames import find_username_problem

LABEL = "users.user"


def check_username(username: str) -> None:
    """Check that a member may choose this username.

    Raises:
        Invalid: It looks like an id, or like a reserved name.
    """
    problem = find_username_problem(username)
    if problem:
        raise Invalid(errors={"username": problem})


def initial_avatar(user: User) -> str:
    """Return the address of the default avatar of a member."""
    color, initial = user.avatar_color[1:].lower(), user.username[:1].upper()
    return f"/avatars/{color}/{initial}.png"


def require_not_reserved(w: Write, username_key: str) -> None:
    """Make a write fail with `AlreadyExists` if a username is reserved for its former owner."""
    w.require_expired(UsernameReservation, reservation_id(username_key), "username_reserved_until")


@retry_on_conflict
def change_username(*, user_id: str, username: str) -> User:
    """Change the member's own username; the same name changes nothing.

    For `USERNAME_RESERVATION_DAYS`, nobody else can have the former name, and it leads to the
    member. The member may have it again.

    Raises:
        Invalid: Nobody may have this username.
        AlreadyExists: The name belongs to another member, or is reserved for one.
        Silenced: The member is silenced.
    """
    user = reads.get_record(users, user_id)
    if username == user.username:
        respond_unchanged(user)
        return user
    key = username.lower()
    if key != user.username_key:
        check_username(username)
        if find_user_id(key) not in {None, user_id}:
            raise AlreadyExists("This username is taken.", field="username")
    with write(Conflict) as w:
        require_not_silenced(w, user_id)
        check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts={"username": username})
        if key != user.username_key:
            _take_username(w, user_id, key)
            _reserve_former_username(w, user, days=settings.USERNAME_RESERVATION_DAYS)
        _rename(w, user, username)
        w.announce(UserUpdated(user_id))
        w.respond_with(user)
    return user


def replace_username(w: Write, user_id: str, username: str) -> str:
    """Give a member another username on behalf of staff, in the write of their action.

    For `REMOVED_USERNAME_DAYS`, nobody can have the former name, not even the member; it still
    leads to the member.

    Returns:
        The former name.

    Raises:
        NotFound: There is no such member.
        Invalid: Nobody may have the new name, or the member has it already.
        AlreadyExists: The name belongs to another member, or is reserved for one.
    """
    user, key = reads.get_record(users, user_id), username.lower()
    former = str(user.username)
    if key == user.username_key:
        raise Invalid(errors={"username": "The member has this username."})
    check_username(username)
    if find_user_id(key) not in {None, user_id}:
        raise AlreadyExists("This username is taken.", field="username")
    _take_username(w, user_id, key, is_staff=True)
    _reserve_former_username(w, user, days=settings.REMOVED_USERNAME_DAYS, is_removed=True)
    _rename(w, user, username)
    w.announce(UserUpdated(user_id))
    return former


def _rename(w: Write, user: User, username: str) -> None:
    """Set a username in a write; a generated avatar gets the new initial."""
    changes = {"username": username, "username_key": username.lower()}
    if user.avatar_url == initial_avatar(user):
        changes["avatar_url"] = initial_avatar(
            User(id=user.id, username=username, avatar_color=user.avatar_color)
        )
    w.update(user, check_revision=True, **changes)


def _take_username(w: Write, user_id: str, username_key: str, *, is_staff: bool = False) -> None:
    """Delete the member's own reservation of a name in a write, or require that there is none.

    Raises:
        AlreadyExists: Staff removed the name, and do not give it back.
    """
    reservation = find_reservation(username_key)
    if reservation and reservation.user_id == user_id:
        if reservation.is_removed and reservation.is_in_force and not is_staff:
            raise AlreadyExists("Our moderators removed this username.", field="username")
        w.delete(reservation, check_revision=True)
    else:
        require_not_reserved(w, username_key)


def _reserve_former_username(w: Write, user: User, *, days: int, is_removed: bool = False) -> None:
    """Reserve the username that a member gives up, in a write."""
    expired = find_reservation(user.username_key)
    if expired:  # of an earlier owner
        w.delete(expired, check_revision=True)
    expires_at = now() + timedelta(days=days)
    w.create(
        UsernameReservation(
            id=reservation_id(user.username_key),
            user_id=user.id,
            username=user.username,
            expires_at=expires_at,
            username_reserved_until=str(milliseconds(expires_at)),
            is_removed=is_removed,
        )
    )
