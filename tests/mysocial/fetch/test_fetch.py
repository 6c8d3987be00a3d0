"""Fetching pages of hostile sites: where it connects, and how long and how much it reads."""

import socket
from ipaddress import ip_network

import pytest

from mysocial.fetch import fetch
from mysocial.fetch.addresses import is_allowed
from mysocial.fetch.fetcher import MAX_REDIRECTS
from tests.mysocial.fetch.refusals import refused
from tests.support.foreign_sites import foreign_site, make_certificates, response

PAGE = response(b"<p>A page</p>")
NOT_PUBLIC = "The address is not a public one."
FORBIDDEN_HOSTS = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "localhost"),
    *("0.0.0.0", "0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"),
    *("100.100.100.200", "192.0.0.192", "168.63.129.16", "192.0.2.1", "192.88.99.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]"),
    *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::10.0.0.1]"),
    *("[64:ff9b:1::808:808]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]"),
    *("[ff02::1]", "[2002:7f00:1::1]", "[2001::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]"),
    *("[::ffff:0:127.0.0.1]", "[5f00::1]", "[4000::1]", "[0:0:0:0:0:FFFF:7f00:1]"),
    # Digits and dots of other scripts, octal and padded numbers, and other addresses of this host.
    *("①②⑦.⓪.⓪.①", "\uff11\uff12\uff17.0.0.1", "127。0。0。1", "017700000001", "127.000.000.001"),
    *("127.8.8.8", "4294967295", "0000"),
]


# Addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_address_of_a_network_that_is_not_public_is_reached(monkeypatch, scheme, host):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    assert refused(f"{scheme}://{host}/") == NOT_PUBLIC


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("93.184.216.34", 80),
        ("93.184.216.34", 443),
        ("2606:2800:220:1:248:1893:25c8:1946", 443),
        ("64:ff9b::5db8:d822", 443),  # 93.184.216.34 by a translator
    ],
)
def test_public_addresses_may_be_reached_on_the_ports_of_the_web_only(address, port):
    assert is_allowed(address, port)
    assert not any(is_allowed(address, other) for other in (22, 25, 6379, 8080, 27017))


def test_an_operator_can_block_public_networks(settings):
    settings.FETCH_BLOCKED_NETWORKS = [
        ip_network("93.184.216.0/24"),
        ip_network("2606:2800::/32"),
    ]
    assert not is_allowed("93.184.216.34", 443)
    assert not is_allowed("::ffff:93.184.216.34", 443)
    assert not is_allowed("64:ff9b::5db8:d822", 443)
    assert not is_allowed("2606:2800:220::1", 443)
    assert is_allowed("93.184.217.34", 443)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["93.184.216.34", "fe80::1"]],
)
def test_a_name_with_an_address_that_is_not_public_is_refused(names, monkeypatch, addresses):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    names["site.test"] = addresses
    assert refused("http://site.test/") == NOT_PUBLIC


