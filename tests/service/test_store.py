"""The database, SQLite's and PostgreSQL's: rows are there once, and a database that is away is told as such."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config

from service.state.schema import MIGRATIONS
from service.state.store import AwayError, RowsError, Store
from service.state.tables import metadata, predictions

NOW = datetime(2026, 1, 31, 12, 0, 0, 5)


def make_row(name, days=0, **values):
    row = {"id": name, "asked": NOW - timedelta(days=days), "version": "1", "title": "t", "body": "ä\U0001f600"}
    return row | {"tags": [{"tag": "a", "probability": 0.1, "suggested": True}], "caller": "c"} | values


@pytest.fixture
def store(url):
    store = Store(url)
    yield store
    store.close()


def select(store):
    with store.connect().connect() as connection:
        return [row._asdict() for row in connection.execute(sqlalchemy.select(predictions).order_by("id"))]


def test_rows_come_back_as_they_were_and_each_once(store):
    rows = [make_row("a"), make_row("b", title=None, body=None)]
    store.insert("predictions", rows)
    store.insert("predictions", [make_row("a", title="again"), make_row("c")])
    assert select(store) == [*rows, make_row("c")]


def test_the_migrations_make_the_tables_that_the_code_has(store):
    """Alembic finds no difference, and goes back to nothing."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.connect().connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_rows_of_an_older_schema_stay(url):
    """As the first migration left it, then a start of this code."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0001")
        row = {"id": "old", "asked": NOW, "version": "1", "tags": "[]"}
        connection.execute(
            sqlalchemy.text("INSERT INTO predictions VALUES (:id, :asked, :version, 't', 'b', :tags)"), row
        )
    engine.dispose()
    store = Store(url)
    store.insert("predictions", [make_row("new")])
    assert [(row["id"], row["caller"]) for row in select(store)] == [("new", "c"), ("old", None)]
    store.close()


def test_a_schema_that_is_newer_is_taken_as_it_is(store, url):
    """Code that is rolled back goes on."""
    with store.connect().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    again = Store(url)
    again.insert("predictions", [make_row("a")])
    assert len(select(again)) == 1
    again.close()


def test_several_may_make_the_tables_at_once(url):
    stores = [Store(url) for _ in range(4)]
    failures = []

    def insert(store):
        try:
            store.insert("predictions", [make_row(str(id(store)))])
        except AwayError as error:
            failures.append(error)

    threads = [threading.Thread(target=insert, args=(store,)) for store in stores]
    for step in (threading.Thread.start, threading.Thread.join):
        for thread in threads:
            step(thread)
    assert failures == []
    assert len(select(stores[0])) == 4
    for store in stores:
        store.close()


def test_only_old_texts_are_dropped_and_rows_stay(store):
    store.insert("predictions", [make_row(f"{days:02}", days) for days in (0, 9, 11, 40)])
    assert store.drop_texts(NOW - timedelta(days=10)) == 2
    assert store.drop_texts(NOW - timedelta(days=10)) == 0
    kept = {row["id"]: (row["title"], row["body"]) for row in select(store)}
    texts = ("t", "ä\U0001f600")
    assert kept == {"00": texts, "09": texts, "11": (None, None), "40": (None, None)}


def test_a_row_that_no_database_takes_is_told_apart_from_one_that_is_away(store):
    with pytest.raises(RowsError):
        store.insert("predictions", [make_row("a", version=None)])
    assert store.up
    store.insert("predictions", [make_row("a")])


def test_a_dropped_text_is_not_in_the_file(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'service.db'}")
    store.insert("predictions", [make_row("a", 99, body="a very private word")])
    store.drop_texts(NOW)
    store.close()
    assert [path for path in tmp_path.iterdir() if b"private" in path.read_bytes()] == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "sqlite:////proc/nowhere/service.db",
    ],
)
def test_a_database_that_is_not_there_is_away_for_a_while(url):
    store = Store(url)
    with pytest.raises(AwayError):
        store.insert("predictions", [make_row("a")])
    assert not store.up


def test_a_file_that_was_taken_away_is_not_made_anew(tmp_path):
    """Else what is written meanwhile would be lost when it comes back."""
    path = tmp_path / "service.db"
    store = Store(f"sqlite:///{path}")
    store.insert("predictions", [make_row("a")])
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(AwayError):
        store.insert("predictions", [make_row("b")])
    with pytest.raises(AwayError):
        Store(f"sqlite:///{path}").insert("predictions", [make_row("another process")])
    assert not path.exists()
    (tmp_path / "elsewhere").rename(path)
    store.insert("predictions", [make_row("c")])
    assert [row["id"] for row in select(store)] == ["a", "c"]
    store.close()
