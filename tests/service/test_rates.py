"""Token buckets: what they let through, shared by workers, in memory that does not grow."""

import os

import pytest

from service.doors import rates
from service.doors.rates import Rates, name_address, open_table

SECRET = b"s" * 32


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [1000.0]
    monkeypatch.setattr(rates.time, "monotonic", lambda: now[0])
    return now


def make_rates(rate=10.0, burst=5, size=1 << 12, folder=None, secret=SECRET):
    return Rates(rate, burst, secret, open_table(folder, "rates", size))


def test_a_burst_then_the_rate_then_the_burst_again(clock):
    buckets = make_rates()
    assert [buckets.take("a") for _ in range(5)] == [0] * 5
    assert buckets.take("a") == pytest.approx(0.1, rel=0.01)
    assert buckets.take("b") == 0
    let_in = 0
    for _ in range(1000):
        clock[0] += 0.01
        let_in += buckets.take("a") == 0
    assert let_in == pytest.approx(100, abs=1)
    clock[0] += 10
    assert [buckets.take("a") == 0 for _ in range(7)] == [True] * 5 + [False] * 2


def test_after_the_wait_that_was_told_one_is_let_in(clock):
    buckets = make_rates(rate=0.3)
    while not (wait := buckets.take("a")):
        pass
    clock[0] += wait - 1e-6
    assert buckets.take("a")
    clock[0] += 2e-6
    assert buckets.take("a") == 0


def test_what_costs_more_is_paid_afterwards(clock):
    buckets = make_rates()
    assert buckets.take("a") == 0
    buckets.add("a", 31)
    assert buckets.take("a") == pytest.approx(2.8, rel=0.01)


def test_a_million_addresses_take_no_more_memory_than_one(tmp_path):
    buckets = make_rates(rate=1.0, size=1 << 19, folder=tmp_path)
    before = (tmp_path / "rates").stat().st_size
    assert all(buckets.take(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") == 0 for n in range(100_000))
    assert (tmp_path / "rates").stat().st_size == before == 1 << 22
    assert not [value for value in vars(buckets).values() if isinstance(value, dict | list | set)]


def test_few_suffer_from_others(clock):
    """1,000 who have used up their buckets in a table of 16,384: of newcomers 1% find both places taken."""
    buckets = make_rates(size=1 << 14)
    for number in range(1000):
        buckets.add(f"old{number}", 5)
    assert sum(buckets.take(f"new{number}") > 0 for number in range(1000)) < 40


def test_where_somebody_counts_follows_from_the_secret():
    places = [make_rates(secret=secret).find("a") for secret in (SECRET, b"t" * 32)]
    assert places[0] != places[1]


def test_workers_share_a_table(tmp_path, clock):
    one, other = (make_rates(folder=tmp_path) for _ in range(2))
    assert [one.take("a"), other.take("a"), one.take("a"), other.take("a"), one.take("a")] == [0] * 5
    assert other.take("a") > 0
    if not os.fork():
        os._exit(make_rates(folder=tmp_path).take("a") > 0 and make_rates(folder=tmp_path).take("b") == 0)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a:b", "a:b"),
    ],
)
def test_whom_an_address_stands_for(address, name):
    assert name_address(address) == name