def test_a_name_is_resolved_once_and_the_connection_is_to_the_address_that_was_checked(
    names, allow
):
    """A name whose second lookup returns another address is that of DNS rebinding."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]])
    names["rebinding.test"] = lambda: next(answers)
    with foreign_site(PAGE) as site:
        allow(site)
        assert fetch(f"http://rebinding.test:{site.port}/").body == b"<p>A page</p>"
        assert names.lookups == ["rebinding.test"]
        assert refused(f"http://rebinding.test:{site.port}/") == NOT_PUBLIC


def test_each_redirect_is_resolved_and_checked_again(names, allow):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    names["rebinding.test"] = lambda: next(answers)
    with foreign_site(response(status="302 Found", Location="/again")) as site:
        allow(site)
        assert refused(f"http://rebinding.test:{site.port}/") == NOT_PUBLIC
        assert len(site.requests) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/", "//127.0.0.1/", "http://2130706433/", "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "http://0/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 T", "308 P"])
def test_a_redirect_to_a_network_that_is_not_public_is_refused(names, allow, location, status):
    names["site.test"] = ["127.0.0.1"]
    with foreign_site(response(status=status, Location=location)) as site:
        allow(site)
        assert refused(f"http://site.test:{site.port}/") in {
            NOT_PUBLIC,
            "The name has no address.",  # of numbers, which the fixture does not resolve
        }


@pytest.mark.parametrize(
    "location",
    [
        "ftp://site.test/", "file:///etc/passwd", "gopher://site.test/", "javascript:1",
        "http://user:password@site.test/", "http://site.test\\@127.0.0.1/", "http://a b/",
        "http://site.test:99999/", "http://[::1/", "data:text/html,x", "http:///x", "http://%31/",
    ],
)  # fmt: skip
def test_a_url_of_another_form_is_refused(names, allow, location):
    names["site.test"] = ["127.0.0.1"]
    with foreign_site(response(status="302 Found", Location=location)) as site:
        allow(site)
        assert "valid" in refused(f"http://site.test:{site.port}/")
        assert "valid" in refused(location)


def test_another_port_is_refused(names):
    names["site.test"] = ["93.184.216.34"]
    for port in (22, 6379, 8080):
        assert refused(f"http://site.test:{port}/") == NOT_PUBLIC


def test_redirects_are_followed_up_to_a_limit(names, allow):
    names["site.test"] = ["127.0.0.1"]
    with foreign_site(response(status="302 Found", Location="/x")) as site:
        allow(site)
        assert refused(f"http://site.test:{site.port}/") == "The site redirects too often."
        assert len(site.requests) == MAX_REDIRECTS + 1

    def respond(connection, request):
        is_first = request.startswith(b"GET / ")
        connection.sendall(response(status="301 Moved", Location="/x?y") if is_first else PAGE)

    with foreign_site(respond) as site:
        allow(site)
        page = fetch(f"http://site.test:{site.port}/")
        assert page.url == f"http://site.test:{site.port}/x?y"


# The request -------------------------------------------------------------------------------------


def test_the_request_has_no_credentials_and_says_who_asks(names, allow, settings):
    names["site.test"] = ["127.0.0.1"]
    names["xn--nxasmm1c.test"] = ["127.0.0.1"]
    with foreign_site(response(b"x", Set_Cookie="a=b")) as site:
        allow(site)
        fetch(f"http://site.test:{site.port}/ä?q=ö#part")
        fetch(f"http://βόλος.test:{site.port}/")
    first, second = site.requests
    assert first.startswith(b"GET /%C3%A4?q=%C3%B6 HTTP/1.1\r\n")
    lines = {line.partition(b":")[0].lower() for line in first.split(b"\r\n")[1:] if line}
    assert lines == {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}
    assert f"Host: site.test:{site.port}".encode() in first
    assert settings.PUBLIC_URL.encode() in first
    assert b"Host: xn--nxasmm1c.test" in second
    assert b"cookie" not in second.lower()


def test_requests_to_one_host_and_to_one_address_are_limited(names, allow, settings):
    settings.RATE_LIMITS = True
    with foreign_site(PAGE) as site:
        allow(site)
        names |= {f"site{number}.test": ["127.0.0.1"] for number in range(50)}
        for _ in range(20):
            fetch(f"http://site0.test:{site.port}/")
        assert refused(f"http://site0.test:{site.port}/") == "The site was asked too often."
        for number in range(1, 41):
            fetch(f"http://site{number}.test:{site.port}/")
        assert refused(f"http://site41.test:{site.port}/") == "The site was asked too often."
        assert len(site.requests) == 60


# TLS ---------------------------------------------------------------------------------------------


def test_the_certificate_has_to_be_valid_for_the_name(names, allow, settings, tmp_path):
    names |= {"site.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    certificates = make_certificates(tmp_path, "site.test")
    with foreign_site(PAGE, certificates=certificates) as site:
        allow(site)
        invalid = "The certificate of the site is not valid."
        assert refused(f"https://site.test:{site.port}/") == invalid
        settings.FETCH_CA_FILE = str(certificates.authority)
        assert fetch(f"https://site.test:{site.port}/").body == b"<p>A page</p>"
        for host in ("other.test", "127.0.0.1"):
            assert refused(f"https://{host}:{site.port}/") == invalid
        assert len(site.requests) == 1


def test_a_redirect_does_not_leave_https(names, allow, settings, tmp_path):
    names["site.test"] = ["127.0.0.1"]
    certificates = make_certificates(tmp_path, "site.test")
    settings.FETCH_CA_FILE = str(certificates.authority)
    with foreign_site(PAGE) as plain:
        location = response(status="302 Found", Location=f"http://site.test:{plain.port}/")
        with foreign_site(location, certificates=certificates) as site:
            allow(site, plain)
            assert refused(f"https://site.test:{site.port}/") == "The redirect leaves HTTPS."
        assert plain.requests == []
