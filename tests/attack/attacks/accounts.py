"""Attacks on accounts: names, addresses, sessions and cookies."""

from tests.attack.registry import attack, expect
from tests.attack.target import Target
from tests.support.servers import PASSWORD

MAILBOX_DOMAIN = "mailhost.com"
# Spellings that a mail server, or a person, takes for the same domain.
SPELLINGS = (
    "\N{FULLWIDTH LATIN SMALL LETTER M}ailhost.com", "\N{CIRCLED LATIN SMALL LETTER M}ailhost.com",
    "mail\N{SOFT HYPHEN}host.com", "mail\N{ZERO WIDTH SPACE}host.com",
    "mailho\N{LATIN SMALL LIGATURE ST}.com", "mailho\N{LATIN SMALL LETTER LONG S}t.com",
    "MAILHOST.com",
)  # fmt: skip
END_SESSION = """
from datetime import timedelta
from accounts.store import sessions
from mysocial.core.ids import now
from mysocial.store import reads, write
session = reads.get_record(sessions, {session!r})
with write() as w:
    w.update(session, created_at=now() - timedelta(days=180, seconds=1))
"""


@attack(expected="the name is refused")
def username_that_is_an_id(target: Target) -> str:
    """Take the id of another member as a username, so that staff punish that member."""
    victim, attacker = target.sign_up(), target.outsider()
    body = {"username": victim.id, "email": f"x{victim.id}@attack.example", "password": PASSWORD}
    response = attacker.call("POST", "signup", body)
    return expect(response.status_code == 400, f"{response.status_code} for a name of 24 digits")


@attack(expected="names that look like those of staff are refused")
def usernames_of_staff(target: Target) -> str:
    """Take a name that others mistake for staff."""
    taken = []
    for name in ("admin", "Admin", "ADM1N", "m0derator", "mod_", "_staff_", "supp0rt", "r00t"):
        body = {"username": name, "email": f"{name}x@attack.example", "password": PASSWORD}
        response = target.outsider().call("POST", "signup", body)
        if response.status_code == 201:
            taken.append(name)
    return expect(not taken, f"taken: {taken}")


@attack(expected="one account for a mailbox")
def accounts_of_one_mailbox(target: Target) -> str:
    """Sign up several accounts with spellings of one mailbox."""
    first = target.sign_up()
    local = f"vic{first.name}"
    first = target.sign_up(email=f"{local}@{MAILBOX_DOMAIN}")
    statuses = {}
    domains = (*SPELLINGS, "localhost", "[127.0.0.1]")
    for number, domain in enumerate(domains):
        body = {"username": f"v{number}_{first.name}", "password": PASSWORD}
        response = first.client.post("/api/v1/signup", json={**body, "email": f"{local}@{domain}"})
        statuses[domain] = response.status_code
    created = [domain for domain, status in statuses.items() if status == 201]
    return expect(not created, f"{len(created)} more accounts: {created}")


@attack(expected="400 or 403 without the password, and a bound on guesses")
def export_without_password(target: Target) -> str:
    """Copy all data of a member with an access token only."""
    member = target.sign_up()
    missing = member.call("POST", "accounts/me/export", {})
    wrong = [
        member.call("POST", "accounts/me/export", {"password": f"wrong-{n}-battery"}).status_code
        for n in range(25)
    ]
    checked = [status for status in wrong if status != 429]
    held = missing.status_code == 400 and 200 not in wrong and 202 not in wrong
    text = f"{missing.status_code} without a password; {len(checked)} of 25 guesses were checked"
    return expect(held and len(checked) <= 20, text)


@attack(expected="the session ends after SESSION_MAX_DAYS", local=True, quick=False)
def sessions_without_end(target: Target) -> str:
    """Keep a stolen session by refreshing it for ever."""
    member = target.sign_up()
    data = member.done("POST", "token/refresh", {"refresh": member.refresh})
    member.access = data["access"]
    (session,) = member.done("GET", "accounts/me/sessions")["sessions"]
    code = END_SESSION.format(session=session["id"])
    target.local.manage("shell", "--no-imports", "-c", code)
    refreshed = member.call("POST", "token/refresh", {"refresh": data["refresh"]})
    read = member.get("users/me")
    return expect(
        (refreshed.status_code, read.status_code) == (401, 401),
        f"after 180 days: refresh {refreshed.status_code}, read {read.status_code}",
    )


@attack(expected="at most 100; the oldest ones end", quick=False)
def sessions_of_one_account(target: Target) -> str:
    """Sign in again and again, so that ending all sessions is one huge write."""
    member = target.sign_up()
    body = {"username": member.name, "password": PASSWORD}
    statuses = [member.client.post("/api/v1/signin", json=body).status_code for _ in range(105)]
    page = target.outsider()
    page.access = member.client.post("/api/v1/signin", json=body).json()["access"]
    count, cursor = 0, ""
    while cursor is not None:
        shown = page.done("GET", f"accounts/me/sessions?limit=100&cursor={cursor}".rstrip("="))
        count, cursor = count + len(shown["sessions"]), shown["next"]
    return expect(count <= 100, f"{statuses.count(200)} sign-ins; {count} sessions")


@attack(expected="every cookie is __Host-, Secure, and for the path /")
def cookies_of_another_host(target: Target) -> str:
    """Set a cookie of the site from another host of its domain."""
    member = target.sign_up()
    body = {"username": member.name, "password": PASSWORD, "refresh_in": "cookie"}
    signed_in = target.outsider().client.post("/api/v1/signin", json=body)
    admin = target.outsider().client.get("/admin/login/")
    cookies = [*signed_in.headers.get_list("Set-Cookie"), *admin.headers.get_list("Set-Cookie")]
    weak = [
        cookie.partition("=")[0]
        for cookie in cookies
        if not (cookie.startswith("__Host-") and "Secure" in cookie and "Path=/;" in f"{cookie};")
        or "Domain=" in cookie
    ]
    return expect(len(cookies) >= 2 and not weak, f"{len(cookies)} cookies; weak: {weak}")


@attack(expected="403 for every origin but the site's own")
def origins_of_a_development_site(target: Target) -> str:
    """Open a WebSocket from a page of http://localhost:8000 or of another site."""
    member = target.sign_up()
    opened = []
    for origin in (
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "https://evil.example",
        "null",
    ):
        headers = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": origin,
            "Sec-WebSocket-Protocol": f"mysocial, {member.access}",
        }  # fmt: skip
        status = member.client.get("/ws", headers=headers).status_code
        if status != 403:
            opened.append((origin, status))
    return expect(not opened, f"not refused: {opened}")
