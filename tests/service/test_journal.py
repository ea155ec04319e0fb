"""Records in the journal are there after a kill, each once, and go only when they were taken."""

import subprocess
import sys

import pytest

from service.state.journal import HEADER, RECORD, Journal, JournalError
from tests.imports import ROOT
from tests.service.servers import fill_disk

SIZE = 10_000
RECORDS = [b"one", b"two" * 100, b"\0\n"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "feedback.journal"


def take(journal):
    """What is in it; it is empty then."""
    taken = []
    assert journal.drain(taken.extend) == len(taken)
    return taken


def test_records_are_taken_once_in_their_order(path):
    journal = Journal(path, SIZE)
    journal.append(RECORDS[:2])
    journal.append(RECORDS[2:])
    assert take(journal) == RECORDS
    assert take(journal) == []


def test_another_process_finds_them(path):
    Journal(path, SIZE).append(RECORDS)
    assert take(Journal(path, SIZE)) == RECORDS


def test_two_may_write_and_take_in_turns(path):
    one, other = Journal(path, SIZE), Journal(path, SIZE)
    one.append([b"a"])
    other.append([b"b"])
    one.append([b"c"])
    assert take(other) == [b"a", b"b", b"c"]
    one.append([b"d"])
    assert other.measure() == one.measure() == RECORD.size + 1
    assert take(one) == [b"d"]
    assert take(other) == []


def test_what_is_not_taken_stays(path):
    journal = Journal(path, SIZE)
    journal.append(RECORDS)

    def fail(payloads):
        raise KeyError(len(payloads))

    with pytest.raises(KeyError, match="3"):
        journal.drain(fail)
    assert take(journal) == RECORDS


def test_older_records_do_not_come_back(path):
    """They are still in the file, behind the new ones."""
    journal = Journal(path, SIZE)
    journal.append([b"old"] * 5)
    take(journal)
    journal.append([b"new"])
    assert b"old" in path.read_bytes()
    assert take(Journal(path, SIZE)) == [b"new"]


@pytest.mark.parametrize("cut", [1, RECORD.size, RECORD.size + 2])
def test_a_record_that_was_cut_off_is_no_record(path, cut):
    journal = Journal(path, SIZE)
    journal.append([b"whole"])
    end = HEADER.size + journal.measure()
    journal.append([b"not whole"])
    with path.open("r+b") as file:
        file.seek(end + cut)
        file.write(bytes(SIZE - end - cut))
    again = Journal(path, SIZE)
    again.append([b"next"])
    assert take(again) == [b"whole", b"next"]


def test_a_full_journal_takes_all_or_nothing(path):
    journal = Journal(path, SIZE)
    journal.append([b"x" * 4000])
    with pytest.raises(JournalError, match="is full"):
        journal.append([b"y" * 3000, b"z" * 3000])
    journal.append([b"y" * 3000])
    assert [len(record) for record in take(journal)] == [4000, 3000]
    assert path.stat().st_size == SIZE


def test_a_file_that_was_taken_away_is_made_anew(path):
    journal = Journal(path, SIZE)
    journal.append([b"gone"])
    path.unlink()
    journal.append([b"here"])
    assert take(Journal(path, SIZE)) == [b"here"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(JournalError, match="No such file"):
        Journal(tmp_path / "missing" / "feedback.journal", SIZE).append([b"x"])


def test_many_processes_lose_nothing(path):
    """Half of them take while the others write."""
    code = "import sys; from pathlib import Path; from service.state.journal import Journal as J\n"
    write = "for n in range(50): J(Path(sys.argv[1]), 100000).append([f'{sys.argv[2]} {n}'.encode()])"
    read = "for n in range(50): J(Path(sys.argv[1]), 100000).drain(lambda rows: print(*rows, sep='\\n'))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code + (read if number % 2 else write), path, str(number)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    printed = "".join(process.communicate(timeout=60)[0] for process in processes)
    found = sorted(line for line in printed.splitlines() if line) + [str(row) for row in take(Journal(path, 100_000))]
    assert sorted(found) == sorted(str(f"{number} {n}".encode()) for number in (0, 2) for n in range(50))


def test_a_full_disk_leaves_the_room_that_was_set_aside(small_disk):
    journal = Journal(small_disk / "feedback.journal", SIZE)
    journal.append([b"before"])
    fill_disk(small_disk)
    journal.append([b"after"])
    assert take(Journal(small_disk / "feedback.journal", SIZE)) == [b"before", b"after"]
