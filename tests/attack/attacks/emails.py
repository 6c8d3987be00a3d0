"""Attacks by e-mail: floods, links and files."""

import re
import secrets
import stat
import time

from tests.attack.registry import attack, expect
from tests.attack.target import Outsider, Target, wait_until
from tests.support.servers import PASSWORD

CONFIRMATION_SUBJECT = "Confirm your e-mail address"
LINK = re.compile(r"https?://\S+/(verify-email|reset-password)\?token=[\w.~-]+")
SETTLE_SECONDS = 3  # a worker sends e-mails at once


def address_of(member: Outsider) -> str:
    """Return the e-mail address of a member."""
    return f"{member.name}@attack.example"


def link_of(target: Target, member: Outsider, page: str) -> str:
    """Return the link to a page in the e-mails to a member, once it has arrived."""

    def find() -> str:
        for message in target.local.emails_to(address_of(member)):
            body = message.get_body(("plain",))
            for match in LINK.finditer(str(body.get_content() if body else "")):
                if match[1] == page:
                    return match[0]
        return ""

    return str(wait_until(find, within=60, name=f"an e-mail with a link to {page}"))


@attack(expected="only the confirmation is sent", local=True)
def emails_to_unconfirmed_addresses(target: Target) -> str:
    """Sign up with the address of somebody else, and make the site write to it."""
    victim, attacker = target.sign_up(), target.sign_up()
    post = victim.create_post()
    sent = [
        attacker.call("POST", "posts", {"text": f"@{victim.name} {number}"}).status_code
        for number in range(25)
    ]
    attacker.call("POST", f"posts/{post}/comments", {"text": f"@{victim.name}"})
    attacker.call("PUT", f"posts/{post}/reaction", {"type": "like"})
    attacker.call("PUT", f"users/{victim.id}/follow", {})
    site, address = target.local, address_of(victim)
    wait_until(lambda: site.emails_to(address), within=60, name="the confirmation")
    time.sleep(SETTLE_SECONDS)
    subjects = [str(message["Subject"]) for message in site.emails_to(address)]
    text = f"{sent.count(201)} mentions: {subjects}"
    return expect(set(subjects) == {CONFIRMATION_SUBJECT} and len(subjects) == 1, text)


@attack(expected="3 e-mails an hour, from all networks together", local=True, quick=False)
def resets_to_one_address(target: Target) -> str:
    """Request many password resets for one address, from many networks."""
    victim = target.sign_up()
    statuses = [
        target.outsider().call("POST", "forgot-password", {"email": address}).status_code
        for address in (address_of(victim), address_of(victim).upper()) * 10
    ]
    link_of(target, victim, "reset-password")
    time.sleep(SETTLE_SECONDS)
    messages = target.local.emails_to(address_of(victim))
    count = sum("password" in str(message["Subject"]).lower() for message in messages)
    return expect(count <= 3, f"{statuses.count(200)} of 20 accepted; {count} e-mails")


@attack(expected="10 e-mails a day", local=True, quick=False)
def confirmations_to_one_address(target: Target) -> str:
    """Request the confirmation of an address again and again, and by new accounts."""
    address = f"victim{secrets.token_hex(4)}@attack.example"
    created = 0
    for number in range(12):
        outsider = target.outsider()
        body = {"username": f"w{number}_{secrets.token_hex(4)}", "email": address}
        response = outsider.call("POST", "signup", {**body, "password": PASSWORD})
        if response.status_code != 201:
            continue
        created += 1
        outsider.access = response.json()["access"]
        for _ in range(6):
            outsider.call("POST", "accounts/me/verify-email", {})
        outsider.done("DELETE", "accounts/me", {"password": PASSWORD})
    time.sleep(SETTLE_SECONDS)
    count = len(target.local.emails_to(address))
    return expect(count <= 10, f"{created} accounts; {count} e-mails")


@attack(expected="the link opens a page of ours that drops the token", local=True)
def links_of_emails(target: Target) -> str:
    """Follow the links of e-mails, and look for the token in what follows."""
    member = target.sign_up()
    target.outsider().call("POST", "forgot-password", {"email": address_of(member)})
    observed = []
    for page in ("verify-email", "reset-password"):
        link = link_of(target, member, page)
        token = link.partition("token=")[2]
        first = target.outsider().client.get(link.removeprefix(target.url))
        shown = token in first.text or token in first.headers.get("Location", "")
        observed.append((first.status_code, shown))
    held = all(status in {302, 303} and not shown for status, shown in observed)
    return expect(held, f"status and whether the token is passed on: {observed}")


@attack(expected="only the user of the service can read them", local=True)
def readable_files_of_emails(target: Target) -> str:
    """Read the tokens of e-mails that are not delivered, as another user of the machine."""
    member, folder = target.sign_up(), target.local.folder / "data" / "emails"
    link_of(target, member, "verify-email")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.glob("*.eml"))}
    return expect(not any(mode & 0o077 for mode in modes), f"modes {sorted(map(oct, modes))}")
