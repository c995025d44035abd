import pytest

from app.core.addresses import read_address, same_caller

ONE_V4 = [
    "203.0.113.9",
    " 203.0.113.9 ",
    "203.0.113.9:4711",
    '"203.0.113.9:4711"',
    "::ffff:203.0.113.9",
    "::ffff:cb00:7109",
    "[::ffff:203.0.113.9]",
    "[::FFFF:203.0.113.9]:443",
    '"[::ffff:203.0.113.9]:443"',
    "0:0:0:0:0:ffff:203.0.113.9",
    "64:ff9b::203.0.113.9",
    "::ffff:203.0.113.9%eth0",
]
ONE_V6 = [
    "2001:db8:1:2::9",
    "2001:DB8:1:2:0:0:0:9",
    "2001:0db8:0001:0002:0000:0000:0000:0009",
    "[2001:db8:1:2::9]",
    "[2001:db8:1:2::9]:65535",
    '"[2001:db8:1:2::9]:_port"',
    "2001:db8:1:2::9%eth0",
    "[2001:db8:1:2::9%25eth0]:1",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:db8:1:2:203:0:113:9",
]


@pytest.mark.covers("P-rel-23")
@pytest.mark.parametrize("spellings", [ONE_V4, ONE_V6], ids=["IPv4", "IPv6"])
def test_one_caller_is_one_however_his_address_is_spelt(spellings):
    assert len({same_caller(spelt) for spelt in spellings}) == 1


def test_other_callers_are_others():
    others = ["203.0.113.9", "203.0.113.10", "2001:db8:1:2::9", "2001:db8:1:3::9", "::1", "127.0.0.1"]

    assert len({same_caller(one) for one in others}) == len(others)


@pytest.mark.parametrize(
    "text", ["", "unknown", "_hidden", "203.0.113", "203.0.113.9:4711:1", "a:b", "[]", "[", ":"]
)
def test_what_is_no_address_is_none(text):
    assert read_address(text) is None
