"""Keys: made, kept as digests, shown once, revoked; and the file that holds them, whatever becomes of it."""

import json
import time

import pytest

from service import keys as command
from service.doors import keys
from service.doors import ring as rings
from service.doors.keys import add_key, read_keys, revoke_key
from service.doors.ring import Ring
from tagger.errors import ParamsError


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("TAGGER_STATE", str(tmp_path))
    monkeypatch.setattr(rings, "SECONDS_BETWEEN_LOOKS", 0)
    return tmp_path / "keys.json"


def open_ring(path):
    ring = Ring(path)
    ring.open()
    return ring


def show(text):
    return f"Bearer {text}".encode()


def run(capsys, *arguments):
    """What a command prints; the exit code where there is one."""
    try:
        command.main(arguments)
        code = 0
    except SystemExit as error:
        code = error.code
    printed = capsys.readouterr()
    return code, printed.out.strip(), printed.err.strip()


def test_a_key_is_shown_once_and_only_its_digest_is_kept(path, capsys):
    code, text, told = run(capsys, "add", "notebook", "--roles", "correct,ask")
    assert code == 0
    assert "once" in told
    assert len(text.rpartition("_")[0]) < len(text)
    assert text not in path.read_text()
    assert text.split("_", 2)[2] not in path.read_text()
    assert [(key.name, key.roles) for key in read_keys(path)] == [("notebook", ("ask", "correct"))]
    assert open_ring(path).find(show(text)).name == "notebook"
    listed = run(capsys, "list")[1]
    assert listed.split()[:2] == ["notebook", "ask,correct"]
    assert text not in listed


def test_keys_are_of_256_random_bits():
    made = {keys.make_key("a", ["ask"])[0].split("_", 2)[2] for _ in range(100)}
    assert len(made) == 100
    # 43 characters of 6 bits hold 256.
    assert {len(secret) for secret in made} == {43}
    assert len({secret[:8] for secret in made}) == 100


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "two words"), "'two words' is no name"),
        (("add", "", "--roles", "ask"), "'' is no name"),
        (("add", "there"), "there is a key 'there' already: revoke it first"),
        (("add", "new", "--roles", "ask,admin"), "--roles has 'admin': choose from ask, correct, operate"),
        (("add", "new", "--roles", ""), "--roles has ''"),
        (("revoke", "other"), "there is no key 'other'; there are: there"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_and_changes_nothing(path, capsys, arguments, told):
    add_key(path, "there", ["ask"])
    before = path.read_bytes()
    code, out, error = run(capsys, *arguments)
    assert code
    assert out == ""
    assert error.splitlines()[-1].startswith(f"keys: {told}")
    assert path.read_bytes() == before


def test_the_last_key_that_is_revoked_leaves_the_door_shut(path, capsys):
    text = add_key(path, "one", ["ask"])
    assert "everybody is refused" in run(capsys, "revoke", "one")[1]
    ring = open_ring(path)
    assert (ring.closed, ring.find(show(text))) == (True, None)
    assert "everybody is refused" in run(capsys, "list")[1]


def test_without_a_file_the_service_is_open(path, capsys):
    assert open_ring(path).closed is False
    assert "open" in run(capsys, "list")[1]
    assert not path.exists()


def mangle(text):
    """What is almost the key."""
    last = "A" if text[-1] != "A" else "B"
    number = text.split("_")[1]
    yield from (text[:-1] + last, text[:-1], f"{text}A", text.upper(), text.replace(number, "0" * 8), f"{text} x", "")
    yield from (text.replace("tagger", "xxxxxx"), "A" * 100_000, f"{text}\n", "tagger_", "ä")


def test_only_the_key_itself_opens(path):
    text = add_key(path, "one", ["ask"])
    other = add_key(path, "other", ["ask"])
    ring = open_ring(path)
    assert ring.find(show(text)).name == "one"
    assert ring.find(f"bearer  {text} ".encode()).name == "one"
    swapped = "_".join([*text.split("_")[:2], other.split("_", 2)[2]])
    assert [ring.find(show(wrong)) for wrong in (*mangle(text), swapped) if wrong.strip() != text] == [None] * 12
    assert ring.find(f"Basic {text}".encode()) is None
    assert ring.find(text.encode()) is None


def test_an_unknown_number_costs_a_comparison_as_well(path, monkeypatch):
    """Else the time would tell which numbers there are."""
    compared = []
    text = add_key(path, "one", ["ask"])
    ring = open_ring(path)
    monkeypatch.setattr(rings.hmac, "compare_digest", lambda one, other: compared.append((one, other)) or one == other)
    unknown = text.replace(text.split("_")[1], "0" * 8)
    assert [bool(ring.find(show(shown))) for shown in (text, text[:-1] + "!", unknown)] == [True, False, False]
    assert len(compared) == 2
    assert all(len(one) == len(other) == 64 for one, other in compared)


def test_a_change_of_the_file_is_noticed(path):
    ring = open_ring(path)
    one = add_key(path, "one", ["ask"])
    ring.refresh()
    assert (ring.closed, ring.find(show(one)).name) == (True, "one")
    two = add_key(path, "two", ["ask"])
    revoke_key(path, "one")
    ring.refresh()
    assert (ring.find(show(one)), ring.find(show(two)).name) == (None, "two")


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '[{"name": "x"}]'])
def test_a_file_that_breaks_leaves_the_keys_as_they_were_and_keeps_the_door_shut(path, text, caplog):
    one = add_key(path, "one", ["ask"])
    ring = open_ring(path)
    path.write_text(text)
    ring.refresh()
    assert ring.find(show(one)).name == "one"
    assert ring.closed
    assert "stay as they were" in caplog.text
    with pytest.raises(ParamsError, match="is no list of keys"):
        open_ring(path)


def test_a_first_file_that_is_broken_shuts_the_door(path):
    ring = open_ring(path)
    path.write_text("{")
    ring.refresh()
    assert ring.closed


def test_a_file_that_goes_takes_all_keys_along(path, caplog):
    one = add_key(path, "one", ["ask"])
    ring = open_ring(path)
    path.unlink()
    ring.refresh()
    assert (ring.closed, ring.find(show(one))) == (True, None)
    assert "is gone" in caplog.text


def test_the_file_is_looked_at_twice_a_second_at_most(tmp_path, monkeypatch):
    ring = open_ring(tmp_path / "keys.json")
    looks = []
    monkeypatch.setattr(ring, "stamp", lambda: looks.append(time.monotonic()))
    for _ in range(1000):
        ring.refresh()
    assert len(looks) == 1


def test_two_who_add_at_once_lose_nothing(path):
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(4) as pool:
        list(pool.map(add_key, [path] * 20, [f"key{number}" for number in range(20)], [["ask"]] * 20))
    assert sorted(row["name"] for row in json.loads(path.read_text())) == sorted(f"key{n}" for n in range(20))
