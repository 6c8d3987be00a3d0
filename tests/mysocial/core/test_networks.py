"""The networks by which limits count a client."""

import pytest

from mysocial.core.networks import networks_of, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:5678", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:443", "192.0.2.1"),
        ("2002:c000:201::1", "192.0.2.1"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdfe", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("unknown", ""),
        ("_hidden", ""),
        ("192.0.2", ""),
        ("192.0.2.1, 192.0.2.2", ""),
        ("1" * 5000, ""),
    ],
)
def test_an_address_has_one_spelling(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("192.0.2.1", [("192.0.2.1", 1)]),
        ("::ffff:192.0.2.1", [("192.0.2.1", 1)]),
        (
            "2001:db8:1234:5678:9abc::1",
            [
                ("2001:db8:1234:5678::/64", 1),
                ("2001:db8:1234:5600::/56", 4),
                ("2001:db8:1234::/48", 16),
            ],
        ),
        ("", [("unknown", 1)]),
        ("nonsense", [("unknown", 1)]),
    ],
)
def test_ipv4_counts_by_address_and_ipv6_by_three_networks(address, networks):
    assert [tuple(network) for network in networks_of(address)] == networks


def test_adjacent_networks_of_each_prefix_length_are_distinguished():
    first, other_64, other_56, other_48 = (
        {network.name for network in networks_of(address)}
        for address in (
            "2001:db8:0:ff::1",
            "2001:db8:0:fe::1",
            "2001:db8:0:100::1",
            "2001:db8:1::1",
        )
    )
    assert [len(first & other) for other in (other_64, other_56, other_48)] == [2, 1, 0]
