"""Attacks that concern staff: their sign-in, their log, and members that they have silenced."""

import contextlib
import json
import re
import time

import httpx
from websockets.exceptions import ConnectionClosed

from tests.attack.registry import attack, expect
from tests.attack.site import STAFF_PASSWORD, SUPERUSER
from tests.attack.target import Target, wait_until

LOGIN = "/admin/login/"
ACTIONS = "/admin/moderation/moderationaction/add/"


class StaffBrowser:
    """A browser of staff at a service behind the proxy; it sends its Secure cookies by HTTP."""

    def __init__(self, url: str, address: str = "198.51.100.9") -> None:
        self.address = address
        self._client = httpx.Client(base_url=url, timeout=30)
        self._cookies: dict[str, str] = {}

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        """Send a request with the cookies, and the token of forms."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"X-Forwarded-For": self.address, "Cookie": cookies}
        data = None
        if form is not None:
            token = next(v for name, v in self._cookies.items() if name.endswith("csrftoken"))
            data = {"csrfmiddlewaretoken": token, **form}
        response = self._client.request(method, path, headers=headers, data=data)
        for cookie in response.headers.get_list("Set-Cookie"):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return response

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def enter_password(self, name: str, password: str = STAFF_PASSWORD) -> httpx.Response:
        """Send the login form."""
        if not any(name.endswith("csrftoken") for name in self._cookies):
            self.request("GET", LOGIN)
        return self.request("POST", LOGIN, {"username": name, "password": password})

    def is_signed_in(self) -> bool:
        """Whether the admin opens."""
        return self.request("GET", "/admin/").status_code == 200

    def sign_in(self, name: str, password: str = STAFF_PASSWORD) -> bool:
        """Sign in; return whether the admin opens."""
        self.enter_password(name, password)
        return self.is_signed_in()

    def silence(self, member_name: str, member_id: str) -> None:
        """Silence a member for an hour, as a moderator does."""
        form = {
            "member": member_name, "action_type": "silence", "duration": "3600", "message": "",
            "audit_reason": "test", "confirmed_id": member_id,
        }  # fmt: skip
        response = self.request("POST", ACTIONS, form)
        assert response.status_code == 302, response.text[-500:]


@attack(expected="no page opens before the second factor", local=True)
def staff_password_without_second_factor(target: Target) -> str:
    """Sign in as a superuser with the password only."""
    name = target.local.new_staff(SUPERUSER)
    browser = target.keep(StaffBrowser(target.local.http_url))
    browser.enter_password(name)
    paths = ("/admin/", "/admin/posts/post/", "/admin/auth/user/", "/staff/queues", "/metrics")
    opened = [path for path in paths if browser.request("GET", path).status_code == 200]
    return expect(not opened, f"opened: {opened}")


@attack(expected="each sign-in and failure is in the security log", local=True, quick=False)
def sign_ins_leave_no_trace(target: Target) -> str:
    """Guess and break in without a trace."""
    member, site = target.sign_up(), target.local
    attacker, agent = target.outsider(), {"User-Agent": f"Attack {target.sign_up().name}"}
    for password in ("wrong-horse-battery", "correct-horse-battery"):
        body = {"username": member.name, "password": password}
        attacker.call("POST", "signin", body, headers=agent)
    listed = member.done("GET", "accounts/me/sign-ins")["sign_ins"]
    staff = site.new_staff("ops")
    browser = target.keep(StaffBrowser(site.http_url))
    browser.enter_password(staff, "wrong-horse-battery")
    assert browser.sign_in(staff)

    def page(query: str) -> str:
        return browser.request("GET", f"/admin/mysocial/securityevent/?q={query}").text

    wait_until(lambda: "Failure" in page(member.id), within=60, name="the failure is in the log")
    wait_until(
        lambda: "Failure" in page(staff), within=60, name="the failure of staff is in the log"
    )
    lines = [line for line in site.log_text.splitlines() if member.id in line]
    seen = [entry for entry in listed if entry["user_agent"] == agent["User-Agent"]]
    text = f"{len(seen)} sign-in shown to the member; {len(lines)} lines in the process log"
    return expect(seen and any("failure" in line for line in lines), text)


@attack(expected="nobody receives typing events of a silenced member", local=True)
def typing_of_silenced_members(target: Target) -> str:
    """Send typing events while silenced."""
    member, friend = target.sign_up(), target.sign_up()
    member.done("PUT", f"users/{friend.id}/follow", {})
    friend.done("PUT", f"users/{member.id}/follow", {})
    browser = target.keep(StaffBrowser(target.local.http_url))
    assert browser.sign_in(target.local.new_staff("moderator"))
    command = {"type": "typing", "cid": "2", "to": friend.id, "on": True}
    with friend.websocket() as receiver, member.websocket() as sender:
        assert _receives_typing(sender, receiver, command), "typing does not arrive at all"
        browser.silence(member.name, member.id)
        refused = member.call("POST", "posts", {"text": "x"}).status_code
        time.sleep(1)
        received = _receives_typing(sender, receiver, command)
    return expect(
        refused == 403 and not received, f"post {refused}; typing is received: {received}"
    )


def _receives_typing(sender: object, receiver: object, command: dict[str, object]) -> bool:
    sender.send(json.dumps(command))  # type: ignore[attr-defined]
    deadline = time.monotonic() + 3
    with contextlib.suppress(TimeoutError, ConnectionClosed):
        while time.monotonic() < deadline:
            frame = json.loads(receiver.recv(deadline - time.monotonic()))  # type: ignore[attr-defined]
            if frame["type"] == "typing.started":
                return True
    return False


@attack(expected="the session ends after STAFF_SESSION_SECONDS", local=True, quick=False)
def staff_sessions_without_end(target: Target) -> str:
    """Keep a session of staff by using it all the time."""
    site = target.local
    url = site.start_http("http-short", STAFF_SESSION_SECONDS="60")
    browser = target.keep(StaffBrowser(url))
    assert browser.sign_in(site.new_staff("moderator"))
    began = time.monotonic()
    while browser.is_signed_in() and time.monotonic() - began < 90:
        time.sleep(2)
    lasted = time.monotonic() - began
    site.stop_http("http-short")
    return expect(lasted < 75, f"ended after {lasted:.0f} s of 60")


@attack(expected="400 for a Host that is not allowed", local=True, quick=False)
def flower_by_dns_rebinding(target: Target) -> str:
    """Read the metrics of Flower through a name that leads to the machine."""
    url = target.local.start_flower()
    refused = httpx.get(f"{url}/metrics", headers={"Host": "evil.example"}, timeout=10)
    allowed = httpx.get(f"{url}/metrics", timeout=10)
    site_paths = ("/flower/metrics", "/flower/api/tasks")
    public = [target.outsider().client.get(path).status_code for path in site_paths]
    text = f"{refused.status_code} for evil.example, {allowed.status_code} for localhost"
    held = refused.status_code == 400 and re.match("2|4", str(allowed.status_code))
    return expect(held and set(public) == {302}, f"{text}; through the proxy {public}")
